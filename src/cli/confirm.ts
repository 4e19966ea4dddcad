import {createInterface} from 'node:readline/promises';

/**
 * A question on the terminal that is answered with yes or no; Enter alone is `otherwise`. Ctrl-C and a closed terminal are
 * undefined.
 */
export async function confirm(question: string, signal: AbortSignal, otherwise = false): Promise<boolean | undefined> {
	const interrupted = new AbortController();
	const terminal = createInterface({input: process.stdin, output: process.stderr});
	terminal.on('SIGINT', () => interrupted.abort());
	terminal.on('close', () => interrupted.abort());
	try {
		const answer = await terminal.question(question, {signal: AbortSignal.any([signal, interrupted.signal])});
		return answer.trim() === '' ? otherwise : /^\s*(y|yes|是)\s*$/i.test(answer);
	} catch (error) {
		if (interrupted.signal.aborted) return undefined;
		throw error;
	} finally {
		terminal.close();
	}
}
