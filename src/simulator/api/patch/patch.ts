import {conflict, notFound} from '../../errors.ts';
import {fieldSchema} from '../../schema/field-schema.ts';
import type {KubeObject} from '../../types.ts';
import {asObject, type JsonObject, parseJson, parseYaml, unsupportedMediaType} from '../body.ts';
import type {Call} from '../context.ts';
import {apiVersionOf, trackFields, writerOf} from '../field-manager.ts';
import {checkDraft, checkName, fieldValidationOf, placeInNamespace} from '../field-validation.ts';
import {booleanParameter} from '../options.ts';
import {checkApplyParameters, serverSideApply} from './apply-patch.ts';
import {jsonPatch} from './json-patch.ts';
import {mergePatch} from './merge-patch.ts';
import {strategicMerge} from './strategic-merge.ts';

const patchTypes = [
	'application/json-patch+json',
	'application/merge-patch+json',
	'application/strategic-merge-patch+json',
	'application/apply-patch+yaml',
];

/**
 * The draft that a patch makes of the present object, with its field owners; `create` when an apply finds none. Throws
 * StatusError.
 */
export function patchObject(
	call: Call,
	old: KubeObject | undefined,
	body: Buffer,
	type: string,
	subresource: 'status' | undefined,
): {draft: KubeObject; create: boolean} {
	const {definition, info, query} = call;
	if (!patchTypes.includes(type)) {
		throw unsupportedMediaType(
			`the body of the request was in an unknown format - accepted media types include: ${patchTypes.join(', ')}`,
		);
	}
	const isApply = type === patchTypes[3];
	checkApplyParameters(query, isApply);
	if (isApply) return {draft: applied(call, old, body, subresource), create: !old};
	if (!old) throw notFound(definition, info.name ?? '');
	const patched = patchedJson(old as unknown as JsonObject, body, type, call);
	const draft = checkDraft(call, patched, fieldValidationOf(query));
	// A patch that says nothing of the version is meant for whatever is there now.
	trackFields(call, old, draft, subresource);
	return {draft, create: false};
}

function patchedJson(target: JsonObject, body: Buffer, type: string, {definition}: Call): JsonObject {
	const {kind} = definition;
	const text = body.toString();
	if (type === patchTypes[0]) return asObject(jsonPatch(target, parseJson(text, kind)), kind);
	const patch = asObject(parseJson(text, kind), kind);
	if (type === patchTypes[1]) return structuredClone(asObject(mergePatch(target, patch), kind));
	return structuredClone(strategicMerge(target, patch, fieldSchema(apiVersionOf(definition), kind)));
}

function applied(call: Call, old: KubeObject | undefined, body: Buffer, subresource: 'status' | undefined): KubeObject {
	const {definition, info, query} = call;
	const json = asObject(parseYaml(body.toString(), definition.kind), definition.kind);
	const config = checkDraft(call, json, fieldValidationOf(query));
	placeInNamespace(config, info.namespace, definition);
	checkName(config, info.name!);
	// A write of the whole object leaves the status alone, so nobody comes to own it that way.
	if (definition.hasStatus && !subresource) delete (config as {status?: unknown}).status;
	if (config.metadata.uid && config.metadata.uid !== old?.metadata.uid)
		throw conflict(
			definition,
			info.name!,
			`uid mismatch: the provided object specified uid ${config.metadata.uid}, and no existing object was found`,
		);
	if (!old && subresource) throw notFound(definition, info.name!);
	const schema = fieldSchema(apiVersionOf(definition), definition.kind);
	return serverSideApply(old, config, schema, writerOf(call, subresource), booleanParameter(query, 'force'));
}
