import {beforeEach, describe, expect, it} from 'vitest';
import type {Endpoints, Pod, Service} from '../../../src/simulator/types.ts';
import {createLab, type Lab, pod, service} from './lab.ts';

// kubernetes.md §1, fact by fact.

let lab: Lab;
beforeEach(() => {
	lab = createLab();
});

const web = {app: 'web'};
const triggerTime = 'endpoints.kubernetes.io/last-change-trigger-time';

/** Starts ready Pods p0, p1, … with these addresses. */
function run(...ips: string[]) {
	for (const [i, ip] of ips.entries()) {
		if (!lab.get('pods', `p${i}`)) lab.create('pods', pod(`p${i}`, web));
		lab.run(`p${i}`, {ip});
	}
	lab.settle();
}

const subsets = (name = 'web') => lab.endpoints(name)!.subsets;
const ready = (name = 'web') => subsets(name)?.flatMap(({addresses = []}) => addresses.map(({ip}) => ip));
const notReady = (name = 'web') =>
	subsets(name)?.flatMap(({notReadyAddresses = []}) => notReadyAddresses.map(({ip}) => ip));

describe('which Pods count', () => {
	beforeEach(() => {
		lab.create('services', service('web'));
	});

	it('needs an address', () => {
		lab.create('pods', pod('p0', web));
		lab.settle();
		expect(subsets()).toBeUndefined();
		run('10.244.1.5');
		expect(ready()).toEqual(['10.244.1.5']);
	});

	it('leaves finished Pods out', () => {
		run('10.244.1.5', '10.244.1.6');
		lab.report('p0', {phase: 'Succeeded'});
		lab.report('p1', {phase: 'Failed'});
		lab.settle();
		expect(subsets()).toBeUndefined();
	});

	it('drops a Pod as soon as it is deleted, while it still terminates', () => {
		run('10.244.1.5', '10.244.1.6');
		lab.remove('pods', 'p0');
		lab.settle(60);
		expect(lab.get('pods', 'p0')).toBeDefined();
		expect(ready()).toEqual(['10.244.1.6']);
	});

	it('keeps terminating Pods with publishNotReadyAddresses', () => {
		lab.edit<Service>('services', 'web', ({spec}) => {
			spec.publishNotReadyAddresses = true;
		});
		run('10.244.1.5');
		lab.remove('pods', 'p0');
		lab.settle();
		expect(ready()).toEqual(['10.244.1.5']);
		lab.finish('p0');
		lab.settle();
		expect(subsets()).toBeUndefined();
	});

	it('follows labels', () => {
		run('10.244.1.5', '10.244.1.6');
		lab.edit<Pod>('pods', 'p0', ({metadata}) => {
			metadata.labels = {app: 'other'};
		});
		lab.settle();
		expect(ready()).toEqual(['10.244.1.6']);
		lab.edit<Pod>('pods', 'p0', ({metadata}) => {
			metadata.labels = {app: 'web', more: 'yes'};
		});
		lab.settle();
		expect(ready()).toEqual(['10.244.1.5', '10.244.1.6']);
	});
});

describe('readiness', () => {
	it('puts Pods that are not ready into notReadyAddresses', () => {
		lab.create('services', service('web'));
		run('10.244.1.5', '10.244.1.6');
		lab.report('p0', {}, false);
		lab.settle();
		expect([ready(), notReady()]).toEqual([['10.244.1.6'], ['10.244.1.5']]);
		lab.report('p1', {}, false);
		lab.settle();
		expect([ready(), notReady()]).toEqual([[], ['10.244.1.5', '10.244.1.6']]);
		expect(subsets()![0]).not.toHaveProperty('addresses');
	});

	it('counts every Pod as ready with publishNotReadyAddresses', () => {
		lab.create('services', service('web', {publishNotReadyAddresses: true}));
		lab.create('pods', pod('p0', web));
		lab.run('p0', {ip: '10.244.1.5', ready: false});
		lab.settle();
		expect([ready(), notReady()]).toEqual([['10.244.1.5'], []]);
	});
});

