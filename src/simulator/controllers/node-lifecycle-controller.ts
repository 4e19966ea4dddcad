import {timestamp} from '../clock.ts';
import {deepEqual} from '../registry.ts';
import type {Part, Simulation} from '../simulation.ts';
import type {Node, Pod} from '../types.ts';
import {controllerQueue} from './controller-queue.ts';
import type {Recorder} from './events.ts';
import {isReady} from './pod-state.ts';
import type {Taint} from './taints.ts';

const notReady = 'node.kubernetes.io/not-ready';
const unreachable = 'node.kubernetes.io/unreachable';
const unschedulable = 'node.kubernetes.io/unschedulable';
const ours = new Set([notReady, unreachable, unschedulable]);

/**
 * Taints nodes that are cordoned or not ready, and takes the readiness of the Pods on the latter
 * (pkg/controller/nodelifecycle/node_lifecycle_controller.go). It follows the Ready condition; leases are not watched,
 * so whoever stops a node sets the condition.
 */
export function startNodeLifecycleController(simulation: Simulation, events: Recorder): Part {
	const {clock, store, registry} = simulation;
	const queue = controllerQueue(simulation, reconcile);

	const stopWatching = store.subscribe<Node>('nodes', ({type, object, previous}) => {
		const {name} = object.metadata;
		if (type === 'ADDED') {
			queue.add(`${name} new`);
			queue.add(name);
		} else if (type === 'MODIFIED') {
			queue.add(name);
			if (readyStatus(object) !== 'True' && previous && readyStatus(previous) === 'True') queue.add(`${name} lost`);
		}
	});
	for (const {metadata} of store.list<Node>('nodes')) queue.add(metadata.name);

	function reconcile(key: string): number {
		const [name, what] = key.split(' ') as [string, 'new' | 'lost' | undefined];
		const node = store.get<Node>('nodes', undefined, name);
		if (!node) return 1;
		if (what === 'new') {
			const registered = `Node ${name} event: Registered Node ${name} in Controller`;
			events.event(node, 'Normal', 'RegisteredNode', registered);
			return 1;
		}
		if (what === 'lost') return readyStatus(node) === 'True' ? 1 : loseNode(node);
		const present = (node.spec.taints ?? []) as Taint[];
		const others = present.filter(({key}) => !ours.has(key));
		const wanted = wantedTaints(node).map(taint => ({
			...taint,
			timeAdded:
				present.find(({key, effect}) => key === taint.key && effect === taint.effect)?.timeAdded ??
				timestamp(clock.now()),
		}));
		const taints = [...others, ...wanted];
		if (deepEqual(taints, present)) return 1;
		const {taints: _, ...spec} = node.spec;
		registry.update<Node>('nodes', {...node, spec: {...spec, ...(taints.length > 0 && {taints})}});
		return 1;
	}

	/** Tells of a node that is not ready any more, and marks its Pods so, since no kubelet will. */
	function loseNode(node: Node): number {
		const {name} = node.metadata;
		events.event(node, 'Normal', 'NodeNotReady', `Node ${name} status is now: NodeNotReady`);
		let seen = 0;
		for (const pod of store.list<Pod>('pods')) {
			seen++;
			if (pod.spec.nodeName !== name || !isReady(pod)) continue;
			const conditions = pod.status.conditions!.map(condition =>
				condition.type === 'Ready'
					? {...condition, status: 'False' as const, lastTransitionTime: timestamp(clock.now())}
					: condition,
			);
			registry.update<Pod>('pods', {...pod, status: {...pod.status, conditions}}, {subresource: 'status'});
			events.event(pod, 'Warning', 'NodeNotReady', 'Node is not ready');
		}
		return seen;
	}

	return {
		stop() {
			queue.stop();
			stopWatching();
		},
	};
}

const readyStatus = ({status}: Node) => status?.conditions?.find(({type}) => type === 'Ready')?.status;

function wantedTaints(node: Node): Taint[] {
	const taints: Taint[] = [];
	if (node.spec.unschedulable) taints.push({key: unschedulable, effect: 'NoSchedule'});
	const ready = readyStatus(node);
	if (ready === undefined || ready === 'True') return taints;
	const key = ready === 'Unknown' ? unreachable : notReady;
	return [...taints, {key, effect: 'NoSchedule'}, {key, effect: 'NoExecute'}];
}
