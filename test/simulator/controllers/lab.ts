import {timestamp} from '../../../src/simulator/clock.ts';
import {bootstrap} from '../../../src/simulator/controllers/bootstrap.ts';
import {startControllers} from '../../../src/simulator/controllers/index.ts';
import {bindPod} from '../../../src/simulator/node/binding.ts';
import {definitions} from '../../../src/simulator/resources/index.ts';
import {createSimulation} from '../../../src/simulator/simulation.ts';
import type {
	Condition,
	Container,
	Deployment,
	EndpointSlice,
	Endpoints,
	KubeEvent,
	KubeObject,
	Pod,
	ReplicaSet,
	Service,
} from '../../../src/simulator/types.ts';

export type Lab = ReturnType<typeof createLab>;

/** A cluster with all controllers under a clock moved by hand, and no kubelet: the tests say what Pods do. */
export function createLab({seed = 1}: {seed?: number} = {}) {
	const simulation = createSimulation(definitions, {start: Date.parse('2026-11-21T22:00:00Z'), seed});
	const {clock, store, registry} = simulation;
	bootstrap(simulation);
	const controllers = startControllers(simulation, {rootCertificate: () => 'PEM'});
	clock.advance(1000);
	let address = 0;

	const lab = {
		...simulation,
		controllers,
		/** Lets the controllers finish what the last change caused. */
		settle: (ms = 500) => clock.advance(ms),
		get: <T extends KubeObject>(resource: string, name: string) => store.get<T>(resource, 'default', name),
		list: <T extends KubeObject>(resource: string) => [...store.list<T>(resource, 'default')],
		create: <T extends KubeObject>(resource: string, object: unknown): T =>
			registry.create(resource, structuredClone(object) as T),
		/** Changes an object as an edit by a user would. */
		edit: <T extends KubeObject>(resource: string, name: string, change: (object: T) => void) =>
			registry.modify<T>(resource, 'default', name, object => {
				const copy = structuredClone(object);
				change(copy);
				return copy;
			}),
		remove: (resource: string, name: string, options = {}) => registry.delete(resource, 'default', name, options),
		/** Binds a Pod and lets it run; ready unless told otherwise. */
		run(pod: Pod | string, {ready = true, node = 'lab-worker', ip = ''} = {}): Pod {
			const name = typeof pod === 'string' ? pod : pod.metadata.name;
			const current = lab.get<Pod>('pods', name)!;
			if (!current.spec.nodeName) bindPod(simulation, 'default', name, node);
			const podIP = ip || current.status.podIP || `10.244.1.${++address}`;
			return lab.report(name, {phase: 'Running', podIP, podIPs: [{ip: podIP}]}, ready);
		},
		/** Writes a Pod's status as its kubelet would. */
		report(name: string, status: Partial<Pod['status']>, ready?: boolean): Pod {
			return registry.modify<Pod>(
				'pods',
				'default',
				name,
				pod => {
					const conditions = [...(pod.status.conditions ?? [])];
					if (ready !== undefined) setReady(conditions, ready, timestamp(clock.now()));
					return {...pod, status: {...pod.status, ...status, conditions}};
				},
				{subresource: 'status'},
			);
		},
		/** Ends a deleted Pod for good, as its kubelet does once its containers have stopped. */
		finish: (name: string) => registry.delete('pods', 'default', name, {gracePeriodSeconds: 0}),
		/** Runs every Pod that does not run yet. */
		runAll() {
			for (const pod of lab.pods()) if (pod.status.phase === 'Pending' && !pod.metadata.deletionTimestamp) lab.run(pod);
			lab.settle();
		},
		pods: () => lab.list<Pod>('pods'),
		endpoints: (name: string) => lab.get<Endpoints>('endpoints', name),
		slices: (name: string) =>
			lab
				.list<EndpointSlice>('endpointslices')
				.filter(({metadata}) => metadata.labels?.['kubernetes.io/service-name'] === name),
		deployment: (name: string) => lab.get<Deployment>('deployments', name)!,
		sets: () => lab.list<ReplicaSet>('replicasets'),
		events: (name: string) => lab.list<KubeEvent>('events').filter(({involvedObject}) => involvedObject.name === name),
	};
	return lab;
}

function setReady(conditions: Condition[], ready: boolean, time: string) {
	const at = conditions.findIndex(({type}) => type === 'Ready');
	const status = ready ? 'True' : 'False';
	if (at >= 0 && conditions[at]!.status === status) return;
	if (at >= 0) conditions.splice(at, 1);
	conditions.push({type: 'Ready', status, lastTransitionTime: time});
}

const container = (extra: Partial<Container> = {}): Container => ({name: 'c', image: 'nginx:1.14.2', ...extra});

/** A Pod with labels, unscheduled. */
export const pod = (name: string, labels: Record<string, string>, extra: Partial<Container> = {}) => ({
	metadata: {name, namespace: 'default', labels},
	spec: {containers: [container(extra)]},
});

/** A Service that selects `app=web` and has one unnamed port 80, unless its spec says otherwise. */
export const service = (
	name: string,
	spec: Partial<Service['spec']> = {},
	metadata: Partial<KubeObject['metadata']> = {},
) => ({
	metadata: {name, namespace: 'default', ...metadata},
	spec: {selector: {app: 'web'}, ports: [{port: 80, protocol: 'TCP'}], ...spec},
});

/** A Deployment of `app=NAME`. */
export const deployment = (name: string, replicas: number, spec: Partial<Deployment['spec']> = {}) => ({
	metadata: {name, namespace: 'default', labels: {app: name}},
	spec: {
		replicas,
		selector: {matchLabels: {app: name}},
		template: {metadata: {labels: {app: name}}, spec: {containers: [container()]}},
		...spec,
	},
});
