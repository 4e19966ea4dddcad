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
	const draft = checkDraft(call, patched, fieldValidationOf(query), shownPatch(patched, content, type));
	trackFields(call, old, draft, subresource);
	return {draft, create: false};
}

/** What messages show of a patch: a strategic merge patch itself, of the other kinds the object that came out. */
function shownPatch({kind, apiVersion, ...rest}: JsonObject, content: unknown, type: string): Patched {
	if (type === strategicPatchType) return {shown: goText(content), wording: 'converter'};
	return {shown: JSON.stringify({kind, apiVersion, ...rest}), wording: 'json'};
}

/** A JSON value as Go's `%+v` prints it. */
function goText(value: unknown): string {
	if (value === null) return '<nil>';
	if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
	if (typeof value !== 'object') return String(value);
	const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
	return `map[${entries.map(([key, member]) => `${key}:${goText(member)}`).join(' ')}]`;
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
