import type {ResourceDefinition} from '../resources/definition.ts';
import {referenceOf, type Schema, schemaName, schemas} from './schemas.ts';

type Descriptions = Record<string, Record<string, string>>;
type Served = Pick<ResourceDefinition, 'group' | 'version' | 'kind' | 'plural' | 'namespaced'>;

/** An OpenAPI v3 document of one group and version. */
export type OpenApiDocument = {
	openapi: string;
	info: {title: string; version: string};
	paths: Record<string, unknown>;
	components: {schemas: Record<string, Schema>};
};

/** The texts of `kubectl explain`, by schema and field; loaded when somebody asks for the first document. */
const loadDescriptions = async (): Promise<Descriptions> => {
	const {default: descriptions} = await import('./descriptions.json', {with: {type: 'json'}});
	return descriptions;
};

function describe(name: string, descriptions: Descriptions): Schema {
	const schema = schemas[name]!;
	const texts = descriptions[name] ?? {};
	const properties: Record<string, Schema> = {};
	for (const [field, property] of Object.entries(schema.properties ?? {})) {
		const text = texts[field];
		const {$ref, ...rest} = property;
		properties[field] = {...(text && {description: text}), ...($ref ? {...rest, allOf: [{$ref}]} : rest)};
	}
	return {
		...(texts[''] && {description: texts['']}),
		...schema,
		...(schema.properties && {properties}),
	};
}

function collect(schema: Schema, names: Set<string>) {
	const reference = referenceOf(schema);
	if (reference && !names.has(reference)) {
		names.add(reference);
		collect(schemas[reference]!, names);
	}
	for (const property of Object.values(schema.properties ?? {})) collect(property, names);
	if (schema.items) collect(schema.items, names);
	if (schema.additionalProperties) collect(schema.additionalProperties, names);
}

const query = (name: string, type = 'string') => ({name, in: 'query', schema: {type, uniqueItems: true}});
const inPath = (name: string) => ({name, in: 'path', required: true, schema: {type: 'string', uniqueItems: true}});
const writeOptions = [query('dryRun'), query('fieldManager'), query('fieldValidation')];
const patchTypes = ['apply-patch+yaml', 'json-patch+json', 'merge-patch+json', 'strategic-merge-patch+json'];

function paths(served: Served, base: string): Record<string, unknown> {
	const {group, version, kind, plural, namespaced} = served;
	const schema = schemaName(group ? `${group}/${version}` : version, kind);
	const json = schema && {'application/json': {schema: {$ref: `#/components/schemas/${schema}`}}};
	const responses = {'200': {description: 'OK', ...(json && {content: json})}};
	const operation = (action: string, more: object = {}) => ({
		...more,
		responses,
		'x-kubernetes-action': action,
		'x-kubernetes-group-version-kind': {group, kind, version},
	});
	const body = {requestBody: {content: json ?? {}, required: true}};
	const patch = Object.fromEntries(patchTypes.map(type => [`application/${type}`, {schema: {type: 'object'}}]));
	const scope = namespaced ? [inPath('namespace')] : [];
	const collection = `/${base}/${namespaced ? 'namespaces/{namespace}/' : ''}${plural}`;
	return {
		[collection]: {
			get: operation('list'),
			post: operation('post', {parameters: writeOptions, ...body}),
			parameters: scope,
		},
		[`${collection}/{name}`]: {
			get: operation('get'),
			put: operation('put', {parameters: writeOptions, ...body}),
			patch: operation('patch', {
				parameters: [...writeOptions, query('force', 'boolean')],
				requestBody: {content: patch, required: true},
			}),
			delete: operation('delete'),
			parameters: [inPath('name'), ...scope],
		},
	};
}

/**
 * The document at `/openapi/v3/<path>`, as `api/v1` or `apis/apps/v1`, for the resources of that group and version: the
 * schemas with their descriptions for `kubectl explain`, and the operations whose `fieldValidation` kubectl looks for.
 */
export async function openApiDocument(path: string, definitions: Iterable<Served>): Promise<OpenApiDocument> {
	const descriptions = await loadDescriptions();
	const document: OpenApiDocument = {
		openapi: '3.0.0',
		info: {title: 'Kubernetes', version: 'v1.36.2'},
		paths: {},
		components: {schemas: {}},
	};
	const names = new Set<string>();
	for (const served of definitions) {
		const {group, version, kind} = served;
		if (path !== (group ? `apis/${group}/${version}` : `api/${version}`)) continue;
		Object.assign(document.paths, paths(served, path));
		const name = schemaName(group ? `${group}/${version}` : version, kind);
		if (name) collect({$ref: `#/components/schemas/${name}`}, names);
	}
	for (const name of [...names].sort()) document.components.schemas[name] = describe(name, descriptions);
	return document;
}
