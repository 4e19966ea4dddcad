import {setTimeout as delay} from 'node:timers/promises';

/** Questions that have to be answered within a time. */
export type TimeLimit = {
	/** Aborts what has not answered when the limit is ended, or the command is. */
	signal: AbortSignal;
	/** The answer, or what counts as one when there is none in time. */
	inTime: <T>(answer: Promise<T>, otherwise: T) => Promise<T>;
	end(): void;
};

/** Begins the time; `limitMs` is in ms. */
export function startTimeLimit(limitMs: number, ended: AbortSignal): TimeLimit {
	const over = new AbortController();
	const signal = AbortSignal.any([ended, over.signal]);
	return {
		signal,
		inTime: async (answer, otherwise) =>
			await Promise.race([answer.catch(() => otherwise), delay(limitMs, otherwise, {signal}).catch(() => otherwise)]),
		end: () => over.abort(),
	};
}
