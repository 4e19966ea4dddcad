import type {Clock, Timer} from './clock.ts';

export type WorkQueue = {
	/** Asks for `key` to be reconciled; asking again before it happens changes nothing. */
	add(key: string): void;
	addAfter(key: string, ms: number): void;
	stop(): void;
};

/**
 * A keyed work queue as in client-go/util/workqueue: a key waits at most once, and a failed key is tried again after
 * 5 ms · 2ⁿ. `latency` is the time in ms between a change and its reconciliation; what arrives meanwhile shares a run.
 */
export function workQueue(
	clock: Clock,
	latency: () => number,
	reconcile: (key: string) => void,
	onError: (key: string, error: unknown) => void = () => {},
): WorkQueue {
	const maxRetries = 15;
	const waiting = new Set<string>();
	const failures = new Map<string, number>();
	const delayed = new Map<string, {at: number; timer: Timer}>();
	let stopped = false;
	let timer: Timer | undefined;

	const add = (key: string) => {
		if (stopped) return;
		waiting.add(key);
		timer ??= clock.after(latency(), drain);
	};

	const addAfter = (key: string, ms: number) => {
		if (stopped) return;
		const at = clock.now() + ms;
		const known = delayed.get(key);
		if (known && known.at <= at) return;
		known?.timer.cancel();
		const run = () => {
			delayed.delete(key);
			add(key);
		};
		delayed.set(key, {at, timer: clock.after(ms, run)});
	};

	function drain() {
		timer = undefined;
		const keys = [...waiting];
		waiting.clear();
		for (const key of keys) {
			try {
				reconcile(key);
				failures.delete(key);
			} catch (error) {
				const count = (failures.get(key) ?? 0) + 1;
				failures.set(key, count);
				onError(key, error);
				if (count <= maxRetries) addAfter(key, 5 * 2 ** (count - 1));
				else failures.delete(key);
			}
		}
	}

	return {
		add,
		addAfter,
		stop() {
			stopped = true;
			timer?.cancel();
			for (const {timer} of delayed.values()) timer.cancel();
		},
	};
}
