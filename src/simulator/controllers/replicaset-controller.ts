import {timestamp} from '../clock.ts';
import {StatusError} from '../errors.ts';
import {deepEqual} from '../registry.ts';
import {matchesPairs, matchesSelector} from '../selectors.ts';
import type {Part, Simulation} from '../simulation.ts';
import type {Condition, Pod, ReplicaSet} from '../types.ts';
import {controllerQueue, keyOf, splitKey} from './controller-queue.ts';
import type {Recorder} from './events.ts';
import {controllerOf, controllerReference, dependentsIn} from './owners.ts';
import {podLabelsIn} from './pod-labels.ts';
import {deletionOrder} from './pod-ranking.ts';
import {isActive, isAvailable, isReady, isTerminating, readyCondition} from './pod-state.ts';

/** The most Pods that one run creates or deletes. */
const burstReplicas = 500;

/**
 * Keeps as many Pods as each ReplicaSet asks for, adopts and releases Pods by their labels, and writes its status
 * (pkg/controller/replicaset/replica_set.go).
 */
export function startReplicaSetController(simulation: Simulation, events: Recorder): Part {
	const {clock, store, registry} = simulation;
	const dependents = dependentsIn(store);
	const podLabels = podLabelsIn(store);
	const queue = controllerQueue(simulation, reconcile);

	const stops = [
		store.subscribe<ReplicaSet>('replicasets', ({object}) => queue.add(keyOf(object.metadata))),
		store.subscribe<Pod>('pods', ({type, object, previous}) => {
			const owner = ownerKey(object);
			const before = previous && ownerKey(previous);
			if (before && before !== owner) queue.add(before);
			if (owner) {
				queue.add(owner);
				if (type === 'MODIFIED' && isReady(object) && previous && !isReady(previous)) recheckLater(object, owner);
			} else if (type === 'ADDED' || before || previous?.metadata.labels !== object.metadata.labels) {
				for (const set of store.list<ReplicaSet>('replicasets', object.metadata.namespace))
					if (matchesSelector(set.spec.selector, object.metadata.labels)) queue.add(keyOf(set.metadata));
			}
		}),
	];
	for (const set of store.list<ReplicaSet>('replicasets')) queue.add(keyOf(set.metadata));

	/** A Pod that has just become ready turns available minReadySeconds later, when nothing else changes. */
	function recheckLater(pod: Pod, owner: string) {
		const seconds = store.get<ReplicaSet>('replicasets', ...splitKey(owner))?.spec.minReadySeconds ?? 0;
		const since = Date.parse(readyCondition(pod)?.lastTransitionTime ?? '');
		if (seconds > 0 && !Number.isNaN(since)) queue.addAfter(owner, Math.max(0, since + seconds * 1000 - clock.now()));
	}

	function reconcile(key: string): number {
		const set = store.get<ReplicaSet>('replicasets', ...splitKey(key));
		if (!set) return 0;
		const {active, terminating} = claimPods(set);
		let failure: StatusError | undefined;
		if (!set.metadata.deletionTimestamp) failure = managePods(set, active);
		const status = replicaSetStatus(set, active, terminating, failure, clock.now());
		if (!deepEqual(status, set.status)) {
			const current = store.get<ReplicaSet>('replicasets', ...splitKey(key));
			if (current) registry.update('replicasets', {...current, status}, {subresource: 'status'});
		}
		if (failure) throw failure;
		const {minReadySeconds = 0} = set.spec;
		if (minReadySeconds > 0 && status.readyReplicas !== status.availableReplicas) {
			const waits = active
				.filter(pod => isReady(pod) && !isAvailable(pod, minReadySeconds, clock.now()))
				.map(pod => Date.parse(readyCondition(pod)!.lastTransitionTime ?? '') + minReadySeconds * 1000 - clock.now());
			if (waits.length > 0) queue.addAfter(key, Math.max(0, Math.min(...waits)));
		}
		return active.length + 1;
	}

	/** The set's own Pods, after adopting those that match and letting go of those that no longer do. */
	function claimPods(set: ReplicaSet): {active: Pod[]; terminating: Pod[]} {
		const {selector} = set.spec;
		const {namespace, uid, deletionTimestamp} = set.metadata;
		const active: Pod[] = [];
		const terminating: Pod[] = [];
		for (const pod of dependents.managedBy<Pod>(uid!, 'pods')) {
			if (!matchesSelector(selector, pod.metadata.labels)) {
				if (isActive(pod) && !deletionTimestamp) release(pod, uid!);
			} else if (isActive(pod)) active.push(pod);
			else if (isTerminating(pod)) terminating.push(pod);
		}
		if (deletionTimestamp) return {active, terminating};
		for (const pod of podLabels.selected(namespace!, selector)) {
			if (controllerOf(pod.metadata) || !isActive(pod)) continue;
			const ownerReferences = [...(pod.metadata.ownerReferences ?? []), controllerReference(set)];
			active.push(registry.update('pods', {...pod, metadata: {...pod.metadata, ownerReferences}}));
		}
		return {active, terminating};
	}

	function release(pod: Pod, uid: string) {
		const rest = pod.metadata.ownerReferences?.filter(reference => reference.uid !== uid) ?? [];
		const {ownerReferences: _, ...metadata} = pod.metadata;
		registry.update('pods', {...pod, metadata: {...metadata, ...(rest.length > 0 && {ownerReferences: rest})}});
	}

	/** Creates or deletes Pods until there are enough; returns what stopped it. */
	function managePods(set: ReplicaSet, active: Pod[]): StatusError | undefined {
		const missing = set.spec.replicas - active.length;
		if (missing > 0) return createPods(set, Math.min(missing, burstReplicas));
		if (missing < 0) return deletePods(set, active, Math.min(-missing, burstReplicas));
		return undefined;
	}

	/** Creates Pods in batches of 1, 2, 4, …, so that a refusal that meets all of them is asked for only once. */
	function createPods(set: ReplicaSet, count: number): StatusError | undefined {
		const {metadata, spec} = set.spec.template;
		const draft = JSON.stringify({
			apiVersion: 'v1',
			kind: 'Pod',
			metadata: {
				generateName: `${set.metadata.name}-`,
				namespace: set.metadata.namespace,
				labels: metadata?.labels,
				annotations: metadata?.annotations,
				finalizers: metadata?.finalizers,
				ownerReferences: [controllerReference(set)],
			},
			spec,
		});
		let failure: StatusError | undefined;
		for (let done = 0, batch = 1; done < count && !failure; done += batch, batch = Math.min(2 * batch, count - done)) {
			for (let i = 0; i < batch; i++) {
				try {
					const pod = registry.create<Pod>('pods', JSON.parse(draft));
					events.event(set, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`);
				} catch (error) {
					if (!(error instanceof StatusError)) throw error;
					if (error.details?.causes?.some(({reason}) => reason === 'NamespaceTerminating')) return undefined;
					failure = error;
					events.event(set, 'Warning', 'FailedCreate', `Error creating: ${error.message}`);
				}
			}
		}
		return failure;
	}

	function deletePods(set: ReplicaSet, active: Pod[], count: number): StatusError | undefined {
		const doomed = count < active.length ? deletionOrder(active, relatedPods(set), clock.now()) : active;
		let failure: StatusError | undefined;
		for (const {metadata} of doomed.slice(0, count)) {
			try {
				registry.delete('pods', metadata.namespace, metadata.name);
				events.event(set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${metadata.name}`);
			} catch (error) {
				if (!(error instanceof StatusError)) throw error;
				failure = error;
				events.event(set, 'Warning', 'FailedDelete', `Error deleting: ${error.message}`);
			}
		}
		return failure;
	}

	/** The active Pods of all ReplicaSets of the same Deployment. */
	function relatedPods(set: ReplicaSet): Pod[] {
		const owner = controllerOf(set.metadata);
		const sets = owner ? dependents.managedBy<ReplicaSet>(owner.uid, 'replicasets') : [set];
		return sets.flatMap(({metadata}) => dependents.managedBy<Pod>(metadata.uid!, 'pods')).filter(isActive);
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
	return owner?.kind === 'ReplicaSet' ? keyOf({namespace: metadata.namespace, name: owner.name}) : undefined;
}

/** calculateStatus of replica_set_utils.go: counts of nothing are left out, except `replicas`. */
function replicaSetStatus(
	set: ReplicaSet,
	active: Pod[],
	terminating: Pod[],
	failure: StatusError | undefined,
	now: number,
): ReplicaSet['status'] {
	const labels = set.spec.template.metadata?.labels ?? {};
	let labelled = 0;
	let ready = 0;
	let available = 0;
	for (const pod of active) {
		if (matchesPairs(labels, pod.metadata.labels)) labelled++;
		if (!isReady(pod)) continue;
		ready++;
		if (isAvailable(pod, set.spec.minReadySeconds ?? 0, now)) available++;
	}
	const conditions = withFailure(set.status?.conditions ?? [], failure, active.length < set.spec.replicas, now);
	return {
		...(available > 0 && {availableReplicas: available}),
		...(conditions.length > 0 && {conditions}),
		...(labelled > 0 && {fullyLabeledReplicas: labelled}),
		observedGeneration: set.metadata.generation,
		...(ready > 0 && {readyReplicas: ready}),
		replicas: active.length,
		terminatingReplicas: terminating.length,
	};
}

function withFailure(conditions: Condition[], failure: StatusError | undefined, tooFew: boolean, now: number) {
	const others = conditions.filter(({type}) => type !== 'ReplicaFailure');
	if (!failure) return others;
	if (others.length < conditions.length) return conditions;
	const condition: Condition = {
		type: 'ReplicaFailure',
		status: 'True',
		lastTransitionTime: timestamp(now),
		reason: tooFew ? 'FailedCreate' : 'FailedDelete',
		message: failure.message,
	};
	return [...others, condition];
}
