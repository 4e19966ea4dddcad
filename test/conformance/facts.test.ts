import {afterEach, describe, expect, it} from 'vitest';
import type {Endpoints, Node, Service} from '../../src/simulator/types.ts';
import {createLab} from '../simulator/node/lab.ts';

// Facts that no other file tests; README.md tells where each of the others is.

let lab: ReturnType<typeof createLab>;
afterEach(() => lab?.stop());

const metadata = (name: string) => ({name, namespace: 'default', uid: `uid-of-${name}`});

describe('what a controller cannot do it says in an Event', () => {
	// No client can store such objects; they stand for what an older API server let through.
	it('FailedToCreateEndpoint, about the Service', () => {
		lab = createLab();
		lab.store.put<Service>('services', {
			apiVersion: 'v1',
			kind: 'Service',
			metadata: {...metadata('odd'), labels: {'not a key': 'x'}},
			spec: {type: 'ClusterIP', clusterIP: '10.96.9.9', selector: {app: 'x'}, ports: [{port: 80, protocol: 'TCP'}]},
			status: {loadBalancer: {}},
		});
		lab.advance(1000);
		expect(lab.events('odd')).toContainEqual(
			expect.stringMatching(
				/^FailedToCreateEndpoint: Failed to create endpoint default\/odd: Endpoints "odd" is invalid/,
			),
		);
	});

	it('InvalidIPAddress, about the Endpoints that are mirrored; the good addresses are', () => {
		lab = createLab();
		lab.service('ext', {selector: undefined});
		lab.store.put<Endpoints>('endpoints', {
			apiVersion: 'v1',
			kind: 'Endpoints',
			metadata: metadata('ext'),
			subsets: [{addresses: [{ip: '10.0.0.1'}, {ip: 'db.example.com'}], ports: [{port: 80, protocol: 'TCP'}]}],
		});
		lab.advance(1000);
		expect(lab.events('ext')).toContain(
			'InvalidIPAddress: Skipped 1 invalid IP addresses when mirroring to EndpointSlices',
		);
		const slices = [...lab.store.list('endpointslices', 'default')].filter(({metadata}) => metadata.generateName);
		expect(slices).toMatchObject([{endpoints: [{addresses: ['10.0.0.1']}]}]);
	});
});

describe('what admission refuses has no made name yet', () => {
	it('FailedCreate names the Pods of a ReplicaSet by what their names begin with, and is counted', () => {
		lab = createLab();
		const labels = {app: 'web'};
		lab.create('replicasets', {
			metadata: {name: 'web', labels},
			spec: {
				replicas: 1,
				selector: {matchLabels: labels},
				template: {
					metadata: {labels},
					spec: {serviceAccountName: 'robot', containers: [{name: 'nginx', image: 'nginx'}]},
				},
			},
		});
		lab.advance(1000);
		const why = 'error looking up service account default/robot: serviceaccount "robot" not found';
		expect(lab.events('web')).toEqual([`FailedCreate: Error creating: pods "web-" is forbidden: ${why}`]);
	});
});

describe('since 1.35', () => {
	it("binding copies the node's zone and region onto the Pod, and the slice tells the zone", () => {
		lab = createLab({workers: 1});
		const node = lab.store.get<Node>('nodes', undefined, 'lab-worker')!;
		const zone = {'topology.kubernetes.io/zone': 'z1', 'topology.kubernetes.io/region': 'r1'};
		const labels = {...node.metadata.labels, ...zone, rack: '7'};
		lab.registry.update('nodes', {...node, metadata: {...node.metadata, labels}});
		lab.service('web');
		lab.pod('web', {});
		lab.advance(5000);
		expect(lab.get('web').metadata.labels).toEqual({app: 'web', ...zone});
		const slices = [...lab.store.list('endpointslices', 'default')].filter(({metadata}) => metadata.generateName);
		expect(slices).toMatchObject([{endpoints: [{zone: 'z1', nodeName: 'lab-worker'}]}]);
	});
});
