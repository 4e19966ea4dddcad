import {timestamp} from './clock.ts';
import {alreadyExists, conflict, invalid, notFound, StatusError} from './errors.ts';
import type {ResourceDefinition, StrategyContext} from './resources/definition.ts';
import type {KubeObject, ObjectMeta} from './types.ts';

export type DeleteOptions = {
	gracePeriodSeconds?: number;
	propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
	preconditions?: {uid?: string; resourceVersion?: string};
};

/** The ways to write an object that change only a part of it. */
export type Subresource = 'status' | 'scale' | 'finalize';

/** What a DELETE did: `removed` is false while grace or finalizers keep the object. */
export type Deletion = {object: KubeObject; removed: boolean};

/**
 * The generic part of the real server's pkg/registry: every write, from a client or a controller, passes here and
 * through the resource's strategy before it reaches the store. All calls are synchronous and throw StatusError.
 */
export class Registry {
	readonly definitions: ReadonlyMap<string, ResourceDefinition>;
	readonly #context: StrategyContext;

	constructor(definitions: ResourceDefinition[], context: StrategyContext) {
		this.definitions = new Map(definitions.map(definition => [definition.plural, definition]));
		this.#context = context;
	}

	/** The definition of a plural name; an unknown one is a programming error. */
	definition(plural: string): ResourceDefinition {
		const definition = this.definitions.get(plural);
		if (!definition) throw new Error(`no such resource: ${plural}`);
		return definition;
	}

	get<T extends KubeObject>(plural: string, namespace: string | undefined, name: string): T {
		const object = this.#context.store.get<T>(plural, namespace, name);
		if (!object) throw notFound(this.definition(plural), name);
		return object;
	}

