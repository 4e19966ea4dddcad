import type {Timer} from '../clock.ts';
import type {HttpServer} from '../network/http-server.ts';
import type {ClusterNetwork} from '../network/network.ts';
import type {Part, Simulation} from '../simulation.ts';
import type {Change} from '../store.ts';
import type {Node, Pod} from '../types.ts';
import {Kubelet, type KubeletSnapshot} from './kubelet.ts';
import type {NodeApi} from './node-api.ts';
import {isRegistered, registerNode} from './node-registration.ts';
import {createNodeApi} from './node-server.ts';
import {startScheduler} from './scheduler.ts';
import {createServiceVariables} from './service-variables.ts';

/** How long a kubelet takes to join, in ms; kind's workers take longer, which teaches nothing. */
const joinMs = 1000;

/** What of the nodes is kept when the cluster is: plain JSON, by node. */
export type NodesSnapshot = Record<string, KubeletSnapshot>;

/** The nodes at work. */
export type Nodes = Part & {
	/** What the API server asks of kubelets: logs, exec, port-forward. */
	nodeApi: NodeApi;
	/** The files, logs and cursors that the API does not hold. */
	snapshot(): NodesSnapshot;
};

/**
 * Starts the scheduler and a kubelet for each Node object. Pods that run already go on without a restart, with the
 * files and logs of the snapshot.
 */
export function startNodes(simulation: Simulation, network: ClusterNetwork, snapshot: NodesSnapshot = {}): Nodes {
	const {clock, store} = simulation;
	const kubelets = new Map<string, Kubelet>();
	const joining = new Map<string, Timer>();
	const services = createServiceVariables(store);
	const startKubelet = (node: Node) => {
		const {name} = node.metadata;
		if (kubelets.has(name)) return;
		// The controllers give it addresses for its Pods, which is seen as another change.
		if (!node.spec.podCIDR) return;
		if (!isRegistered(node)) {
			joinLater(name);
			return;
		}
		const kubelet = new Kubelet(simulation, {network, node, services}, snapshot[name]);
		kubelets.set(name, kubelet);
		attachApiServer(node, network);
		const pods = [...store.list<Pod>('pods')].filter(({spec}) => spec.nodeName === name);
		kubelet.restore(pods, snapshot[name]);
	};
	/** Registers a Node object that a client made, as a machine that starts would. */
	const joinLater = (name: string) => {
		if (joining.has(name)) return;
		const timer = clock.after(joinMs, () => {
			const node = store.get<Node>('nodes', undefined, name);
			if (node && !isRegistered(node)) registerNode(simulation, node);
			joining.delete(name);
		});
		joining.set(name, timer);
	};
	for (const node of store.list<Node>('nodes')) startKubelet(node);
	const subscriptions = [
		store.subscribe<Node>('nodes', ({type, object, previous}) => {
			if (type !== 'DELETED') {
				startKubelet(object);
				if (previous && !isReady(previous) && isReady(object)) kubelets.get(object.metadata.name)?.resync();
				return;
			}
			kubelets.get(object.metadata.name)?.stop();
			kubelets.delete(object.metadata.name);
		}),
		store.subscribe<Pod>('pods', (change: Change<Pod>) => {
			const name = change.object.spec.nodeName;
			if (name) kubelets.get(name)?.change(change);
		}),
	];
	const scheduler = startScheduler(simulation);
	return {
		nodeApi: createNodeApi(simulation, (namespace, name) => {
			const pod = store.get<Pod>('pods', namespace, name);
			return kubelets.get(pod?.spec.nodeName ?? '')?.worker(namespace, name);
		}),
		snapshot: () => Object.fromEntries([...kubelets].map(([name, kubelet]) => [name, kubelet.snapshot()])),
		stop() {
			for (const unsubscribe of subscriptions) unsubscribe();
			scheduler.stop();
			services.stop();
			for (const timer of joining.values()) timer.cancel();
			for (const kubelet of kubelets.values()) kubelet.stop();
		},
	};
}

const isReady = ({status}: Node) =>
	status?.conditions?.some(({type, status: value}) => type === 'Ready' && value === 'True') ?? false;

/** Whoever speaks plain HTTP to the API server from inside the cluster hears what Go's TLS server says. */
const apiServer: HttpServer = (_, reply) =>
	reply({status: 400, headers: {}, body: Buffer.from('Client sent an HTTP request to an HTTPS server.\n')});

function attachApiServer({metadata, status}: Node, network: ClusterNetwork): void {
	if (metadata.labels?.['node-role.kubernetes.io/control-plane'] === undefined) return;
	for (const {type, address} of status.addresses ?? [])
		if (type === 'InternalIP') network.attach(address, {listener: port => (port === 6443 ? apiServer : undefined)});
}
