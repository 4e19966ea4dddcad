import {describe, expect, test} from 'vitest';
import type {Node, Pod} from '../../../src/simulator/types.ts';
import {createLab} from './lab.ts';

const nodeOf = (lab: ReturnType<typeof createLab>, name: string) => lab.get(name).spec.nodeName;

test('Pods are spread over the workers and keep away from the control plane', () => {
	const lab = createLab();
	for (let i = 0; i < 6; i++) lab.pod(`web-${i}`, {});
	lab.advance(1000);
	const nodes = [...lab.store.list<Pod>('pods', 'default')].map(({spec}) => spec.nodeName).sort();
	expect(nodes).toEqual(['lab-worker', 'lab-worker', 'lab-worker', 'lab-worker2', 'lab-worker2', 'lab-worker2']);
});

test('binding sets PodScheduled and leaves the generation alone', () => {
	const lab = createLab();
	lab.pod('web', {});
	lab.advance(40);
	expect(lab.condition('web', 'PodScheduled')).toMatchObject({status: 'True', observedGeneration: 1});
	expect(lab.get('web').metadata.generation).toBe(1);
});

test('a node selector that no node fits: the Pod waits and says why, and goes when a node gets the label', () => {
	const lab = createLab();
	lab.pod('web', {}, {spec: {nodeSelector: {disk: 'ssd'}}});
	lab.advance(1000);
	const message =
		"0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't " +
		"match Pod's node affinity/selector. no new claims to deallocate, preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.";
	expect(lab.events('web')).toEqual([`FailedScheduling: ${message}`]);
	expect(lab.condition('web', 'PodScheduled')).toMatchObject({status: 'False', reason: 'Unschedulable', message});
	lab.registry.modify<Node>('nodes', undefined, 'lab-worker2', node => ({
		...node,
		metadata: {...node.metadata, labels: {...node.metadata.labels, disk: 'ssd'}},
	}));
	lab.advance(1000);
	expect(nodeOf(lab, 'web')).toBe('lab-worker2');
});

test('a cordoned node gets no new Pods', () => {
	const lab = createLab();
	lab.registry.modify<Node>('nodes', undefined, 'lab-worker', node => ({
		...node,
		spec: {...node.spec, unschedulable: true},
	}));
	lab.advance(500);
	for (let i = 0; i < 3; i++) lab.pod(`web-${i}`, {});
	lab.advance(500);
	expect([0, 1, 2].map(i => nodeOf(lab, `web-${i}`))).toEqual(['lab-worker2', 'lab-worker2', 'lab-worker2']);
});

test('a node takes as many Pods as it says, and the next one goes when one ends', () => {
	// kube-proxy and kindnet take two places.
	const lab = createLab({workers: 1, podsPerNode: 4});
	for (const name of ['a', 'b', 'c']) lab.pod(name, {});
	lab.advance(1000);
	const waiting = ['a', 'b', 'c'].filter(name => !nodeOf(lab, name));
	expect(waiting).toHaveLength(1);
	expect(lab.events(waiting[0]!).join()).toContain(
		'1 Too many pods, 1 node(s) had untolerated taint(s). no new claims to deallocate, preemption: 0/2 nodes are available: ' +
			'1 No preemption victims found for incoming pod, 1 Preemption is not helpful for scheduling.',
	);
	lab.remove(['a', 'b', 'c'].find(name => nodeOf(lab, name))!);
	lab.advance(5000);
	expect(nodeOf(lab, waiting[0]!)).toBe('lab-worker');
});

