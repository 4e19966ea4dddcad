import {beforeEach, describe, expect, it} from 'vitest';
import {bootstrap} from '../../../src/simulator/controllers/bootstrap.ts';
import {definitions} from '../../../src/simulator/resources/index.ts';
import {createSimulation} from '../../../src/simulator/simulation.ts';
import type {ContainerStatus, Deployment, Pod} from '../../../src/simulator/types.ts';
import {createLab, type Lab} from './lab.ts';

let lab: Lab;
beforeEach(() => {
	lab = createLab();
});

const etcd = 'etcd-lab-control-plane';
const pod = (name: string) => lab.store.get<Pod>('pods', 'kube-system', name);
const idOf = (name: string) => (pod(name)!.status.containerStatuses![0] as ContainerStatus).containerID;
const scale = (replicas: number) => {
	lab.registry.modify<Deployment>('deployments', 'kube-system', 'coredns', set => ({
		...set,
		spec: {...set.spec, replicas},
	}));
	lab.advance(10_000);
};

describe('kube-system of a new cluster', () => {
	it('runs at once and stays as it is', () => {
		const before = [...lab.store.list<Pod>('pods', 'kube-system')];
		expect(before).toHaveLength(12);
		expect(before.every(({status}) => status.phase === 'Running')).toBe(true);
		const {revision} = lab.store;
		lab.advance(3_000_000);
		expect(lab.store.revision).toBe(revision);
	});

	it('holds nothing that the API would have refused', () => {
		const simulation = createSimulation(definitions, {start: Date.parse('2026-11-22T00:00:00Z'), seed: 1});
		bootstrap(simulation);
		const {store, registry} = simulation;
		let seen = 0;
		for (const resource of store.resources()) {
			for (const object of store.list(resource)) {
				const {validate} = registry.definition(resource);
				expect({name: object.metadata.name, causes: validate?.(object, undefined, simulation) ?? []}).toEqual({
					name: object.metadata.name,
					causes: [],
				});
				seen++;
			}
		}
		expect(seen).toBeGreaterThan(35);
	});

	it('costs no time while nothing happens', () => {
		// The next thing to happen are the first Events that expire after an hour.
		expect(lab.clock.next! - lab.clock.now()).toBeGreaterThan(3_500_000);
	});

	it('writes a line for each program into its log', async () => {
		const read = async (name: string) => {
			let text = '';
			const write = (data: string) => {
				text += data;
			};
			await lab.nodes.nodeApi.logs('kube-system', name, {}, write, new AbortController().signal);
			return text;
		};
		expect(await read(etcd)).toContain('simulated by endpoint-lab');
	});

	it('is found again after a restart, with the same containers and one line in each log', () => {
		const id = idOf(etcd);
		const saved = lab.save();
		lab.stop();
		lab = createLab({saved});
		lab.advance(5000);
		expect(idOf(etcd)).toBe(id);
		expect([...lab.store.list<Pod>('pods', 'kube-system')]).toHaveLength(12);
		const lines = Object.values(lab.nodes.snapshot()['lab-control-plane']!.pods).map(
			({containers}) => Object.values(containers)[0]!.log.length,
		);
		expect(Math.max(...lines)).toBeLessThanOrEqual(2);
	});
});

describe('a static Pod', () => {
	it('is mirrored again when its mirror is deleted, and its container runs on', () => {
		const {uid} = pod(etcd)!.metadata;
		const id = idOf(etcd);
		lab.registry.delete('pods', 'kube-system', etcd);
		lab.advance(2000);
		expect(pod(etcd)!.metadata.uid).not.toBe(uid);
		expect(idOf(etcd)).toBe(id);
		expect(pod(etcd)!.status.containerStatuses![0]).toMatchObject({restartCount: 0, ready: true});
		expect(lab.events(etcd).filter(text => text.startsWith('Killing'))).toEqual([]);
	});

	it('comes back however often, forced or with all others', () => {
		for (let i = 0; i < 3; i++) {
			lab.registry.delete('pods', 'kube-system', etcd, {gracePeriodSeconds: 0});
			lab.registry.delete('pods', 'kube-system', 'kube-scheduler-lab-control-plane');
			lab.advance(1000);
		}
		expect(pod(etcd)!.status.phase).toBe('Running');
		expect(pod('kube-scheduler-lab-control-plane')!.metadata.deletionTimestamp).toBeUndefined();
	});

	it('belongs to its node and says where it comes from', () => {
		const {metadata, status} = pod(etcd)!;
		expect(metadata.ownerReferences).toMatchObject([{kind: 'Node', name: 'lab-control-plane', controller: true}]);
		expect(metadata.annotations?.['kubernetes.io/config.source']).toBe('file');
		expect(status.podIP).toBe('172.18.0.3');
	});
});

describe("the cluster's DNS", () => {
	beforeEach(() => {
		lab.service('web');
		lab.pod('web', {});
		lab.pod('box', {image: 'busybox:1.36', command: ['sleep', '3600']});
		lab.advance(5000);
	});

	it('answers through the Pods of CoreDNS', () => {
		const slices = [...lab.store.list('endpointslices', 'kube-system')] as unknown as {endpoints: unknown[]}[];
		expect(slices).toHaveLength(1);
		expect(slices[0]!.endpoints).toHaveLength(2);
	});

	it('is silent while CoreDNS is scaled to zero, and back with it; addresses work all the time', async () => {
		const wget = async (host: string) => await lab.exec('box', `wget -T 5 -qO- http://${host}`, {within: 10_000});
		const ip = lab.get('web').status.podIP!;
		expect((await wget('web')).stdout).toContain('Welcome to nginx!');
		scale(0);
		expect(await wget('web')).toMatchObject({code: 1, stderr: "wget: bad address 'web'\n"});
		expect((await wget(ip)).stdout).toContain('Welcome to nginx!');
		expect(await lab.exec('box', 'nslookup web')).toEqual({
			code: 1,
			stdout: ';; connection timed out; no servers could be reached\n\n',
			stderr: 'nslookup: read: Connection refused\n'.repeat(2),
		});
		expect(await lab.request('http://web')).toMatchObject({failure: 'unknown-host'});
		scale(1);
		expect((await wget('web')).stdout).toContain('Welcome to nginx!');
		expect((await lab.exec('box', 'nslookup web.default.svc.cluster.local')).code).toBe(0);
	});

	it('is silent without its Service', async () => {
		lab.registry.delete('services', 'kube-system', 'kube-dns');
		lab.advance(1000);
		expect((await lab.exec('box', 'nslookup web.default.svc.cluster.local')).code).toBe(1);
	});
});

it.each([
	['coredns', (name: string) => name.startsWith('coredns-')],
	['etcd', (name: string) => name === etcd],
	['kube-proxy', (name: string) => name.startsWith('kube-proxy-')],
])('%s has no shell', async (_, matches) => {
	const found = [...lab.store.list<Pod>('pods', 'kube-system')].find(({metadata}) => matches(metadata.name))!;
	await expect(lab.exec(found.metadata.name, ['sh'], {namespace: 'kube-system'})).rejects.toThrow(
		'exec: "sh": executable file not found in $PATH',
	);
});
