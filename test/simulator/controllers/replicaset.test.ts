import {beforeEach, describe, expect, it} from 'vitest';
import {deletionOrder} from '../../../src/simulator/controllers/pod-ranking.ts';
import type {Pod, ReplicaSet} from '../../../src/simulator/types.ts';
import {createLab, type Lab, pod} from './lab.ts';

let lab: Lab;
beforeEach(() => {
	lab = createLab();
});

const set = (name: string, replicas: number, spec: Partial<ReplicaSet['spec']> = {}) => ({
	metadata: {name, namespace: 'default'},
	spec: {
		replicas,
		selector: {matchLabels: {app: name}},
		template: {metadata: {labels: {app: name}}, spec: {containers: [{name: 'c', image: 'nginx'}]}},
		...spec,
	},
});
const resize = (replicas: number) =>
	lab.edit<ReplicaSet>('replicasets', 'web', ({spec}) => {
		spec.replicas = replicas;
	});
const status = () => lab.get<ReplicaSet>('replicasets', 'web')!.status;
const names = () => lab.pods().map(({metadata}) => metadata.name);

describe('a ReplicaSet', () => {
	it('replaces a deleted Pod without waiting for its end', () => {
		lab.create('replicasets', set('web', 2));
		lab.settle();
		lab.runAll();
		const gone = names()[0]!;
		lab.remove('pods', gone);
		lab.settle();
		expect(lab.pods()).toHaveLength(3);
		expect(status()).toMatchObject({replicas: 2, readyReplicas: 1, terminatingReplicas: 1});
		lab.finish(gone);
		lab.settle();
		expect(status()).toMatchObject({replicas: 2, terminatingReplicas: 0});
	});

	it('first reports the Pods that are left, then the new one', () => {
		lab.create('replicasets', set('web', 5));
		lab.settle();
		lab.runAll();
		const seen: unknown[] = [];
		lab.store.subscribe<ReplicaSet>('replicasets', ({object: {status}}) => {
			seen.push([status.replicas, status.readyReplicas, status.terminatingReplicas]);
		});
		lab.remove('pods', names()[0]!);
		lab.settle();
		expect(seen).toEqual([
			[4, 4, 1],
			[5, 4, 1],
		]);
	});

	it('replaces finished Pods and leaves them in place', () => {
		lab.create('replicasets', set('web', 1));
		lab.settle();
		lab.runAll();
		lab.report(names()[0]!, {phase: 'Failed'}, false);
		lab.settle();
		expect(lab.pods().map(({status}) => status.phase)).toEqual(['Failed', 'Pending']);
	});

	it('lets go of a Pod whose label changes, and makes another', () => {
		lab.create('replicasets', set('web', 2));
		lab.settle();
		const [first] = names();
		lab.edit<Pod>('pods', first!, ({metadata}) => {
			metadata.labels = {app: 'quarantine'};
		});
		lab.settle();
		expect(lab.get('pods', first!)!.metadata).not.toHaveProperty('ownerReferences');
		expect(lab.pods()).toHaveLength(3);
	});

	it('adopts a Pod that matches and nobody owns, and deletes what is too many', () => {
		lab.create('replicasets', set('web', 1));
		lab.settle();
		lab.runAll();
		lab.create('pods', pod('stray', {app: 'web'}));
		lab.settle();
		expect(lab.get('pods', 'stray')).toBeUndefined();
		expect(lab.events('web').at(-1)!.message).toBe('Deleted pod: stray');
		lab.create('pods', pod('early', {app: 'late'}));
		lab.create('replicasets', set('late', 1));
		lab.settle();
		expect(lab.pods().filter(({metadata}) => metadata.labels!.app === 'late')).toMatchObject([
			{metadata: {name: 'early', ownerReferences: [{kind: 'ReplicaSet', name: 'late', controller: true}]}},
		]);
	});

	it('creates at most 500 Pods in one go, and all in the end', () => {
		const counts: number[] = [];
		lab.store.subscribe<ReplicaSet>('replicasets', ({object}) => counts.push(object.status?.replicas ?? 0));
		lab.create('replicasets', set('web', 1200));
		lab.settle(5000);
		expect(lab.pods()).toHaveLength(1200);
		expect(counts.filter(count => count > 0)).toEqual([500, 1000, 1200]);
	});

	it('says why it cannot create Pods, and goes on when it can', () => {
		const create = lab.registry.create.bind(lab.registry);
		let refuse = true;
		lab.registry.create = ((plural: string, draft: never, options: never) => {
			if (plural === 'pods' && refuse) return create('nodes', {metadata: {name: 'Not a name'}} as never);
			return create(plural, draft, options);
		}) as typeof create;
		lab.create('replicasets', set('web', 3));
		lab.settle(100);
		expect(status().conditions).toMatchObject([{type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate'}]);
		expect(lab.events('web')[0]).toMatchObject({
			type: 'Warning',
			reason: 'FailedCreate',
			message: expect.stringMatching(/^Error creating: Node "Not a name" is invalid/),
		});
		refuse = false;
		lab.settle(5000);
		expect(lab.pods()).toHaveLength(3);
		expect(status()).not.toHaveProperty('conditions');
	});

	it('counts a Pod as available after minReadySeconds', () => {
		lab.create('replicasets', set('web', 1, {minReadySeconds: 30}));
		lab.settle();
		lab.runAll();
		expect(status()).toMatchObject({readyReplicas: 1});
		expect(status()).not.toHaveProperty('availableReplicas');
		lab.settle(31_000);
		expect(status()).toMatchObject({availableReplicas: 1});
	});
});

describe('the Pods that go first', () => {
	const time = (seconds: number) => new Date(Date.parse('2026-11-21T22:00:00Z') + seconds * 1000).toISOString();
	const now = Date.parse('2026-11-21T23:00:00Z');
	type Options = {
		node?: string;
		phase?: Pod['status']['phase'];
		ready?: number;
		cost?: number;
		restarts?: number;
		created?: number;
	};
	const ranked = (
		name: string,
		{node = 'a', phase = 'Running', ready = 0, cost, restarts = 0, created = 0}: Options,
	): Pod => ({
		apiVersion: 'v1',
		kind: 'Pod',
		metadata: {
			name,
			namespace: 'default',
			uid: name,
			creationTimestamp: time(created),
			...(cost !== undefined && {annotations: {'controller.kubernetes.io/pod-deletion-cost': String(cost)}}),
		},
		spec: {containers: [], ...(node && {nodeName: node})},
		status: {
			phase,
			conditions: ready < 0 ? [] : [{type: 'Ready', status: 'True', lastTransitionTime: time(ready)}],
			containerStatuses: [
				{name: 'c', image: '', imageID: '', ready: true, restartCount: restarts, state: {}, lastState: {}},
			],
		},
	});
	const order = (...pods: Pod[]) => deletionOrder(pods, pods, now).map(({metadata}) => metadata.name);

	it.each([
		['have no node', {node: '', phase: 'Pending', ready: -1}, {}],
		['are pending', {phase: 'Pending', ready: -1}, {ready: -1}],
		['are not ready', {ready: -1}, {}],
		['cost less', {cost: -5}, {}],
		['became ready lately', {ready: 3500}, {ready: 0}],
		['restarted more often', {restarts: 3}, {}],
		['were made lately', {created: 3500}, {created: 0}],
	] as [string, Options, Options][])('are those that %s', (_what, first, last) => {
		expect(order(ranked('z-last', last), ranked('a-first', first))).toEqual(['a-first', 'z-last']);
		expect(order(ranked('a-first', first), ranked('z-last', last))).toEqual(['a-first', 'z-last']);
	});

	it('are those that share their node with more of the same', () => {
		expect(order(ranked('alone', {node: 'b'}), ranked('one', {node: 'a'}), ranked('two', {node: 'a'}))[2]).toBe(
			'alone',
		);
	});

	it('are chosen when a ReplicaSet shrinks', () => {
		lab.create('replicasets', set('web', 3));
		lab.settle();
		const [a, b, c] = names();
		lab.run(a!);
		lab.run(c!);
		lab.settle();
		resize(2);
		lab.settle();
		expect(names()).toEqual([a, c]);
		expect(lab.events('web').at(-1)).toMatchObject({reason: 'SuccessfulDelete', message: `Deleted pod: ${b}`});
	});
});
