import {type Instance, render} from 'ink';
import type {ReactNode} from 'react';

/** How long a terminal has to keep its size until it is drawn afresh, in ms. */
const SETTLED_MS = 60;

export type ShowOptions = {onRedraw?: (redraw: () => void) => void; isLent?: () => boolean};

/**
 * Shows a component on the alternate screen until it exits; settles or throws as Ink's `waitUntilExit` does. `onRedraw`
 * gets a function that draws the whole screen anew; it does nothing while `isLent` says that another program has it.
 *
 * Ink finds its rows by moving the cursor from where it believes it to be. When a terminal changes its size several
 * times between two frames, that belief is wrong, and nothing ever puts it right. So once the size has settled, the
 * screen is emptied and drawn from its corner.
 */
export async function show(tree: () => ReactNode, {onRedraw, isLent}: ShowOptions = {}): Promise<void> {
	const {stdout} = process;
	const instance: Instance = render(tree(), {
		// The caller has made sure of a terminal; Ink would take a CI variable, even an empty one, for the lack of it.
		interactive: true,
		alternateScreen: true,
		incrementalRendering: true,
		// The store already limits how often the cluster is drawn; a second limit would only add its wait.
		maxFps: 60,
		exitOnCtrlC: false,
		patchConsole: true,
	});
	let shown = true;
	let timer: NodeJS.Timeout | undefined;
	const redraw = () => {
		if (!shown || isLent?.()) return;
		instance.clear();
		stdout.write('\u001b[H\u001b[J');
		instance.rerender(tree());
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
