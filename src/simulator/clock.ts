/** A pending call of a clock; cancelling it twice does no harm. */
export type Timer = {cancel(): void};

/** The only source of time inside the simulator. Times are milliseconds since 1970, in the cluster's own time. */
export type Clock = {
	now(): number;
	after(ms: number, run: () => void): Timer;
};

/** How fast cluster time passes: a factor of real time, 0 for paused, Infinity for as fast as it goes. */
export type Speed = number;

type Entry = {at: number; order: number; run: (() => void) | undefined};

/**
 * Cluster time that follows real time by a factor, stands still, or jumps from event to event.
 * Created paused; tests move it with `advance`, the host calls `setSpeed(1)`.
 */
export class SimulatedClock implements Clock {
	#base: number;
	#realBase = 0;
	#speed: Speed = 0;
	#order = 0;
	#heap: Entry[] = [];
	#wake: NodeJS.Timeout | NodeJS.Immediate | undefined;
	#running = false;
	readonly #real: () => number;

	constructor(start: number, real: () => number = () => performance.now()) {
		this.#base = start;
		this.#real = real;
	}

	now(): number {
		if (this.#running || this.#speed === 0 || this.#speed === Number.POSITIVE_INFINITY) return this.#base;
		return this.#base + (this.#real() - this.#realBase) * this.#speed;
	}

	after(ms: number, run: () => void): Timer {
		const entry: Entry = {at: this.now() + Math.max(0, ms), order: this.#order++, run};
		push(this.#heap, entry);
		if (!this.#running && this.#heap[0] === entry) this.#arm();
		return {
			cancel() {
				entry.run = undefined;
			},
		};
	}

	get speed(): Speed {
		return this.#speed;
	}

	/** Changes the pace from now on; nothing is skipped or repeated. */
	setSpeed(speed: Speed): void {
		this.#base = this.now();
		this.#realBase = this.#real();
		this.#speed = speed;
		this.#arm();
	}

	/** Moves time on by `ms` at once, running what falls due, in order. */
	advance(ms: number): void {
		this.#runUntil(this.now() + ms);
		this.#arm();
	}

	/** Jumps to the next pending call and runs it; false when nothing is pending. */
	step(): boolean {
		this.#dropCancelled();
		const next = this.#heap[0];
		if (!next) return false;
		this.#runUntil(Math.max(next.at, this.now()), 1);
		this.#arm();
		return true;
	}

	/** The time of the next pending call, or undefined. */
	get next(): number | undefined {
		this.#dropCancelled();
		return this.#heap[0]?.at;
	}

	/** Stops for good: pending calls never run. */
	stop(): void {
		this.#heap = [];
		this.#disarm();
	}

	#dropCancelled() {
		while (this.#heap[0] && !this.#heap[0].run) pop(this.#heap);
	}

	#runUntil(end: number, limit = Number.POSITIVE_INFINITY) {
		this.#base = this.now();
		this.#running = true;
		let done = 0;
		try {
			for (let entry = this.#heap[0]; entry && entry.at <= end && done < limit; entry = this.#heap[0]) {
				pop(this.#heap);
				if (!entry.run) continue;
				this.#base = Math.max(this.#base, entry.at);
				done++;
				entry.run();
			}
		} finally {
			if (done < limit) this.#base = Math.max(this.#base, end);
			this.#realBase = this.#real();
			this.#running = false;
		}
	}

	#disarm() {
		if (this.#wake === undefined) return;
		clearTimeout(this.#wake as NodeJS.Timeout);
		clearImmediate(this.#wake as NodeJS.Immediate);
		this.#wake = undefined;
	}

	#arm() {
		this.#disarm();
		this.#dropCancelled();
		const next = this.#heap[0];
		if (!next || this.#speed === 0) return;
		if (this.#speed === Number.POSITIVE_INFINITY) {
			this.#wake = setImmediate(() => {
				this.#wake = undefined;
				const due = this.next;
				// One instant a turn, so that requests are answered between events.
				if (due !== undefined) this.#runUntil(Math.max(due, this.#base));
				this.#arm();
			});
			return;
		}
		const wait = Math.max(0, (next.at - this.now()) / this.#speed);
		this.#wake = setTimeout(
			() => {
				this.#wake = undefined;
				this.#runUntil(this.now());
				this.#arm();
			},
			Math.min(wait, 2 ** 31 - 1),
		);
	}
}

const before = (a: Entry, b: Entry) => a.at < b.at || (a.at === b.at && a.order < b.order);

function push(heap: Entry[], entry: Entry) {
	let i = heap.length;
	heap.push(entry);
	while (i > 0) {
		const parent = (i - 1) >> 1;
		if (!before(entry, heap[parent]!)) break;
		heap[i] = heap[parent]!;
		i = parent;
	}
	heap[i] = entry;
}

function pop(heap: Entry[]): void {
	const last = heap.pop();
	if (heap.length === 0 || !last) return;
	let i = 0;
	for (;;) {
		let child = 2 * i + 1;
		if (child >= heap.length) break;
		if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
		if (!before(heap[child]!, last)) break;
		heap[i] = heap[child]!;
		i = child;
	}
	heap[i] = last;
}

/** Cluster time as the API writes it: RFC 3339 in UTC with whole seconds (metav1.Time). */
export function timestamp(ms: number): string {
	// Many objects are written within one second, and formatting is what costs.
	const second = Math.floor(ms / 1000);
	if (second !== lastSecond) {
		lastSecond = second;
		lastTimestamp = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
	}
	return lastTimestamp;
}

let lastSecond = Number.NaN;
let lastTimestamp = '';
