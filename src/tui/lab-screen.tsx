import {useInput, usePaste, useWindowSize} from 'ink';
import {useEffect, useLayoutEffect, useState, useSyncExternalStore} from 'react';
import type {FrameWriter} from './frame-writer.ts';
import {keyPresses} from './keys.ts';
import type {Lab} from './lab.ts';
import type {LabState} from './lab-state.ts';
import {drawScreen} from './view/screen.ts';
import type {Surroundings} from './view/surroundings.ts';
import {COUNTS_TENTHS_MS} from './view/timeline.ts';

type Props = {
	lab: Lab;
	frames: FrameWriter;
	now: () => number;
	clusterNow?: (() => number) | undefined;
} & Pick<Surroundings, 'text' | 'theme' | 'why'>;

/** The full-screen lab. Everything it shows is decided in `view/`; here are only the terminal's size and keys. */
export function LabScreen({lab, frames, now, clusterNow, text, theme, why}: Props) {
	const state = useSyncExternalStore(lab.store.subscribe, lab.store.getSnapshot);
	const {columns, rows} = useWindowSize();
	useInput((input, key) => {
		for (const press of keyPresses(input, key)) lab.press(press);
	});
	usePaste(lab.paste);
	const frame = drawScreen(state, {columns, rows, now: now(), clusterNow: clusterNow?.(), text, theme, why});
	lab.drawn(frame.metrics);
	useLayoutEffect(() => frames.show({lines: frame.lines, columns, cursor: frame.cursor}, theme));
	useTick(lab, state, clusterNow ?? now);
	return null;
}

/**
 * Draws every second what time alone has changed, and more often while something that has just left counts tenths of a
 * second.
 */
function useTick(lab: Lab, {recent}: LabState, clusterNow: () => number): void {
	const [, redraw] = useState(0);
	const at = clusterNow();
	const lively = recent.goneAddresses.some(gone => at - gone.at < COUNTS_TENTHS_MS);
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
