import type {KubeObject} from './types.ts';

/** One committed change. `object` is the new state; for DELETED the last state, with the deletion's resourceVersion. */
export type Change<T extends KubeObject = KubeObject> = {
	type: 'ADDED' | 'MODIFIED' | 'DELETED';
	resource: string;
	object: T;
	previous: T | undefined;
	revision: number;
};

type Listener = (change: Change) => void;
/** How often an object has been written since it was created, and when that was; for objects written more than once. */
type Written = {created: number; version: number};
type Table = {
	objects: Map<string, KubeObject>;
	written: Map<string, Written>;
	byNamespace: Map<string, Map<string, KubeObject>>;
	history: Change[];
	/** Changes up to this revision are forgotten; a watch from before it gets 410. */
	forgotten: number;
	listeners: Set<Listener>;
};

const keyOf = (namespace: string | undefined, name: string) => (namespace ? `${namespace}/${name}` : name);
const historyLimit = 20_000;

/** Everything needed to build the same store again; plain JSON. `written` is by resource and key. */
export type StoreSnapshot = {
	revision: number;
	objects: Record<string, KubeObject[]>;
	written?: Record<string, Record<string, Written>>;
};

/**
 * The cluster's state, as etcd holds it: objects by resource and key under one growing revision, and the recent
 * changes for watches. It knows nothing of what the objects mean. Objects belong to the store and are never changed.
 */
export class Store {
	#revision: number;
	#tables = new Map<string, Table>();
	#everything = new Set<Listener>();
	#closing = new Set<() => void>();
	/** What was before the store was made is not known to it, whatever the resource. */
	readonly #start: number;

	constructor(snapshot?: StoreSnapshot) {
		this.#revision = snapshot?.revision ?? 0;
		this.#start = this.#revision;
		for (const [resource, objects] of Object.entries(snapshot?.objects ?? {})) {
			const table = this.#table(resource);
			for (const object of objects) this.#put(table, keyOf(object.metadata.namespace, object.metadata.name), object);
			for (const [key, written] of Object.entries(snapshot?.written?.[resource] ?? {}))
				table.written.set(key, {...written});
		}
	}

	/** The revision of the newest change, the `resourceVersion` of lists. */
	get revision(): number {
		return this.#revision;
	}

	get<T extends KubeObject>(resource: string, namespace: string | undefined, name: string): T | undefined {
		return this.#table(resource).objects.get(keyOf(namespace, name)) as T | undefined;
	}

	/** The objects of a resource, of one namespace or of all, in no particular order. */
	list<T extends KubeObject>(resource: string, namespace?: string): Iterable<T> {
		const table = this.#table(resource);
		const objects = namespace === undefined ? table.objects : table.byNamespace.get(namespace);
		return (objects?.values() ?? []) as Iterable<T>;
	}

	count(resource: string, namespace?: string): number {
		const table = this.#table(resource);
		return (namespace === undefined ? table.objects : table.byNamespace.get(namespace))?.size ?? 0;
	}

	/**
	 * The revision in which an object of the store was created, and how often it has been written since, as etcd counts
	 * them for a key. What was written before a state without these counts was restored is not counted.
	 */
	writes(resource: string, {metadata}: KubeObject): {created: number; version: number} {
		const known = this.#table(resource).written.get(keyOf(metadata.namespace, metadata.name));
		return known ?? {created: Number(metadata.resourceVersion), version: 1};
	}

