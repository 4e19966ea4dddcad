import {pause, type Time} from '../observe/time.ts';

/**
 * Waits until a condition holds, asking again at every change. True when it came true; false when the limit (ms) has
 * passed or the signal was aborted.
 */
export async function until(
	source: {subscribe(listener: () => void): () => void},
	condition: () => boolean,
	{time, limitMs, signal}: {time: Time; limitMs: number; signal: AbortSignal},
): Promise<boolean> {
	if (condition()) return true;
	const done = new AbortController();
	let holds = false;
	const unsubscribe = source.subscribe(() => {
		if (done.signal.aborted || !condition()) return;
		holds = true;
		done.abort();
	});
	await pause(time, limitMs, AbortSignal.any([done.signal, signal]));
	done.abort();
	unsubscribe();
	return holds;
}
