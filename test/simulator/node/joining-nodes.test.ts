import {afterEach, describe, expect, it} from 'vitest';
import type {KubeObject, Node, Pod} from '../../../src/simulator/types.ts';
import {createLab, type Lab} from './lab.ts';

let lab: Lab;
afterEach(() => lab?.stop());

const addNode = (name: string, rest: object = {}) =>
	lab.registry.create<Node>('nodes', {apiVersion: 'v1', kind: 'Node', metadata: {name}, ...rest} as Node);
const node = (name: string) => lab.store.get<Node>('nodes', undefined, name)!;
const ready = (name: string) => node(name).status.conditions?.find(({type}) => type === 'Ready')?.status;

describe('a Node object that a learner creates becomes a node', () => {
	it('gets a range of Pod addresses of its own, an address, a lease, and is Ready', () => {
		lab = createLab();
		addNode('extra');
		addNode('more');
		expect(ready('extra')).toBeUndefined();
		lab.advance(5000);
		expect(node('extra').spec).toMatchObject({podCIDR: '10.244.3.0/24', podCIDRs: ['10.244.3.0/24']});
		expect(node('more').spec.podCIDR).toBe('10.244.4.0/24');
		expect(ready('extra')).toBe('True');
		expect(node('extra').metadata.labels).toMatchObject({'kubernetes.io/hostname': 'extra'});
		expect(node('extra').status.addresses?.[0]).toEqual({type: 'InternalIP', address: '172.18.0.5'});
		expect(node('more').status.addresses?.[0]).toEqual({type: 'InternalIP', address: '172.18.0.6'});
		expect(lab.store.get('leases', 'kube-node-lease', 'extra')).toBeDefined();
	});

	it('runs the Pods that had no room before', () => {
		// kube-proxy and kindnet take two places on each node.
		lab = createLab({workers: 1, podsPerNode: 4});
		for (const name of ['a', 'b', 'c']) lab.pod(name, {});
		lab.advance(5000);
		expect(['a', 'b', 'c'].filter(name => lab.get(name).status.phase === 'Pending')).toHaveLength(1);
		addNode('extra');
		lab.advance(10_000);
		const pods = ['a', 'b', 'c'].map(lab.get);
		expect(pods.map(({status}) => status.phase)).toEqual(['Running', 'Running', 'Running']);
		expect(pods.find(({spec}) => spec.nodeName === 'extra')?.status.podIP).toMatch(/^10\.244\.2\.\d+$/);
	});

	it('says that its Pods are ready again once it is ready itself', () => {
		lab = createLab({workers: 1});
		lab.pod('web', {});
		lab.advance(5000);
		const set = (status: 'True' | 'False') =>
			lab.registry.modify<Node>(
				'nodes',
				undefined,
				'lab-worker',
				object => ({
					...object,
					status: {
						...object.status,
						conditions: object.status.conditions!.map(condition =>
							condition.type === 'Ready' ? {...condition, status} : condition,
						),
					},
				}),
				{subresource: 'status'},
			);
		set('False');
		lab.advance(10_000);
		expect(lab.condition('web', 'Ready')!.status).toBe('False');
		set('True');
		lab.advance(5000);
		expect(lab.condition('web', 'Ready')!.status).toBe('True');
		const daemons = [...lab.store.list<Pod>('pods', 'kube-system')];
		expect(daemons.every(({status}) => status.conditions?.find(({type}) => type === 'Ready')?.status === 'True')).toBe(
			true,
		);
	});

	it('keeps what its manifest says of capacity and conditions', () => {
		lab = createLab();
		addNode('small', {
			status: {capacity: {pods: '3'}, conditions: [{type: 'Ready', status: 'False', reason: 'KubeletNotReady'}]},
		});
		lab.advance(5000);
		expect(node('small').status.capacity?.pods).toBe('3');
		expect(node('small').status.allocatable?.pods).toBe('3');
		expect(ready('small')).toBe('False');
		expect(node('small').spec.taints).toMatchObject([
			{key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule'},
			{key: 'node.kubernetes.io/not-ready', effect: 'NoExecute'},
		]);
	});

	it('gives its range back when it goes, and says so when there is none left', () => {
		lab = createLab();
		for (let i = 3; i < 257; i++) addNode(`n${i}`);
		lab.advance(5000);
		expect(node('n255').spec.podCIDR).toBe('10.244.255.0/24');
		expect(node('n256').spec.podCIDR).toBeUndefined();
		expect(lab.events('n256')).toContain('CIDRNotAvailable: Node n256 status is now: CIDRNotAvailable');
		lab.registry.delete('nodes', undefined, 'n7');
		addNode('later');
		lab.advance(5000);
		expect(node('later').spec.podCIDR).toBe('10.244.7.0/24');
	});
});

describe('a Pod that needs what the cluster does not have stays Pending', () => {
	it('names the claim that is not there', () => {
		lab = createLab();
		const volumes = [{name: 'data', persistentVolumeClaim: {claimName: 'my-claim'}}];
		lab.pod('p', {}, {spec: {volumes}});
		lab.advance(60_000);
		const message =
			'0/3 nodes are available: persistentvolumeclaim "my-claim" not found. no new claims to deallocate, ' +
			'preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.';
		expect(lab.get('p').status.phase).toBe('Pending');
		expect(lab.get('p').spec.nodeName).toBeUndefined();
		expect(lab.events('p')).toEqual([`FailedScheduling: ${message}`]);
		expect(lab.condition('p', 'PodScheduled')).toMatchObject({status: 'False', reason: 'Unschedulable', message});
	});
});

describe('the variables of many Services', () => {
	const services = (object: string) => lab.exec('p', `printenv ${object}`);

	it('are those of the time when the container started, and env lists them with its own', async () => {
		lab = createLab();
		lab.service('early');
		lab.pod('p', {env: [{name: 'OWN', value: 'x-$(EARLY_SERVICE_PORT)'}]});
		lab.advance(5000);
		lab.service('late');
		lab.advance(1000);
		const ip = (lab.store.get('services', 'default', 'early') as KubeObject & {spec: {clusterIP: string}}).spec
			.clusterIP;
		expect((await services('EARLY_SERVICE_HOST')).stdout).toBe(`${ip}\n`);
		expect((await services('LATE_SERVICE_HOST')).code).toBe(1);
		const {stdout} = await lab.exec('p', 'env');
		expect(stdout).toContain(`EARLY_PORT_80_TCP=tcp://${ip}:80\n`);
		expect(stdout).toContain('KUBERNETES_SERVICE_HOST=10.96.0.1\n');
		expect(stdout).toContain('OWN=x-80\n');
		expect(stdout).not.toContain('LATE_');
	});
});
