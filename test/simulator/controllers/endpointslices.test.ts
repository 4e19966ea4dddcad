import {beforeEach, describe, expect, it} from 'vitest';
import type {EndpointSlice, Node, Pod, Service} from '../../../src/simulator/types.ts';
import {createLab, type Lab, pod, service} from './lab.ts';

// kubernetes.md §2, fact by fact.

let lab: Lab;
beforeEach(() => {
	lab = createLab();
});

const web = {app: 'web'};
const manager = 'endpointslice.kubernetes.io/managed-by';

function run(...ips: string[]) {
	for (const [i, ip] of ips.entries()) {
		if (!lab.get('pods', `p${i}`)) lab.create('pods', pod(`p${i}`, web));
		lab.run(`p${i}`, {ip});
	}
	lab.settle();
}

const runMany = (from: number, to: number) => {
	for (let i = from; i < to; i++) {
		lab.create('pods', pod(`p${i}`, web));
		lab.run(`p${i}`, {ip: `10.244.${2 + Math.floor(i / 250)}.${1 + (i % 250)}`});
	}
	lab.settle(2000);
};

const only = (name = 'web') => {
	const slices = lab.slices(name);
	expect(slices).toHaveLength(1);
	return slices[0]!;
};
const sizes = () => lab.slices('web').map(({endpoints}) => endpoints?.length ?? 0);
const conditions = () =>
	Object.fromEntries((only().endpoints ?? []).map(({addresses, conditions}) => [addresses[0], conditions]));

describe('a slice', () => {
	it('is named after the Service with five more characters, and belongs to it', () => {
		lab.create('services', service('web', {}, {labels: {team: 'a'}}));
		lab.settle();
		const {metadata} = only();
		expect(metadata).toMatchObject({
			name: expect.stringMatching(/^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/),
			generateName: 'web-',
			generation: 1,
			labels: {
				team: 'a',
				'kubernetes.io/service-name': 'web',
				[manager]: 'endpointslice-controller.k8s.io',
			},
			ownerReferences: [{apiVersion: 'v1', kind: 'Service', name: 'web', controller: true, blockOwnerDeletion: true}],
			annotations: {
				'endpoints.kubernetes.io/last-change-trigger-time': lab.get('services', 'web')!.metadata.creationTimestamp,
			},
		});
	});

	it('has the shape of the real one', () => {
		lab.registry.modify<Node>('nodes', undefined, 'lab-worker', node => ({
			...node,
			metadata: {...node.metadata, labels: {...node.metadata.labels, 'topology.kubernetes.io/zone': 'z1'}},
		}));
		lab.create('services', service('web'));
		run('10.244.0.9');
		expect(only()).toMatchObject({
			addressType: 'IPv4',
			ports: [{name: '', port: 80, protocol: 'TCP'}],
			endpoints: [
				{
					addresses: ['10.244.0.9'],
					conditions: {ready: true, serving: true, terminating: false},
					nodeName: 'lab-worker',
					targetRef: {kind: 'Pod', name: 'p0', namespace: 'default', uid: lab.get('pods', 'p0')!.metadata.uid},
					zone: 'z1',
				},
			],
		});
	});

	it('hints at the zone of a ready endpoint, and at its node, when the Service prefers what is close', () => {
		const hints = () => only().endpoints!.map(endpoint => endpoint.hints);
		const prefer = (trafficDistribution: string | undefined) => {
			lab.edit<Service>('services', 'web', ({spec}) => {
				spec.trafficDistribution = trafficDistribution;
			});
			lab.settle();
		};
		lab.create('services', service('web', {trafficDistribution: 'PreferSameZone'}));
		run('10.244.0.9');
		// The lab's nodes are in no zone.
		expect(hints()).toEqual([undefined]);
		prefer('PreferSameNode');
		expect(hints()).toEqual([{forNodes: [{name: 'lab-worker'}]}]);
		lab.registry.modify<Node>('nodes', undefined, 'lab-worker', node => ({
			...node,
			metadata: {...node.metadata, labels: {...node.metadata.labels, 'topology.kubernetes.io/zone': 'z1'}},
		}));
		prefer('PreferClose');
		expect(hints()).toEqual([{forZones: [{name: 'z1'}]}]);
		prefer('PreferSameNode');
		expect(hints()).toEqual([{forZones: [{name: 'z1'}], forNodes: [{name: 'lab-worker'}]}]);
		lab.report('p0', {}, false);
		lab.settle();
		expect(hints()).toEqual([undefined]);
		lab.report('p0', {}, true);
		prefer(undefined);
		expect(hints()).toEqual([undefined]);
	});

	it('counts its generation up with endpoints, ports and labels', () => {
		lab.create('services', service('web'));
		run('10.244.0.9');
		const before = only().metadata.generation!;
		lab.report('p0', {}, false);
		lab.settle();
		expect(only().metadata.generation).toBe(before + 1);
		lab.edit<Service>('services', 'web', ({metadata}) => {
			metadata.labels = {team: 'b'};
		});
		lab.settle();
		expect(only().metadata.generation).toBe(before + 2);
	});

	it('marks headless Services', () => {
		lab.create('services', service('web', {clusterIP: 'None'}));
		lab.settle();
		expect(only().metadata.labels).toHaveProperty(['service.kubernetes.io/headless'], '');
	});

	it('is made for each address family and list of ports', () => {
		lab.create('services', service('web', {ports: [{port: 80, targetPort: 'http', protocol: 'TCP'}]}));
		lab.create('pods', pod('p0', web, {ports: [{name: 'http', containerPort: 8080, protocol: 'TCP'}]}));
		lab.create('pods', pod('p1', web, {ports: [{name: 'http', containerPort: 9090, protocol: 'TCP'}]}));
		run('10.244.0.9', '10.244.0.10');
		expect(
			lab.slices('web').map(({ports, endpoints}) => [ports![0]!.port, endpoints!.map(e => e.addresses[0])]),
		).toEqual(
			expect.arrayContaining([
				[8080, ['10.244.0.9']],
				[9090, ['10.244.0.10']],
			]),
		);
	});
});

