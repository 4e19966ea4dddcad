import type {LineRunner} from '../clusters/line-runner.ts';
import type {Pace} from '../engine/pace.ts';
import type {Execute} from '../engine/solve-steps.ts';
import {pause, type Time} from '../observe/time.ts';
import {createLineSplitter} from './line-splitter.ts';

/**
 * Runs command lines one after the other with a time limit (ms) each, passing on what they print line by line. A command
 * that takes longer is interrupted, and never counts as ended as expected. They follow one another at a pace.
 */
export function createExecute(
	runner: Pick<LineRunner, 'run' | 'interrupt'>,
	onLine: (line: string) => void,
	{time, limitMs, pace}: {time: Time; limitMs: number; pace: Pick<Pace, 'beforeCommand'>},
): Execute {
	return async line => {
		await pace.beforeCommand(line);
		const lines = createLineSplitter(onLine);
		const ended = new AbortController();
		let timedOut = false;
		const limit = pause(time, limitMs, ended.signal).then(() => {
			if (ended.signal.aborted) return;
			timedOut = true;
			runner.interrupt();
		});
		try {
			const {code} = await runner.run(line, {onOutput: lines.push});
			return {code, timedOut};
		} finally {
			lines.flush();
			ended.abort();
			await limit;
		}
	};
}
