import {timestamp} from '../clock.ts';
import type {Part, Simulation} from '../simulation.ts';
import type {Node, Pod} from '../types.ts';
import {controllerQueue} from './controller-queue.ts';
import {isTerminal} from './pod-state.ts';

/** How long a node must be missing before its Pods are given up. */
const quarantineMs = 40_000;

/** Removes Pods whose node is gone for good (the orphans of pkg/controller/podgc/gc_controller.go). */
export function startPodGarbageCollector(simulation: Simulation): Part {
	const {clock, store, registry} = simulation;
	const queue = controllerQueue(simulation, reconcile);
	const stopWatching = store.subscribe<Node>('nodes', ({type, object}) => {
		if (type === 'DELETED') queue.addAfter(object.metadata.name, quarantineMs);
	});
	for (const {spec} of store.list<Pod>('pods'))
		if (spec.nodeName && !store.get('nodes', undefined, spec.nodeName)) queue.addAfter(spec.nodeName, quarantineMs);

	function reconcile(node: string): number {
		if (store.get('nodes', undefined, node)) return 1;
		const pods = [...store.list<Pod>('pods')];
		for (const pod of pods) {
			if (pod.spec.nodeName !== node) continue;
			const {namespace, name} = pod.metadata;
			if (!isTerminal(pod)) {
				const condition = {
					type: 'DisruptionTarget',
					status: 'True' as const,
					lastProbeTime: null,
					lastTransitionTime: timestamp(clock.now()),
					reason: 'DeletionByPodGC',
					message: 'PodGC: node no longer exists',
				};
				const conditions = [...(pod.status.conditions ?? []), condition];
				const status = {...pod.status, phase: 'Failed' as const, conditions};
				registry.update<Pod>('pods', {...pod, status}, {subresource: 'status'});
			}
			registry.delete('pods', namespace, name, {gracePeriodSeconds: 0});
		}
		return pods.length + 1;
	}

	return {
		stop() {
			queue.stop();
			stopWatching();
		},
	};
}
