import {StatusError} from '../errors.ts';
import {deepEqual} from '../registry.ts';
import {matchesSelector} from '../selectors.ts';
import type {Part, Simulation} from '../simulation.ts';
import type {Deployment, Pod, PodTemplate, ReplicaSet} from '../types.ts';
import {controllerQueue, keyOf, splitKey} from './controller-queue.ts';
import {
	activeOrLatest,
	activeSets,
	annotation,
	byCreation,
	isSaturated,
	maxSurge,
	maxUnavailable,
	newSetReplicas,
	proportionalSizes,
	revisionOf,
	sum,
	wantedReplicas,
} from './deployment-arithmetic.ts';
import {
	deploymentStatus,
	getCondition,
	hasDeadline,
	isComplete,
	rolloutStatus,
	withCondition,
} from './deployment-status.ts';
import type {Recorder} from './events.ts';
import {controllerOf, controllerReference, dependentsIn} from './owners.ts';
import {isTerminal} from './pod-state.ts';
import {podTemplateHash} from './pod-template-hash.ts';

const hashLabel = 'pod-template-hash';
const notCopied = new Set<string>(Object.values(annotation));

/**
 * Rolls Deployments out through their ReplicaSets (pkg/controller/deployment: deployment_controller.go, sync.go,
 * rolling.go, recreate.go, progress.go).
 */