	/**
	 * Creates an object, which passes to the registry. `namespace` must be set in its metadata where it has one. What is
	 * known to be valid is not validated, which takes longer than all else when a cluster starts.
	 */
	create<T extends KubeObject>(plural: string, draft: T, {dryRun = false, valid = false} = {}): T {
		const definition = this.definition(plural) as unknown as ResourceDefinition<T>;
		const {store, clock, random} = this.#context;
		const {metadata} = draft;
		if (definition.namespaced) this.#checkNamespace(metadata, definition);
		if (!metadata.name && metadata.generateName) metadata.name = metadata.generateName.slice(0, 58) + random.suffix(5);
		draft.apiVersion = definition.group ? `${definition.group}/${definition.version}` : definition.version;
		draft.kind = definition.kind;
		metadata.uid = random.uuid();
		metadata.creationTimestamp = timestamp(clock.now());
		delete metadata.resourceVersion;
		delete metadata.deletionTimestamp;
		delete metadata.deletionGracePeriodSeconds;
		definition.applyDefaults?.(draft);
		definition.prepareForCreate?.(draft, this.#context);
		if (!valid) this.#validate(definition, draft, undefined);
		// The store is asked last, so a faulty object is called faulty even if its name is taken.
		if (store.get(plural, metadata.namespace, metadata.name)) throw alreadyExists(definition, metadata.name);
		if (dryRun) return draft;
		return store.put(plural, draft);
	}

	/**
	 * Replaces an object; an unchanged one keeps its resourceVersion, as in the real server. A resourceVersion in the
	 * draft must be the current one, a uid the object's own.
	 */
	update<T extends KubeObject>(
		plural: string,
		draft: T,
		{subresource, dryRun = false}: {subresource?: Subresource; dryRun?: boolean} = {},
	): T {
		const definition = this.definition(plural) as unknown as ResourceDefinition<T>;
		const {store} = this.#context;
		const {metadata} = draft;
		const old = store.get<T>(plural, metadata.namespace, metadata.name);
		if (!old) throw notFound(definition, metadata.name);
		if (metadata.resourceVersion && metadata.resourceVersion !== old.metadata.resourceVersion)
			throw conflict(definition, metadata.name);
		if (metadata.uid && metadata.uid !== old.metadata.uid) {
			throw conflict(
				definition,
				metadata.name,
				`StorageError: invalid object, Code: 4, Key: ${metadata.name}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${old.metadata.uid}`,
			);
		}
		const next = this.#withServerFields(draft, old, subresource, definition);
		if (subresource !== 'status') {
			definition.applyDefaults?.(next);
			definition.prepareForUpdate?.(next, old, this.#context, subresource);
			this.#validate(definition, next, old);
		} else {
			const causes = definition.checkStatus?.(next, old) ?? [];
			if (causes.length > 0) throw invalid(definition, metadata.name, causes);
		}
		if (deepEqual(next, old)) return old;
		if (dryRun) return next;
		const finalizers = [...(next.metadata.finalizers ?? []), ...(definition.remainingFinalizers?.(next) ?? [])];
		if (next.metadata.deletionTimestamp && finalizers.length === 0 && isOver(next.metadata)) {
			store.remove(plural, metadata.namespace, metadata.name);
			return next;
		}
		return store.put(plural, next);
	}

	/** Reads, changes and writes an object again; without a resourceVersion it cannot lose a race in this one thread. */
	modify<T extends KubeObject>(
		plural: string,
		namespace: string | undefined,
		name: string,
		change: (object: T) => T,
		options?: {subresource?: 'status'},
	): T {
		const object = this.get<T>(plural, namespace, name);
		return this.update(plural, change(object), options);
	}

	/** Deletes an object, or marks it as terminating while its grace period or finalizers last. */
	delete(
		plural: string,
		namespace: string | undefined,
		name: string,
		options: DeleteOptions = {},
		{dryRun = false} = {},
	): Deletion {
		const definition = this.definition(plural);
		const {store, clock} = this.#context;
		const object = store.get(plural, namespace, name);
		if (!object) throw notFound(definition, name);
		const {uid, resourceVersion} = options.preconditions ?? {};
		if (uid && uid !== object.metadata.uid) {
			throw conflict(
				definition,
				name,
				`Precondition failed: UID in precondition: ${uid}, UID in object meta: ${object.metadata.uid}`,
			);
		}
		if (resourceVersion && resourceVersion !== object.metadata.resourceVersion) {
			throw conflict(
				definition,
				name,
				`Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${object.metadata.resourceVersion}`,
			);
		}
		definition.beforeDelete?.(object);
		const grace = definition.gracePeriod?.(object, options.gracePeriodSeconds) ?? 0;
		const finalizers = [...(object.metadata.finalizers ?? [])];
		if (options.propagationPolicy === 'Foreground' && !finalizers.includes('foregroundDeletion'))
			finalizers.push('foregroundDeletion');
		if (options.propagationPolicy === 'Orphan' && !finalizers.includes('orphan')) finalizers.push('orphan');
		const {metadata} = object;
		const others = definition.remainingFinalizers?.(object) ?? [];
		if (grace === 0 && finalizers.length === 0 && others.length === 0) {
			if (dryRun) return {object, removed: true};
			// Pods are seen once more with grace 0 before they go (kubernetes.md §4).
			if (metadata.deletionGracePeriodSeconds) {
				store.put(plural, {
					...object,
					metadata: {...metadata, deletionGracePeriodSeconds: 0, deletionTimestamp: timestamp(clock.now())},
				});
			}
			return {object: store.remove(plural, namespace, name)!, removed: true};
		}
		const known = metadata.deletionGracePeriodSeconds;
		if (
			metadata.deletionTimestamp &&
			(known ?? 0) <= grace &&
			finalizers.length === (metadata.finalizers?.length ?? 0)
		) {
			return {object, removed: false};
		}
		const marked = {
			...object,
			metadata: {
				...metadata,
				...(finalizers.length > 0 && {finalizers}),
				deletionTimestamp: timestamp(clock.now() + grace * 1000),
				deletionGracePeriodSeconds: grace,
				...(metadata.generation !== undefined && !metadata.deletionTimestamp && {generation: metadata.generation + 1}),
			},
		};
		const terminating = definition.markDeleted?.(marked) ?? marked;
		return {object: dryRun ? terminating : store.put(plural, terminating), removed: false};
	}

	#checkNamespace(metadata: ObjectMeta, definition: {group: string; plural: string}) {
		const name = metadata.namespace ?? '';
		const namespace = this.#context.store.get<KubeObject & {status?: {phase?: string}}>('namespaces', undefined, name);
		if (!namespace) throw notFound(this.definition('namespaces'), name);
		if (namespace.metadata.deletionTimestamp) {
			const target = definition.group ? `${definition.plural}.${definition.group}` : definition.plural;
			const why = `unable to create new content in namespace ${name} because it is being terminated`;
			const shown = metadata.name || metadata.generateName || 'Unknown';
			throw new StatusError(403, 'Forbidden', `${target} "${shown}" is forbidden: ${why}`, {
				name: shown,
				...(definition.group && {group: definition.group}),
				kind: definition.plural,
				causes: [
					{
						reason: 'NamespaceTerminating',
						message: `namespace ${name} is being terminated`,
						field: 'metadata.namespace',
					},
				],
			});
		}
	}

	#validate<T extends KubeObject>(definition: ResourceDefinition<T>, object: T, old: T | undefined) {
		const causes = definition.validate?.(object, old, this.#context) ?? [];
		if (causes.length > 0) throw invalid(definition, object.metadata.name ?? '', causes);
	}

	#withServerFields<T extends KubeObject>(
		draft: T,
		old: T,
		subresource: string | undefined,
		definition: ResourceDefinition<T>,
	): T {
		const {uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation, generateName} =
			old.metadata;
		const metadata: ObjectMeta = {
			...draft.metadata,
			uid,
			creationTimestamp,
			generation,
			resourceVersion: old.metadata.resourceVersion,
		};
		const owned = {deletionTimestamp, deletionGracePeriodSeconds, generateName, generation};
		for (const [key, value] of Object.entries(owned)) {
			if (value === undefined) delete metadata[key as keyof ObjectMeta];
			else Object.assign(metadata, {[key]: value});
		}
		const fixed = {...draft, apiVersion: old.apiVersion, kind: old.kind, metadata};
		if (subresource === 'status') {
			// A status write keeps the spec and the labels; annotations pass, as the Deployment's revision needs it.
			const {annotations: _, ...kept} = old.metadata;
			return {
				...old,
				metadata: {
					...kept,
					...(metadata.annotations && {annotations: metadata.annotations}),
					...(metadata.managedFields && {managedFields: metadata.managedFields}),
				},
				status: (draft as {status?: unknown}).status,
			};
		}
		if (definition.hasStatus) return {...fixed, status: (old as {status?: unknown}).status};
		return fixed;
	}
}

const isOver = ({deletionGracePeriodSeconds = 0}: ObjectMeta) => deletionGracePeriodSeconds === 0;

/** Equality of JSON values; undefined members count as absent. */
export function deepEqual(a: unknown, b: unknown): boolean {
	if (a === b) return true;
	if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
	if (Array.isArray(a) !== Array.isArray(b)) return false;
	if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => deepEqual(item, b[i]));
	const left = a as Record<string, unknown>;
	const right = b as Record<string, unknown>;
	for (const key in left) if (!deepEqual(left[key], right[key])) return false;
	for (const key in right) if (right[key] !== undefined && left[key] === undefined) return false;
	return true;
}