describe('conditions', () => {
	it('say serving for the Ready condition, and ready unless terminating', () => {
		lab.create('services', service('web'));
		run('10.244.0.9', '10.244.0.10');
		lab.report('p0', {}, false);
		lab.remove('pods', 'p1');
		lab.settle();
		expect(conditions()).toEqual({
			'10.244.0.9': {ready: false, serving: false, terminating: false},
			'10.244.0.10': {ready: false, serving: true, terminating: true},
		});
	});

	it('keep a terminating Pod in the slice until it is gone', () => {
		lab.create('services', service('web'));
		run('10.244.0.9', '10.244.0.10');
		lab.remove('pods', 'p0');
		lab.settle(25_000);
		expect(conditions()).toHaveProperty(['10.244.0.9', 'terminating'], true);
		lab.finish('p0');
		lab.settle();
		expect(Object.keys(conditions())).toEqual(['10.244.0.10']);
	});

	it('say ready for all with publishNotReadyAddresses', () => {
		lab.create('services', service('web', {publishNotReadyAddresses: true}));
		run('10.244.0.9', '10.244.0.10');
		lab.report('p0', {}, false);
		lab.remove('pods', 'p1');
		lab.settle();
		expect(conditions()).toEqual({
			'10.244.0.9': {ready: true, serving: false, terminating: false},
			'10.244.0.10': {ready: true, serving: true, terminating: true},
		});
	});
});