describe('addresses', () => {
	it('name the Pod and its node, and no versions', () => {
		lab.create('services', service('web'));
		run('10.244.1.5');
		expect(subsets()![0]!.addresses).toEqual([
			{
				ip: '10.244.1.5',
				nodeName: 'lab-worker',
				targetRef: {kind: 'Pod', namespace: 'default', name: 'p0', uid: lab.get('pods', 'p0')!.metadata.uid},
			},
		]);
	});

	it('are sorted by the bytes of their text', () => {
		lab.create('services', service('web'));
		run('10.244.0.9', '10.244.0.10', '10.244.0.11');
		expect(ready()).toEqual(['10.244.0.10', '10.244.0.11', '10.244.0.9']);
	});

	it('have a host name only when the Pod’s subdomain is the Service', () => {
		lab.create('services', service('web', {clusterIP: 'None'}));
		const named = pod('p0', web);
		lab.create('pods', {...named, spec: {...named.spec, hostname: 'zero', subdomain: 'web'}});
		const other = pod('p1', web);
		lab.create('pods', {...other, spec: {...other.spec, hostname: 'one', subdomain: 'elsewhere'}});
		run('10.244.1.5', '10.244.1.6');
		expect(subsets()![0]!.addresses!.map(({hostname}) => hostname)).toEqual(['zero', undefined]);
	});
});

describe('ports', () => {
	it('takes a numeric targetPort as it is, declared or not', () => {
		lab.create('services', service('web', {ports: [{port: 80, targetPort: 8080, protocol: 'TCP'}]}));
		run('10.244.1.5');
		expect(subsets()![0]!.ports).toEqual([{port: 8080, protocol: 'TCP'}]);
	});

	it('copies the Service port’s name', () => {
		lab.create('services', service('web', {ports: [{name: 'http', port: 80, protocol: 'TCP'}]}));
		run('10.244.1.5');
		expect(subsets()![0]!.ports).toEqual([{name: 'http', port: 80, protocol: 'TCP'}]);
	});

	it('looks a named targetPort up by name and protocol', () => {
		lab.create('services', service('web', {ports: [{port: 80, targetPort: 'http', protocol: 'TCP'}]}));
		lab.create('pods', pod('p0', web, {ports: [{name: 'http', containerPort: 53, protocol: 'UDP'}]}));
		lab.create('pods', pod('p1', web, {ports: [{name: 'http', containerPort: 8081, protocol: 'TCP'}]}));
		run('10.244.1.5', '10.244.1.6');
		expect(subsets()).toMatchObject([{addresses: [{ip: '10.244.1.6'}], ports: [{port: 8081}]}]);
	});

	it('finds the ports of sidecars', () => {
		lab.create('services', service('web', {ports: [{port: 80, targetPort: 'proxy', protocol: 'TCP'}]}));
		const plain = pod('p0', web);
		const proxy = {
			name: 'proxy',
			image: 'nginx',
			restartPolicy: 'Always',
			ports: [{name: 'proxy', containerPort: 15000}],
		};
		lab.create('pods', {...plain, spec: {...plain.spec, initContainers: [proxy]}});
		run('10.244.1.5');
		expect(subsets()).toMatchObject([{ports: [{port: 15000}]}]);
	});

	it('leaves a Pod out silently when its port cannot be resolved', () => {
		lab.create('services', service('web', {ports: [{port: 80, targetPort: 'nope', protocol: 'TCP'}]}));
		run('10.244.1.5');
		expect(lab.endpoints('web')).not.toHaveProperty('subsets');
		expect(lab.events('web')).toEqual([]);
	});

	it('makes a subset for each set of addresses with the same ports', () => {
		lab.create(
			'services',
			service('web', {
				ports: [
					{name: 'named', port: 80, targetPort: 'http', protocol: 'TCP'},
					{name: 'shared', port: 9000, protocol: 'TCP'},
				],
			}),
		);
		lab.create('pods', pod('p0', web, {ports: [{name: 'http', containerPort: 8080, protocol: 'TCP'}]}));
		lab.create('pods', pod('p1', web, {ports: [{name: 'http', containerPort: 9090, protocol: 'TCP'}]}));
		run('10.244.1.5', '10.244.1.6');
		const shapes = subsets()!.map(({addresses, ports}) => [addresses!.map(({ip}) => ip), ports!.map(({port}) => port)]);
		expect(shapes).toHaveLength(3);
		expect(shapes).toEqual(
			expect.arrayContaining([
				[['10.244.1.6'], [9090]],
				[['10.244.1.5', '10.244.1.6'], [9000]],
				[['10.244.1.5'], [8080]],
			]),
		);
	});

	it('puts several ports of the same Pods into one subset, in an order of its own', () => {
		const names = ['a', 'b', 'c', 'd'];
		const ports = names.map((name, i) => ({name, port: 80 + i, protocol: 'TCP' as const}));
		lab.create('services', service('web', {ports}));
		lab.create('services', service('turned', {ports: ports.toReversed()}));
		run('10.244.1.5');
		expect(subsets()).toHaveLength(1);
		expect(
			subsets()![0]!
				.ports!.map(({name}) => name)
				.sort(),
		).toEqual(names);
		expect(subsets('turned')).toEqual(subsets());
	});

	it('lists bare addresses for a headless Service without ports', () => {
		lab.create('services', service('web', {clusterIP: 'None', ports: []}));
		run('10.244.1.5');
		expect(subsets()).toEqual([{addresses: [expect.objectContaining({ip: '10.244.1.5'})]}]);
	});
});

