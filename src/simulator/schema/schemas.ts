import fields from './fields.json' with {type: 'json'};

/** An OpenAPI v3 schema as the API server publishes it, with Kubernetes' extensions, without descriptions. */
export type Schema = {
	type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
	format?: string;
	properties?: Record<string, Schema>;
	required?: string[];
	items?: Schema;
	additionalProperties?: Schema;
	default?: unknown;
	enum?: string[];
	oneOf?: Schema[];
	allOf?: Schema[];
	$ref?: string;
	description?: string;
	'x-kubernetes-group-version-kind'?: {group: string; version: string; kind: string}[];
	'x-kubernetes-list-map-keys'?: string[];
	'x-kubernetes-list-type'?: 'atomic' | 'set' | 'map';
	'x-kubernetes-map-type'?: 'atomic' | 'granular';
	'x-kubernetes-patch-merge-key'?: string;
	'x-kubernetes-patch-strategy'?: string;
};

/** Every schema by its full name, as `io.k8s.api.core.v1.Pod`. */
export const schemas = fields as unknown as Readonly<Record<string, Schema>>;

const prefix = '#/components/schemas/';

/** The name of the schema that a property refers to, plainly or wrapped for a default. */
export function referenceOf(schema: Schema): string | undefined {
	const target = schema.$ref ?? schema.allOf?.[0]?.$ref;
	return target?.slice(prefix.length);
}

/** The schema itself, or the one that it refers to; `name` is empty for schemas without one. */
export function resolve(schema: Schema): {name: string; schema: Schema} {
	const name = referenceOf(schema);
	return name ? {name, schema: schemas[name]!} : {name: '', schema};
}

let byKind: Map<string, string> | undefined;

const keyOf = (apiVersion: string, kind: string) => `${apiVersion} ${kind}`;

/** The full name of the schema of a kind, or undefined when it has none. */
export function schemaName(apiVersion: string, kind: string): string | undefined {
	if (!byKind) {
		byKind = new Map();
		for (const [name, schema] of Object.entries(schemas)) {
			const kinds = schema['x-kubernetes-group-version-kind'] ?? [];
			// Options of requests are registered under every group, and are no objects.
			if (kinds.length !== 1) continue;
			for (const {group, version, kind} of kinds)
				byKind.set(keyOf(group ? `${group}/${version}` : version, kind), name);
		}
	}
	return byKind.get(keyOf(apiVersion, kind));
}
