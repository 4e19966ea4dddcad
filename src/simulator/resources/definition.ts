import type {Clock} from '../clock.ts';
import type {Cause} from '../errors.ts';
import type {Random} from '../random.ts';
import type {Store} from '../store.ts';
import type {KubeObject} from '../types.ts';

/** What a strategy may look at besides the object: never the network, never real time. */
export type StrategyContext = {clock: Clock; random: Random; store: Store};

/** A cell of a server-side table. */
export type Cell = string | number | boolean | null;

/** A column of a server-side table (metav1.TableColumnDefinition); priority 1 shows with `-o wide`. */
export type Column = {
	name: string;
	type: 'string' | 'integer' | 'boolean';
	format: string;
	description: string;
	priority: 0 | 1;
};

/**
 * One API resource: its names, and its strategy as in the real server's pkg/registry. Draft objects may be changed in
 * place; everything else is read-only.
 */
export type ResourceDefinition<T extends KubeObject = KubeObject> = {
	group: string;
	version: string;
	kind: string;
	/** Defaults to `${kind}List`. */
	listKind?: string;
	plural: string;
	singular: string;
	shortNames?: string[];
	categories?: string[];
	namespaced: boolean;
	verbs: string[];
	/** `status` splits writes: the main resource keeps the old status, the subresource changes nothing else. */
	hasStatus?: boolean;
	/** Sent as a `Warning` header with every answer about this resource. */
	deprecation?: string;
	/** DELETE answers with the last object instead of a Status. */
	deleteReturnsObject?: boolean;
	/** Fields of `fieldSelector` besides metadata.name and metadata.namespace. */
	selectableFields?: Record<string, (object: T) => string>;
	/** Fills in defaults, as pkg/apis/.../defaults.go does; called on every write. */
	applyDefaults?(draft: T): void;
	/** Server-owned fields of a new object: allocations, generation, initial status. May throw StatusError. */
	prepareForCreate?(draft: T, context: StrategyContext): void;
	/** Server-owned fields of a changed object, generation included. May throw StatusError. */
	prepareForUpdate?(draft: T, old: T, context: StrategyContext, subresource?: string): void;
	/** Validation after defaults and preparation; `old` is undefined on create. */
	validate?(object: T, old: T | undefined, context: StrategyContext): Cause[];
	/** Fills in defaults of a written status, in place, and validates it. */
	checkStatus?(object: T, old: T): Cause[];
	/** Texts for `Warning` headers about this very object. */
	warnings?(object: T, old: T | undefined): string[];
	/** Seconds an object lives on after DELETE, 0 for at once (pods: CheckGracefulDelete). `asked` is the client's wish. */
	gracePeriod?(object: T, asked: number | undefined): number;
	/** Finalizers outside metadata that keep an object alive after DELETE (a namespace has them in its spec). */
	remainingFinalizers?(object: T): string[];
	/** Throws StatusError when the object may not be deleted at all. */
	beforeDelete?(object: T): void;
	/** What else changes when DELETE marks an object that lives on. */
	markDeleted?(object: T): T;
	columns: Column[];
	/** The cells of one row, in the order of `columns`. */
	cells(object: T, now: number): Cell[];
	/** Conditions of a row (a finished Pod has one). */
	rowConditions?(object: T): {type: string; status: string; reason: string; message: string}[];
};

/** The apiVersion of a resource's objects. */
export const apiVersionOf = ({group, version}: Pick<ResourceDefinition, 'group' | 'version'>): string =>
	group ? `${group}/${version}` : version;
