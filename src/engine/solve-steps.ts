import type {Time} from '../observe/time.ts';
import type {Run} from './open-run.ts';
import type {Pace} from './pace.ts';
import {until} from './until.ts';
import type {StepView} from './view.ts';

/** How a command ended: its exit code, and whether it had to be interrupted because it took too long. */
export type Ended = {code: number; timedOut?: boolean};

/** Runs one command line to its end. */
export type Execute = (line: string) => Promise<Ended>;

/** Whether a command ended as its lesson says. */
export function endedAsExpected({code, timedOut}: Ended, fails: boolean): boolean {
	return !timedOut && (code !== 0) === fails;
}

/** What happens while a lesson's own commands solve it. */
export type SolveEvent =
	| {type: 'step'; index: number; step: StepView}
	| {type: 'command'; line: string}
	/** `expected` is false for an exit code that the lesson does not mean. */
	| {type: 'exit'; line: string; code: number; expected: boolean}
	| {type: 'solved'; step: StepView}
	/** The commands could not be filled in, ended as they should not, or the checks did not come true in time. */
	| {type: 'stuck'; step: StepView; why: 'commands-incomplete' | 'command-failed' | 'checks-waiting'};

export type SolveOptions = {
	run: Run;
	/** The index of the step to stop at, unsolved; the number of steps for all of them. */
	upTo: number;
	execute: Execute;
	/** How long a step's checks may take after its commands, ms. */
	limitMs: number;
	pace: Pick<Pace, 'beforeStep'>;
	time: Time;
	signal: AbortSignal;
	tell(event: SolveEvent): void;
};

/**
 * Solves a run's steps by their own commands, from the present one on: what `play` shows, and how a learner is brought to
 * a step. Steps that are solved, and whose state still holds, are passed over; one whose state has been undone is done
 * again. Answers whether it got there.
 */
export async function solveSteps({
	run,
	upTo,
	execute,
	limitMs,
	pace,
	time,
	signal,
	tell,
}: SolveOptions): Promise<boolean> {
	const holds = () => {
		const {step, observe} = run.view();
		return observe.state === 'live' && step.solved && step.checks.every(({state}) => state === 'passed');
	};
	const wait = (condition: () => boolean) => until(run, condition, {time, limitMs, signal});
	for (;;) {
		await wait(() => run.view().observe.state === 'live');
		if (signal.aborted) return false;
		const {stepIndex, step, finished} = run.view();
		if (finished || stepIndex >= upTo) return true;
		tell({type: 'step', index: stepIndex, step});
		if (!holds()) {
			await wait(() => run.commands() !== undefined);
			const commands = run.commands();
			if (!commands) {
				tell({type: 'stuck', step: run.view().step, why: 'commands-incomplete'});
				return false;
			}
			for (const {line, fails} of commands) {
				tell({type: 'command', line});
				const ended = await execute(line);
				if (signal.aborted) return false;
				run.actions.ran(line);
				const expected = endedAsExpected(ended, fails);
				tell({type: 'exit', line, code: ended.code, expected});
				if (!expected) {
					tell({type: 'stuck', step: run.view().step, why: 'command-failed'});
					return false;
				}
			}
			if (!(await wait(holds))) {
				if (!signal.aborted) tell({type: 'stuck', step: run.view().step, why: 'checks-waiting'});
				return false;
			}
		}
		tell({type: 'solved', step: run.view().step});
		await pace.beforeStep();
		run.actions.next();
	}
}
