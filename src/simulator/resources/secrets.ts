import type {Cause} from '../errors.ts';
import type {KubeObject} from '../types.ts';
import {columnsOf} from './columns.ts';
import {validateImmutable} from './configmaps.ts';
import type {ResourceDefinition} from './definition.ts';
import {age} from './duration.ts';
import {invalidValue, required} from './field-error.ts';
import {configKeyErrors} from './names.ts';
import {immutable, validateMeta} from './object-meta.ts';
import {standardVerbs} from './shared.ts';

type Secret = KubeObject & {
	type?: string;
	data?: Record<string, string>;
	stringData?: Record<string, string>;
	immutable?: boolean;
};

const requiredKeys: Record<string, string[]> = {
	'kubernetes.io/tls': ['tls.crt', 'tls.key'],
	'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
	'kubernetes.io/dockercfg': ['.dockercfg'],
	'kubernetes.io/ssh-auth': ['ssh-privatekey'],
};

function validate(secret: Secret, old: Secret | undefined): Cause[] {
	const {type = '', data = {}} = secret;
	const causes = [...validateMeta(secret, old), ...validateImmutable(secret, old, ['data'])];
	if (old) causes.push(...immutable('type', type, type === old.type));
	for (const key of Object.keys(data)) {
		for (const text of configKeyErrors(key)) causes.push(invalidValue(`data[${key}]`, key, text));
	}
	for (const key of requiredKeys[type] ?? []) if (!(key in data)) causes.push(required(`data[${key}]`));
	return causes;
}

/** core/v1 Secret (pkg/registry/core/secret/strategy.go). */
export const secrets: ResourceDefinition<Secret> = {
	group: '',
	version: 'v1',
	kind: 'Secret',
	plural: 'secrets',
	singular: 'secret',
	namespaced: true,
	verbs: standardVerbs,
	selectableFields: {type: ({type}) => type ?? ''},
	applyDefaults(draft) {
		draft.type ||= 'Opaque';
		// stringData is only ever written, never read back.
		for (const [key, value] of Object.entries(draft.stringData ?? {})) {
			draft.data = {...draft.data, [key]: Buffer.from(value).toString('base64')};
		}
		delete draft.stringData;
	},
	validate,
	columns: columnsOf('secrets'),
	cells: ({metadata, type, data}, now) => [
		metadata.name,
		type ?? '',
		Object.keys(data ?? {}).length,
		age(metadata.creationTimestamp, now),
	],
};