describe('labels and annotations', () => {
	it('copies the Service’s labels, adds managed-by, and copies no annotations', () => {
		lab.create('services', service('web', {}, {labels: {team: 'a'}, annotations: {note: 'x'}}));
		lab.settle();
		const {labels, annotations} = lab.endpoints('web')!.metadata;
		expect(labels).toEqual({team: 'a', 'endpoints.kubernetes.io/managed-by': 'endpoint-controller'});
		expect(annotations).toEqual({[triggerTime]: lab.get('services', 'web')!.metadata.creationTimestamp});
	});

	it('follows changes of the Service’s labels', () => {
		lab.create('services', service('web', {}, {labels: {team: 'a'}}));
		lab.settle();
		lab.edit<Service>('services', 'web', ({metadata}) => {
			metadata.labels = {team: 'b'};
		});
		lab.settle();
		expect(lab.endpoints('web')!.metadata.labels).toMatchObject({team: 'b'});
	});

	it('marks headless Services', () => {
		lab.create('services', service('web', {clusterIP: 'None'}));
		lab.settle();
		expect(lab.endpoints('web')!.metadata.labels).toHaveProperty(['service.kubernetes.io/headless'], '');
	});

	it('tells the time of the readiness change it answers, and nothing after a deletion', () => {
		lab.create('services', service('web'));
		run('10.244.1.5', '10.244.1.6');
		lab.settle(10_000);
		lab.report('p0', {}, false);
		const changed = lab.get<Pod>('pods', 'p0')!.status.conditions!.at(-1)!.lastTransitionTime;
		lab.settle();
		expect(lab.endpoints('web')!.metadata.annotations).toEqual({[triggerTime]: changed});
		lab.remove('pods', 'p1');
		lab.settle();
		expect(lab.endpoints('web')!.metadata).not.toHaveProperty('annotations');
	});
});

