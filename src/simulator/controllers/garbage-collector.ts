import type {Part, Simulation} from '../simulation.ts';
import type {Change} from '../store.ts';
import type {KubeObject, OwnerReference} from '../types.ts';
import {controllerQueue} from './controller-queue.ts';
import {dependentsIn} from './owners.ts';

const foreground = 'foregroundDeletion';
const orphan = 'orphan';

/**
 * Deletes objects whose owners are all gone, and carries out foreground and orphaning deletion
 * (pkg/controller/garbagecollector/garbagecollector.go).
 */
export function startGarbageCollector(simulation: Simulation): Part {
	const {store, registry} = simulation;
	const dependents = dependentsIn(store);
	const queue = controllerQueue(simulation, reconcile);
	const plurals = new Map(
		[...registry.definitions.values()].map(({group, version, kind, plural}) => [
			`${group ? `${group}/` : ''}${version} ${kind}`,
			plural,
		]),
	);

	const stopWatching = store.subscribeAll(notice);
	for (const resource of store.resources()) for (const object of store.list(resource)) noticeObject(resource, object);

	function notice({type, resource, object, previous}: Change) {
		const {uid, ownerReferences, deletionTimestamp, finalizers} = object.metadata;
		if (type === 'DELETED') {
			for (const dependent of dependents.of(uid!)) queue.add(keyOf(dependent.resource, dependent.object));
			wakeWaitingOwners(object);
		} else if (ownerReferences !== previous?.metadata.ownerReferences) {
			if (previous) wakeWaitingOwners(previous);
			noticeObject(resource, object);
		} else if (deletionTimestamp && finalizers) queue.add(keyOf(resource, object));
	}

	/** An owner that is deleted in the foreground looks again when a dependent lets it go. */
	function wakeWaitingOwners(dependent: KubeObject) {
		for (const reference of dependent.metadata.ownerReferences ?? []) {
			const owner = find(reference, dependent);
			if (owner?.object.metadata.deletionTimestamp) queue.add(keyOf(owner.resource, owner.object));
		}
	}

	function noticeObject(resource: string, object: KubeObject) {
		const {ownerReferences, deletionTimestamp, finalizers} = object.metadata;
		if (deletionTimestamp && finalizers) queue.add(keyOf(resource, object));
		else if (ownerReferences?.some(reference => isAbsent(reference, object))) queue.add(keyOf(resource, object));
	}

	/** The owner behind a reference, in the dependent's namespace or outside namespaces. */
	function find({apiVersion, kind, name, uid}: OwnerReference, {metadata}: KubeObject) {
		const resource = plurals.get(`${apiVersion} ${kind}`);
		if (!resource) return undefined;
		const {namespaced} = registry.definition(resource);
		const object = store.get(resource, namespaced ? metadata.namespace : undefined, name);
		return object?.metadata.uid === uid ? {resource, object} : undefined;
	}

	/** An owner of a kind that is not known here counts as present: nobody can tell. */
	function isAbsent(reference: OwnerReference, dependent: KubeObject): boolean {
		return plurals.has(`${reference.apiVersion} ${reference.kind}`) && !find(reference, dependent);
	}

	function reconcile(key: string): number {
		const [resource, namespace, name] = key.split(' ') as [string, string, string];
		const object = store.get(resource, namespace || undefined, name);
		if (!object) return 1;
		const {deletionTimestamp, finalizers = []} = object.metadata;
		if (deletionTimestamp && finalizers.includes(orphan)) return orphanDependents(resource, object);
		if (deletionTimestamp && finalizers.includes(foreground)) return deleteDependents(resource, object);
		if (!deletionTimestamp) collect(resource, object);
		return 1;
	}

	/** Deletes an object without owners, or takes away the references to owners that are gone or going. */
	function collect(resource: string, object: KubeObject) {
		const references = object.metadata.ownerReferences ?? [];
		if (references.length === 0) return;
		const waiting = references.filter(reference => isDeletingInForeground(find(reference, object)?.object));
		const solid = references.filter(reference => !waiting.includes(reference) && !isAbsent(reference, object));
		if (solid.length === references.length) return;
		if (solid.length > 0) return setReferences(resource, object, solid);
		const {finalizers = [], namespace, name, uid} = object.metadata;
		const inForeground = waiting.length > 0 && [...dependents.of(uid!)].length > 0;
		const propagationPolicy = finalizers.includes(orphan) ? 'Orphan' : inForeground ? 'Foreground' : 'Background';
		registry.delete(resource, namespace, name, {propagationPolicy});
	}

	function setReferences(resource: string, object: KubeObject, references: OwnerReference[]) {
		const {ownerReferences: _, ...metadata} = object.metadata;
		registry.update(resource, {
			...object,
			metadata: {...metadata, ...(references.length > 0 && {ownerReferences: references})},
		});
	}

	function orphanDependents(resource: string, owner: KubeObject): number {
		const {uid} = owner.metadata;
		const all = [...dependents.of(uid!)];
		for (const dependent of all) {
			const rest = dependent.object.metadata.ownerReferences!.filter(reference => reference.uid !== uid);
			setReferences(dependent.resource, dependent.object, rest);
		}
		removeFinalizer(resource, owner, orphan);
		return all.length + 1;
	}

	/** The owner waits for the dependents that block it, and asks for the deletion of all. */
	function deleteDependents(resource: string, owner: KubeObject): number {
		const {uid} = owner.metadata;
		const all = [...dependents.of(uid!)];
		for (const dependent of all)
			if (!dependent.object.metadata.deletionTimestamp) queue.add(keyOf(dependent.resource, dependent.object));
		const blocked = all.some(({object}) =>
			object.metadata.ownerReferences?.some(reference => reference.uid === uid && reference.blockOwnerDeletion),
		);
		if (!blocked) removeFinalizer(resource, owner, foreground);
		return all.length + 1;
	}

	function removeFinalizer(resource: string, object: KubeObject, finalizer: string) {
		const {finalizers = [], ...metadata} = object.metadata;
		const rest = finalizers.filter(name => name !== finalizer);
		registry.update(resource, {...object, metadata: {...metadata, ...(rest.length > 0 && {finalizers: rest})}});
	}

	return {
		stop() {
			queue.stop();
			stopWatching();
		},
	};
}

const isDeletingInForeground = (owner: KubeObject | undefined) =>
	owner?.metadata.deletionTimestamp !== undefined && (owner.metadata.finalizers?.includes(foreground) ?? false);

const keyOf = (resource: string, {metadata}: KubeObject) => `${resource} ${metadata.namespace ?? ''} ${metadata.name}`;
