import {expect, it} from 'vitest';
import type {Change} from '../../../src/simulator/store.ts';
import type {EndpointSlice, Endpoints, Pod, ReplicaSet} from '../../../src/simulator/types.ts';
import {createLab, deployment, service} from './lab.ts';

// kubernetes.md §4: what a real v1.36.2 did after `kubectl delete pod`, in cluster time.

it('the address leaves, the slice flips, a new Pod comes, all well within a second, and none waits for the old Pod', () => {
	const lab = createLab();
	lab.create('services', service('web'));
	lab.create('deployments', deployment('web', 5));
	lab.settle();
	lab.runAll();

	const start = lab.clock.now();
	const seen: {what: string; at: number}[] = [];
	lab.store.subscribeAll(({type, resource, object}: Change) => {
		const at = lab.clock.now() - start;
		const note = (what: string) => seen.push({what, at});
		if (resource === 'pods' && type === 'ADDED') note('new Pod');
		if (resource === 'pods' && type === 'DELETED') note('old Pod gone');
		if (resource === 'endpoints') note(`Endpoints ${(object as Endpoints).subsets![0]!.addresses!.length}`);
		if (resource === 'endpointslices') {
			const {endpoints} = object as EndpointSlice;
			note(`slice ${endpoints!.length}, terminating ${endpoints!.filter(e => e.conditions.terminating).length}`);
		}
		if (resource === 'replicasets') {
			const {replicas, readyReplicas, terminatingReplicas} = (object as ReplicaSet).status;
			note(`ReplicaSet ${replicas} ${readyReplicas} ${terminatingReplicas}`);
		}
	});
	const {name} = lab.pods()[0]!.metadata;
	lab.remove('pods', name);
	expect(lab.get<Pod>('pods', name)!.metadata).toMatchObject({
		deletionTimestamp: new Date(Math.floor((start + 30_000) / 1000) * 1000).toISOString().replace('.000', ''),
		deletionGracePeriodSeconds: 30,
		generation: 2,
	});
	lab.settle(3000);
	lab.finish(name);
	lab.settle(3000);

	const first = seen.filter(({at}) => at < 3000);
	expect(first.map(({what}) => what).toSorted()).toEqual([
		'Endpoints 4',
		'ReplicaSet 4 4 1',
		'ReplicaSet 5 4 1',
		'new Pod',
		'slice 5, terminating 1',
	]);
	expect(Math.max(...first.map(({at}) => at))).toBeLessThan(150);
	const sets = first.filter(({what}) => what.startsWith('ReplicaSet')).map(({what}) => what);
	expect(sets).toEqual(['ReplicaSet 4 4 1', 'ReplicaSet 5 4 1']);
	expect(
		seen
			.filter(({at}) => at >= 3000)
			.map(({what}) => what)
			.toSorted(),
	).toEqual(['ReplicaSet 5 4 0', 'old Pod gone', 'slice 4, terminating 0']);
});
