import {timestamp} from '../clock.ts';
import type {Simulation} from '../simulation.ts';
import type {KubeObject, Node} from '../types.ts';
import {defaultPodsPerNode, nodeAnnotations, nodeLabels, nodeStatus, providerID} from './node-status.ts';

/** Whether a kubelet has said of itself what it is. */
export const isRegistered = ({status}: Node): boolean =>
	status?.addresses?.some(({type}) => type === 'InternalIP') ?? false;

/**
 * Fills in a Node object that somebody created, as its kubelet would: labels, address, capacity, conditions and lease.
 * What the object says already is kept, so that a manifest can make a node smaller or leave it not ready.
 */
export function registerNode(simulation: Simulation, node: Node): void {
	const {clock, store, registry} = simulation;
	const {name, uid} = node.metadata;
	const time = timestamp(clock.now());
	const taken = new Set<string>();
	for (const {status} of store.list<Node>('nodes')) for (const {address} of status?.addresses ?? []) taken.add(address);
	const podsPerNode = Number(node.status.capacity?.pods ?? defaultPodsPerNode);
	const usual = nodeStatus({name, address: freeAddress(taken), podsPerNode, time});
	const given = node.status;
	const registered = registry.update<Node>('nodes', {
		...node,
		metadata: {
			...node.metadata,
			labels: {...nodeLabels(name), ...node.metadata.labels},
			annotations: {...nodeAnnotations, ...node.metadata.annotations},
		},
		spec: {...node.spec, providerID: node.spec.providerID ?? providerID(name)},
	});
	const capacity = {...usual.capacity, ...given.capacity};
	registry.update<Node>(
		'nodes',
		{
			...registered,
			status: {
				...usual,
				...given,
				capacity,
				allocatable: {...capacity, ...given.allocatable},
				addresses: [...usual.addresses!, ...(given.addresses ?? [])],
			},
		},
		{subresource: 'status'},
	);
	if (store.get('leases', 'kube-node-lease', name)) return;
	registry.create('leases', {
		metadata: {
			name,
			namespace: 'kube-node-lease',
			ownerReferences: [{apiVersion: 'v1', kind: 'Node', name, uid: uid!}],
		},
		spec: {holderIdentity: name, leaseDurationSeconds: 40, renewTime: `${time.slice(0, -1)}.000000Z`},
	} as unknown as KubeObject);
}

/** The nodes' network is 172.18.0.0/16, as Docker gives it to kind. */
function freeAddress(taken: Set<string>): string {
	for (let offset = 2; offset < 65_534; offset++) {
		const address = `172.18.${offset >> 8}.${offset & 255}`;
		if (!taken.has(address)) return address;
	}
	throw new Error('every address of the nodes is taken');
}
