import {expect, test} from 'vitest';
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
