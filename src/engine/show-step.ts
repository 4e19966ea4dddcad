import type {Run} from './open-run.ts';
import {type Execute, endedAsExpected} from './solve-steps.ts';

/** How showing a step ended: by its last command, by the learner, or because it could not go on. */
type Shown = 'shown' | 'stopped' | 'commands-incomplete' | 'command-failed';

export type ShowStepOptions = {
	run: Pick<Run, 'view' | 'commands'>;
	/** Lines that have been run in this step; they are not run again, unless nothing else is left. */
	ran: ReadonlySet<string>;
	/** Brings a command before the learner's eyes; it runs when this resolves. */
	announce(line: string): Promise<void>;
	/** Runs it, and tells the run of it. */
	execute: Execute;
	signal: AbortSignal;
};

/** Runs the commands of the present step before the learner's eyes, those first that the learner has not run. */
export async function showStep({run, ran, announce, execute, signal}: ShowStepOptions): Promise<Shown> {
	const commands = run.commands();
	if (!commands) return 'commands-incomplete';
	const left = commands.filter(({line}) => !ran.has(line.trim()));
	for (const {line, fails} of left.length > 0 ? left : commands) {
		await announce(line);
		if (signal.aborted) return 'stopped';
		const ended = await execute(line);
		if (signal.aborted) return 'stopped';
		if (!endedAsExpected(ended, fails)) return 'command-failed';
	}
	return 'shown';
}
