import {StatusError} from '../errors.ts';
import {deepEqual} from '../registry.ts';
import {matchesSelector} from '../selectors.ts';
import type {Simulation} from '../simulation.ts';
import type {Deployment, PodTemplate, ReplicaSet} from '../types.ts';
import {annotation, byCreation, maxSurge, newSetReplicas, revisionOf} from './deployment-arithmetic.ts';
import {getCondition, hasDeadline, withCondition} from './deployment-status.ts';
import type {Recorder} from './events.ts';
import {controllerOf, controllerReference, dependentsIn, unmanagedReplicaSetsIn} from './owners.ts';
import {podTemplateHash} from './pod-template-hash.ts';

const hashLabel = 'pod-template-hash';
const notCopied = new Set<string>(Object.values(annotation));

/** The ReplicaSet of a Deployment's present template, the older ones, and all of them. */
type ResolvedSets = {newSet: ReplicaSet | undefined; oldSets: ReplicaSet[]; all: ReplicaSet[]};

/**
 * The writes of the Deployment controller. A Deployment passed in is the caller's copy: its status and annotations are
 * replaced by what was written.
 */
export function deploymentSets({clock, store, registry}: Simulation, events: Recorder) {
	const dependents = dependentsIn(store);
	const unmanagedSets = unmanagedReplicaSetsIn(store);

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
		const orphans = [...unmanagedSets(namespace!)].filter(
			({metadata}) => !metadata.deletionTimestamp && matchesSelector(selector, metadata.labels),
		);
		const adopted = orphans.map(set => {
			const ownerReferences = [...(set.metadata.ownerReferences ?? []), controllerReference(deployment)];
			return registry.update('replicasets', {...set, metadata: {...set.metadata, ownerReferences}});
		});
		return [...owned, ...adopted].sort(byCreation);
	}

	/** Splits the sets into the one of the present template, created when asked for, and the older ones. */
	function resolveSets(deployment: Deployment, sets: ReplicaSet[], create: boolean): ResolvedSets {
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

	/** Writes status and annotations when they differ from what is stored; false when there was nothing to write. */
	function writeStatus(deployment: Deployment, status: Deployment['status']): boolean {
		const {namespace, name, annotations} = deployment.metadata;
		const stored = store.get<Deployment>('deployments', namespace, name);
		if (!stored) return false;
		deployment.status = status;
		const next = {...stored, metadata: {...stored.metadata, annotations}, status: {...status}};
		return registry.update('deployments', next, {subresource: 'status'}) !== stored;
	}

	return {claimSets, resolveSets, scaleSet, setProgressing, writeStatus};
}

/** Equality of templates but for the label that the controller itself adds (EqualIgnoreHash). */
function sameTemplate(a: PodTemplate, b: PodTemplate): boolean {
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