	/** The resources that have, or had, objects or listeners. */
	resources(): string[] {
		return [...this.#tables.keys()];
	}

	/** Writes an object under the next revision and returns it as stored. The object passes to the store. */
	put<T extends KubeObject>(resource: string, object: T): T {
		const table = this.#table(resource);
		const key = keyOf(object.metadata.namespace, object.metadata.name);
		const previous = table.objects.get(key);
		if (previous) {
			const written = table.written.get(key);
			if (written) written.version++;
			else table.written.set(key, {created: Number(previous.metadata.resourceVersion), version: 2});
		}
		object.metadata.resourceVersion = String(++this.#revision);
		this.#put(table, key, object);
		this.#commit(table, {type: previous ? 'MODIFIED' : 'ADDED', resource, object, previous, revision: this.#revision});
		return object;
	}

	/** Removes an object; returns its last state, or undefined when there was none. */
	remove<T extends KubeObject>(resource: string, namespace: string | undefined, name: string): T | undefined {
		const table = this.#table(resource);
		const key = keyOf(namespace, name);
		const previous = table.objects.get(key);
		if (!previous) return undefined;
		const revision = ++this.#revision;
		const object = {...previous, metadata: {...previous.metadata, resourceVersion: String(revision)}};
		table.objects.delete(key);
		table.written.delete(key);
		table.byNamespace.get(previous.metadata.namespace ?? '')?.delete(key);
		this.#commit(table, {type: 'DELETED', resource, object, previous, revision});
		return object as T;
	}

	/** Calls `listener` at each later change of the resource. Listeners must not write to the store. */
	subscribe<T extends KubeObject>(resource: string, listener: (change: Change<T>) => void): () => void {
		const {listeners} = this.#table(resource);
		listeners.add(listener as Listener);
		return () => void listeners.delete(listener as Listener);
	}

	/** Calls `listener` at each later change of any resource. */
	subscribeAll(listener: Listener): () => void {
		this.#everything.add(listener);
		return () => void this.#everything.delete(listener);
	}

	/** The changes of a resource after `revision`, or 'expired' when some of them are forgotten. */
	changesSince(resource: string, revision: number): Change[] | 'expired' {
		const {history, forgotten} = this.#table(resource);
		if (revision < forgotten) return 'expired';
		let low = 0;
		let high = history.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (history[middle]!.revision <= revision) low = middle + 1;
			else high = middle;
		}
		return history.slice(low);
	}

	/** Forgets all recorded changes, as etcd's compaction does; watches from before then get 410. */
	compact(): void {
		for (const table of this.#tables.values()) {
			// Only up to the last change of this very resource: a watch that has seen that one has missed nothing.
			table.forgotten = table.history.at(-1)?.revision ?? table.forgotten;
			table.history = [];
		}
	}

	/** Ends the store: another one takes its place. Whoever watches it is told to list anew. */
	close(): void {
		for (const table of this.#tables.values()) {
			table.forgotten = Number.POSITIVE_INFINITY;
			table.history = [];
			table.listeners.clear();
		}
		this.#everything.clear();
		for (const listener of this.#closing) listener();
	}

	/** Calls `listener` when the store is closed. */
	onClose(listener: () => void): () => void {
		this.#closing.add(listener);
		return () => void this.#closing.delete(listener);
	}

	snapshot(): StoreSnapshot {
		const objects: Record<string, KubeObject[]> = {};
		const written: Record<string, Record<string, Written>> = {};
		for (const [resource, table] of this.#tables) {
			objects[resource] = [...table.objects.values()];
			if (table.written.size > 0) written[resource] = Object.fromEntries(table.written);
		}
		return {revision: this.#revision, objects, written};
	}

	#put(table: Table, key: string, object: KubeObject) {
		table.objects.set(key, object);
		const namespace = object.metadata.namespace ?? '';
		let group = table.byNamespace.get(namespace);
		if (!group) {
			group = new Map();
			table.byNamespace.set(namespace, group);
		}
		group.set(key, object);
	}

	#commit(table: Table, change: Change) {
		table.history.push(change);
		if (table.history.length > historyLimit) {
			const dropped = table.history.splice(0, historyLimit / 2);
			table.forgotten = dropped.at(-1)!.revision;
		}
		for (const listener of table.listeners) listener(change);
		for (const listener of this.#everything) listener(change);
	}

	#table(resource: string): Table {
		let table = this.#tables.get(resource);
		if (!table) {
			table = {
				objects: new Map(),
				written: new Map(),
				byNamespace: new Map(),
				history: [],
				forgotten: this.#start,
				listeners: new Set(),
			};
			this.#tables.set(resource, table);
		}
		return table;
	}
}
