import type {Moments} from '../lesson/expressions.ts';
import type {Command} from '../lesson/lesson.ts';

/** A command ready to run. `fails`: it is meant to end with an exit code other than 0. */
export type CompleteCommand = {line: string; fails: boolean};

/** Fills commands in from the cluster; undefined while one of them has a place without an answer. */
export function completeCommands(commands: readonly Command[], moments: Moments): CompleteCommand[] | undefined {
	const complete: CompleteCommand[] = [];
	for (const {line, fails} of commands) {
		const text = line.complete(moments);
		if (text === undefined) return undefined;
		complete.push({line: text, fails});
	}
	return complete;
}
