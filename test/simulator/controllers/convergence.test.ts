import {describe, expect, it} from 'vitest';
import {startControllers} from '../../../src/simulator/controllers/index.ts';
import {type Random, seededRandom} from '../../../src/simulator/random.ts';
import type {EndpointSlice, KubeObject, Pod, Service} from '../../../src/simulator/types.ts';
import {createLab, deployment, type Lab, pod, service} from './lab.ts';

// Any sequence of changes ends in Endpoints and slices equal to what follows plainly from Services and Pods.

const apps = ['web', 'api', 'db'];
const portNames = ['http', 'admin'];
const serviceNames = ['s0', 's1', 's2', 's3'];

const pick = <T>(random: Random, items: T[]): T => items[random.below(items.length)]!;

function servicePorts(random: Random): Service['spec']['ports'] {
	const targets = [undefined, 8080, 'http', 'admin'];
	const count = 1 + random.below(2);
	return Array.from({length: count}, (_, i) => {
		const targetPort = pick(random, targets);
		const name = count > 1 ? {name: `p${i}`} : {};
		return {...name, port: 80 + i, protocol: 'TCP', ...(targetPort !== undefined && {targetPort})};
	});
}

/** One random change, of those a user, a kubelet or a script may make. */
function change(lab: Lab, random: Random, step: number) {
	const pods = lab.pods();
	const services = lab.list<Service>('services').filter(({metadata}) => serviceNames.includes(metadata.name));
	const somePod = pods.length > 0 ? pick(random, pods) : undefined;
	const someService = services.length > 0 ? pick(random, services) : undefined;
	const name = somePod?.metadata.name ?? '';
	switch (random.below(16)) {
		case 0:
		case 1:
		case 2: {
			const named = portNames.filter(() => random.below(2) === 0);
			const ports = named.map((name, i) => ({
				name,
				containerPort: 8080 + i + random.below(2),
				protocol: 'TCP' as const,
			}));
			return lab.create('pods', pod(`pod-${step}`, {app: pick(random, apps)}, {ports}));
		}
		case 3:
		case 4:
		case 5:
			if (somePod && somePod.status.phase === 'Pending' && !somePod.metadata.deletionTimestamp)
				lab.run(name, {ready: random.below(3) > 0, node: pick(random, ['lab-worker', 'lab-worker2'])});
			return;
		case 6:
			return somePod?.status.phase === 'Running' ? lab.report(name, {}, random.below(2) === 0) : undefined;
		case 7:
			return somePod && lab.remove('pods', name);
		case 8:
			return somePod?.metadata.deletionTimestamp ? lab.finish(name) : undefined;
		case 9:
			return (
				somePod &&
				lab.edit<Pod>('pods', name, ({metadata}) => {
					metadata.labels = {...metadata.labels, app: pick(random, apps)};
				})
			);
		case 10: {
			const free = serviceNames.find(name => !lab.get('services', name));
			const spec = {selector: {app: pick(random, apps)}, ports: servicePorts(random)};
			return free && lab.create('services', service(free, {...spec, publishNotReadyAddresses: random.below(4) === 0}));
		}
		case 11:
			return (
				someService &&
				lab.edit<Service>('services', someService.metadata.name, ({spec, metadata}) => {
					if (random.below(2) === 0) spec.ports = servicePorts(random);
					if (random.below(2) === 0) spec.selector = {app: pick(random, apps)};
					if (random.below(3) === 0) metadata.labels = {turn: String(step)};
				})
			);
		case 12:
			return someService && random.below(3) === 0 ? lab.remove('services', someService.metadata.name) : undefined;
		case 13: {
			const slices = lab.list<EndpointSlice>('endpointslices').filter(({metadata}) => metadata.generateName);
			if (slices.length === 0) return;
			const victim = pick(random, slices).metadata.name;
			if (random.below(2) === 0) return lab.remove('endpointslices', victim);
			return lab.edit<EndpointSlice>('endpointslices', victim, slice => {
				slice.endpoints = (slice.endpoints ?? []).slice(1);
			});
		}
		case 14:
			return someService && lab.endpoints(someService.metadata.name)
				? lab.remove('endpoints', someService.metadata.name)
				: undefined;
		default:
			return somePod?.status.phase === 'Running' && random.below(2) === 0
				? lab.report(name, {phase: 'Succeeded'}, false)
				: undefined;
	}
}

