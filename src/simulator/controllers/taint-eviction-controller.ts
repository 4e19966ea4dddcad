import {timestamp} from '../clock.ts';
import type {Part, Simulation} from '../simulation.ts';
import type {Node, Pod} from '../types.ts';
import {controllerQueue, keyOf, splitKey} from './controller-queue.ts';
import type {Recorder} from './events.ts';
import {type Taint, tolerates} from './taints.ts';

/**
 * Deletes Pods from nodes whose NoExecute taints they do not tolerate, or no longer
 * (pkg/controller/tainteviction/taint_eviction.go).
 */
export function startTaintEvictionController(simulation: Simulation, events: Recorder): Part {
	const {clock, store, registry} = simulation;
	const queue = controllerQueue(simulation, reconcile);

	const stops = [
		store.subscribe<Node>('nodes', ({object, previous}) => {
			if (executing(object).length === 0 || object.spec.taints === previous?.spec.taints) return;
			for (const pod of store.list<Pod>('pods'))
				if (pod.spec.nodeName === object.metadata.name) queue.add(keyOf(pod.metadata));
		}),
		store.subscribe<Pod>('pods', ({type, object, previous}) => {
			if (type !== 'DELETED' && object.spec.nodeName && !previous?.spec.nodeName) queue.add(keyOf(object.metadata));
		}),
	];
	for (const node of store.list<Node>('nodes')) {
		if (executing(node).length === 0) continue;
		for (const pod of store.list<Pod>('pods'))
			if (pod.spec.nodeName === node.metadata.name) queue.add(keyOf(pod.metadata));
	}

	function reconcile(key: string): number {
		const pod = store.get<Pod>('pods', ...splitKey(key));
		if (!pod?.spec.nodeName || pod.metadata.deletionTimestamp) return 1;
		const node = store.get<Node>('nodes', undefined, pod.spec.nodeName);
		const leaveAt = node ? evictionTime(pod, executing(node)) : Number.POSITIVE_INFINITY;
		if (leaveAt > clock.now()) {
			if (leaveAt < Number.POSITIVE_INFINITY) queue.addAfter(key, leaveAt - clock.now());
			return 1;
		}
		const {namespace, name} = pod.metadata;
		events.event(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${namespace}/${name}`);
		const condition = {
			type: 'DisruptionTarget',
			status: 'True' as const,
			lastProbeTime: null,
			lastTransitionTime: timestamp(clock.now()),
			reason: 'DeletionByTaintManager',
			message: 'Taint manager: deleting due to NoExecute taint',
		};
		const others = pod.status.conditions?.filter(({type}) => type !== condition.type) ?? [];
		const status = {...pod.status, conditions: [...others, condition]};
		registry.update<Pod>('pods', {...pod, status}, {subresource: 'status'});
		registry.delete('pods', namespace, name);
		return 1;
	}

	return {
		stop() {
			queue.stop();
			for (const stop of stops) stop();
		},
	};
}

const executing = ({spec}: Node) => ((spec?.taints ?? []) as Taint[]).filter(({effect}) => effect === 'NoExecute');

/** When the Pod must go, in ms since 1970: the shortest of its tolerations counts from the taint's beginning. */
function evictionTime(pod: Pod, taints: Taint[]): number {
	let earliest = Number.POSITIVE_INFINITY;
	for (const taint of taints) {
		const matching = (pod.spec.tolerations ?? []).filter(toleration => tolerates(toleration, taint));
		if (matching.length === 0) return Number.NEGATIVE_INFINITY;
		const seconds = Math.min(...matching.map(({tolerationSeconds = Number.POSITIVE_INFINITY}) => tolerationSeconds));
		const since = taint.timeAdded ? Date.parse(taint.timeAdded) : Number.NEGATIVE_INFINITY;
		if (seconds < Number.POSITIVE_INFINITY) earliest = Math.min(earliest, since + Math.max(0, seconds) * 1000);
	}
	return earliest;
}
