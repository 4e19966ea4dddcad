import {StatusError} from '../errors.ts';
import {allowsNode} from '../node/node-affinity.ts';
import {deepEqual} from '../registry.ts';
import {matchesSelector} from '../selectors.ts';
import type {Part, Simulation} from '../simulation.ts';
import type {DaemonSet, Node, Pod} from '../types.ts';
import {controllerQueue, keyOf, splitKey} from './controller-queue.ts';
import {daemonPod, daemonSetHash, daemonTolerations, revisionLabel} from './daemon-pods.ts';
import type {Recorder} from './events.ts';
import {controllerOf, controllerReference, dependentsIn} from './owners.ts';
import {podLabelsIn} from './pod-labels.ts';
import {isActive, isAvailable, isReady, isTerminal, readyCondition} from './pod-state.ts';
import {tolerates} from './taints.ts';

/**
 * Keeps one Pod of each DaemonSet on each node that it fits, replaces Pods of an older template, and writes the
 * DaemonSet's status (pkg/controller/daemon/daemon_controller.go and update.go). There are no ControllerRevisions: the
 * template's hash tells old Pods from new ones.
 */
export function startDaemonSetController(simulation: Simulation, events: Recorder): Part {
	const {clock, store, registry} = simulation;
	const dependents = dependentsIn(store);
	const podLabels = podLabelsIn(store);
	const queue = controllerQueue(simulation, reconcile);
	const lookAtAll = () => {
		for (const set of store.list<DaemonSet>('daemonsets')) queue.add(keyOf(set.metadata));
	};

	const stops = [
		store.subscribe<DaemonSet>('daemonsets', ({object}) => queue.add(keyOf(object.metadata))),
		store.subscribe<Pod>('pods', ({type, object, previous}) => {
			const owner = ownerKey(object);
			const before = previous && ownerKey(previous);
			if (before && before !== owner) queue.add(before);
			if (owner) queue.add(owner);
			else if (type !== 'DELETED' && !controllerOf(object.metadata)) {
				for (const set of store.list<DaemonSet>('daemonsets', object.metadata.namespace))
					if (matchesSelector(set.spec.selector, object.metadata.labels)) queue.add(keyOf(set.metadata));
			}
		}),
		store.subscribe<Node>('nodes', ({object, previous}) => {
			if (previous && !placementChanged(object, previous)) return;
			lookAtAll();
		}),
	];
	lookAtAll();

	function reconcile(key: string): number {
		const set = store.get<DaemonSet>('daemonsets', ...splitKey(key));
		if (!set || set.metadata.deletionTimestamp) return 1;
		const hash = daemonSetHash(set);
		const nodes = [...store.list<Node>('nodes')];
		const pods = podsByNode(set);
		const failure = manage(set, nodes, pods, hash);
		// Pods that were just made or deleted are counted in the next run, which their changes cause.
		if (!failure) rollingUpdate(set, nodes, pods, hash);
		const status = daemonSetStatus(set, nodes, podsByNode(set), hash);
		if (!deepEqual(status, set.status)) {
			const current = store.get<DaemonSet>('daemonsets', ...splitKey(key));
			if (current) registry.update<DaemonSet>('daemonsets', {...current, status}, {subresource: 'status'});
		}
		if (failure) throw failure;
		recheckLater(set, key);
		return nodes.length + pods.size;
	}

	/** The set's Pods by the node that they are on or meant for, after adopting and releasing by labels (ClaimPods). */
	function podsByNode(set: DaemonSet): Map<string, Pod[]> {
		const {namespace, uid} = set.metadata;
		const own: Pod[] = [];
		for (const pod of dependents.managedBy<Pod>(uid!, 'pods')) {
			if (matchesSelector(set.spec.selector, pod.metadata.labels)) own.push(pod);
			else if (isActive(pod)) {
				const {ownerReferences = [], ...metadata} = pod.metadata;
				const rest = ownerReferences.filter(reference => reference.uid !== uid);
				registry.update('pods', {...pod, metadata: {...metadata, ...(rest.length > 0 && {ownerReferences: rest})}});
			}
		}
		for (const pod of podLabels.selected(namespace!, set.spec.selector)) {
			if (controllerOf(pod.metadata) || !isActive(pod)) continue;
			const ownerReferences = [...(pod.metadata.ownerReferences ?? []), controllerReference(set)];
			own.push(registry.update('pods', {...pod, metadata: {...pod.metadata, ownerReferences}}));
		}
		const byNode = new Map<string, Pod[]>();
		for (const pod of own) {
			const node = pod.spec.nodeName ?? wantedNode(pod);
			if (node !== undefined) byNode.set(node, [...(byNode.get(node) ?? []), pod]);
		}
		return byNode;
	}

	/** Creates what is missing and deletes what is too much; returns what stopped it. */
	function manage(set: DaemonSet, nodes: Node[], pods: Map<string, Pod[]>, hash: string): StatusError | undefined {
		let failure: StatusError | undefined;
		for (const node of nodes) {
			const {name} = node.metadata;
			const present = pods.get(name) ?? [];
			const {shouldRun, mayStay} = fits(set, node);
			if (shouldRun && present.length === 0) failure ??= createPod(set, name, hash);
			else if (!mayStay) for (const pod of present) deletePod(set, pod);
			else {
				const alive: Pod[] = [];
				for (const pod of present) {
					if (pod.metadata.deletionTimestamp) continue;
					if (isTerminal(pod)) {
						const {phase} = pod.status;
						const why = phase === 'Failed' ? 'failed' : 'succeeded';
						const reason = phase === 'Failed' ? 'FailedDaemonPod' : 'SucceededDaemonPod';
						const message = `Found ${why} daemon pod ${set.metadata.namespace}/${pod.metadata.name} on node ${name}, will try to ${phase === 'Failed' ? 'kill' : 'delete'} it`;
						events.event(set, phase === 'Failed' ? 'Warning' : 'Normal', reason, message);
						deletePod(set, pod);
					} else alive.push(pod);
				}
				alive.sort((a, b) => Date.parse(a.metadata.creationTimestamp!) - Date.parse(b.metadata.creationTimestamp!));
				for (const pod of alive.slice(1)) deletePod(set, pod);
			}
		}
		return failure;
	}

	/** Deletes Pods of an older template, those first that are not available, and never more than may be unavailable. */
	function rollingUpdate(set: DaemonSet, nodes: Node[], pods: Map<string, Pod[]>, hash: string) {
		const {updateStrategy, minReadySeconds = 0} = set.spec;
		if (updateStrategy.type !== 'RollingUpdate') return;
		const now = clock.now();
		let unavailable = 0;
		const broken: Pod[] = [];
		const candidates: Pod[] = [];
		let wanted = 0;
		for (const node of nodes) {
			if (!fits(set, node).shouldRun) continue;
			wanted++;
			const alive = (pods.get(node.metadata.name) ?? []).filter(pod => !pod.metadata.deletionTimestamp);
			const [pod] = alive;
			if (!pod) unavailable++;
			else {
				const available = isAvailable(pod, minReadySeconds, now);
				if (!available) unavailable++;
				if (pod.metadata.labels?.[revisionLabel] === hash) continue;
				(available ? candidates : broken).push(pod);
			}
		}
		const room = Math.max(0, maxUnavailable(set, wanted) - unavailable);
		for (const pod of [...broken, ...candidates.slice(0, room)]) deletePod(set, pod);
	}

	function createPod(set: DaemonSet, node: string, hash: string): StatusError | undefined {
		try {
			const pod = registry.create<Pod>('pods', daemonPod(set, node, hash));
			events.event(set, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
		} catch (error) {
			if (!(error instanceof StatusError)) throw error;
			if (error.details?.causes?.some(({reason}) => reason === 'NamespaceTerminating')) return undefined;
			events.event(set, 'Warning', 'FailedCreate', `Error creating: ${error.message}`);
			return error;
		}
		return undefined;
	}

	function deletePod(set: DaemonSet, {metadata}: Pod) {
		if (metadata.deletionTimestamp || !store.get('pods', metadata.namespace, metadata.name)) return;
		registry.delete('pods', metadata.namespace, metadata.name);
		events.event(set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${metadata.name}`);
	}

	/** updateDaemonSetStatus: what there is, counted by nodes. */
	function daemonSetStatus(set: DaemonSet, nodes: Node[], pods: Map<string, Pod[]>, hash: string): DaemonSet['status'] {
		const count = {desired: 0, current: 0, misscheduled: 0, ready: 0, updated: 0, available: 0};
		for (const node of nodes) {
			const present = pods.get(node.metadata.name) ?? [];
			const {shouldRun} = fits(set, node);
			if (!shouldRun) {
				if (present.length > 0) count.misscheduled++;
				continue;
			}
			count.desired++;
			if (present.length === 0) continue;
			count.current++;
			const [pod] = [...present].sort((a, b) => Number(isReady(b)) - Number(isReady(a)));
			if (pod!.metadata.labels?.[revisionLabel] === hash) count.updated++;
			if (!isReady(pod!) || pod!.metadata.deletionTimestamp) continue;
			count.ready++;
			if (isAvailable(pod!, set.spec.minReadySeconds ?? 0, clock.now())) count.available++;
		}
		const unavailable = count.desired - count.available;
		return {
			currentNumberScheduled: count.current,
			desiredNumberScheduled: count.desired,
			...(count.available > 0 && {numberAvailable: count.available}),
			numberMisscheduled: count.misscheduled,
			numberReady: count.ready,
			...(unavailable > 0 && {numberUnavailable: unavailable}),
			observedGeneration: set.metadata.generation,
			...(count.updated > 0 && {updatedNumberScheduled: count.updated}),
		};
	}

	/** A Pod that is ready turns available minReadySeconds later, when nothing else changes. */
	function recheckLater(set: DaemonSet, key: string) {
		const {minReadySeconds = 0} = set.spec;
		if (minReadySeconds === 0) return;
		const now = clock.now();
		const waits = dependents
			.managedBy<Pod>(set.metadata.uid!, 'pods')
			.filter(pod => isReady(pod) && !isAvailable(pod, minReadySeconds, now))
			.map(pod => Date.parse(readyCondition(pod)!.lastTransitionTime ?? '') + minReadySeconds * 1000 - now);
		if (waits.length > 0) queue.addAfter(key, Math.max(0, Math.min(...waits)));
	}

	return {
		stop() {
			queue.stop();
			for (const stop of stops) stop();
		},
	};
}

function ownerKey({metadata}: Pod): string | undefined {
	const owner = controllerOf(metadata);
	return owner?.kind === 'DaemonSet' ? keyOf({namespace: metadata.namespace, name: owner.name}) : undefined;
}

/** Where a Pod without a node is meant to go (util.GetTargetNodeName). */
function wantedNode({spec}: Pod): string | undefined {
	const {nodeAffinity} = (spec.affinity ?? {}) as {
		nodeAffinity?: {
			requiredDuringSchedulingIgnoredDuringExecution?: {
				nodeSelectorTerms?: {matchFields?: {key: string; values?: string[]}[]}[];
			};
		};
	};
	const terms = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
	return terms.flatMap(({matchFields = []}) => matchFields).find(({key}) => key === 'metadata.name')?.values?.[0];
}

/** Whether a node ought to have a Pod of the set, and whether one that is there may stay (NodeShouldRunDaemonPod). */
function fits({spec: {template}}: DaemonSet, node: Node): {shouldRun: boolean; mayStay: boolean} {
	const {nodeName} = template.spec;
	if ((nodeName && nodeName !== node.metadata.name) || !allowsNode(template.spec, node))
		return {shouldRun: false, mayStay: false};
	const tolerations = daemonTolerations(template.spec);
	const hostile = (node.spec.taints ?? []).filter(
		taint => taint.effect !== 'PreferNoSchedule' && !tolerations.some(toleration => tolerates(toleration, taint)),
	);
	return {shouldRun: hostile.length === 0, mayStay: hostile.every(({effect}) => effect !== 'NoExecute')};
}

/** How many Pods an update may take at once: a share is rounded up. */
function maxUnavailable({spec}: DaemonSet, wanted: number): number {
	const value = spec.updateStrategy.rollingUpdate?.maxUnavailable ?? 1;
	return typeof value === 'number' ? value : Math.ceil((Number.parseInt(value, 10) * wanted) / 100);
}

/** A node's status changes often and decides nothing here. */
const placementChanged = (node: Node, previous: Node) =>
	!deepEqual(node.metadata.labels, previous.metadata.labels) || !deepEqual(node.spec.taints, previous.spec.taints);
