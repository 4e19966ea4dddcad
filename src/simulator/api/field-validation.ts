import {badRequest, type Cause, invalid, StatusError} from '../errors.ts';
import {apiVersionOf, type ResourceDefinition} from '../resources/definition.ts';
import {checkFields, FieldTypeError, type Wording} from '../schema/check-fields.ts';
import type {KubeObject} from '../types.ts';
import type {JsonObject} from './body.ts';
import type {Call} from './context.ts';
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

/** The patch that made an object: what messages show of it, and whose words they are in. */
export type Patched = {shown: string; wording: Wording};

/**
 * An object that a client sent, as a draft of the resource's type: kind and version must fit, fields must have the right
 * types, and unknown ones and `duplicates` are refused, dropped with a warning, or dropped. Throws StatusError 400, or 422 for an object
 * that a patch made.
 */
export function checkDraft(
	{definition, response}: Pick<Call, 'definition' | 'response'>,
	body: JsonObject,
	validation: FieldValidation,
	{patch, duplicates = []}: {patch?: Patched | undefined; duplicates?: string[]} = {},
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
	const refuse = (text: string) =>
		patch
			? invalidPatch(patch.shown, text)
			: badRequest(
					`${definition.kind} in version ${JSON.stringify(definition.version)} cannot be handled as a ${definition.kind}: ${text}`,
				);
	const {value, strictErrors: unknown} = readFields(expected, definition.kind, body, patch?.wording ?? 'json', refuse);
	const strictErrors = [...duplicates, ...unknown];
	if (strictErrors.length > 0 && validation === 'Strict')
		throw refuse(`strict decoding error: ${strictErrors.join(', ')}`);
	if (validation === 'Warn') addWarnings(response, strictErrors);
	return {
		...value,
		apiVersion: expected,
		kind: definition.kind,
		metadata: {...(value.metadata as object | null)},
	} as KubeObject;
}

function readFields(
	apiVersion: string,
	kind: string,
	body: JsonObject,
	wording: Wording,
	refuse: (text: string) => StatusError,
) {
	try {
		return checkFields(apiVersion, kind, body, wording);
	} catch (error) {
		throw error instanceof FieldTypeError ? refuse(error.message) : error;
	}
}

/** 422 for a patch that makes no object of the type; it names neither kind nor object, as the real server's does not. */
const invalidPatch = (shown: string, text: string) =>
	new StatusError(422, 'Invalid', ` "" is invalid: patch: Invalid value: ${JSON.stringify(shown)}: ${text}`, {
		causes: [
			{reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(shown)}: ${text}`, field: 'patch'},
		],
	});

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
