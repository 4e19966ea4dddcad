import {type Instance, render} from 'ink';
import type {ReactNode} from 'react';
import {createFrameWriter, type FrameWriter} from './frame-writer.ts';

/** How long a terminal has to keep its size until it is drawn afresh, in ms. */
const SETTLED_MS = 60;

export type ShowOptions = {onRedraw?: (redraw: () => void) => void; isLent?: () => boolean};

/**
 * Shows a component on the alternate screen until it exits; settles or throws as Ink's `waitUntilExit` does. The component
 * draws with the writer that it is given, and nothing through Ink, which has the terminal's modes, keys and end. `onRedraw`
 * gets a function that draws the whole screen anew; nothing is drawn while `isLent` says that another program has it.
 *
 * Once the size of the terminal has settled after a change, everything is drawn anew: what a terminal makes of a
 * screen that grows or shrinks is its own affair.
 */
export async function show(
	tree: (frames: FrameWriter) => ReactNode,
	{onRedraw, isLent}: ShowOptions = {},
): Promise<void> {
	const frames = createFrameWriter(bytes => {
		if (!isLent?.()) process.stdout.write(bytes);
	});
	const instance: Instance = render(tree(frames), {
		// The caller has made sure of a terminal; Ink would take a CI variable, even an empty one, for the lack of it.
		interactive: true,
		alternateScreen: true,
		exitOnCtrlC: false,
		patchConsole: true,
	});
	let shown = true;
	let timer: NodeJS.Timeout | undefined;
	const redraw = () => {
		if (!shown || isLent?.()) return;
		frames.forget();
		instance.rerender(tree(frames));
	};
	const settle = () => {
		clearTimeout(timer);
		timer = setTimeout(redraw, SETTLED_MS);
	};
	// The signal rather than Node's `resize`, which keeps silent when the terminal has come back to its old size.
	process.on('SIGWINCH', settle);
	onRedraw?.(redraw);
	try {
		await instance.waitUntilExit();
	} finally {
		shown = false;
		clearTimeout(timer);
		process.off('SIGWINCH', settle);
	}
}
