type JsonObject = {[field: string]: unknown};

/**
 * A set of field paths, as structured-merge-diff's fieldpath.Set. Steps are written as in FieldsV1: `f:name` for a field,
 * `k:{"name":"x"}` for a list item by its keys, `v:"x"` for an item of a set.
 */
export type FieldSet = {
	/** Whether the path that leads here is itself in the set. */
	member: boolean;
	children: Map<string, FieldSet>;
};

/** A set with nothing in it. */
export const emptySet = (): FieldSet => ({member: false, children: new Map()});

/** Adds one path; the set is changed in place. */
export function insert(set: FieldSet, path: readonly string[]): void {
	let at = set;
	for (const step of path) {
		let child = at.children.get(step);
		if (!child) {
			child = emptySet();
			at.children.set(step, child);
		}
		at = child;
	}
	at.member = true;
}

export const isEmpty = (set: FieldSet | undefined): boolean =>
	!set || (!set.member && [...set.children.values()].every(isEmpty));

function combine(
	a: FieldSet | undefined,
	b: FieldSet | undefined,
	keep: (a: boolean, b: boolean) => boolean,
): FieldSet {
	const result: FieldSet = {member: keep(a?.member ?? false, b?.member ?? false), children: new Map()};
	for (const step of new Set([...(a?.children.keys() ?? []), ...(b?.children.keys() ?? [])])) {
		const child = combine(a?.children.get(step), b?.children.get(step), keep);
		if (!isEmpty(child)) result.children.set(step, child);
	}
	return result;
}

export const union = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, (a, b) => a || b);
export const difference = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, (a, b) => a && !b);
export const intersection = (a: FieldSet, b: FieldSet): FieldSet => combine(a, b, (a, b) => a && b);
export const equalSets = (a: FieldSet, b: FieldSet): boolean => isEmpty(difference(a, b)) && isEmpty(difference(b, a));

/** Every path of the set as text, such as `.spec.containers[name="nginx"].image`, in the set's order. */
export function pathTexts(set: FieldSet, prefix = ''): string[] {
	const own = set.member && prefix ? [prefix] : [];
	return own.concat(sortedSteps(set).flatMap(step => pathTexts(set.children.get(step)!, prefix + stepText(step))));
}

function stepText(step: string): string {
	const value = step.slice(2);
	if (step.startsWith('f:')) return `.${value}`;
	if (step.startsWith('v:')) return `[=${value}]`;
	const keys = Object.entries(JSON.parse(value) as JsonObject).map(([key, value]) => `${key}=${JSON.stringify(value)}`);
	return `[${keys.join(',')}]`;
}

const rank = (step: string) => 'fkv'.indexOf(step[0]!);
const sortedSteps = (set: FieldSet) => [...set.children.keys()].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));

/** The set as metav1.FieldsV1. */
export function toFieldsV1(set: FieldSet): JsonObject {
	const result: JsonObject = {};
	if (set.member && set.children.size > 0) result['.'] = {};
	for (const step of sortedSteps(set)) result[step] = toFieldsV1(set.children.get(step)!);
	return result;
}

/** The set that a FieldsV1 holds; steps that are not understood are left out. */
export function fromFieldsV1(json: unknown, depth = 0): FieldSet {
	const set = emptySet();
	if (typeof json !== 'object' || json === null || depth > 100) return set;
	const entries = Object.entries(json);
	if (depth > 0 && (entries.length === 0 || Object.hasOwn(json, '.'))) set.member = true;
	for (const [step, child] of entries) if (isStep(step)) set.children.set(step, fromFieldsV1(child, depth + 1));
	return set;
}

function isStep(step: string): boolean {
	if (step.startsWith('f:')) return true;
	if (!step.startsWith('k:') && !step.startsWith('v:')) return false;
	try {
		const value: unknown = JSON.parse(step.slice(2));
		return step.startsWith('v:') || (typeof value === 'object' && value !== null);
	} catch {
		return false;
	}
}
