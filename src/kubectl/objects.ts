/** A value of JSON. */
export type JsonValue = null | boolean | number | string | JsonValue[] | {[key: string]: JsonValue};

/** Any JSON object. */
export type JsonObject = {[key: string]: JsonValue};

/** metav1.ObjectMeta as it comes over the wire. */
export type ObjectMeta = {
	name?: string;
	generateName?: string;
	namespace?: string;
	uid?: string;
	resourceVersion?: string;
	generation?: number;
	creationTimestamp?: string | null;
	deletionTimestamp?: string;
	deletionGracePeriodSeconds?: number;
	labels?: Record<string, string>;
	annotations?: Record<string, string>;
	ownerReferences?: {apiVersion: string; kind: string; name: string; uid: string; controller?: boolean}[];
	managedFields?: JsonValue;
};

/** Any API object; what is in `spec` and `status` is for those who know the kind. */
export type KubeObject = {apiVersion: string; kind: string; metadata: ObjectMeta; [field: string]: unknown};

/** A list of API objects; the items of a real server's list carry neither apiVersion nor kind. */
export type KubeList<T = KubeObject> = {
	apiVersion: string;
	kind: string;
	metadata: {resourceVersion?: string; continue?: string; remainingItemCount?: number};
	items: T[];
};

/** metav1.Status. */
export type Status = {
	kind?: string;
	status?: string;
	message?: string;
	reason?: string;
	details?: {
		name?: string;
		group?: string;
		kind?: string;
		uid?: string;
		causes?: {reason?: string; message: string; field?: string}[];
	};
	code?: number;
};

/** metav1.Table, the rows that the server lays out for `kubectl get`. */
export type Table = {
	kind: 'Table';
	metadata: {resourceVersion?: string; continue?: string};
	columnDefinitions: {name: string; type: string; format: string; priority: number}[] | null;
	rows: {cells: unknown[]; object?: KubeObject}[];
};

/** A type of @kubernetes/client-node as it comes over the wire: its dates are text. */
export type Wire<T> = T extends Date
	? string
	: T extends (infer Item)[]
		? Wire<Item>[]
		: T extends object
			? {[Key in keyof T]: Wire<T[Key]>}
			: T;

/** The API group of an apiVersion; empty for the core group. */
export const groupOf = (apiVersion: string) => (apiVersion.includes('/') ? apiVersion.split('/')[0]! : '');
