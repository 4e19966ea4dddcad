import type {ResourceDefinition} from '../resources/definition.ts';
import type {JsonObject} from './body.ts';
import type {FieldSchema} from './patch/field-schema.ts';
export function checkFields(
	_apiVersion: string,
	_kind: string,
	value: JsonObject,
): {value: JsonObject; strictErrors: string[]} {
	return {value, strictErrors: []};
}
export function fieldSchema(_apiVersion: string, _kind: string): FieldSchema | undefined {
	return undefined;
}
export function openApiDocument(path: string, definitions: Iterable<ResourceDefinition>): unknown {
	const paths: Record<string, unknown> = {};
	for (const {group, version, kind, plural} of definitions) {
		if (path !== (group ? `apis/${group}/${version}` : `api/${version}`)) continue;
		paths[`/${path}/${plural}/{name}`] = {
			patch: {
				parameters: [{in: 'query', name: 'fieldValidation', schema: {type: 'string'}}],
				responses: {},
				'x-kubernetes-group-version-kind': {group, kind, version},
			},
		};
	}
	return {openapi: '3.0.0', info: {title: 'Kubernetes', version: 'v1.36.2'}, paths, components: {schemas: {}}};
}
