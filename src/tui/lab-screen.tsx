import {useCursor, useInput, usePaste, useWindowSize} from 'ink';
import {useEffect, useRef, useState, useSyncExternalStore} from 'react';
import {keyPresses} from './keys.ts';
import type {Lab} from './lab.ts';
import type {LabState} from './lab-state.ts';
import {Rows} from './rows.tsx';
import {paint} from './view/line.ts';
import {drawScreen, type Frame} from './view/screen.ts';
import type {Surroundings} from './view/surroundings.ts';
import {COUNTS_TENTHS_MS} from './view/timeline.ts';

type Props = {lab: Lab; now: () => number; clusterNow?: (() => number) | undefined} & Pick<
	Surroundings,
	'text' | 'theme' | 'why'
>;

/** The full-screen lab. Everything it shows is decided in `view/`; here are only the terminal's size and keys. */
export function LabScreen({lab, now, clusterNow, text, theme, why}: Props) {
	const state = useSyncExternalStore(lab.store.subscribe, lab.store.getSnapshot);
	const {columns, rows} = useWindowSize();
	const {setCursorPosition} = useCursor();
	useInput((input, key) => {
		for (const press of keyPresses(input, key)) lab.press(press);
	});
	usePaste(lab.paste);
	const draw = () =>
		drawScreen(state, {
			columns,
			rows,
			now: now(),
			clusterNow: clusterNow?.(),
			text,
			theme,
			why,
		});
	const rowsOf = ({lines}: Frame) => lines.map(content => paint(content, theme));
	const frame = draw();
	lab.drawn(frame.metrics);
	setCursorPosition(frame.cursor);
	const shown = rowsOf(frame);
	useTick(lab, state, clusterNow ?? now, () => rowsOf(draw()).some((row, index) => row !== shown[index]));
	return <Rows rows={shown} columns={columns} />;
}

/**
 * Looks every second whether time alone has changed the screen, and more often while something that has just left counts
 * tenths of a second. A frame costs Ink several times what it costs to find out that nothing is new in it.
 */
function useTick(lab: Lab, {recent}: LabState, clusterNow: () => number, hasChanged: () => boolean): void {
	const [, redraw] = useState(0);
	const changed = useRef(hasChanged);
	changed.current = hasChanged;
	const at = clusterNow();
	const lively = recent.goneAddresses.some(gone => at - gone.at < COUNTS_TENTHS_MS);
	useEffect(() => {
		const timer = setInterval(
			() => {
				lab.tick();
				if (changed.current()) redraw(count => count + 1);
			},
			lively ? 250 : 1000,
		);
		return () => clearInterval(timer);
	}, [lab, lively]);
}
