import {conflict, notFound, StatusError} from '../../errors.ts';
import {apiVersionOf, type ResourceDefinition} from '../../resources/definition.ts';
import {fieldSchema} from '../../schema/field-schema.ts';
import {goText} from '../../schema/go-text.ts';
import {typedError} from '../../schema/typed-errors.ts';
import type {KubeObject} from '../../types.ts';
import {
	asObject,
	type JsonObject,
	mediaTypeOf,
	parsePatch,
	parseYaml,
	readBody,
	unsupportedMediaType,
} from '../body.ts';
import type {Call} from '../context.ts';
import {trackFields, writerOf} from '../field-manager.ts';
import {checkDraft, checkName, fieldValidationOf, type Patched, placeInNamespace} from '../field-validation.ts';
import {booleanParameter} from '../options.ts';
import {checkApplyParameters, serverSideApply} from './apply-patch.ts';
import {jsonPatch} from './json-patch.ts';
import {mergePatch} from './merge-patch.ts';
import {strategicMerge} from './strategic-merge.ts';

const jsonPatchType = 'application/json-patch+json';
const mergePatchType = 'application/merge-patch+json';
const applyType = 'application/apply-patch+yaml';
const strategicPatchType = 'application/strategic-merge-patch+json';
const patchTypes = [jsonPatchType, mergePatchType, strategicPatchType, applyType];

/** A patch as it arrived. */
export type Patch = {type: string; content: unknown};

/** Reads a patch and checks its type and parameters. Throws StatusError. */
export async function readPatch({request, definition, query}: Call): Promise<Patch> {
	const type = mediaTypeOf(request.headers['content-type']);
	if (!patchTypes.includes(type)) {
		throw unsupportedMediaType(
			`the body of the request was in an unknown format - accepted media types include: ${patchTypes.join(', ')}`,
		);
	}
	checkApplyParameters(query, type === applyType);
	const text = (await readBody(request)).toString();
	const content = type === applyType ? await parseYaml(text, definition.kind) : parsePatch(text, type);
	return {type, content};
}

/**
 * The draft that a patch makes of the present object, with its field owners; `create` when an apply finds none. It reads
 * and decides at once, so a patch without a resourceVersion cannot lose a race. Throws StatusError.
 */
export function patchObject(
	call: Call,
	old: KubeObject | undefined,
	{type, content}: Patch,
	subresource: 'status' | undefined,
): {draft: KubeObject; create: boolean} {
	const {definition, info, query} = call;
	if (type === applyType) return {draft: applied(call, old, content, subresource), create: !old};
	if (!old) throw notFound(definition, info.name ?? '');
	const patched = patchedJson(old as unknown as JsonObject, content, type, definition);
	const draft = checkDraft(call, patched, fieldValidationOf(query), {patch: shownPatch(patched, content, type)});
	trackFields(call, old, draft, subresource);
	return {draft, create: false};
}

/** What messages show of a patch: a strategic merge patch itself, of the other kinds the object that came out. */
function shownPatch({kind, apiVersion, ...rest}: JsonObject, content: unknown, type: string): Patched {
	if (type === strategicPatchType) return {shown: goText(content), wording: 'converter'};
	return {shown: JSON.stringify({kind, apiVersion, ...rest}), wording: 'json'};
}

function patchedJson(target: JsonObject, content: unknown, type: string, definition: ResourceDefinition): JsonObject {
	const {kind} = definition;
	if (type === jsonPatchType) return asObject(jsonPatch(target, content), kind);
	const patch = asObject(content, kind);
	if (type === mergePatchType) return structuredClone(asObject(mergePatch(target, patch), kind));
	return structuredClone(strategicMerge(target, patch, fieldSchema(apiVersionOf(definition), kind)));
}

/** Throws the StatusError 500 of a real server for an applied object with fields that its schema does not have. */
function checkType(json: JsonObject, definition: ResourceDefinition, {namespace = '', name}: Call['info']) {
	const {kind} = definition;
	const apiVersion = apiVersionOf(definition);
	const fault = json.kind === kind && json.apiVersion === apiVersion && typedError(apiVersion, kind, json);
	if (!fault) return;
	const what = `${namespace}/${name}; ${apiVersion}, Kind=${kind}`;
	throw new StatusError(500, '', `failed to create typed patch object (${what}): ${fault}`);
}

function applied(
	call: Call,
	old: KubeObject | undefined,
	patch: unknown,
	subresource: 'status' | undefined,
): KubeObject {
	const {definition, info, query} = call;
	const json = asObject(patch, definition.kind);
	checkType(json, definition, info);
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
