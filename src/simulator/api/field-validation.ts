import {badRequest, type Cause, invalid} from '../errors.ts';
import type {ResourceDefinition} from '../resources/definition.ts';
import {checkFields} from '../schema/check-fields.ts';
import type {KubeObject} from '../types.ts';
import type {JsonObject} from './body.ts';
import type {Call} from './context.ts';
import {apiVersionOf} from './field-manager.ts';
import {addWarnings} from './respond.ts';

/** What happens with fields that the API does not know. */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/** The `fieldValidation` parameter; Warn without it. Throws StatusError. */
export function fieldValidationOf(query: URLSearchParams): FieldValidation {
	const value = query.get('fieldValidation') || 'Warn';
	if (value === 'Strict' || value === 'Warn' || value === 'Ignore') return value;
	const cause: Cause = {
		reason: 'FieldValueNotSupported',
		message: `Unsupported value: ${JSON.stringify(value)}: supported values: "Ignore", "Strict", "Warn"`,
		field: 'fieldValidation',
	};
	throw invalid({group: 'meta.k8s.io', plural: 'createoptions', kind: 'CreateOptions'}, '', [cause]);
}

/**
 * An object that a client sent, as a draft of the resource's type: kind and version must fit, fields must have the right
 * types, and unknown ones are refused, dropped with a warning, or dropped. Throws StatusError 400.
 */
export function checkDraft(
	{definition, response}: Pick<Call, 'definition' | 'response'>,
	body: JsonObject,
	validation: FieldValidation,
): KubeObject {
	const expected = apiVersionOf(definition);
	const kind = body.kind ?? definition.kind;
	const apiVersion = body.apiVersion ?? expected;
	if (typeof kind !== 'string' || typeof apiVersion !== 'string') {
		throw badRequest(
			`couldn't get version/kind; json parse error: json: cannot unmarshal into Go struct field .${typeof kind === 'string' ? 'apiVersion' : 'kind'} of type string`,
		);
	}
	if ((kind || definition.kind) !== definition.kind) {
		throw badRequest(
			`${kind} in version ${JSON.stringify(apiVersion)} cannot be handled as a ${definition.kind}: converting (${goType(apiVersion, kind)}) to (${goType(expected, definition.kind)}): unknown conversion`,
		);
	}
	if ((apiVersion || expected) !== expected) {
		throw badRequest(
			`the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
		);
	}
	const {value, strictErrors} = checkFields(expected, definition.kind, body);
	if (strictErrors.length > 0 && validation === 'Strict')
		throw badRequest(
			`${definition.kind} in version ${JSON.stringify(definition.version)} cannot be handled as a ${definition.kind}: strict decoding error: ${strictErrors.join(', ')}`,
		);
	if (validation === 'Warn') addWarnings(response, strictErrors);
	return {
		...value,
		apiVersion: expected,
		kind: definition.kind,
		metadata: {...(value.metadata as object | null)},
	} as KubeObject;
}

const goType = (apiVersion: string, kind: string) => `${apiVersion.split('/').at(-1)}.${kind}`;

/** Puts an object into the namespace of its URL. Throws StatusError 400 when it says another. */
export function placeInNamespace(
	{metadata}: KubeObject,
	namespace: string | undefined,
	definition: ResourceDefinition,
) {
	if (!definition.namespaced) {
		if (metadata.namespace)
			throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
		delete metadata.namespace;
		return;
	}
	if (metadata.namespace && metadata.namespace !== namespace)
		throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
	metadata.namespace = namespace;
}

/** Gives an object the name of its URL. Throws StatusError 400 when it says another. */
export function checkName({metadata}: KubeObject, name: string) {
	if (!metadata.name) metadata.name = name;
	if (metadata.name !== name)
		throw badRequest(`the name of the object (${metadata.name}) does not match the name on the URL (${name})`);
}
