import {timestamp} from '../clock.ts';
import {nodeAnnotations, nodeLabels, nodeStatus, providerID} from '../node/node-status.ts';
import type {Simulation} from '../simulation.ts';
import type {KubeObject, Node} from '../types.ts';
import {
	addressedService,
	type Create,
	controlPlaneAddress,
	createIfAbsent,
	ensureKubernetesService,
} from './kubernetes-service.ts';

type Size = {
	/** Nodes besides the control plane. */
	workers?: number;
	/** How many Pods a node takes; more than 250 widen the nodes' address ranges from /24 to /16. */
	podsPerNode?: number;
};

/**
 * Writes what a new cluster contains, and leaves alone what is there, so that a restored cluster stays as it is.
 *
 * The control plane and the cluster's DNS are parts of the program and not Pods, so kube-system has no Pods, and the
 * Service kube-dns leads to the control plane's own address. Runtime, system and kernel of the nodes say `simulated`.
 */
export function bootstrap(simulation: Simulation, {workers = 2, podsPerNode = 110}: Size = {}): void {
	const create: Create = (resource, object) => createIfAbsent(simulation, resource, object);
	for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease'])
		create('namespaces', {metadata: {name}});

	const time = timestamp(simulation.clock.now());
	for (let i = 0; i <= workers; i++) {
		const node = describeNode(i, podsPerNode, time);
		const created = create('nodes', node);
		if (!created) continue;
		// The status of a new object may only be set by a second write.
		const {name, uid} = created.metadata;
		simulation.registry.update('nodes', {...created, status: node.status} as KubeObject, {subresource: 'status'});
		create('leases', {
			metadata: {
				name,
				namespace: 'kube-node-lease',
				ownerReferences: [{apiVersion: 'v1', kind: 'Node', name, uid: uid!}],
			},
			spec: {holderIdentity: name, leaseDurationSeconds: 40, renewTime: `${time.slice(0, -1)}.000000Z`},
		});
	}

	ensureKubernetesService(simulation);
	const dns = addressedService({
		namespace: 'kube-system',
		name: 'kube-dns',
		clusterIP: '10.96.0.10',
		labels: {'k8s-app': 'kube-dns', 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS'},
		ports: [
			{name: 'dns', port: 53, protocol: 'UDP', targetPort: 53},
			{name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53},
			{name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 9153},
		],
	});
	for (const [resource, object] of Object.entries(dns)) create(resource, object);
}

/** Node `index`: 0 is the control plane, whose taint keeps Pods away. */
function describeNode(index: number, podsPerNode: number, time: string): Pick<Node, 'metadata' | 'spec' | 'status'> {
	const controlPlane = index === 0;
	const name = controlPlane ? 'lab-control-plane' : index === 1 ? 'lab-worker' : `lab-worker${index}`;
	const address = controlPlane ? controlPlaneAddress : `172.18.0.${index === 1 ? 2 : index + 2}`;
	const podCIDR = podsPerNode > 250 ? `10.${index === 0 ? 244 : 128 + index}.0.0/16` : `10.244.${index}.0/24`;
	return {
		metadata: {
			name,
			labels: {
				...nodeLabels(name),
				...(controlPlane && {
					'node-role.kubernetes.io/control-plane': '',
					'node.kubernetes.io/exclude-from-external-load-balancers': '',
				}),
			},
			annotations: {...nodeAnnotations},
		},
		spec: {
			podCIDR,
			podCIDRs: [podCIDR],
			providerID: providerID(name),
			...(controlPlane && {taints: [{key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule'}]}),
		},
		status: nodeStatus({name, address, podsPerNode, time}),
	};
}
