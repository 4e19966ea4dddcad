import {timestamp} from '../clock.ts';
import {controlPlaneAddress} from '../network/control-plane.ts';
import {nodeAnnotations, nodeLabels, nodeStatus, providerID} from '../node/node-status.ts';
import type {Simulation} from '../simulation.ts';
import type {KubeObject, Node} from '../types.ts';
import {createRecorder} from './events.ts';
import {createKubeSystem} from './kube-system.ts';
import {type Create, createIfAbsent, ensureKubernetesService} from './kubernetes-service.ts';

type Size = {
	/** Nodes besides the control plane. */
	workers?: number;
	/** How many Pods a node takes; more than 250 widen the nodes' address ranges from /24 to /16. */
	podsPerNode?: number;
};

/**
 * Writes what a new cluster contains, as kind makes it, before anything runs in it: what is written is what controllers
 * and kubelets find when they start. Runtime, system and kernel of the nodes say `simulated`.
 */
export function bootstrap(simulation: Simulation, {workers = 2, podsPerNode = 110}: Size = {}): void {
	const create: Create = (resource, object) => createIfAbsent(simulation, resource, object);
	for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease'])
		create('namespaces', {metadata: {name}});

	const time = timestamp(simulation.clock.now());
	const events = createRecorder(simulation, {component: 'node-controller'});
	for (let i = 0; i <= workers; i++) {
		const node = describeNode(i, podsPerNode, time);
		const created = create('nodes', node);
		if (!created) continue;
		events.event(
			created,
			'Normal',
			'RegisteredNode',
			`Node ${node.metadata.name} event: Registered Node ${node.metadata.name} in Controller`,
		);
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
	createKubeSystem(simulation, create);
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
