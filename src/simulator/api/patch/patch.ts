import {notFound} from '../../errors.ts';
import {fieldSchema} from '../../schema/field-schema.ts';
import type {KubeObject} from '../../types.ts';
import {asObject, type JsonObject, parseJson, parseYaml, unsupportedMediaType} from '../body.ts';
import type {Call} from '../context.ts';
import {checkDraft, fieldValidationOf} from '../field-validation.ts';
import {jsonPatch} from './json-patch.ts';
import {mergePatch} from './merge-patch.ts';
import {strategicMerge} from './strategic-merge.ts';

const patchTypes = [
	'application/json-patch+json',
	'application/merge-patch+json',
	'application/strategic-merge-patch+json',
	'application/apply-patch+yaml',
];

/** The object that a patch makes of the present one; `create` when an apply finds none. Throws StatusError. */
export function patchObject(
	call: Call,
	old: KubeObject | undefined,
	body: Buffer,
	type: string,
): {draft: KubeObject; create: boolean} {
	const {definition, info, query} = call;
	if (!patchTypes.includes(type)) {
		throw unsupportedMediaType(
			`the body of the request was in an unknown format - accepted media types include: ${patchTypes.join(', ')}`,
		);
	}
	if (!old) throw notFound(definition, info.name ?? '');
	const patched = applyPatchTo(old as unknown as JsonObject, body, type, call);
	return {draft: checkDraft(call, patched, fieldValidationOf(query)), create: false};
}

function applyPatchTo(target: JsonObject, body: Buffer, type: string, {definition}: Call): JsonObject {
	const {kind} = definition;
	const text = body.toString();
	if (type === patchTypes[0]) return asObject(jsonPatch(target, parseJson(text, kind)), kind);
	const patch = asObject(type === patchTypes[3] ? parseYaml(text, kind) : parseJson(text, kind), kind);
	if (type === patchTypes[1]) return structuredClone(asObject(mergePatch(target, patch), kind));
	const apiVersion = definition.group ? `${definition.group}/${definition.version}` : definition.version;
	return structuredClone(strategicMerge(target, patch, fieldSchema(apiVersion, kind)));
}
