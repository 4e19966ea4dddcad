import {badRequest} from '../../errors.ts';
import type {FieldSchema} from '../../schema/field-schema.ts';
import type {JsonObject} from '../body.ts';

const isObject = (value: unknown): value is JsonObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
const order = '$setElementOrder/';
const removal = '$deleteFromPrimitiveList/';

/**
 * Applies a strategic merge patch as apimachinery's strategicpatch: maps are merged, lists as the API's types say, and
 * `$patch`, `$retainKeys`, `$setElementOrder` and `$deleteFromPrimitiveList` are obeyed. Neither argument is changed.
 * Throws StatusError 400 for patches that contradict themselves.
 */
export function strategicMerge(target: JsonObject, patch: JsonObject, schema: FieldSchema | undefined): JsonObject {
	const directive = patch.$patch;
	if (directive === 'replace') {
		const {$patch, ...rest} = patch;
		return clean(rest) as JsonObject;
	}
	if (directive === 'delete') return {};
	if (directive !== undefined && directive !== 'merge')
		throw badRequest(`Unknown patch type found: ${String(directive)}`);

	const result: JsonObject = {...target};
	const retained = patch.$retainKeys;
	if (retained !== undefined) {
		if (!Array.isArray(retained)) throw badRequest('invalid patch format of retainKeys key');
		const keep = new Set(retained as unknown[]);
		for (const key of Object.keys(patch)) {
			if (!key.startsWith('$') && patch[key] !== null && !keep.has(key))
				throw badRequest('the keys in the retainKeys list are not a superset of the keys in the patch');
		}
		for (const key of Object.keys(result)) if (!keep.has(key)) delete result[key];
	}

	for (const [key, value] of Object.entries(patch)) {
		if (key === '$patch' || key === '$retainKeys' || key.startsWith(order) || key.startsWith(removal)) continue;
		if (value === null) {
			delete result[key];
			continue;
		}
		const member = schema?.member(key);
		const present = result[key];
		if (isObject(value)) {
			if (value.$patch === 'delete') delete result[key];
			else
				result[key] =
					isObject(present) && !member?.patchStrategy.includes('replace')
						? strategicMerge(present, value, member)
						: clean(value, member);
		} else if (Array.isArray(value)) {
			result[key] = mergeList(Array.isArray(present) ? present : [], value, patch[order + key], member, key);
		} else {
			result[key] = value;
		}
	}

	for (const [key, value] of Object.entries(patch)) {
		if (key.startsWith(removal)) {
			const field = key.slice(removal.length);
			const present = result[field];
			if (!Array.isArray(value)) throw badRequest(`invalid patch format of primitive list: ${field}`);
			if (Array.isArray(present)) {
				const gone = value as unknown[];
				result[field] = sorted(
					present.filter(item => !gone.includes(item)),
					patch[order + field],
					undefined,
					present,
				);
			}
		} else if (key.startsWith(order) && patch[key.slice(order.length)] === undefined) {
			const field = key.slice(order.length);
			const present = result[field];
			const member = schema?.member(field);
			if (Array.isArray(present) && member?.patchStrategy.includes('merge') !== false)
				result[field] = sorted(present, value, member?.mergeKey, present);
		}
	}
	return result;
}

function mergeList(
	present: unknown[],
	patch: unknown[],
	setOrder: unknown,
	schema: FieldSchema | undefined,
	field: string,
): unknown[] {
	const replaces = patch.some(item => isObject(item) && item.$patch === 'replace' && Object.keys(item).length === 1);
	if (replaces) return patch.filter(item => !(isObject(item) && item.$patch === 'replace')).map(item => clean(item));
	if (!schema?.patchStrategy.includes('merge')) return patch.map(item => clean(item));
	const {mergeKey} = schema;
	if (!mergeKey) {
		// A list of scalars: a set, in the order of first appearance.
		const union = [...present];
		for (const item of patch) if (!union.includes(item)) union.push(item);
		return sorted(union, setOrder, undefined, present);
	}
	const items = schema.items();
	let result = [...present];
	const keyOf = (item: unknown): unknown => {
		if (!isObject(item)) throw badRequest(`expecting list element of ${field} to be a map with key ${mergeKey}`);
		return item[mergeKey];
	};
	for (const item of patch) {
		const key = keyOf(item);
		const change = item as JsonObject;
		if (key === undefined) {
			throw badRequest(`map: ${JSON.stringify(change)} does not contain declared merge key: ${mergeKey}`);
		}
		if (change.$patch === 'delete') {
			result = result.filter(known => !isObject(known) || known[mergeKey] !== key);
			continue;
		}
		const at = result.findIndex(known => isObject(known) && known[mergeKey] === key);
		if (at < 0) result.push(clean(change, items));
		else result[at] = strategicMerge(result[at] as JsonObject, change, items);
	}
	return sorted(result, setOrder, mergeKey, present);
}

/** Orders a merged list: items named by $setElementOrder in that order, the server's own ones where they stood. */
function sorted(list: unknown[], setOrder: unknown, mergeKey: string | undefined, before: unknown[]): unknown[] {
	if (setOrder === undefined) return list;
	if (!Array.isArray(setOrder)) throw badRequest('$setElementOrder is not a list');
	const idOf = (item: unknown) => (mergeKey && isObject(item) ? item[mergeKey] : item);
	const wanted = (setOrder as unknown[]).map(idOf);
	const named = list.filter(item => wanted.includes(idOf(item)));
	named.sort((a, b) => wanted.indexOf(idOf(a)) - wanted.indexOf(idOf(b)));
	const serverOnly = list.filter(item => !wanted.includes(idOf(item)));
	const placeBefore = (item: unknown) => before.findIndex(known => idOf(known) === idOf(item));
	const result: unknown[] = [];
	let i = 0;
	for (const item of named) {
		const place = placeBefore(item);
		while (i < serverOnly.length && place >= 0 && placeBefore(serverOnly[i]) < place) result.push(serverOnly[i++]);
		result.push(item);
	}
	return [...result, ...serverOnly.slice(i)];
}

/** A patch's value where nothing was before: without nulls and directives. */
function clean(value: unknown, schema?: FieldSchema): unknown {
	if (Array.isArray(value)) {
		return value
			.filter(item => !(isObject(item) && item.$patch !== undefined && item.$patch !== 'merge'))
			.map(item => clean(item, schema?.items()));
	}
	if (!isObject(value)) return value;
	const result: JsonObject = {};
	for (const [key, member] of Object.entries(value)) {
		if (
			member === null ||
			key === '$patch' ||
			key === '$retainKeys' ||
			key.startsWith(order) ||
			key.startsWith(removal)
		)
			continue;
		result[key] = clean(member, schema?.member(key));
	}
	return result;
}
