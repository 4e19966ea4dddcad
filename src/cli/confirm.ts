import {createInterface} from 'node:readline/promises';

/**
 * A question on the terminal that is answered with yes or no; Enter alone is `otherwise`. Ctrl-C and a closed terminal are
 * undefined.
 */
export async function confirm(question: string, signal: AbortSignal, otherwise = false): Promise<boolean | undefined> {
	const answer = await askLine(question, signal);
	if (answer === undefined) return undefined;
	return answer === '' ? otherwise : /^(y|yes|是)$/i.test(answer);
}

/** A line that is typed on the terminal. Ctrl-C and a closed terminal are undefined. */
export async function askLine(question: string, signal: AbortSignal): Promise<string | undefined> {
	const interrupted = new AbortController();
	const terminal = createInterface({input: process.stdin, output: process.stderr});
	terminal.on('SIGINT', () => interrupted.abort());
	terminal.on('close', () => interrupted.abort());
	try {
		const answer = await terminal.question(question, {signal: AbortSignal.any([signal, interrupted.signal])});
		return answer.trim();
	} catch (error) {
		if (interrupted.signal.aborted) return undefined;
		throw error;
	} finally {
		terminal.close();
	}
}
