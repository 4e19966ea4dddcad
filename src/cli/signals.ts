/** The signals that end the lab, as one AbortSignal for everything in it. */
export type Signals = {
	signal: AbortSignal;
	/** See Context.holdInterrupt. */
	holdInterrupt(): () => void;
	/** Whether whoever read our output has gone away, as `head` does; that is no error. */
	brokenPipe(): boolean;
};

/**
 * Listens to SIGINT, SIGTERM and SIGHUP: the first one aborts, and a second Ctrl-C while everything is being closed ends the
 * process at once. A closed standard output aborts too.
 */
export function watchSignals(): Signals {
	const controller = new AbortController();
	let holders = 0;
	let broken = false;
	process.on('SIGINT', () => {
		if (holders > 0) return;
		if (controller.signal.aborted) process.exit(130);
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
	return {
		signal: controller.signal,
		brokenPipe: () => broken,
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
