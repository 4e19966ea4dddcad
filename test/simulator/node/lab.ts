import {bootstrap} from '../../../src/simulator/controllers/bootstrap.ts';
import {startControllers} from '../../../src/simulator/controllers/index.ts';
import {createNetwork} from '../../../src/simulator/network/network.ts';
import {type NodesSnapshot, startNodes} from '../../../src/simulator/node/index.ts';
import type {LogOptions} from '../../../src/simulator/node/node-api.ts';
import {definitions} from '../../../src/simulator/resources/index.ts';
import {createSimulation} from '../../../src/simulator/simulation.ts';
import type {Change, StoreSnapshot} from '../../../src/simulator/store.ts';
import type {Condition, Container, KubeEvent, KubeObject, Pod, PodSpec} from '../../../src/simulator/types.ts';

export type Lab = ReturnType<typeof createLab>;
type Saved = {
	now: number;
	store: StoreSnapshot;
	nodes: NodesSnapshot;
	network: ReturnType<ReturnType<typeof createNetwork>['snapshot']>;
};

const turn = () => new Promise(resolve => setImmediate(resolve));

/** A whole cluster without its API server, under a clock moved by hand. */
export function createLab({
	seed = 1,
	workers = 2,
	podsPerNode = 110,
	saved,
}: {
	seed?: number;
	workers?: number;
	podsPerNode?: number;
	saved?: Saved;
} = {}) {
	const start = saved?.now ?? Date.parse('2026-11-22T00:00:00Z');
	const simulation = createSimulation(definitions, {start, seed, ...(saved && {snapshot: saved.store})});
	const {clock, store, registry} = simulation;
	if (!saved) bootstrap(simulation, {workers, podsPerNode});
	const network = createNetwork(simulation, saved?.network);
	const nodes = startNodes(simulation, network, saved?.nodes);
	const controllers = startControllers(simulation, {rootCertificate: () => 'PEM'});
	if (!saved) clock.advance(1000);

	const lab = {
		...simulation,
		network,
		nodes,
		advance: (ms: number) => clock.advance(ms),
		create: <T extends KubeObject>(resource: string, object: unknown): T => {
			const {metadata, ...rest} = structuredClone(object) as T;
			return registry.create<T>(resource, {...rest, metadata: {namespace: 'default', ...metadata}} as T);
		},
		pod: (
			name: string,
			container: Partial<Container>,
			{spec = {}, labels = {app: name}}: {spec?: Partial<PodSpec>; labels?: Record<string, string>} = {},
		): Pod =>
			lab.create<Pod>('pods', {
				metadata: {name, labels},
				spec: {containers: [{name: 'main', image: 'nginx:1.14.2', ...container}], ...spec},
			}),
		service: (name: string, spec: object = {}) =>
			lab.create('services', {
				metadata: {name},
				spec: {selector: {app: name}, ports: [{port: 80, protocol: 'TCP', targetPort: 80}], ...spec},
			}),
		get: (name: string) => store.get<Pod>('pods', 'default', name)!,
		/** The Pod as `kubectl get` would find it after a time. */
		after: (ms: number, name: string) => {
			clock.advance(ms);
			return lab.get(name);
		},
		status: (name: string) => lab.get(name).status.containerStatuses![0]!,
		condition: (name: string, type: string): Condition | undefined =>
			lab.get(name).status.conditions?.find(condition => condition.type === type),
		remove: (name: string, options: {gracePeriodSeconds?: number} = {}) =>
			registry.delete('pods', 'default', name, options),
		/** The events about a Pod, as `Reason: message`. */
		events: (name: string) =>
			[...store.list<KubeEvent>('events')]
				.filter(({involvedObject}) => involvedObject.name === name)
				.map(({reason, message}) => `${reason}: ${message}`),
		/** Each change of a Pod's object while something happens, with its time in ms from now. */
		watch: (name: string, during: () => void) => {
			const seen: {at: number; type: string; pod: Pod}[] = [];
			const began = clock.now();
			const stop = store.subscribe<Pod>('pods', ({type, object}: Change<Pod>) => {
				if (object.metadata.name === name) seen.push({at: clock.now() - began, type, pod: object});
			});
			during();
			stop();
			return seen;
		},
		/** Runs a command in a Pod's container, with up to `within` ms of cluster time. */
		exec: async (
			name: string,
			command: string | string[],
			{
				within = 0,
				container,
				stdin,
				namespace = 'default',
			}: {within?: number; container?: string; stdin?: string; namespace?: string} = {},
		) => {
			let stdout = '';
			let stderr = '';
			let over = false;
			const text = (data: string | Uint8Array) => Buffer.from(data as Uint8Array).toString();
			const result = nodes.nodeApi
				.exec(namespace, name, container, typeof command === 'string' ? ['sh', '-c', command] : command, {
					...(stdin !== undefined && {stdin: once(stdin)}),
					stdout: data => {
						stdout += text(data);
					},
					stderr: data => {
						stderr += text(data);
					},
					tty: false,
					signal: new AbortController().signal,
				})
				.finally(() => {
					over = true;
				});
			result.catch(() => {});
			for (let spent = 0; !over && spent <= within + 100; spent += 100) {
				for (let i = 0; i < 5; i++) await turn();
				if (!over) clock.advance(100);
			}
			if (!over) throw new Error(`still running after ${within} ms: ${command}\n${stdout}${stderr}`);
			return {code: await result, stdout, stderr};
		},
		logs: async (name: string, options: LogOptions = {}) => {
			let text = '';
			await nodes.nodeApi.logs(
				'default',
				name,
				options,
				data => {
					text += data;
				},
				new AbortController().signal,
			);
			return text;
		},
		/** A request from inside the cluster; immediate answers only. */
		request: async (url: string, client: {ip?: string; node?: string} = {}) => {
			const result = network.request(
				{method: 'GET', url, headers: {'user-agent': 'test'}},
				{ip: '10.244.0.9', node: 'lab-control-plane', namespace: 'default', ...client},
			);
			return await result;
		},
		save: (): Saved =>
			structuredClone({
				now: clock.now(),
				store: store.snapshot(),
				nodes: nodes.snapshot(),
				network: network.snapshot(),
			}),
		stop: () => {
			controllers.stop();
			nodes.stop();
			network.stop();
			clock.stop();
		},
	};
	return lab;
}

async function* once(text: string) {
	yield Buffer.from(text);
}

/** The text of an answer. */
export const bodyOf = (answer: object): string =>
	'body' in answer ? Buffer.from(answer.body as Uint8Array).toString() : '';