const isReady = ({status}: Pod) => status.conditions?.some(({type, status}) => type === 'Ready' && status === 'True');

/** The number of a Service port in a Pod, said again without a look at the controllers. */
function portIn(pod: Pod, {port, targetPort}: NonNullable<Service['spec']['ports']>[number]): number | undefined {
	if (typeof targetPort !== 'string') return targetPort ?? port;
	return pod.spec.containers.flatMap(({ports = []}) => ports).find(({name}) => name === targetPort)?.containerPort;
}

function expectedEndpoints(lab: Lab, {spec, metadata}: Service) {
	const addresses: string[] = [];
	const sliced: string[] = [];
	for (const pod of lab.pods()) {
		if (pod.metadata.labels?.app !== spec.selector!.app) continue;
		const {podIP, phase} = pod.status;
		if (!podIP || phase === 'Succeeded' || phase === 'Failed') continue;
		const terminating = pod.metadata.deletionTimestamp !== undefined;
		const serving = isReady(pod) === true;
		const all = spec.publishNotReadyAddresses === true;
		const numbers = (spec.ports ?? []).map(port => [port.name ?? '', portIn(pod, port)] as const);
		const found = numbers.filter(([, number]) => number !== undefined);
		if (!terminating || all)
			for (const [name, number] of found) addresses.push(`${podIP} ${name}:${number} ${serving || all}`);
		const ports = found.map(([name, number]) => `${name}:${number}`).sort();
		const ready = all || (serving && !terminating);
		sliced.push(`${podIP} ${ports.join(',')} ${ready} ${serving} ${terminating}`);
	}
	return {name: metadata.name, addresses: addresses.sort(), sliced: sliced.sort()};
}

function actualEndpoints(lab: Lab, {metadata: {name}}: Service) {
	const addresses = (lab.endpoints(name)?.subsets ?? []).flatMap(subset =>
		(subset.ports ?? []).flatMap(port =>
			[
				...(subset.addresses ?? []).map(({ip}) => ({ip, ready: true})),
				...(subset.notReadyAddresses ?? []).map(({ip}) => ({ip, ready: false})),
			].map(({ip, ready}) => `${ip} ${port.name ?? ''}:${port.port} ${ready}`),
		),
	);
	const sliced = lab.slices(name).flatMap(({endpoints, ports}) =>
		(endpoints ?? []).map(({addresses, conditions: {ready, serving, terminating}}) => {
			const shown = (ports ?? []).map(({name, port}) => `${name}:${port}`).sort();
			return `${addresses[0]} ${shown.join(',')} ${ready} ${serving} ${terminating}`;
		}),
	);
	return {name, addresses: addresses.sort(), sliced: sliced.sort()};
}

/** A watcher that lists once and then only follows changes. */
function watch(lab: Lab, resource: string) {
	const state = new Map<string, KubeObject>();
	for (const object of lab.store.list(resource)) state.set(object.metadata.uid!, object);
	lab.store.subscribe(resource, ({type, object}) => {
		if (type === 'DELETED') expect(state.delete(object.metadata.uid!)).toBe(true);
		else {
			expect(state.has(object.metadata.uid!)).toBe(type === 'MODIFIED');
			state.set(object.metadata.uid!, object);
		}
	});
	return () => {
		const fresh = new Map([...lab.store.list(resource)].map(object => [object.metadata.uid!, object]));
		expect(state).toEqual(fresh);
	};
}

