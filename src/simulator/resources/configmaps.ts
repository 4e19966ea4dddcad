import type {Cause} from '../errors.ts';
import type {ConfigMap} from '../types.ts';
import {columnsOf} from './columns.ts';
import type {ResourceDefinition} from './definition.ts';
import {age} from './duration.ts';
import {forbidden, invalidValue, tooLong} from './field-error.ts';
import {configKeyErrors} from './names.ts';
import {validateMeta} from './object-meta.ts';
import {deepEqual, standardVerbs} from './shared.ts';

const maxSize = 1024 * 1024;

/** What may not change in an immutable ConfigMap or Secret. */
export function validateImmutable(
	object: {immutable?: boolean},
	old: {immutable?: boolean} | undefined,
	fields: string[],
): Cause[] {
	if (!old?.immutable) return [];
	const text = 'field is immutable when `immutable` is set';
	const causes = object.immutable ? [] : [forbidden('immutable', text)];
	const read = (value: object, field: string) => (value as Record<string, unknown>)[field];
	for (const field of fields) {
		if (!deepEqual(read(object, field), read(old, field))) causes.push(forbidden(field, text));
	}
	return causes;
}

function validate(map: ConfigMap, old: ConfigMap | undefined): Cause[] {
	const {data = {}, binaryData = {}} = map;
	const causes = [...validateMeta(map, old), ...validateImmutable(map, old, ['data', 'binaryData'])];
	let size = 0;
	for (const [key, value] of Object.entries(data)) {
		for (const text of configKeyErrors(key)) causes.push(invalidValue(`data[${key}]`, key, text));
		if (key in binaryData) causes.push(invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData'));
		size += Buffer.byteLength(value);
	}
	for (const [key, value] of Object.entries(binaryData)) {
		for (const text of configKeyErrors(key)) causes.push(invalidValue(`binaryData[${key}]`, key, text));
		size += Buffer.byteLength(value, 'base64');
	}
	// The real server names the whole object by an empty path, which prints as brackets.
	if (size > maxSize) causes.push(tooLong('[]', maxSize));
	return causes;
}

/** core/v1 ConfigMap (pkg/registry/core/configmap/strategy.go). */
export const configmaps: ResourceDefinition<ConfigMap> = {
	group: '',
	version: 'v1',
	kind: 'ConfigMap',
	plural: 'configmaps',
	singular: 'configmap',
	shortNames: ['cm'],
	namespaced: true,
	verbs: standardVerbs,
	validate,
	columns: columnsOf('configmaps'),
	cells: ({metadata, data, binaryData}, now) => [
		metadata.name,
		Object.keys(data ?? {}).length + Object.keys(binaryData ?? {}).length,
		age(metadata.creationTimestamp, now),
	],
};