describe('which Pods count', () => {
	it('gives a Pod with an unresolvable port a slice without ports', () => {
		lab.create('services', service('web', {ports: [{port: 80, targetPort: 'nope', protocol: 'TCP'}]}));
		run('10.244.0.9');
		expect(only()).toMatchObject({ports: null, endpoints: [{addresses: ['10.244.0.9']}]});
		expect(lab.endpoints('web')).not.toHaveProperty('subsets');
	});

	it('leaves a Pod out while its node is missing, and tries again', () => {
		lab.create('services', service('web'));
		lab.create('nodes', {metadata: {name: 'gone'}});
		lab.create('pods', pod('p0', web));
		lab.run('p0', {ip: '10.244.9.1', node: 'gone'});
		lab.registry.delete('nodes', undefined, 'gone');
		lab.settle(100);
		expect(only().endpoints).toBeNull();
		lab.create('nodes', {metadata: {name: 'gone'}});
		lab.settle(60_000);
		expect(only().endpoints).toMatchObject([{addresses: ['10.244.9.1']}]);
	});

	it('keeps a Pod without node with publishNotReadyAddresses', () => {
		lab.create('services', service('web', {publishNotReadyAddresses: true}));
		lab.create('nodes', {metadata: {name: 'gone'}});
		lab.create('pods', pod('p0', web));
		lab.run('p0', {ip: '10.244.9.1', node: 'gone'});
		lab.registry.delete('nodes', undefined, 'gone');
		lab.settle();
		expect(only().endpoints).toMatchObject([{addresses: ['10.244.9.1'], nodeName: 'gone'}]);
	});
});

describe('the placeholder', () => {
	it('is a slice without endpoints and ports', () => {
		lab.create('services', service('web'));
		lab.settle();
		expect(only()).toMatchObject({endpoints: null, ports: null});
	});

	it('takes up the first Pods, and is what the last ones leave, under one name', () => {
		lab.create('services', service('web'));
		lab.settle();
		const {name} = only().metadata;
		run('10.244.0.9');
		expect(only()).toMatchObject({metadata: {name}, endpoints: [{}], ports: [{port: 80}]});
		lab.remove('pods', 'p0');
		lab.finish('p0');
		lab.settle();
		expect(only()).toMatchObject({metadata: {name}, endpoints: null, ports: null});
	});
});

describe('packing', () => {
	it('puts at most 100 endpoints into a slice', () => {
		lab.create('services', service('web'));
		runMany(0, 250);
		expect(sizes().reduce((a, b) => a + b)).toBe(250);
		expect(Math.max(...sizes())).toBe(100);
		expect(sizes().length).toBeLessThanOrEqual(4);
	});

	it('fills changed slices up before it makes new ones', () => {
		lab.create('services', service('web'));
		runMany(0, 100);
		runMany(100, 200);
		expect(sizes()).toEqual([100, 100]);
		for (const name of ['p0', 'p1', 'p2']) {
			lab.remove('pods', name);
			lab.finish(name);
		}
		for (const name of ['q0', 'q1', 'q2']) {
			lab.create('pods', pod(name, web));
			lab.run(name);
		}
		lab.settle();
		expect(sizes()).toEqual([100, 100]);
	});

	it('does not move endpoints together to save slices', () => {
		lab.create('services', service('web'));
		runMany(0, 200);
		const first = lab.slices('web')[0]!.endpoints!.map(({targetRef}) => targetRef!.name!);
		for (const name of first.slice(0, 99)) {
			lab.remove('pods', name);
			lab.finish(name);
		}
		lab.settle();
		expect(sizes().toSorted((a, b) => a - b)).toEqual([1, 100]);
	});

	it('writes only the slices that change', () => {
		lab.create('services', service('web'));
		runMany(0, 200);
		const written: string[] = [];
		lab.store.subscribe<EndpointSlice>('endpointslices', ({object}) => written.push(object.metadata.name));
		lab.report('p7', {}, false);
		lab.settle();
		expect(written).toHaveLength(1);
	});
});

