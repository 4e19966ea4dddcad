import type {Change, Store} from '../store.ts';
import type {EndpointSlice, Node, Service} from '../types.ts';

/** Services by address and their EndpointSlices, kept up to date from the store so that a connection costs no search. */
export type ServiceIndex = {
	byClusterIP(ip: string): Service | undefined;
	byNodePort(port: number): Service | undefined;
	byExternalIP(ip: string): Service | undefined;
	slices(namespace: string, service: string): Iterable<EndpointSlice>;
	nodeByIP(ip: string): Node | undefined;
	/** The zone that a node's label names; undefined without the label. */
	zoneOf(node: string | undefined): string | undefined;
	stop(): void;
};

/** Follows services, endpointslices and nodes. */
export function indexServices(store: Store): ServiceIndex {
	const clusterIPs = new Map<string, Service>();
	const nodePorts = new Map<number, Service>();
	const externalIPs = new Map<string, Service>();
	const slices = new Map<string, Map<string, EndpointSlice>>();
	const nodes = new Map<string, Node>();
	const zones = new Map<string, string>();

	const service = ({object, previous, type}: Pick<Change<Service>, 'object' | 'previous' | 'type'>) => {
		for (const [known, add] of [
			[previous, false],
			[type === 'DELETED' ? undefined : object, true],
		] as const) {
			if (!known) continue;
			for (const ip of known.spec.clusterIPs ?? [known.spec.clusterIP ?? '']) change(clusterIPs, ip, known, add);
			for (const ip of known.spec.externalIPs ?? []) change(externalIPs, ip, known, add);
			for (const {nodePort} of known.spec.ports ?? []) if (nodePort) change(nodePorts, nodePort, known, add);
		}
	};
	const slice = ({object, previous, type}: Pick<Change<EndpointSlice>, 'object' | 'previous' | 'type'>) => {
		const remove = previous && serviceKey(previous);
		if (remove && previous) slices.get(remove)?.delete(previous.metadata.name);
		if (remove && slices.get(remove)?.size === 0) slices.delete(remove);
		const key = type === 'DELETED' ? undefined : serviceKey(object);
		if (!key) return;
		let group = slices.get(key);
		if (!group) {
			group = new Map();
			slices.set(key, group);
		}
		group.set(object.metadata.name, object);
	};
	const node = ({object, previous, type}: Pick<Change<Node>, 'object' | 'previous' | 'type'>) => {
		for (const ip of internalIPs(previous)) nodes.delete(ip);
		zones.delete(object.metadata.name);
		if (type === 'DELETED') return;
		for (const ip of internalIPs(object)) nodes.set(ip, object);
		const zone = object.metadata.labels?.['topology.kubernetes.io/zone'];
		if (zone) zones.set(object.metadata.name, zone);
	};

	for (const object of store.list<Service>('services')) service({object, previous: undefined, type: 'ADDED'});
	for (const object of store.list<EndpointSlice>('endpointslices')) slice({object, previous: undefined, type: 'ADDED'});
	for (const object of store.list<Node>('nodes')) node({object, previous: undefined, type: 'ADDED'});
	const subscriptions = [
		store.subscribe('services', service),
		store.subscribe('endpointslices', slice),
		store.subscribe('nodes', node),
	];
	return {
		byClusterIP: ip => clusterIPs.get(ip),
		byNodePort: port => nodePorts.get(port),
		byExternalIP: ip => externalIPs.get(ip),
		slices: (namespace, name) => slices.get(`${namespace}/${name}`)?.values() ?? [],
		nodeByIP: ip => nodes.get(ip),
		zoneOf: name => zones.get(name ?? ''),
		stop() {
			for (const unsubscribe of subscriptions) unsubscribe();
		},
	};
}

function change<K>(index: Map<K, Service>, key: K, service: Service, add: boolean) {
	if (key === '' || key === 'None') return;
	if (add) index.set(key, service);
	else index.delete(key);
}

function serviceKey({metadata}: EndpointSlice): string | undefined {
	const name = metadata.labels?.['kubernetes.io/service-name'];
	return name && `${metadata.namespace}/${name}`;
}

const internalIPs = (node: Node | undefined) =>
	(node?.status?.addresses ?? []).filter(({type}) => type === 'InternalIP').map(({address}) => address);
