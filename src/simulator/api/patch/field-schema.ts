/** How patches treat a field, as the API's types say it (OpenAPI x-kubernetes-* extensions). */
export type FieldSchema = {
	/** The member that tells the items of a merged list apart. */
	mergeKey: string | undefined;
	/** `merge`, `retainKeys`, both, or none. */
	patchStrategy: readonly string[];
	/** Server-side apply: how a list is owned. */
	listType: 'atomic' | 'set' | 'map';
	listMapKeys: readonly string[];
	/** Server-side apply: whether the map or struct is owned as a whole. */
	atomic: boolean;
	/** Defaults of the members of a list item that are part of its keys. */
	defaults: Readonly<Record<string, unknown>>;
	/** The schema of a member of an object or map. */
	member(name: string): FieldSchema | undefined;
	/** The schema of a list's items. */
	items(): FieldSchema | undefined;
};
