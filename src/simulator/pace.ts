import type {Speed} from './clock.ts';
import type {Part, Simulation} from './simulation.ts';

/** How the cluster's time stands: its time and that of the next pending event, in ms since 1970. */
export type ClockState = {now: number; speed: Speed; next: number | undefined};

/** How fast time may pass besides 0 (paused) and Infinity (as fast as it goes). */
export const slowest = 0.25;
export const fastest = 100;

/**
 * After so much cluster time without a change nothing is under way any more: it is longer than the longest back-off of
 * a container that crashes, which is five minutes.
 */
const quietMs = 330_000;

/** What changes while nothing happens. */
const housekeeping = new Set(['events', 'leases']);

/** The pace of a cluster's time, as whoever watches it wants it. */
export type Pace = Part & {
	state(): ClockState;
	/** 0 pauses. With Infinity time jumps from event to event, and passes as real time does while nothing is under way. */
	setSpeed(speed: Speed): void;
	/**
	 * Pauses, and moves time on until an object has changed; false when none does in all that is due within five and a
	 * half minutes.
	 */
	step(): boolean;
};

/** Takes over the clock of a simulation. */
export function createPace({clock, store}: Pick<Simulation, 'clock' | 'store'>): Pace {
	let speed: Speed = clock.speed;
	let lastChange = clock.now();
	let check: {cancel(): void} | undefined;

	/** Rides along with the pending events, so that time never jumps further than to one that matters. */
	const checkQuiet = () => {
		const {next} = clock;
		check = undefined;
		if (next === undefined || next > lastChange + quietMs) clock.setSpeed(1);
		else check = clock.after(next - clock.now(), checkQuiet);
	};
	const hurry = () => {
		lastChange = clock.now();
		check ??= clock.after(0, checkQuiet);
		if (clock.speed !== Number.POSITIVE_INFINITY) clock.setSpeed(Number.POSITIVE_INFINITY);
	};
	const unsubscribe = store.subscribeAll(({resource}) => {
		if (speed === Number.POSITIVE_INFINITY && !housekeeping.has(resource)) hurry();
	});
	const setSpeed = (wanted: Speed) => {
		speed = wanted;
		if (speed === Number.POSITIVE_INFINITY) return hurry();
		check?.cancel();
		check = undefined;
		clock.setSpeed(speed);
	};

	return {
		state: () => ({now: clock.now(), speed, next: clock.next}),
		setSpeed,
		step() {
			setSpeed(0);
			let changed = false;
			const stop = store.subscribeAll(({resource}) => {
				changed ||= !housekeeping.has(resource);
			});
			try {
				const end = clock.now() + quietMs;
				for (let {next} = clock; !changed && next !== undefined && next <= end; {next} = clock) clock.step();
			} finally {
				stop();
			}
			return changed;
		},
		stop() {
			unsubscribe();
			check?.cancel();
		},
	};
}
