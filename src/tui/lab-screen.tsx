import {useCursor, useInput, usePaste, useWindowSize} from 'ink';
import {useEffect, useState, useSyncExternalStore} from 'react';
import {keyPresses} from './keys.ts';
import type {Lab} from './lab.ts';
import type {LabState} from './lab-state.ts';
import {Rows} from './rows.tsx';
import {drawScreen, type Surroundings} from './view/screen.ts';

type Props = {lab: Lab; now: () => number; clusterNow?: (() => number) | undefined} & Pick<
	Surroundings,
	'text' | 'theme'
> & {
		why: (state: LabState) => Surroundings['why'];
	};

/** The full-screen lab. Everything it shows is decided in `view/`; here are only the terminal's size and keys. */
export function LabScreen({lab, now, clusterNow, text, theme, why}: Props) {
	const state = useSyncExternalStore(lab.store.subscribe, lab.store.getSnapshot);
	const {columns, rows} = useWindowSize();
	const {setCursorPosition} = useCursor();
	useInput((input, key) => {
		for (const press of keyPresses(input, key)) lab.press(press);
	});
	usePaste(lab.paste);
	useTick(lab, state);

	const frame = drawScreen(state, {
		columns,
		rows,
		now: now(),
		clusterNow: clusterNow?.(),
		text,
		theme,
		why: why(state),
	});
	lab.drawn(frame.metrics);
	setCursorPosition(frame.cursor);
	return <Rows lines={frame.lines} columns={columns} theme={theme} />;
}

/** Draws again every second for the clock, and more often while something that has just left counts its time. */
function useTick(lab: Lab, state: LabState): void {
	const [, redraw] = useState(0);
	const lively = state.recent.goneAddresses.length > 0;
	useEffect(() => {
		const timer = setInterval(
			() => {
				lab.tick();
				redraw(count => count + 1);
			},
			lively ? 250 : 1000,
		);
		return () => clearInterval(timer);
	}, [lab, lively]);
}
