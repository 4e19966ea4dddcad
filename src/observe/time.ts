/** Where the observing and the engine get their time from, so that tests own it. Times are ms since 1970. */
export type Time = {
	now(): number;
	/** Calls back once after `ms`; the returned function calls it off. */
	after(ms: number, run: () => void): () => void;
	/** From 0 to below 1, for jitter. */
	random(): number;
};

/** The machine's own time. */
export const realTime: Time = {
	now: Date.now,
	after(ms, run) {
		const timer = setTimeout(run, ms);
		return () => clearTimeout(timer);
	},
	random: Math.random,
};

/** Resolves after `ms`, or at once when the signal is or becomes aborted; never rejects. */
export function pause(time: Time, ms: number, signal: AbortSignal): Promise<void> {
	return new Promise(resolve => {
		if (signal.aborted) return resolve();
		const done = () => {
			signal.removeEventListener('abort', done);
			cancel();
			resolve();
		};
		const cancel = time.after(ms, done);
		signal.addEventListener('abort', done, {once: true});
	});
}