describe('an Endpoints object', () => {
	it('has the Service’s name and no owner', () => {
		lab.create('services', service('web'));
		lab.settle();
		expect(lab.endpoints('web')!.metadata).not.toHaveProperty('ownerReferences');
	});

	it('is not made without a selector or for ExternalName, and an existing one is left alone', () => {
		lab.create('services', service('none', {selector: undefined}));
		lab.create('services', service('empty', {selector: {}}));
		lab.create('services', service('alias', {type: 'ExternalName', externalName: 'example.com', ports: undefined}));
		const own = {metadata: {name: 'none', namespace: 'default'}, subsets: [{addresses: [{ip: '192.0.2.42'}]}]};
		lab.create('endpoints', own);
		lab.settle();
		expect(ready('none')).toEqual(['192.0.2.42']);
		expect(lab.endpoints('empty')).toBeUndefined();
		expect(lab.endpoints('alias')).toBeUndefined();
	});

	it('has no subsets when no Pod matches', () => {
		lab.create('services', service('web'));
		lab.settle();
		expect(lab.endpoints('web')).not.toHaveProperty('subsets');
	});

	it('goes with its Service, even a hand-written one', () => {
		lab.create('services', service('web'));
		lab.create('services', service('own', {selector: undefined}));
		lab.create('endpoints', {
			metadata: {name: 'own', namespace: 'default'},
			subsets: [{addresses: [{ip: '192.0.2.42'}]}],
		});
		lab.settle();
		lab.remove('services', 'web');
		lab.remove('services', 'own');
		lab.settle();
		expect([lab.endpoints('web'), lab.endpoints('own')]).toEqual([undefined, undefined]);
	});

	it('stays when there never was a Service', () => {
		lab.create('endpoints', {
			metadata: {name: 'lone', namespace: 'default'},
			subsets: [{addresses: [{ip: '192.0.2.42'}]}],
		});
		lab.settle(60_000);
		expect(ready('lone')).toEqual(['192.0.2.42']);
	});

	it('comes back with another uid when it is deleted', () => {
		lab.create('services', service('web'));
		run('10.244.1.5');
		const {uid} = lab.endpoints('web')!.metadata;
		lab.remove('endpoints', 'web');
		lab.settle();
		expect(ready()).toEqual(['10.244.1.5']);
		expect(lab.endpoints('web')!.metadata.uid).not.toBe(uid);
	});

	it('keeps an edit by hand until the Service or a Pod changes', () => {
		lab.create('services', service('web'));
		run('10.244.1.5', '10.244.1.6');
		lab.edit<Endpoints>('endpoints', 'web', object => {
			object.subsets = [{addresses: [{ip: '192.0.2.1'}], ports: [{port: 80, protocol: 'TCP'}]}];
		});
		lab.settle(60_000);
		expect(ready()).toEqual(['192.0.2.1']);
		lab.report('p0', {}, false);
		lab.settle();
		expect(ready()).toEqual(['10.244.1.6']);
	});

	it('is not written again for changes that do not concern it', () => {
		lab.create('services', service('web'));
		run('10.244.1.5');
		const version = lab.endpoints('web')!.metadata.resourceVersion;
		lab.edit<Pod>('pods', 'p0', ({metadata}) => {
			metadata.annotations = {note: 'x'};
		});
		lab.settle();
		expect(lab.endpoints('web')!.metadata.resourceVersion).toBe(version);
	});
});

describe('more than 1000 addresses', () => {
	const overCapacity = 'endpoints.kubernetes.io/over-capacity';
	const many = (count: number, readyCount: number) => {
		lab.create('services', service('web'));
		for (let i = 0; i < count; i++) {
			lab.create('pods', pod(`p${i}`, web));
			lab.run(`p${i}`, {ip: `10.244.${2 + Math.floor(i / 250)}.${1 + (i % 250)}`, ready: i < readyCount});
		}
		lab.settle(2000);
	};

	it('are cut, ready ones kept first, with a note', () => {
		many(1005, 990);
		expect([ready()!.length, notReady()!.length]).toEqual([990, 10]);
		expect(lab.endpoints('web')!.metadata.annotations![overCapacity]).toBe('truncated');
		for (let i = 0; i < 10; i++) {
			lab.remove('pods', `p${i}`);
			lab.finish(`p${i}`);
		}
		lab.settle(2000);
		expect([ready()!.length, notReady()!.length]).toEqual([980, 15]);
		expect(lab.endpoints('web')!.metadata.annotations ?? {}).not.toHaveProperty([overCapacity]);
	});

	it('lose all that are not ready when ready ones are too many', () => {
		many(1006, 1003);
		expect([ready()!.length, notReady()!.length]).toEqual([1000, 0]);
	});
});

describe('the Services that the control plane keeps', () => {
	it('have Endpoints that are not mirrored, and a slice of their name', () => {
		expect(lab.endpoints('kubernetes')).toMatchObject({
			metadata: {labels: {'endpointslice.kubernetes.io/skip-mirror': 'true'}},
			subsets: [{addresses: [{ip: '172.18.0.3'}], ports: [{name: 'https', port: 6443, protocol: 'TCP'}]}],
		});
		expect(lab.slices('kubernetes')).toMatchObject([
			{metadata: {name: 'kubernetes'}, addressType: 'IPv4', ports: [{name: 'https', port: 6443}]},
		]);
	});
});
