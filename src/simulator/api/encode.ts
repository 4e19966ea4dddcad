import type {KubeObject} from '../types.ts';

const generation = 4000;
let young = new Map<KubeObject, string>();
let old = new Map<KubeObject, string>();

/**
 * An object of the store as JSON without `kind` and `apiVersion`, as lists hold it. Every list and watch asks for the same
 * texts, so the latest few thousand are kept; objects of the store never change, so a text stays true.
 */
export function itemJson(object: KubeObject): string {
	const known = young.get(object) ?? old.get(object);
	if (known !== undefined) return known;
	const text = JSON.stringify({...object, kind: undefined, apiVersion: undefined});
	if (young.size >= generation) {
		old = young;
		young = new Map();
	}
	young.set(object, text);
	return text;
}

/** An object of the store as JSON. */
export function objectJson(object: KubeObject): string {
	const head = `"kind":${JSON.stringify(object.kind)},"apiVersion":${JSON.stringify(object.apiVersion)}`;
	const item = itemJson(object);
	return item === '{}' ? `{${head}}` : `{${head},${item.slice(1)}`;
}
