import {conflict, notFound} from '../../errors.ts';
import type {ResourceDefinition} from '../../resources/definition.ts';
import {fieldSchema} from '../../schema/field-schema.ts';
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
import {apiVersionOf, trackFields, writerOf} from '../field-manager.ts';
import {checkDraft, checkName, fieldValidationOf, placeInNamespace} from '../field-validation.ts';
import {booleanParameter} from '../options.ts';
import {checkApplyParameters, serverSideApply} from './apply-patch.ts';
import {jsonPatch} from './json-patch.ts';
import {mergePatch} from './merge-patch.ts';
import {strategicMerge} from './strategic-merge.ts';

const jsonPatchType = 'application/json-patch+json';
const mergePatchType = 'application/merge-patch+json';
const applyType = 'application/apply-patch+yaml';
const patchTypes = [jsonPatchType, mergePatchType, 'application/strategic-merge-patch+json', applyType];

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
	const content = type === applyType ? await parseYaml(text, definition.kind) : parsePatch(text);
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
	const draft = checkDraft(call, patched, fieldValidationOf(query));
	trackFields(call, old, draft, subresource);
	return {draft, create: false};
}

function patchedJson(target: JsonObject, content: unknown, type: string, definition: ResourceDefinition): JsonObject {
	const {kind} = definition;
	if (type === jsonPatchType) return asObject(jsonPatch(target, content), kind);
	const patch = asObject(content, kind);
	if (type === mergePatchType) return structuredClone(asObject(mergePatch(target, patch), kind));
	return structuredClone(strategicMerge(target, patch, fieldSchema(apiVersionOf(definition), kind)));
}

function applied(
	call: Call,
	old: KubeObject | undefined,
	patch: unknown,
	subresource: 'status' | undefined,
): KubeObject {
	const {definition, info, query} = call;
	const json = asObject(patch, definition.kind);
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
