import {deepEqual} from '../../registry.ts';
import type {FieldSchema} from '../../schema/field-schema.ts';
import {emptySet, type FieldSet, insert, isEmpty} from './field-set.ts';

// Objects as structured-merge-diff sees them: maps and lists that are owned member by member, or as a whole.

type JsonObject = {[field: string]: unknown};
type Schema = FieldSchema | undefined;

const isObject = (value: unknown): value is JsonObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether the members of a value are owned one by one. */
const isGranular = (value: unknown, schema: Schema): boolean =>
	Array.isArray(value)
		? schema !== undefined && schema.listType !== 'atomic'
		: isObject(value) && schema !== undefined && !schema.atomic;

/** The members of a map or list by their steps. A list item that lacks its keys is left out. */
function members(value: unknown, schema: FieldSchema): Map<string, unknown> {
	const result = new Map<string, unknown>();
	if (Array.isArray(value)) {
		for (const item of value) {
			const step = itemStep(item, schema);
			if (step) result.set(step, item);
		}
	} else if (isObject(value)) {
		for (const [key, member] of Object.entries(value)) if (member !== undefined) result.set(`f:${key}`, member);
	}
	return result;
}

function itemStep(item: unknown, {listType, listMapKeys, defaults}: FieldSchema): string | undefined {
	if (listType === 'set') return `v:${JSON.stringify(item)}`;
	if (!isObject(item)) return undefined;
	const keys: JsonObject = {};
	for (const key of [...listMapKeys].sort()) {
		const value = item[key] ?? defaults[key];
		if (value !== undefined) keys[key] = value;
	}
	return `k:${JSON.stringify(keys)}`;
}

const schemaOf = (step: string, schema: FieldSchema): Schema =>
	step.startsWith('f:') ? schema.member(step.slice(2)) : schema.items();

/** The fields that an applied configuration sets. */
export function fieldsOf(value: unknown, schema: Schema, path: string[] = [], set = emptySet()): FieldSet {
	if (!isGranular(value, schema)) {
		insert(set, path);
		return set;
	}
	const inside = members(value, schema!);
	if (isObject(value) && inside.size === 0 && path.length > 0) insert(set, path);
	for (const [step, member] of inside) {
		const at = [...path, step];
		fieldsOf(member, schemaOf(step, schema!), at, set);
		if (!step.startsWith('f:')) insert(set, at);
	}
	return set;
}

/** What changed between two states of an object. */
export type Comparison = {added: FieldSet; modified: FieldSet; removed: FieldSet};

/** Compares two states of an object, field by field. */
export function compare(before: unknown, after: unknown, schema: Schema): Comparison {
	const result = {added: emptySet(), modified: emptySet(), removed: emptySet()};
	walk(before, after, schema, [], result);
	return result;
}

function walk(before: unknown, after: unknown, schema: Schema, path: string[], result: Comparison): void {
	const absent = before === undefined || before === null;
	const gone = after === undefined || after === null;
	if (absent && gone) return;
	if (!isGranular(absent ? after : before, schema) || !isGranular(gone ? before : after, schema)) {
		if (absent) insert(result.added, path);
		else if (gone) insert(result.removed, path);
		else if (!deepEqual(before, after)) insert(result.modified, path);
		return;
	}
	const old = members(absent ? (Array.isArray(after) ? [] : {}) : before, schema!);
	const now = members(gone ? (Array.isArray(before) ? [] : {}) : after, schema!);
	// A field that Go's types always write is there from the beginning; others come and go with their contents.
	const isField = path.at(-1)?.startsWith('f:') === true;
	if (absent && path.length > 0 && (!isField || !schema!.always || now.size === 0)) insert(result.added, path);
	if (gone) insert(result.removed, path);
	for (const step of new Set([...old.keys(), ...now.keys()]))
		walk(old.get(step), now.get(step), schemaOf(step, schema!), [...path, step], result);
}

/** Puts an applied configuration over an object; neither is changed. */
export function merge(live: unknown, config: unknown, schema: Schema): unknown {
	if (live === undefined || live === null || !isGranular(config, schema) || !isGranular(live, schema)) return config;
	if (Array.isArray(config)) {
		const wanted = members(config, schema!);
		const result = (live as unknown[]).map(item => {
			const step = itemStep(item, schema!);
			const change = step === undefined ? undefined : wanted.get(step);
			if (step === undefined || change === undefined) return item;
			wanted.delete(step);
			return merge(item, change, schema!.items());
		});
		return [...result, ...wanted.values()];
	}
	const result: JsonObject = {...(live as JsonObject)};
	for (const [key, member] of Object.entries(config as JsonObject))
		result[key] = merge(result[key], member, schema!.member(key));
	return result;
}

/** Takes fields out of an object, except what `kept` holds at or below them; the object is not changed. */
export function without(value: unknown, removed: FieldSet, kept: FieldSet, schema: Schema): unknown {
	if (!isGranular(value, schema)) return value;
	const rest = (step: string, member: unknown): {value: unknown} | undefined => {
		const child = removed.children.get(step);
		if (!child) return {value: member};
		const others = kept.children.get(step);
		if (child.member && isEmpty(others)) return undefined;
		const inside = without(member, child, others ?? emptySet(), schemaOf(step, schema!));
		// A map that lost everything in it, and that nobody asked for by itself, goes too.
		const emptied =
			isObject(inside) && Object.keys(inside).length === 0 && isObject(member) && Object.keys(member).length > 0;
		return emptied && isEmpty(others) ? undefined : {value: inside};
	};
	if (Array.isArray(value)) {
		return value.flatMap(item => {
			const step = itemStep(item, schema!);
			const left = step === undefined ? {value: item as unknown} : rest(step, item);
			return left ? [left.value] : [];
		});
	}
	const result: JsonObject = {};
	for (const [key, member] of Object.entries(value as JsonObject)) {
		const left = rest(`f:${key}`, member);
		if (left) result[key] = left.value;
	}
	return result;
}
