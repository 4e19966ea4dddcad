/** State that the screen is drawn from. */
export type Store<State> = {
	subscribe(listener: () => void): () => void;
	/** The state as last published: what the screen shows. */
	getSnapshot(): State;
	/** The newest state, published or not. */
	get(): State;
	/** Changes the state now and publishes it at once: for what the learner did. */
	set(change: (state: State) => State): void;
	/** Changes the state now and publishes it with whatever else changed meanwhile: for what the cluster did. */
	update(change: (state: State) => State): void;
	/** Ends publishing; a timer that waits is dropped. */
	close(): void;
};

/** A store whose `update`s reach the screen at most every `flushMs`; 100 is ten frames a second. */
export function createStore<State>(initial: State, flushMs = 100): Store<State> {
	let state = initial;
	let published = initial;
	let timer: NodeJS.Timeout | undefined;
	/** When `update`s were published last. What the learner does in between must not make the cluster wait longer. */
	let flushedAt = Number.NEGATIVE_INFINITY;
	const listeners = new Set<() => void>();
	const publish = () => {
		clearTimeout(timer);
		timer = undefined;
		if (published === state) return;
		published = state;
		for (const listener of listeners) listener();
	};
	const flush = () => {
		flushedAt = performance.now();
		publish();
	};
	return {
		subscribe(listener) {
			listeners.add(listener);
			return () => void listeners.delete(listener);
		},
		getSnapshot: () => published,
		get: () => state,
		set(change) {
			state = change(state);
			publish();
		},
		update(change) {
			const next = change(state);
			if (next === state) return;
			state = next;
			// The first change after a rest is shown at once.
			timer ??= setTimeout(flush, Math.max(0, flushedAt + flushMs - performance.now()));
		},
		close() {
			clearTimeout(timer);
			listeners.clear();
		},
	};
}
