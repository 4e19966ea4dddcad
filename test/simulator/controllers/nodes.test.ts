import {beforeEach, describe, expect, it} from 'vitest';
import {timestamp} from '../../../src/simulator/clock.ts';
import type {Condition, Node, Pod} from '../../../src/simulator/types.ts';
import {createLab, deployment, type Lab, pod, service} from './lab.ts';

let lab: Lab;
beforeEach(() => {
	lab = createLab();
});

const node = () => lab.registry.get<Node>('nodes', undefined, 'lab-worker');
const taints = () => (node().spec.taints ?? []).map(({key, effect}) => `${key}:${effect}`);
const editNode = (change: (spec: Node['spec']) => Node['spec']) =>
	lab.registry.modify<Node>('nodes', undefined, 'lab-worker', node => ({...node, spec: change(node.spec)}));

function setReady(status: Condition['status']) {
	lab.registry.modify<Node>(
		'nodes',
		undefined,
		'lab-worker',
		node => ({
			...node,
			status: {
				...node.status,
				conditions: node.status.conditions!.map(condition =>
					condition.type === 'Ready'
						? {...condition, status, lastTransitionTime: timestamp(lab.clock.now())}
						: condition,
				),
			},
		}),
		{subresource: 'status'},
	);
	lab.settle();
}

describe('a new cluster', () => {
	it('has one control plane, which keeps Pods away, and two workers', () => {
		const nodes = [...lab.store.list<Node>('nodes')];
		expect(nodes.map(({metadata, spec}) => [metadata.name, spec.podCIDR])).toEqual([
			['lab-control-plane', '10.244.0.0/24'],
			['lab-worker', '10.244.1.0/24'],
			['lab-worker2', '10.244.2.0/24'],
		]);
		expect(nodes.map(({status}) => status.addresses![0]!.address)).toEqual(['172.18.0.3', '172.18.0.2', '172.18.0.4']);
		expect(nodes[0]!.spec.taints).toEqual([{key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule'}]);
	});

	it('says that it is simulated where a real one names its runtime', () => {
		expect(node().status.nodeInfo).toMatchObject({
			kubeletVersion: 'v1.36.2',
			containerRuntimeVersion: expect.stringMatching(/^simulated:/),
			osImage: expect.stringMatching(/simulated/),
		});
	});

	it('has a lease and an Event for each node', () => {
		expect([...lab.store.list('leases', 'kube-node-lease')].map(({metadata}) => metadata.name)).toEqual([
			'lab-control-plane',
			'lab-worker',
			'lab-worker2',
		]);
		expect(lab.events('lab-worker')).toMatchObject([
			{
				reason: 'RegisteredNode',
				message: 'Node lab-worker event: Registered Node lab-worker in Controller',
				source: {component: 'node-controller'},
			},
		]);
	});
});

it('taints a cordoned node until it is uncordoned', () => {
	editNode(spec => ({...spec, unschedulable: true}));
	lab.settle();
	expect(taints()).toEqual(['node.kubernetes.io/unschedulable:NoSchedule']);
	editNode(({unschedulable: _, ...spec}) => spec);
	lab.settle();
	expect(node().spec).not.toHaveProperty('taints');
});

describe('a node that is lost', () => {
	beforeEach(() => {
		lab.create('deployments', deployment('web', 1));
		lab.create('services', service('web'));
		lab.settle();
		lab.runAll();
		setReady('Unknown');
	});

	it('is tainted, and its Pods leave the endpoints', () => {
		expect(taints()).toEqual(['node.kubernetes.io/unreachable:NoSchedule', 'node.kubernetes.io/unreachable:NoExecute']);
		expect(lab.endpoints('web')!.subsets).toMatchObject([{notReadyAddresses: [{ip: '10.244.1.1'}]}]);
		expect(lab.slices('web')[0]!.endpoints![0]!.conditions).toEqual({ready: false, serving: false, terminating: false});
		const [{metadata}] = lab.pods() as [Pod];
		expect(lab.events(metadata.name).at(-1)).toMatchObject({
			type: 'Warning',
			reason: 'NodeNotReady',
			message: 'Node is not ready',
		});
	});

	it('loses its Pods after five minutes, and they are replaced', () => {
		const [{metadata}] = lab.pods() as [Pod];
		lab.settle(290_000);
		expect(lab.pods()).toHaveLength(1);
		lab.settle(15_000);
		expect(lab.get('pods', metadata.name)!.metadata.deletionTimestamp).toBeDefined();
		expect(lab.events(metadata.name).at(-1)!.message).toBe(`Marking for deletion Pod default/${metadata.name}`);
		expect(lab.pods()).toHaveLength(2);
	});

	it('keeps them when it comes back in time', () => {
		lab.settle(200_000);
		setReady('True');
		expect(taints()).toEqual([]);
		lab.settle(200_000);
		expect(lab.pods()).toHaveLength(1);
		expect(lab.pods()[0]!.metadata).not.toHaveProperty('deletionTimestamp');
	});
});

it('drives Pods off a node with a NoExecute taint at once, but for those that tolerate it', () => {
	lab.create('pods', pod('plain', {}));
	const tolerant = pod('tolerant', {});
	lab.create('pods', {...tolerant, spec: {...tolerant.spec, tolerations: [{key: 'k', operator: 'Exists'}]}});
	lab.run('plain');
	lab.run('tolerant');
	editNode(spec => ({...spec, taints: [{key: 'k', value: 'v', effect: 'NoExecute'}]}));
	lab.settle();
	expect(lab.get('pods', 'plain')!.metadata.deletionTimestamp).toBeDefined();
	expect(lab.get('pods', 'tolerant')!.metadata).not.toHaveProperty('deletionTimestamp');
});

it('removes the Pods of a deleted node after 40 s', () => {
	lab.create('pods', pod('p', {}));
	lab.run('p');
	lab.registry.delete('nodes', undefined, 'lab-worker');
	lab.settle(39_000);
	expect(lab.get('pods', 'p')).toBeDefined();
	lab.settle(2000);
	expect(lab.get('pods', 'p')).toBeUndefined();
});

it('forgets Events after an hour without news', () => {
	lab.settle(3_500_000);
	expect(lab.events('lab-worker')).toHaveLength(1);
	lab.settle(200_000);
	expect(lab.events('lab-worker')).toHaveLength(0);
});
