import {resolve, type Schema, schemaName, schemas} from './schemas.ts';

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
	/** Whether Go's types always write the field, even when it is empty. */
	always: boolean;
	/** Defaults of the members of a list item that are part of its keys. */
	defaults: Readonly<Record<string, unknown>>;
	/** The schema of a member of an object or map. */
	member(name: string): FieldSchema | undefined;
	/** The schema of a list's items. */
	items(): FieldSchema | undefined;
};

const cache = new WeakMap<Schema, FieldSchema>();

function make(property: Schema, required = false): FieldSchema {
	const known = cache.get(property);
	if (known) return known;
	const {schema} = resolve(property);
	const extension = <K extends keyof Schema>(key: K): Schema[K] => property[key] ?? schema[key];
	const listMapKeys = extension('x-kubernetes-list-map-keys') ?? [];
	const item = schema.items && resolve(schema.items).schema;
	const defaults: Record<string, unknown> = {};
	for (const key of listMapKeys) {
		const value = item?.properties?.[key]?.default;
		// Go's zero values are published as defaults of required members; only real ones complete a key.
		if (value !== undefined && !item?.required?.includes(key)) defaults[key] = value;
	}
	const field: FieldSchema = {
		mergeKey: extension('x-kubernetes-patch-merge-key'),
		patchStrategy: extension('x-kubernetes-patch-strategy')?.split(',') ?? [],
		listType: extension('x-kubernetes-list-type') ?? 'atomic',
		listMapKeys,
		atomic: extension('x-kubernetes-map-type') === 'atomic' || (schema.type === 'object' && isOpaque(schema)),
		always: required || property.default !== undefined,
		defaults,
		member(name) {
			const member = schema.properties?.[name] ?? schema.additionalProperties;
			return member && make(member, schema.required?.includes(name));
		},
		items: () => schema.items && make(schema.items),
	};
	cache.set(property, field);
	return field;
}

const isOpaque = ({properties, additionalProperties}: Schema) => !properties && !additionalProperties;

/** How patches of a kind treat its fields; undefined for kinds without a schema. */
export function fieldSchema(apiVersion: string, kind: string): FieldSchema | undefined {
	const name = schemaName(apiVersion, kind);
	return name === undefined ? undefined : make(schemas[name]!);
}