describe('others’ hands', () => {
	it('reverts an edit within about a second', () => {
		lab.create('services', service('web'));
		run('10.244.0.9');
		const {name} = only().metadata;
		lab.edit<EndpointSlice>('endpointslices', name, slice => {
			slice.endpoints![0]!.addresses = ['192.0.2.1'];
			slice.metadata.labels!.extra = 'x';
		});
		lab.settle(500);
		expect(only().endpoints![0]!.addresses).toEqual(['192.0.2.1']);
		lab.settle(700);
		expect(only()).toMatchObject({metadata: {name}, endpoints: [{addresses: ['10.244.0.9']}]});
		expect(only().metadata.labels).not.toHaveProperty('extra');
	});

	it('makes a deleted slice anew under another name', () => {
		lab.create('services', service('web'));
		run('10.244.0.9');
		const {name} = only().metadata;
		lab.remove('endpointslices', name);
		lab.settle(1200);
		expect(only().metadata.name).not.toBe(name);
		expect(only().endpoints).toMatchObject([{addresses: ['10.244.0.9']}]);
	});

	it('leaves hand-made slices alone, even when the Service goes', () => {
		lab.create('services', service('web'));
		const own = {
			metadata: {name: 'own', namespace: 'default', labels: {'kubernetes.io/service-name': 'web'}},
			addressType: 'IPv4',
			endpoints: [{addresses: ['192.0.2.42']}],
			ports: [{port: 80}],
		};
		lab.create('endpointslices', own);
		lab.settle(5000);
		expect(lab.slices('web')).toHaveLength(2);
		expect(lab.get<EndpointSlice>('endpointslices', 'own')!.endpoints).toEqual([
			{addresses: ['192.0.2.42'], conditions: {}},
		]);
		lab.remove('services', 'web');
		lab.settle();
		expect(lab.slices('web').map(({metadata}) => metadata.name)).toEqual(['own']);
		expect(lab.endpoints('web')).toBeUndefined();
	});
});

describe('the selector', () => {
	it('leaves its slices stale when it is removed, beside a mirrored one, which goes when it returns', () => {
		lab.create('services', service('web'));
		run('10.244.0.9');
		const {name} = only().metadata;
		lab.edit<Service>('services', 'web', ({spec}) => {
			delete spec.selector;
		});
		lab.settle(2000);
		expect(
			lab
				.slices('web')
				.map(({metadata}) => metadata.labels![manager])
				.sort(),
		).toEqual(['endpointslice-controller.k8s.io', 'endpointslicemirroring-controller.k8s.io']);
		lab.remove('pods', 'p0');
		lab.finish('p0');
		lab.settle(2000);
		expect(lab.slices('web').map(({endpoints}) => endpoints!.map(({addresses}) => addresses[0]))).toEqual([
			['10.244.0.9'],
			['10.244.0.9'],
		]);
		lab.edit<Service>('services', 'web', ({spec}) => {
			spec.selector = {app: 'web'};
		});
		lab.settle(2000);
		expect(only()).toMatchObject({metadata: {name}, endpoints: null});
	});

	it('may be changed', () => {
		lab.create('services', service('web'));
		lab.create('pods', pod('other', {app: 'other'}));
		lab.run('other', {ip: '10.244.0.77'});
		run('10.244.0.9');
		lab.edit<Service>('services', 'web', ({spec}) => {
			spec.selector = {app: 'other'};
		});
		lab.settle();
		expect(only().endpoints!.map(({addresses}) => addresses[0])).toEqual(['10.244.0.77']);
	});

	it('is not needed for slices to go with the Service', () => {
		lab.create('services', service('web'));
		run('10.244.0.9');
		lab.remove('services', 'web');
		lab.settle();
		expect(lab.slices('web')).toEqual([]);
	});
});

it('shows a Pod’s relabelling in both kinds of objects', () => {
	lab.create('services', service('web'));
	run('10.244.0.9', '10.244.0.10');
	lab.edit<Pod>('pods', 'p0', ({metadata}) => {
		metadata.labels = {app: 'quarantine'};
	});
	lab.settle(100);
	expect(only().endpoints!.map(({addresses}) => addresses[0])).toEqual(['10.244.0.10']);
	expect(lab.endpoints('web')!.subsets![0]!.addresses!.map(({ip}) => ip)).toEqual(['10.244.0.10']);
});
