import {once} from 'node:events';
import {readdirSync} from 'node:fs';
import {setTimeout} from 'node:timers/promises';
import {useApp, useStdout} from 'ink';
import {type ReactNode, useEffect} from 'react';
import type {RunView} from '../engine/view.ts';
import type {PodView} from '../observe/snapshot.ts';
import {type Language, textIn} from '../text/text.ts';
import {createLab, type LabOptions, type Outcome, type ScreenRun} from './lab.ts';
import {LabScreen} from './lab-screen.tsx';
import {quietly} from './quiet.ts';
import {settleTerminal} from './settle-terminal.ts';
import {show} from './show.ts';
import {themeOf} from './theme.ts';

export type ScreenOptions = {
	run: ScreenRun;
	runner: LabOptions['runner'];
	language: Language;
	history: LabOptions['history'];
	/** Says in a sentence why a Pod is, or is not, an endpoint of the Service, or who wrote an address (an IP). */
	why: (subject: PodView | string, service: string, view: RunView) => string;
	/** Decides colours and signs: NO_COLOR, TERM, the locale. */
	environment: Record<string, string | undefined>;
	/** ms since 1970. */
	now: () => number;
	/** The cluster's time, where it can be held. */
	clock?: LabOptions['clock'];
	/** Aborting it leaves the lab and restores the terminal. */
	signal: AbortSignal;
	/** Takes what was written to stderr meanwhile, which would tear the screen. */
	log?: (text: string) => void;
};

/**
 * Shows the full-screen lab until the learner leaves. The terminal is as before when it settles, also when it rejects;
 * what there is to say afterwards is the caller's to print. Throws what the drawing threw.
 */
export async function runScreen(options: ScreenOptions): Promise<Outcome> {
	const {run, runner, language, history, why, environment, now, clock, signal, log} = options;
	const text = textIn(language);
	const theme = themeOf(environment, process.platform);
	let app: App | undefined;
	let redraw = () => {};
	/** A command has the terminal. */
	let lent = false;
	let left: Outcome = {reason: 'quit'};
	const lab = createLab({
		run,
		runner,
		history,
		text,
		now,
		clock,
		pause: ms => setTimeout(ms),
		columns: () => Math.max(40, (process.stdout.columns ?? 80) - 4),
		withTerminal: async use => {
			lent = true;
			try {
				await app?.suspendTerminal(async () => {
					await stopReading();
					await use(words => sayAndWait(words, signal));
					if (!signal.aborted) settleTerminal();
				});
			} finally {
				lent = false;
				redraw();
			}
		},
		files: namesIn,
		redraw: () => redraw(),
		leave: outcome => {
			left = outcome;
			app?.exit();
		},
	});

	const restore = quietly(log);
	try {
		await show(
			frames => (
				<Root
					signal={signal}
					onApp={current => {
						app = current;
					}}
				>
					<LabScreen lab={lab} frames={frames} now={now} clusterNow={clock?.now} text={text} theme={theme} why={why} />
				</Root>
			),
			{
				onRedraw: whole => {
					redraw = whole;
				},
				isLent: () => lent,
			},
		);
		return left;
	} finally {
		restore();
		lab.close();
	}
}

/**
 * Leaves the keys to the program that has the terminal now. Ink takes its listener off, but Node would go on reading in the
 * background and take every other key away from that program.
 */
async function stopReading(): Promise<void> {
	await new Promise(setImmediate);
	process.stdin.pause();
	await new Promise(setImmediate);
}

/** Prints on the screen that has been given away, and waits until the learner has read it, unless the lab is ending. */
async function sayAndWait(words: string, signal: AbortSignal): Promise<void> {
	if (signal.aborted) return;
	process.stdout.write(`\n${words} `);
	// Read as Ink does: a stream that `data` has set flowing would give its readers nothing afterwards.
	process.stdin.ref();
	await once(process.stdin, 'readable', {signal}).catch(() => {});
	process.stdin.read();
}

function namesIn(folder: string): string[] {
	try {
		return readdirSync(folder, {withFileTypes: true}).map(entry =>
			entry.isDirectory() ? `${entry.name}/` : entry.name,
		);
	} catch {
		return [];
	}
}

type App = ReturnType<typeof useApp>;

/** Hands Ink's controls to the outside, and leaves when the signal says so. */
function Root({signal, onApp, children}: {signal: AbortSignal; onApp: (app: App) => void; children: ReactNode}) {
	const app = useApp();
	const {stdout} = useStdout();
	// Blank before the alternate screen is left: tmux 3.3 pulls the rows of a full one into the main screen when the
	// window has grown meanwhile.
	useEffect(() => () => void stdout.write('\u001b[H\u001b[J'), [stdout]);
	useEffect(() => {
		onApp(app);
		const abort = () => app.exit();
		if (signal.aborted) abort();
		signal.addEventListener('abort', abort);
		return () => signal.removeEventListener('abort', abort);
	}, [app, signal, onApp]);
	return children;
}