test('a toleration opens a tainted node', () => {
	const lab = createLab();
	lab.pod(
		'web',
		{},
		{
			spec: {
				nodeSelector: {'node-role.kubernetes.io/control-plane': ''},
				tolerations: [{key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule'}],
			},
		},
	);
	lab.advance(500);
	expect(nodeOf(lab, 'web')).toBe('lab-control-plane');
});

test('a Pod that names another scheduler is left alone', () => {
	const lab = createLab();
	lab.pod('web', {}, {spec: {schedulerName: 'mine'}});
	lab.advance(1000);
	expect(nodeOf(lab, 'web')).toBeUndefined();
});

describe('what other Pods leave of a node', () => {
	const asks = (cpu: string) => ({resources: {requests: {cpu}}});

	test('a Pod waits when the nodes have given away what it asks for, and goes when it is free again', () => {
		const lab = createLab();
		for (const name of ['a', 'b', 'c']) lab.pod(name, asks('6'));
		lab.advance(1000);
		const waiting = ['a', 'b', 'c'].find(name => !nodeOf(lab, name))!;
		expect(lab.events(waiting)).toEqual([
			'FailedScheduling: 0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. no new claims to deallocate, ' +
				'preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod.',
		]);
		lab.remove(['a', 'b', 'c'].find(name => nodeOf(lab, name))!);
		lab.advance(40_000);
		expect(nodeOf(lab, waiting)).toBeDefined();
	});

	test('what no node has at all, no Pod makes free', () => {
		const lab = createLab();
		lab.pod('web', {resources: {requests: {cpu: '100', memory: '1Ti'}}});
		lab.advance(1000);
		expect(lab.events('web').join()).toContain(
			'1 node(s) had untolerated taint(s), 2 Insufficient cpu, 2 Insufficient memory. no new claims to deallocate, ' +
				'preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
		);
	});

	test('a port of the host is for one Pod of a node', () => {
		const lab = createLab();
		for (const name of ['a', 'b', 'c']) lab.pod(name, {ports: [{containerPort: 80, hostPort: 8080, protocol: 'TCP'}]});
		lab.advance(1000);
		const placed = ['a', 'b', 'c'].filter(name => nodeOf(lab, name));
		expect(new Set(placed.map(name => nodeOf(lab, name)))).toEqual(new Set(['lab-worker', 'lab-worker2']));
		const waiting = ['a', 'b', 'c'].find(name => !nodeOf(lab, name))!;
		expect(lab.events(waiting).join()).toContain(
			"2 node(s) didn't have free ports for the requested pod ports. no new claims to deallocate, ",
		);
	});

	test('an init container that asks for more than all others together counts', () => {
		const initContainers = [{name: 'i', image: 'busybox', command: ['true'], ...asks('8')}];
		const lab = createLab({workers: 1});
		lab.pod('a', asks('1'), {spec: {initContainers}});
		lab.pod('b', asks('4'));
		lab.advance(1000);
		expect([nodeOf(lab, 'a'), nodeOf(lab, 'b')].filter(Boolean)).toHaveLength(1);
	});
});

describe('Pods that look at each other', () => {
	const term = (app: string, topologyKey = 'kubernetes.io/hostname') => ({
		topologyKey,
		labelSelector: {matchLabels: {app}},
	});
	const far = (app: string) => ({
		affinity: {podAntiAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [term(app)]}},
	});
	const near = (app: string, key?: string) => ({
		affinity: {podAffinity: {requiredDuringSchedulingIgnoredDuringExecution: [term(app, key)]}},
	});
	const labels = {app: 'web'};

	test('those that keep apart get a node each, and the last one waits', () => {
		const lab = createLab();
		for (const name of ['a', 'b', 'c']) lab.pod(name, {}, {labels, spec: far('web')});
		lab.advance(1000);
		const placed = ['a', 'b', 'c'].filter(name => nodeOf(lab, name));
		expect(new Set(placed.map(name => nodeOf(lab, name)))).toEqual(new Set(['lab-worker', 'lab-worker2']));
		const waiting = ['a', 'b', 'c'].find(name => !nodeOf(lab, name))!;
		expect(lab.events(waiting)).toEqual([
			"FailedScheduling: 0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 node(s) didn't match pod anti-affinity rules. " +
				'no new claims to deallocate, preemption: 0/3 nodes are available: 1 Preemption is not helpful for scheduling, ' +
				'2 No preemption victims found for incoming pod.',
		]);
	});

	test('a Pod that others keep off waits, though it has nothing against them', () => {
		const lab = createLab({workers: 1});
		lab.pod('shy', {}, {spec: far('web')});
		lab.advance(1000);
		lab.pod('web', {}, {labels});
		lab.advance(1000);
		expect(lab.events('web').join()).toContain("1 node(s) didn't satisfy existing pods anti-affinity rules");
		lab.remove('shy', {gracePeriodSeconds: 0});
		lab.advance(2000);
		expect(nodeOf(lab, 'web')).toBe('lab-worker');
	});

	test('one that wants to be near waits for the other, and follows it', () => {
		const lab = createLab();
		lab.pod('cache', {}, {spec: near('web')});
		lab.advance(1000);
		expect(lab.events('cache').join()).toContain("2 node(s) didn't match pod affinity rules");
		lab.pod('web', {}, {labels, spec: {nodeSelector: {'kubernetes.io/hostname': 'lab-worker2'}}});
		lab.advance(2000);
		expect(nodeOf(lab, 'cache')).toBe('lab-worker2');
	});

	test('the first of those that want to be together may go anywhere, where there is such a place', () => {
		const lab = createLab();
		for (const name of ['a', 'b', 'c']) lab.pod(name, {}, {labels, spec: near('web')});
		lab.pod('lost', {}, {labels, spec: near('web', 'rack')});
		lab.advance(2000);
		expect(new Set(['a', 'b', 'c'].map(name => nodeOf(lab, name))).size).toBe(1);
		expect(nodeOf(lab, 'a')).toBeDefined();
		expect(nodeOf(lab, 'lost')).toBeUndefined();
	});

	test('a liking decides between nodes that both fit', () => {
		const lab = createLab();
		lab.pod('web', {}, {labels});
		lab.advance(1000);
		const preferredDuringSchedulingIgnoredDuringExecution = [{weight: 1, podAffinityTerm: term('web')}];
		for (const name of ['a', 'b', 'c']) {
			const affinity = {podAffinity: {preferredDuringSchedulingIgnoredDuringExecution}};
			lab.pod(name, {}, {spec: {affinity}});
		}
		lab.advance(1000);
		expect(['a', 'b', 'c'].map(name => nodeOf(lab, name))).toEqual(Array(3).fill(nodeOf(lab, 'web')));
	});

	test('Pods that are to be spread wait rather than make the nodes uneven', () => {
		const lab = createLab();
		const constraint = {
			maxSkew: 1,
			topologyKey: 'kubernetes.io/hostname',
			whenUnsatisfiable: 'DoNotSchedule',
			labelSelector: {matchLabels: labels},
		};
		// The control plane counts as a place, though its taint keeps Pods away: one each, and no more.
		for (const name of ['a', 'b', 'c']) lab.pod(name, {}, {labels, spec: {topologySpreadConstraints: [constraint]}});
		lab.advance(1000);
		const waiting = ['a', 'b', 'c'].filter(name => !nodeOf(lab, name));
		expect(waiting).toHaveLength(1);
		expect(lab.events(waiting[0]!).join()).toContain("2 node(s) didn't match pod topology spread constraints");
		// With its taint honoured, only the workers count.
		const honest = {...constraint, nodeTaintsPolicy: 'Honor'};
		for (const name of ['d', 'e']) lab.pod(name, {}, {labels, spec: {topologySpreadConstraints: [honest]}});
		lab.advance(1000);
		expect(new Set(['d', 'e'].map(name => nodeOf(lab, name)))).toEqual(new Set(['lab-worker', 'lab-worker2']));
		const elsewhere = {...constraint, topologyKey: 'rack'};
		lab.pod('f', {}, {labels, spec: {topologySpreadConstraints: [elsewhere]}});
		lab.advance(1000);
		expect(lab.events('f').join()).toContain('(missing required label)');
	});
});

test('a gated Pod waits without a word, until its gate is gone', () => {
	const lab = createLab();
	lab.pod('web', {}, {spec: {schedulingGates: [{name: 'example.com/ready'}]}});
	lab.advance(1000);
	expect([nodeOf(lab, 'web'), lab.events('web')]).toEqual([undefined, []]);
	lab.registry.modify<Pod>('pods', 'default', 'web', pod => ({...pod, spec: {...pod.spec, schedulingGates: []}}));
	lab.advance(1000);
	expect(nodeOf(lab, 'web')).toBeDefined();
});

test('a node that would rather have no Pods gets them last', () => {
	const lab = createLab();
	lab.registry.modify<Node>('nodes', undefined, 'lab-worker', node => ({
		...node,
		spec: {...node.spec, taints: [{key: 'old', effect: 'PreferNoSchedule'}]},
	}));
	for (const name of ['a', 'b', 'c']) lab.pod(name, {});
	lab.advance(1000);
	expect(['a', 'b', 'c'].map(name => nodeOf(lab, name))).toEqual(Array(3).fill('lab-worker2'));
});