export function startDeploymentController(simulation: Simulation, events: Recorder): Part {
	const {clock, store, registry} = simulation;
	const dependents = dependentsIn(store);
	const queue = controllerQueue(simulation, reconcile);

	const stops = [
		store.subscribe<Deployment>('deployments', ({object}) => queue.add(keyOf(object.metadata))),
		store.subscribe<ReplicaSet>('replicasets', ({type, object, previous}) => {
			const owner = ownerKey(object);
			const before = previous && ownerKey(previous);
			if (before && before !== owner) queue.add(before);
			if (owner) queue.add(owner);
			else if (type !== 'DELETED') {
				for (const deployment of store.list<Deployment>('deployments', object.metadata.namespace))
					if (matchesSelector(deployment.spec.selector, object.metadata.labels)) queue.add(keyOf(deployment.metadata));
			}
		}),
		// Recreate waits for the last old Pod to go, which no ReplicaSet tells.
		store.subscribe<Pod>('pods', ({type, object}) => {
			if (type !== 'DELETED' && !isTerminal(object)) return;
			const owner = controllerOf(object.metadata);
			if (owner?.kind !== 'ReplicaSet') return;
			const set = store.get<ReplicaSet>('replicasets', object.metadata.namespace, owner.name);
			const key = set && ownerKey(set);
			const deployment = key && store.get<Deployment>('deployments', ...splitKey(key));
			if (deployment && deployment.spec.strategy.type === 'Recreate') queue.add(key);
		}),
	];
	for (const deployment of store.list<Deployment>('deployments')) queue.add(keyOf(deployment.metadata));

	function reconcile(key: string): number {
		const stored = store.get<Deployment>('deployments', ...splitKey(key));
		if (!stored) return 0;
		const deployment: Deployment = {...stored, status: stored.status ?? {}};
		const {selector, replicas} = deployment.spec;
		if (!Object.keys(selector.matchLabels ?? {}).length && !selector.matchExpressions?.length) {
			const why = 'This deployment is selecting all pods. A non-empty selector is required.';
			events.event(deployment, 'Warning', 'SelectingAll', why);
			writeStatus(deployment, {...deployment.status, observedGeneration: deployment.metadata.generation});
			return 1;
		}
		const sets = claimSets(deployment);
		if (deployment.metadata.deletionTimestamp) {
			const {newSet, all} = resolveSets(deployment, sets, false);
			writeStatus(deployment, deploymentStatus(deployment, all, newSet, clock.now()));
			return all.length + 1;
		}
		notePause(deployment);
		if (deployment.spec.paused) return scaleOnly(deployment, sets);
		const {all} = resolveSets(deployment, sets, false);
		const scaled = activeSets(all).some(({metadata}) => {
			const desired = metadata.annotations?.[annotation.desiredReplicas];
			return desired !== undefined && Number(desired) !== replicas;
		});
		// The sets may just have been written, so they are read again.
		const fresh = claimSets(deployment);
		if (scaled) return scaleOnly(deployment, fresh);
		if (deployment.spec.strategy.type === 'Recreate') recreate(deployment, fresh);
		else roll(deployment, fresh);
		return fresh.length + 1;
	}

	/** The Deployment's own ReplicaSets, after adopting those that match and letting go of those that do not. */
	function claimSets(deployment: Deployment): ReplicaSet[] {
		const {uid, namespace, deletionTimestamp} = deployment.metadata;
		const {selector} = deployment.spec;
		const owned = dependents.managedBy<ReplicaSet>(uid!, 'replicasets').filter(set => {
			if (matchesSelector(selector, set.metadata.labels)) return true;
			if (deletionTimestamp || set.metadata.deletionTimestamp) return false;
			const rest = set.metadata.ownerReferences?.filter(reference => reference.uid !== uid) ?? [];
			const {ownerReferences: _, ...metadata} = set.metadata;
			registry.update('replicasets', {
				...set,
				metadata: {...metadata, ...(rest.length > 0 && {ownerReferences: rest})},
			});
			return false;
		});
		if (deletionTimestamp) return owned;
		const orphans = [...store.list<ReplicaSet>('replicasets', namespace)].filter(
			({metadata}) =>
				!controllerOf(metadata) && !metadata.deletionTimestamp && matchesSelector(selector, metadata.labels),
		);
		const adopted = orphans.map(set => {
			const ownerReferences = [...(set.metadata.ownerReferences ?? []), controllerReference(deployment)];
			return registry.update('replicasets', {...set, metadata: {...set.metadata, ownerReferences}});
		});
		return [...owned, ...adopted].sort(byCreation);
	}

	/** Splits the sets into the one of the present template, created when asked for, and the older ones. */
	function resolveSets(deployment: Deployment, sets: ReplicaSet[], create: boolean) {
		const found = sets.find(({spec}) => sameTemplate(spec.template, deployment.spec.template));
		const oldSets = sets.filter(set => set !== found);
		const revision = Math.max(0, ...oldSets.map(revisionOf)) + 1;
		const newSet = found
			? updateNewSet(deployment, found, revision)
			: create
				? createNewSet(deployment, oldSets, revision)
				: undefined;
		return {newSet, oldSets, all: newSet ? [...oldSets, newSet] : oldSets};
	}

	function updateNewSet(deployment: Deployment, set: ReplicaSet, revision: number): ReplicaSet {
		const annotations = newSetAnnotations(deployment, set, revision);
		const minReadySeconds = deployment.spec.minReadySeconds;
		if (!deepEqual(annotations, set.metadata.annotations ?? {}) || set.spec.minReadySeconds !== minReadySeconds) {
			return registry.update('replicasets', {
				...set,
				metadata: {...set.metadata, annotations},
				spec: {...set.spec, minReadySeconds},
			});
		}
		const changed = setRevision(deployment, annotations[annotation.revision]!);
		if (hasDeadline(deployment) && !getCondition(deployment.status, 'Progressing')) {
			setProgressing(deployment, 'True', 'FoundNewReplicaSet', `Found new replica set "${set.metadata.name}"`);
			writeStatus(deployment, deployment.status);
		} else if (changed) writeStatus(deployment, deployment.status);
		return set;
	}

	function createNewSet(deployment: Deployment, oldSets: ReplicaSet[], revision: number): ReplicaSet {
		const {namespace, name} = deployment.metadata;
		const {template, selector, minReadySeconds} = deployment.spec;
		const hash = podTemplateHash(template, deployment.status.collisionCount);
		const labels = {...template.metadata?.labels, [hashLabel]: hash};
		const draft: ReplicaSet = {
			apiVersion: 'apps/v1',
			kind: 'ReplicaSet',
			metadata: {
				name: `${name}-${hash}`,
				namespace,
				labels: {...labels},
				ownerReferences: [controllerReference(deployment)],
			},
			spec: {
				replicas: 0,
				...(minReadySeconds !== undefined && {minReadySeconds}),
				selector: {...structuredClone(selector), matchLabels: {...selector.matchLabels, [hashLabel]: hash}},
				template: {...structuredClone(template), metadata: {...template.metadata, labels}},
			},
			status: {replicas: 0},
		};
		draft.spec.replicas = newSetReplicas(deployment, [...oldSets, draft], draft);
		draft.metadata.annotations = {
			...newSetAnnotations(deployment, draft, revision),
			...replicaAnnotations(deployment),
		};
		let created: ReplicaSet;
		let existed = false;
		try {
			created = registry.create<ReplicaSet>('replicasets', draft);
		} catch (error) {
			if (!(error instanceof StatusError)) throw error;
			const existing =
				error.reason === 'AlreadyExists' && store.get<ReplicaSet>('replicasets', namespace, draft.metadata.name);
			if (
				existing &&
				controllerOf(existing.metadata)?.uid === deployment.metadata.uid &&
				sameTemplate(existing.spec.template, template)
			) {
				created = existing;
				existed = true;
			} else if (existing) {
				const collisionCount = (deployment.status.collisionCount ?? 0) + 1;
				writeStatus(deployment, {...deployment.status, collisionCount});
				throw error;
			} else {
				if (error.details?.causes?.some(({reason}) => reason === 'NamespaceTerminating')) throw error;
				const why = `Failed to create new replica set "${draft.metadata.name}": ${error.message}`;
				if (hasDeadline(deployment)) {
					setProgressing(deployment, 'False', 'ReplicaSetCreateError', why);
					writeStatus(deployment, deployment.status);
				}
				events.event(deployment, 'Warning', 'ReplicaSetCreateError', why);
				throw error;
			}
		}
		const {replicas} = created.spec;
		if (!existed && replicas > 0) {
			const what = `Scaled up replica set ${created.metadata.name} from 0 to ${replicas}`;
			events.event(deployment, 'Normal', 'ScalingReplicaSet', what);
		}
		const changed = setRevision(deployment, String(revision));
		if (!existed && hasDeadline(deployment)) {
			const what = `Created new replica set "${created.metadata.name}"`;
			setProgressing(deployment, 'True', 'NewReplicaSetCreated', what);
			writeStatus(deployment, deployment.status);
		} else if (changed) writeStatus(deployment, deployment.status);
		return created;
	}

	function setProgressing(
		deployment: Deployment,
		status: 'True' | 'False' | 'Unknown',
		reason: string,
		message: string,
	) {
		const condition = {type: 'Progressing', status, reason, message};
		deployment.status = withCondition(deployment.status, condition, clock.now());
	}

	/** Notes in the conditions that a rollout was paused or resumed, so that the pause does not count as a delay. */
	function notePause(deployment: Deployment) {
		if (!hasDeadline(deployment)) return;
		const reason = getCondition(deployment.status, 'Progressing')?.reason;
		if (reason === 'ProgressDeadlineExceeded') return;
		const noted = reason === 'DeploymentPaused';
		if (deployment.spec.paused && !noted) {
			setProgressing(deployment, 'Unknown', 'DeploymentPaused', 'Deployment is paused');
			writeStatus(deployment, deployment.status);
		} else if (!deployment.spec.paused && noted) {
			setProgressing(deployment, 'Unknown', 'DeploymentResumed', 'Deployment is resumed');
			writeStatus(deployment, deployment.status);
		}
	}

	/** Spreads a new size over the sets without rolling on: after `scale`, and while paused (sync in sync.go). */
	function scaleOnly(deployment: Deployment, sets: ReplicaSet[]): number {
		const {newSet, oldSets, all} = resolveSets(deployment, sets, false);
		const {replicas} = deployment.spec;
		const only = activeOrLatest(newSet, oldSets);
		const result = new Map(all.map(set => [set, set]));
		const resize = (set: ReplicaSet, size: number) => result.set(set, scaleSet(deployment, set, size).set);
		if (only) {
			if (only.spec.replicas !== replicas) resize(only, replicas);
		} else if (isSaturated(deployment, newSet)) {
			for (const set of activeSets(oldSets)) resize(set, 0);
		} else if (deployment.spec.strategy.type === 'RollingUpdate') {
			for (const [set, size] of proportionalSizes(deployment, activeSets(all))) resize(set, size);
		}
		if (deployment.spec.paused) cleanUp(deployment, oldSets);
		const now = [...result.values()];
		const status = deploymentStatus(deployment, now, newSet && result.get(newSet), clock.now());
		writeStatus(deployment, status);
		return all.length + 1;
	}

	function roll(deployment: Deployment, sets: ReplicaSet[]) {
		const {newSet, oldSets, all} = resolveSets(deployment, sets, true);
		const {replicas} = deployment.spec;
		const wanted = newSet!.spec.replicas > replicas ? replicas : newSetReplicas(deployment, all, newSet!);
		if (newSet!.spec.replicas !== replicas) {
			const grown = scaleSet(deployment, newSet!, wanted);
			if (grown.scaled) return finish(deployment, [...oldSets, grown.set], grown.set);
		}
		const shrunk = shrinkOldSets(deployment, oldSets, newSet!);
		if (shrunk) return finish(deployment, [...shrunk, newSet!], newSet);
		if (isComplete(deployment, deployment.status)) cleanUp(deployment, oldSets);
		return finish(deployment, all, newSet);
	}

	/** Takes from the old sets what availability allows, unhealthy Pods first; undefined when nothing changed. */
	function shrinkOldSets(deployment: Deployment, oldSets: ReplicaSet[], newSet: ReplicaSet): ReplicaSet[] | undefined {
		const old = activeSets(oldSets);
		if (old.length === 0) return undefined;
		const minAvailable = deployment.spec.replicas - maxUnavailable(deployment);
		const newUnavailable = newSet.spec.replicas - (newSet.status.availableReplicas ?? 0);
		const removable = wantedReplicas([...oldSets, newSet]) - minAvailable - newUnavailable;
		if (removable <= 0) return undefined;
		const current = new Map(oldSets.map(set => [set.metadata.name, set]));
		let removed = 0;
		for (const {metadata} of old.toSorted(byCreation)) {
			const set = current.get(metadata.name)!;
			const unhealthy = set.spec.replicas - (set.status.availableReplicas ?? 0);
			const count = Math.min(removable - removed, unhealthy);
			if (count <= 0) continue;
			current.set(metadata.name, scaleSet(deployment, set, set.spec.replicas - count).set);
			removed += count;
		}
		let spare = sum([...current.values(), newSet], ({status}) => status.availableReplicas) - minAvailable;
		for (const {metadata} of old.toSorted(byCreation)) {
			const set = current.get(metadata.name)!;
			const count = Math.min(set.spec.replicas, spare);
			if (count <= 0) continue;
			current.set(metadata.name, scaleSet(deployment, set, set.spec.replicas - count).set);
			spare -= count;
			removed += count;
		}
		return removed > 0 ? [...current.values()] : undefined;
	}

	function recreate(deployment: Deployment, sets: ReplicaSet[]) {
		const {newSet, oldSets, all} = resolveSets(deployment, sets, false);
		const active = activeSets(oldSets);
		if (active.length > 0) {
			const result = oldSets.map(set => (active.includes(set) ? scaleSet(deployment, set, 0).set : set));
			return finish(deployment, newSet ? [...result, newSet] : result, newSet);
		}
		if (oldSets.some(hasPods)) return finish(deployment, all, newSet);
		const resolved = newSet ? {newSet, oldSets} : resolveSets(deployment, sets, true);
		const {set} = scaleSet(deployment, resolved.newSet!, deployment.spec.replicas);
		if (isComplete(deployment, deployment.status)) cleanUp(deployment, oldSets);
		return finish(deployment, [...oldSets, set], set);
	}

	/** True while a set counts Pods or some of its Pods, deleted or not, still run. */
	const hasPods = ({metadata, status}: ReplicaSet) =>
		status.replicas > 0 || dependents.managedBy<Pod>(metadata.uid!, 'pods').some(pod => !isTerminal(pod));

	/** Writes the status of a rollout, and comes back when its deadline passes. */
	function finish(deployment: Deployment, all: ReplicaSet[], newSet: ReplicaSet | undefined) {
		const status = rolloutStatus(deployment, all, newSet, clock.now());
		if (writeStatus(deployment, status)) return;
		const current = getCondition(status, 'Progressing');
		if (!hasDeadline(deployment) || !current) return;
		if (isComplete(deployment, status) || current.reason === 'ProgressDeadlineExceeded') return;
		const deadline = Date.parse(current.lastUpdateTime ?? '') + deployment.spec.progressDeadlineSeconds! * 1000;
		queue.addAfter(keyOf(deployment.metadata), Math.max(0, deadline - clock.now()) + 1000);
	}

	/** Sets the size of a ReplicaSet and the annotations that remember what it was computed from. */
	function scaleSet(deployment: Deployment, set: ReplicaSet, replicas: number): {set: ReplicaSet; scaled: boolean} {
		const before = set.spec.replicas;
		const annotations = {...set.metadata.annotations, ...replicaAnnotations(deployment)};
		const updated = registry.update('replicasets', {
			...set,
			metadata: {...set.metadata, annotations},
			spec: {...set.spec, replicas},
		});
		if (before === replicas) return {set: updated, scaled: false};
		const direction = before < replicas ? 'up' : 'down';
		const what = `Scaled ${direction} replica set ${set.metadata.name} from ${before} to ${replicas}`;
		events.event(deployment, 'Normal', 'ScalingReplicaSet', what);
		return {set: updated, scaled: true};
	}

	/** Deletes the oldest empty sets beyond revisionHistoryLimit. */
	function cleanUp({spec}: Deployment, oldSets: ReplicaSet[]) {
		const {revisionHistoryLimit: limit} = spec;
		if (limit === undefined || limit === 2 ** 31 - 1) return;
		const alive = oldSets.filter(({metadata}) => !metadata.deletionTimestamp);
		const surplus = alive.toSorted((a, b) => revisionOf(a) - revisionOf(b)).slice(0, Math.max(0, alive.length - limit));
		for (const {metadata, spec, status} of surplus) {
			if (status.replicas !== 0 || spec.replicas !== 0) continue;
			if ((metadata.generation ?? 0) > (status.observedGeneration ?? 0)) continue;
			registry.delete('replicasets', metadata.namespace, metadata.name, {propagationPolicy: 'Background'});
		}
	}

	/** Writes status and annotations when they differ from what is stored; false when there was nothing to write. */
	function writeStatus(deployment: Deployment, status: Deployment['status']): boolean {
		const {namespace, name, annotations} = deployment.metadata;
		const stored = store.get<Deployment>('deployments', namespace, name);
		if (!stored) return false;
		deployment.status = status;
		const next = {...stored, metadata: {...stored.metadata, annotations}, status: {...status}};
		return registry.update('deployments', next, {subresource: 'status'}) !== stored;
	}

	return {
		stop() {
			queue.stop();
			for (const stop of stops) stop();
		},
	};
}

