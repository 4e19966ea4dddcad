import type {Store} from '../store.ts';
import type {KubeObject, ObjectMeta, OwnerReference, ReplicaSet} from '../types.ts';

/** The owner that manages an object (metav1.GetControllerOf). */
export const controllerOf = ({ownerReferences}: ObjectMeta): OwnerReference | undefined =>
	ownerReferences?.find(({controller}) => controller);

/** The reference by which `owner` manages another object (metav1.NewControllerRef). */
export const controllerReference = ({apiVersion, kind, metadata}: KubeObject): OwnerReference => ({
	apiVersion,
	kind,
	name: metadata.name,
	uid: metadata.uid!,
	controller: true,
	blockOwnerDeletion: true,
});

/** An object that names an owner. */
type Dependent = {resource: string; object: KubeObject};

/** Objects by the uid of their owners, kept up to date with the store. */
export type Dependents = {
	/** All objects that name this uid among their owners. */
	of(uid: string): Iterable<Dependent>;
	/** Those of one resource that this uid manages. */
	managedBy<T extends KubeObject>(uid: string, resource: string): T[];
};

const indexes = new WeakMap<Store, Dependents>();

/** The index of a store; built on first use and shared by all controllers. */
export function dependentsIn(store: Store): Dependents {
	const known = indexes.get(store);
	if (known) return known;
	const byOwner = new Map<string, Map<string, Dependent>>();

	const add = (resource: string, object: KubeObject) => {
		for (const {uid} of object.metadata.ownerReferences ?? []) {
			let group = byOwner.get(uid);
			if (!group) {
				group = new Map();
				byOwner.set(uid, group);
			}
			group.set(object.metadata.uid!, {resource, object});
		}
	};
	const remove = (object: KubeObject) => {
		for (const {uid} of object.metadata.ownerReferences ?? []) {
			const group = byOwner.get(uid);
			group?.delete(object.metadata.uid!);
			if (group?.size === 0) byOwner.delete(uid);
		}
	};

	for (const resource of store.resources()) for (const object of store.list(resource)) add(resource, object);
	store.subscribeAll(({type, resource, object, previous}) => {
		if (previous && previous.metadata.ownerReferences !== object.metadata.ownerReferences) remove(previous);
		if (type === 'DELETED') remove(object);
		else add(resource, object);
	});

	const index: Dependents = {
		of: uid => byOwner.get(uid)?.values() ?? [],
		managedBy<T extends KubeObject>(uid: string, resource: string) {
			const found: T[] = [];
			for (const dependent of byOwner.get(uid)?.values() ?? []) {
				if (dependent.resource !== resource) continue;
				if (controllerOf(dependent.object.metadata)?.uid === uid) found.push(dependent.object as T);
			}
			return found;
		},
	};
	indexes.set(store, index);
	return index;
}

const unmanagedSets = new WeakMap<Store, (namespace: string) => Iterable<ReplicaSet>>();

/** The ReplicaSets of a namespace that nobody manages; kept up to date with the store and shared by all controllers. */
export function unmanagedReplicaSetsIn(store: Store): (namespace: string) => Iterable<ReplicaSet> {
	const known = unmanagedSets.get(store);
	if (known) return known;
	const byNamespace = new Map<string, Map<string, ReplicaSet>>();
	const note = (set: ReplicaSet, exists: boolean) => {
		const {namespace = '', name} = set.metadata;
		const group = byNamespace.get(namespace) ?? new Map<string, ReplicaSet>();
		if (exists && !controllerOf(set.metadata)) byNamespace.set(namespace, group.set(name, set));
		else group.delete(name);
	};
	for (const set of store.list<ReplicaSet>('replicasets')) note(set, true);
	store.subscribe<ReplicaSet>('replicasets', ({type, object}) => note(object, type !== 'DELETED'));
	const find = (namespace: string) => byNamespace.get(namespace)?.values() ?? [];
	unmanagedSets.set(store, find);
	return find;
}
