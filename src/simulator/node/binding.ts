import {timestamp} from '../clock.ts';
import {conflict} from '../errors.ts';
import type {Simulation} from '../simulation.ts';
import type {Condition, Node, Pod} from '../types.ts';

/**
 * Assigns a Pod to a node as the `binding` subresource does (pkg/registry/core/pod/storage, assignPod): it sets the
 * node's name and the PodScheduled condition and copies the node's topology labels, and leaves the generation alone.
 * Throws StatusError when the Pod is gone, going, or has a node.
 */
export function bindPod({registry, store, clock}: Simulation, namespace: string, name: string, nodeName: string): Pod {
	const pod = registry.get<Pod>('pods', namespace, name);
	const definition = registry.definition('pods');
	if (pod.metadata.deletionTimestamp)
		throw conflict(definition, name, `pod ${name} is being deleted, cannot be assigned to a host`);
	if (pod.spec.nodeName)
		throw conflict(definition, name, `pod ${name} is already assigned to node "${pod.spec.nodeName}"`);
	const node = store.get<Node>('nodes', undefined, nodeName);
	const topology = Object.entries(node?.metadata.labels ?? {}).filter(
		([key]) => key === 'topology.kubernetes.io/zone' || key === 'topology.kubernetes.io/region',
	);
	const scheduled: Condition = {
		type: 'PodScheduled',
		observedGeneration: pod.metadata.generation,
		status: 'True',
		lastProbeTime: null,
		lastTransitionTime: timestamp(clock.now()),
	};
	const labels = topology.length > 0 ? {...Object.fromEntries(topology), ...pod.metadata.labels} : pod.metadata.labels;
	return store.put('pods', {
		...pod,
		metadata: {...pod.metadata, ...(labels && {labels})},
		spec: {...pod.spec, nodeName},
		status: {
			...pod.status,
			conditions: [...(pod.status.conditions ?? []).filter(({type}) => type !== 'PodScheduled'), scheduled],
		},
	});
}
