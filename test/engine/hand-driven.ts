import type {Observer} from '../../src/observe/observer.ts';
import type {ObserveStatus, PodView, Snapshot, TimelineEntry} from '../../src/observe/snapshot.ts';
import type {Time} from '../../src/observe/time.ts';

export function emptySnapshot(): Snapshot {
	return {at: 0, pods: [], services: [], endpoints: [], slices: [], deployments: []};
}

/** A Pod of the label app=web. */
export function webPod(name: string, part: Partial<PodView> = {}): PodView {
	return {
		name,
		namespace: 'default',
		uid: `uid-${name}`,
		ip: '10.0.0.1',
		node: 'node-1',
		phase: 'Running',
		status: 'Running',
		ready: true,
		terminating: false,
		restarts: 0,
		labels: {app: 'web'},
		ports: [],
		createdAt: 0,
		image: 'nginx',
		...part,
	};
}

/** An observer whose cluster is whatever the test says. */
export function handDrivenObserver(): Observer & {
	show(part: Partial<Snapshot>): void;
	showPods(...names: string[]): void;
	set(status: ObserveStatus): void;
	happened(entry: TimelineEntry): void;
} {
	const listeners = new Set<() => void>();
	const entries: TimelineEntry[] = [];
	let snapshot = emptySnapshot();
	let status: ObserveStatus = {state: 'live'};
	const tell = () => {
		for (const listener of listeners) listener();
	};
	const show = (part: Partial<Snapshot>) => {
		snapshot = {...snapshot, ...part};
		tell();
	};
	return {
		snapshot: () => snapshot,
		status: () => status,
		timeline: () => entries,
		snapshotAt: () => undefined,
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		async close() {},
		show,
		showPods: (...names) => show({pods: names.map(name => webPod(name))}),
		set(next) {
			status = next;
			tell();
		},
		happened(entry) {
			entries.push(entry);
			tell();
		},
	};
}

/** A clock that stands still until it is moved. */
export function handDrivenTime(start = 1_000_000): Time & {move(ms: number): void} {
	let now = start;
	const timers = new Set<{at: number; run: () => void}>();
	return {
		now: () => now,
		after(ms, run) {
			const timer = {at: now + ms, run};
			timers.add(timer);
			return () => timers.delete(timer);
		},
		random: () => 0.5,
		move(ms) {
			now += ms;
			for (const timer of [...timers].sort((a, b) => a.at - b.at)) {
				if (timer.at > now || !timers.delete(timer)) continue;
				timer.run();
			}
		},
	};
}
