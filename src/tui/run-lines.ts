import {basename} from 'node:path';
import type {Ended} from '../engine/solve-steps.ts';
import type {Desk} from './desk.ts';
import {hasLooked, type LabState, printed, suggested} from './lab-state.ts';
import {closeOpen, type Output, outputLines, withCommand, withNote, withText} from './output.ts';
import {wantsTerminal} from './terminal-commands.ts';

export type LinesOptions = {
	isClosed: () => boolean;
	/** Does what a line means to the lab itself; false when it is for the shell. */
	isWord: (line: string) => boolean;
};

/** Runs lines in the learner's shell, and keeps what they print. */
export type Lines = {
	/** Runs a line, or keeps it until the one that runs has ended. */
	submit(line: string): void;
	/** Runs a line to its end, whatever it means to the lab. */
	perform(line: string): Promise<Ended>;
	/** Stops what runs and forgets what was to run after it. */
	interrupt(): void;
};

/** Makes the part of the lab that runs lines, one after the other. */
export function createLines(desk: Desk, {isClosed, isWord}: LinesOptions): Lines {
	const {run, runner, text, now, withTerminal, columns, store, metrics} = desk;
	const home = runner.cwd();
	const print = (chunk: string) => store.update(state => printed(state, withText(state.output, chunk)));

	/** Runs a line, and after it whatever has been typed ahead meanwhile. */
	async function runLine(line: string): Promise<void> {
		if (!isWord(line)) await perform(line);
		const [following, ...rest] = store.get().queue;
		if (isClosed() || following === undefined) return;
		store.set(state => ({...state, queue: rest}));
		await runLine(following);
	}

	async function perform(line: string): Promise<Ended> {
		const terminal = wantsTerminal(line);
		const {small, outputRows} = metrics();
		run.actions.ran(line.trim());
		store.set(state =>
			suggested({
				...state,
				output: withCommand(state.output, line),
				outputBack: 0,
				outputRows,
				past: undefined,
				// Where only one pane fits, what a command does is to be seen, not what it was about.
				shown: small && state.shown === 'story' ? 'cluster' : state.shown,
				running: {line, since: now()},
				ran: new Set(state.ran).add(line.trim()),
			}),
		);
		const {code, note} = terminal ? await inTerminal(line) : await streaming(line);
		if (isClosed()) return {code};
		const folder = runner.cwd() === home ? '' : basename(runner.cwd()) || runner.cwd();
		store.set(state => {
			const output = note ? withNote(state.output, note) : closeOpen(state.output);
			const done = {...state, output, running: undefined, folder, shown: afterRun(state, output)};
			return suggested(hasLooked(done, line) ? {...done, story: 'explanation'} : done);
		});
		return {code};
	}

	/** A small terminal turns to the output when that is longer than the strip below the other panes. */
	function afterRun(state: LabState, output: Output): LabState['shown'] {
		const long = outputLines(output).length - output.lastCommand > 7;
		return metrics().small && long && !state.guide ? 'output' : state.shown;
	}

	async function streaming(line: string): Promise<{code: number; note: string}> {
		try {
			const {code, signal, interrupted} = await runner.run(line, {columns: columns(), onOutput: print});
			if (interrupted || signal === 'SIGINT' || code === 130) return {code, note: text.screen.interrupted};
			return {code, note: code === 0 ? '' : text.screen.exitCode(code)};
		} catch (error) {
			return notStarted(error);
		}
	}

	async function inTerminal(line: string): Promise<{code: number; note: string}> {
		let result = {code: 0, note: ''};
		await withTerminal(async say => {
			try {
				const {code} = await runner.runInTerminal(line);
				result = {code, note: code === 0 ? '' : text.screen.exitCode(code)};
			} catch (error) {
				result = notStarted(error);
			}
			// What went wrong stands on the screen that is about to be hidden.
			if (result.note) await say(`${result.note}. ${text.screen.enterReturns}`);
		});
		return result;
	}

	function notStarted(error: unknown) {
		return {code: 127, note: text.screen.notStarted(error instanceof Error ? error.message : String(error))};
	}

	return {
		submit(line) {
			if (store.get().running) store.set(state => ({...state, queue: [...state.queue, line]}));
			else void runLine(line);
		},
		perform,
		interrupt() {
			store.set(state => ({...state, queue: []}));
			runner.interrupt();
		},
	};
}
