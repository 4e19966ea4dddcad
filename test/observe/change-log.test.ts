import {describe, expect, test} from 'vitest';
import {createChangeLog} from '../../src/observe/change-log.ts';
import type {PodView, ServiceView, Snapshot} from '../../src/observe/snapshot.ts';

const pod = (name: string, ready = true) => ({name, ready}) as PodView;
const service = (name: string) => ({name}) as ServiceView;

/** A cluster that a test changes, with its log and its snapshots at each time. */
function aCluster(limit?: number) {
	const log = createChangeLog(limit);
	let now: Snapshot = {at: 0, pods: [], services: [], endpoints: [], slices: [], deployments: []};
	const seen = new Map<number, Snapshot>();
	return {
		log,
		now: () => now,
		seen,
		change(at: number, name: string, after: PodView | undefined) {
			const before = now.pods.find(view => view.name === name);
			log.add(at, 'pods', before, after);
			const others = now.pods.filter(view => view.name !== name);
			const pods = after ? [...others, after].sort((a, b) => (a.name < b.name ? -1 : 1)) : others;
			now = {...now, at, pods};
			seen.set(at, now);
		},
	};
}

describe('an earlier moment', () => {
	test('is as it was then, however much has changed since', () => {
		const {log, now, seen, change} = aCluster();
		change(1, 'b', pod('b'));
		change(2, 'a', pod('a', false));
		change(3, 'a', pod('a'));
		change(4, 'b', undefined);
		change(5, 'c', pod('c'));
		change(6, 'a', undefined);
		for (const [at, snapshot] of seen) expect(log.snapshotAt(now(), at)).toEqual(snapshot);
		expect(log.snapshotAt(now(), 0.5)?.pods).toEqual([]);
		// Between two changes, what the earlier one made.
		expect(log.snapshotAt(now(), 3.7)?.pods).toEqual(seen.get(3)?.pods);
	});

	test('keeps what has not changed since, and changes nothing of the present', () => {
		const {log, now, change} = aCluster();
		change(1, 'a', pod('a'));
		const present = {...now(), services: [service('web')]};
		log.add(2, 'services', undefined, service('web'));
		const then = log.snapshotAt(present, 1);
		expect(then?.services).toEqual([]);
		expect(then?.pods).toBe(present.pods);
		expect(present.services).toHaveLength(1);
	});

	test('is not known any more once the log has dropped changes that came after it', () => {
		const {log, now, seen, change} = aCluster(10);
		for (let at = 1; at <= 100; at++) change(at, `pod-${at % 7}`, pod(`pod-${at % 7}`, at % 2 === 0));
		expect(log.snapshotAt(now(), 5)).toBeUndefined();
		let known = 0;
		for (const [at, snapshot] of seen) {
			const then = log.snapshotAt(now(), at);
			if (!then) continue;
			known++;
			expect(then).toEqual(snapshot);
		}
		expect(known).toBeGreaterThanOrEqual(10);
	});
});