function ownerKey({metadata}: ReplicaSet): string | undefined {
	const owner = controllerOf(metadata);
	return owner?.kind === 'Deployment' ? keyOf({namespace: metadata.namespace, name: owner.name}) : undefined;
}

/** Equality of templates but for the label that the controller itself adds (EqualIgnoreHash). */
export function sameTemplate(a: PodTemplate, b: PodTemplate): boolean {
	const plain = ({metadata, spec}: PodTemplate) => {
		const {[hashLabel]: _, ...labels} = metadata?.labels ?? {};
		return {labels, annotations: metadata?.annotations ?? {}, finalizers: metadata?.finalizers, spec};
	};
	return deepEqual(plain(a), plain(b));
}

const replicaAnnotations = (deployment: Deployment) => ({
	[annotation.desiredReplicas]: String(deployment.spec.replicas),
	[annotation.maxReplicas]: String(deployment.spec.replicas + maxSurge(deployment)),
});

/** The Deployment's annotations and the revision; a set that comes back keeps its old revisions as history. */
function newSetAnnotations(deployment: Deployment, set: ReplicaSet, revision: number): Record<string, string> {
	const annotations = {...set.metadata.annotations};
	for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {}))
		if (!notCopied.has(key)) annotations[key] = value;
	const old = annotations[annotation.revision];
	if (Number(old ?? 0) >= revision) return annotations;
	annotations[annotation.revision] = String(revision);
	if (old !== undefined) {
		const history = annotations[annotation.revisionHistory];
		annotations[annotation.revisionHistory] = history ? `${history},${old}` : old;
	}
	return annotations;
}

/** Notes the revision in the Deployment's annotations; false when it stood there. */
function setRevision(deployment: Deployment, revision: string): boolean {
	if (deployment.metadata.annotations?.[annotation.revision] === revision) return false;
	const annotations = {...deployment.metadata.annotations, [annotation.revision]: revision};
	deployment.metadata = {...deployment.metadata, annotations};
	return true;
}
