/** What is kept of a back-off; times are ms since 1970. */
export type BackoffState = {
	/** The delay after the next failure. */
	delay: number;
	/** When it was last tried. */
	updated: number;
	/** When that last failed. */
	failed: number;
};

const forgottenAfter = 600_000;

/** A delay between tries that doubles each time, as in client-go/util/flowcontrol; the first try again is at once. */
export class Backoff {
	#state: BackoffState | undefined;

	constructor(state?: BackoffState) {
		this.#state = state;
	}

	get state(): BackoffState | undefined {
		return this.#state;
	}

	/** Notes a failure: the delay counts from here. What went well for ten minutes starts afresh. */
	failed(now: number): void {
		if (!this.#state) return;
		this.#state = now - this.#state.updated > forgottenAfter ? undefined : {...this.#state, failed: now};
	}

	/** How long to wait still, in ms; 0 or less when it may be tried. */
	remaining(now: number): number {
		return this.#state ? this.#state.failed + this.#state.delay - now : 0;
	}

	/** Notes a try and returns the delay that comes after its failure. */
	next(now: number, first: number, max: number): number {
		const delay = this.#state ? Math.min(this.#state.delay * 2, max) : first;
		this.#state = {delay, updated: now, failed: now};
		return delay;
	}
}
