import {beforeEach, describe, expect, it} from 'vitest';
import type {DaemonSet, Node, Pod} from '../../../src/simulator/types.ts';
import {createLab, type Lab} from '../node/lab.ts';

let lab: Lab;
beforeEach(() => {
	lab = createLab();
});

const create = (spec: Partial<DaemonSet['spec']> = {}, podSpec: object = {}) => {
	lab.create<DaemonSet>('daemonsets', {
		metadata: {name: 'agent'},
		spec: {
			selector: {matchLabels: {app: 'agent'}},
			template: {
				metadata: {labels: {app: 'agent'}},
				spec: {containers: [{name: 'c', image: 'nginx:1.14.2'}], ...podSpec},
			},
			...spec,
		},
	});
	lab.advance(3000);
};
const edit = (change: (set: DaemonSet) => void) =>
	lab.registry.modify<DaemonSet>('daemonsets', 'default', 'agent', object => {
		const copy = structuredClone(object);
		change(copy);
		return copy;
	});
const pods = () => [...lab.store.list<Pod>('pods', 'default')];
const nodes = () =>
	pods()
		.filter(({metadata}) => !metadata.deletionTimestamp)
		.map(({spec}) => spec.nodeName)
		.sort();
const status = () => lab.store.get<DaemonSet>('daemonsets', 'default', 'agent')!.status;
const images = () =>
	pods()
		.map(({spec}) => spec.containers[0]!.image)
		.sort();

describe('a DaemonSet', () => {
	it('has one Pod on each node that its Pods fit', () => {
		create();
		expect(nodes()).toEqual(['lab-worker', 'lab-worker2']);
		expect(status()).toEqual({
			currentNumberScheduled: 2,
			desiredNumberScheduled: 2,
			numberAvailable: 2,
			numberMisscheduled: 0,
			numberReady: 2,
			observedGeneration: 1,
			updatedNumberScheduled: 2,
		});
		expect(pods()[0]!.metadata.labels).toMatchObject({app: 'agent', 'pod-template-generation': '1'});
	});

	it('goes onto the control plane when it tolerates its taint', () => {
		create({}, {tolerations: [{operator: 'Exists'}]});
		expect(nodes()).toEqual(['lab-control-plane', 'lab-worker', 'lab-worker2']);
	});

	it('follows the labels of nodes', () => {
		create({}, {nodeSelector: {disk: 'ssd'}});
		expect(nodes()).toEqual([]);
		expect(status()).toMatchObject({desiredNumberScheduled: 0});
		const label = (value: string) =>
			lab.registry.modify<Node>('nodes', undefined, 'lab-worker', node => ({
				...node,
				metadata: {...node.metadata, labels: {...node.metadata.labels, disk: value}},
			}));
		label('ssd');
		lab.advance(3000);
		expect(nodes()).toEqual(['lab-worker']);
		label('none');
		lab.advance(5000);
		expect(pods()).toEqual([]);
	});

	it('replaces a deleted Pod on the same node once it is gone', () => {
		create();
		const [gone] = pods();
		lab.remove(gone!.metadata.name);
		lab.advance(5000);
		expect(nodes()).toEqual(['lab-worker', 'lab-worker2']);
		expect(pods().map(({metadata}) => metadata.name)).not.toContain(gone!.metadata.name);
	});

	it('gets a Pod on a node that joins, and loses none when one is cordoned', () => {
		create();
		lab.registry.create('nodes', {apiVersion: 'v1', kind: 'Node', metadata: {name: 'extra'}});
		lab.advance(10_000);
		expect(nodes()).toEqual(['extra', 'lab-worker', 'lab-worker2']);
		lab.registry.modify<Node>('nodes', undefined, 'extra', node => ({
			...node,
			spec: {...node.spec, unschedulable: true},
		}));
		lab.advance(5000);
		expect(nodes()).toEqual(['extra', 'lab-worker', 'lab-worker2']);
		expect(status()).toMatchObject({desiredNumberScheduled: 3, numberReady: 3});
	});

	it('is updated one node after the other', () => {
		create();
		let least = 2;
		const stop = lab.store.subscribe<DaemonSet>('daemonsets', ({object}) => {
			least = Math.min(least, object.status.numberAvailable ?? 0);
		});
		edit(({spec}) => {
			spec.template.spec.containers[0]!.image = 'nginx:1.25';
		});
		lab.advance(500);
		expect(images()).toContain('nginx:1.14.2');
		lab.advance(20_000);
		stop();
		expect(images()).toEqual(['nginx:1.25', 'nginx:1.25']);
		expect(least).toBe(1);
		expect(status()).toMatchObject({updatedNumberScheduled: 2, numberAvailable: 2, observedGeneration: 2});
		expect(pods()[0]!.metadata.labels?.['pod-template-generation']).toBe('2');
	});

	it('waits for hands with OnDelete', () => {
		create({updateStrategy: {type: 'OnDelete'}});
		edit(({spec}) => {
			spec.template.spec.containers[0]!.image = 'nginx:1.25';
		});
		lab.advance(10_000);
		expect(images()).toEqual(['nginx:1.14.2', 'nginx:1.14.2']);
		expect(status().updatedNumberScheduled).toBeUndefined();
		lab.remove(pods()[0]!.metadata.name);
		lab.advance(10_000);
		expect(images()).toEqual(['nginx:1.14.2', 'nginx:1.25']);
	});

	it('adopts Pods of its labels and lets others go', () => {
		lab.pod('lone', {}, {labels: {app: 'agent'}});
		lab.advance(2000);
		create({updateStrategy: {type: 'OnDelete'}});
		expect(nodes()).toHaveLength(2);
		expect(lab.get('lone').metadata.ownerReferences?.[0]).toMatchObject({kind: 'DaemonSet', name: 'agent'});
		lab.registry.modify<Pod>('pods', 'default', 'lone', pod => ({
			...pod,
			metadata: {...pod.metadata, labels: {app: 'free'}},
		}));
		lab.advance(3000);
		expect(lab.get('lone').metadata.ownerReferences).toBeUndefined();
		expect(pods()).toHaveLength(3);
	});

	it('goes with its Pods', () => {
		create();
		lab.registry.delete('daemonsets', 'default', 'agent');
		lab.advance(5000);
		expect(pods()).toEqual([]);
	});

	it.each([
		['a restart policy', {}, {restartPolicy: 'Never'}, 'spec.template.spec.restartPolicy: Unsupported value: "Never"'],
		[
			'no Pod that may be unavailable',
			{updateStrategy: {type: 'RollingUpdate', rollingUpdate: {maxUnavailable: 0, maxSurge: 0}}},
			{},
			'cannot be 0 when maxSurge is 0',
		],
		[
			'a surge, which is not simulated',
			{updateStrategy: {type: 'RollingUpdate', rollingUpdate: {maxUnavailable: 0, maxSurge: 1}}},
			{},
			'does not simulate updates of DaemonSets that surge',
		],
		['an empty selector', {selector: {}}, {}, 'empty selector is invalid for daemonset'],
	])('refuses %s', (_, spec, podSpec, text) => {
		expect(() => create(spec as Partial<DaemonSet['spec']>, podSpec)).toThrow(text);
	});
});