/** A watcher that was away and catches up from a revision. */
function resume(lab: Lab, resource: string, seen: {revision: number; objects: KubeObject[]}) {
	const state = new Map(seen.objects.map(object => [object.metadata.uid!, object]));
	const changes = lab.store.changesSince(resource, seen.revision);
	if (changes === 'expired') throw new Error('the history is too short for this test');
	for (const {type, object} of changes) {
		if (type === 'DELETED') state.delete(object.metadata.uid!);
		else state.set(object.metadata.uid!, object);
	}
	expect(state).toEqual(new Map([...lab.store.list(resource)].map(object => [object.metadata.uid!, object])));
}

const watched = ['pods', 'endpoints', 'endpointslices'];
const seeds = Array.from({length: 60}, (_, i) => i + 1);

describe('after any 200 changes', () => {
	it.each(seeds)('endpoints follow from Services and Pods, and watchers miss nothing (seed %i)', seed => {
		const lab = createLab({seed});
		const random = seededRandom(seed * 7919);
		const checks = watched.map(resource => watch(lab, resource));
		const steps = 20 + random.below(181);
		const pause = random.below(steps);
		let away: {resource: string; revision: number; objects: KubeObject[]}[] = [];
		for (let step = 0; step < steps; step++) {
			change(lab, random, step);
			if (step === pause) {
				const {revision} = lab.store;
				away = watched.map(resource => ({resource, revision, objects: [...lab.store.list(resource)]}));
			}
			if (random.below(3) > 0) lab.clock.advance(random.below(60));
		}
		lab.settle(10_000);
		for (const name of serviceNames) {
			const found = lab.get<Service>('services', name);
			if (found) expect(actualEndpoints(lab, found)).toEqual(expectedEndpoints(lab, found));
			else expect([lab.endpoints(name), lab.slices(name)]).toEqual([undefined, []]);
		}
		for (const check of checks) check();
		for (const {resource, ...seen} of away) resume(lab, resource, seen);
		// Nothing is left to do, not even for controllers that start anew.
		const {revision} = lab.store;
		lab.settle(60_000);
		lab.controllers.stop();
		startControllers(lab, {rootCertificate: () => 'PEM'});
		lab.settle(60_000);
		expect(lab.store.revision).toBe(revision);
	});
});

describe('after any changes of a Deployment', () => {
	it.each(seeds.slice(0, 20))('it ends with the wanted Pods of the last template (seed %i)', seed => {
		const lab = createLab({seed});
		const random = seededRandom(seed * 104_729);
		lab.create('deployments', deployment('web', 1 + random.below(8)));
		let image = '';
		let replicas = 0;
		for (let step = 0; step < 40; step++) {
			lab.edit<KubeObject & {spec: {replicas: number; template: {spec: {containers: {image: string}[]}}}}>(
				'deployments',
				'web',
				({spec}) => {
					if (random.below(3) === 0) spec.replicas = random.below(9);
					if (random.below(3) === 0) spec.template.spec.containers[0]!.image = `nginx:1.${random.below(4)}`;
					replicas = spec.replicas;
					image = spec.template.spec.containers[0]!.image;
				},
			);
			for (const {metadata, status} of lab.pods()) {
				const luck = random.below(4);
				if (metadata.deletionTimestamp) luck > 0 && lab.finish(metadata.name);
				else if (status.phase === 'Pending') luck > 0 && lab.run(metadata.name);
				else if (luck === 0 && random.below(4) === 0) lab.remove('pods', metadata.name);
			}
			lab.clock.advance(random.below(200));
		}
		for (let i = 0; i < 30; i++) {
			lab.runAll();
			for (const {metadata} of lab.pods()) if (metadata.deletionTimestamp) lab.finish(metadata.name);
			lab.settle();
		}
		expect(lab.pods().map(({spec}) => spec.containers[0]!.image)).toEqual(Array.from({length: replicas}, () => image));
		expect(lab.deployment('web').status.availableReplicas ?? 0).toBe(replicas);
		expect(lab.deployment('web').status.conditions).toEqual(
			expect.arrayContaining([expect.objectContaining({type: 'Progressing', reason: 'NewReplicaSetAvailable'})]),
		);
	});
});
