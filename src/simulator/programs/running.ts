/**
 * What a running command waits for: it calls `resume` once when the wait is over; the function it returns gives up
 * waiting.
 */
type Wait = (resume: () => void) => () => void;

/**
 * A command at work. Commands are generators rather than promises, so that simulated time can be moved by hand, a
 * wait costs nothing, and a killed command stops where it is.
 */
export type Running<T = number> = Generator<Wait, T, void>;

/** A command being driven; after `stop` it never goes on, and its `finally` blocks have run. */
export type Task = {stop(): void};

/** Runs a command until it ends, at once as far as it does not wait. An error that it throws goes to `failed`. */
export function drive<T>(running: Running<T>, done: (result: T) => void, failed: (error: unknown) => void): Task {
	let over = false;
	let busy = false;
	let giveUp = () => {};
	const advance = () => {
		busy = true;
		try {
			let step = running.next();
			while (!over) {
				if (step.done) {
					over = true;
					done(step.value);
					return;
				}
				let resumed = false;
				let waiting = false;
				try {
					giveUp = step.value(() => {
						if (over || resumed) return;
						resumed = true;
						if (waiting) advance();
					});
				} catch (error) {
					// A wait that could not begin is an error of the command, which may catch it.
					step = running.throw(error);
					continue;
				}
				if (!resumed) {
					waiting = true;
					return;
				}
				step = running.next();
			}
		} catch (error) {
			over = true;
			failed(error);
		} finally {
			busy = false;
		}
	};
	advance();
	return {
		stop() {
			if (over) return;
			over = true;
			giveUp();
			// A generator cannot be closed from inside its own step (a process that kills itself).
			if (!busy) running.return(undefined as T);
		},
	};
}

/** Waits until `start` calls its callback, and returns what it passed. */
export function* waitFor<T>(start: (settle: (value: T) => void) => () => void): Running<T> {
	let value: {is: T} | undefined;
	yield resume =>
		start(given => {
			value = {is: given};
			resume();
		});
	return value!.is;
}
