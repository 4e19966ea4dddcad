/** The signals that end the lab, as one AbortSignal for everything in it. */
export type Signals = {
	signal: AbortSignal;
	/** See Context.holdInterrupt. */
	holdInterrupt(): () => void;
	/** Whether whoever read our output has gone away, as `head` does; that is no error. */
	brokenPipe(): boolean;
	/** The first error that nobody caught; it aborts, so that the terminal is given back and nothing is left behind. */
	uncaught(): {error: unknown} | undefined;
};

/** How long everything may take to close after an error that nobody caught. */
const closeLimitMs = 5_000;

/**
 * Listens to SIGINT, SIGTERM and SIGHUP: the first one aborts, and a second Ctrl-C while everything is being closed calls
 * `exit` at once. A closed standard output and an error that nobody caught abort too.
 */
export function watchSignals(exit: (code: number) => void): Signals {
	const controller = new AbortController();
	let holders = 0;
	let broken = false;
	process.on('SIGINT', () => {
		if (holders > 0) return;
		if (controller.signal.aborted) exit(130);
		controller.abort(new Error('SIGINT'));
	});
	for (const name of ['SIGTERM', 'SIGHUP'] as const) process.on(name, () => controller.abort(new Error(name)));
	for (const stream of [process.stdout, process.stderr]) {
		stream.on('error', (error: NodeJS.ErrnoException) => {
			if (error.code !== 'EPIPE') throw error;
			if (stream === process.stdout) broken = true;
			controller.abort(error);
		});
	}
	let uncaught: {error: unknown} | undefined;
	process.on('uncaughtException', error => {
		uncaught ??= {error};
		controller.abort(error);
		setTimeout(() => exit(1), closeLimitMs).unref();
	});
	return {
		signal: controller.signal,
		brokenPipe: () => broken,
		uncaught: () => uncaught,
		holdInterrupt() {
			holders += 1;
			let held = true;
			return () => {
				if (held) holders -= 1;
				held = false;
			};
		},
	};
}
