import {isDeepStrictEqual} from 'node:util';
import type {JsonObject, JsonValue} from './objects.ts';
import type {FieldPatch, PatchSchema} from './patch-schema.ts';

const isMap = (value: JsonValue | undefined): value is JsonObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

type Lists = {original: JsonValue[]; modified: JsonValue[]; current: JsonValue[]};

/** Whether the items that both lists have stand in the same order. */
function sameOrder(wanted: JsonValue[], present: JsonValue[]): boolean {
	const common = wanted.filter(key => present.includes(key));
	return isDeepStrictEqual(
		common,
		present.filter(key => wanted.includes(key)),
	);
}

function patchPrimitives(name: string, {original, modified, current}: Lists): JsonObject {
	const added = modified.filter(item => !current.includes(item));
	const removed = original.filter(item => !modified.includes(item));
	if (added.length === 0 && removed.length === 0 && sameOrder(modified, current)) return {};
	return {
		...(removed.length > 0 && {[`$deleteFromPrimitiveList/${name}`]: removed}),
		[`$setElementOrder/${name}`]: modified,
		...(added.length > 0 && {[name]: added}),
	};
}

function patchItems(
	name: string,
	mergeKey: string,
	{original, modified, current}: Lists,
	field: FieldPatch,
): JsonObject {
	const keyOf = (item: JsonValue) => (isMap(item) ? (item[mergeKey] ?? null) : null);
	const find = (items: JsonValue[], key: JsonValue) =>
		items.find(item => keyOf(item) === key) as JsonObject | undefined;
	const changes = modified.flatMap(item => {
		const key = keyOf(item);
		const present = find(current, key);
		if (!present) return [item];
		const change = threeWayPatch(find(original, key) ?? {}, item as JsonObject, present, field.fields);
		if (Object.keys(change).length === 0) return [];
		return [
			{...(field.retainKeys && {$retainKeys: Object.keys(item as JsonObject).sort()}), ...change, [mergeKey]: key},
		];
	});
	const removals = original
		.map(keyOf)
		.filter(key => !find(modified, key))
		.map(key => ({$patch: 'delete', [mergeKey]: key}));
	const order = modified.map(keyOf);
	if (changes.length === 0 && removals.length === 0 && sameOrder(order, current.map(keyOf))) return {};
	const items = [...changes, ...removals];
	return {
		[`$setElementOrder/${name}`]: order.map(key => ({[mergeKey]: key})),
		...(items.length > 0 && {[name]: items}),
	};
}

/**
 * The patch that takes `current` to `modified` and removes what `original` had and `modified` has not, leaving alone what
 * others added (strategicpatch.CreateThreeWayMergePatch). Without a schema lists are replaced as a whole, which makes
 * it a JSON merge patch. Empty when there is nothing to do.
 */
export function threeWayPatch(
	original: JsonObject,
	modified: JsonObject,
	current: JsonObject,
	schema: PatchSchema = {},
): JsonObject {
	const patch: JsonObject = {};
	for (const [name, wanted] of Object.entries(modified)) {
		const present = current[name];
		const before = original[name];
		const field = schema[name] ?? {};
		if (present === undefined) patch[name] = wanted;
		else if (isMap(wanted) && isMap(present)) {
			const inner = threeWayPatch(isMap(before) ? before : {}, wanted, present, field.fields);
			if (Object.keys(inner).length === 0) continue;
			patch[name] = field.retainKeys ? {$retainKeys: Object.keys(wanted).sort(), ...inner} : inner;
		} else if (Array.isArray(wanted) && Array.isArray(present) && field.mergeKey !== undefined) {
			const lists = {original: Array.isArray(before) ? before : [], modified: wanted, current: present};
			Object.assign(
				patch,
				field.mergeKey ? patchItems(name, field.mergeKey, lists, field) : patchPrimitives(name, lists),
			);
		} else if (!isDeepStrictEqual(wanted, present)) patch[name] = wanted;
	}
	for (const name of Object.keys(original)) if (!(name in modified)) patch[name] = null;
	return patch;
}

/** The patch that takes one object to another, everything that is missing from the second removed. */
export const twoWayPatch = (from: JsonObject, to: JsonObject, schema: PatchSchema = {}): JsonObject =>
	threeWayPatch(from, to, from, schema);
