import {isMap, isSeq, LineCounter, type Node, parseAllDocuments} from 'yaml';
import type {Problem} from './problem.ts';

/** Why an API server would not take an object; `field` says where, as in `spec.ports[0].port`. */
type Refusal = {field: string; message: string};

/** Asks an API server whether it would take an object, without storing it. */
export type DryRun = (object: Record<string, unknown>) => Promise<Refusal[]>;

/** Holds every object of a manifest against the API and reports a refusal at the field that it is about. */
export async function lintManifest(file: string, source: string, dryRun: DryRun, problems: Problem[]): Promise<void> {
	const lineCounter = new LineCounter();
	const documents = parseAllDocuments(source, {lineCounter});
	if ('empty' in documents) return;
	for (const document of documents) {
		// The loader tells what is wrong with the syntax, and who lacks a kind.
		if (document.errors.length > 0 || !isMap(document.contents)) continue;
		for (const node of objectsOf(document.contents)) {
			const object: unknown = isMap(node) ? node.toJS(document) : undefined;
			if (!isObject(object) || typeof object.apiVersion !== 'string' || typeof object.kind !== 'string') continue;
			for (const {field, message} of await dryRun(object)) {
				const {line, col} = lineCounter.linePos(positionOf(node, field));
				problems.push({file, line, column: col, message});
			}
		}
	}
}

/** A List holds objects; anything else is one. */
function objectsOf(node: Node): Node[] {
	if (!isMap(node) || node.get('kind') !== 'List') return [node];
	const items = node.get('items', true);
	return isSeq(items) ? (items.items as Node[]) : [];
}

/** Where a field stands, or the nearest one above it: what is required and missing stands nowhere. */
function positionOf(node: Node, field: string): number {
	let position = node.range?.[0] ?? 0;
	let current: unknown = node;
	const segments = field.match(/[^.[\]]+/g) ?? [];
	for (let index = 0; index < segments.length; index++) {
		if (isSeq(current)) {
			const name = segments[index]!;
			// Some messages leave the index out.
			const item: unknown = /^\d+$/.test(name)
				? current.items[Number(name)]
				: current.items.find(item => isMap(item) && item.has(name));
			if (!/^\d+$/.test(name)) index--;
			if (item === undefined || item === null) break;
			current = item;
			position = (item as Node).range?.[0] ?? position;
		} else if (isMap(current)) {
			// A label's name has dots of its own.
			const rest = segments.slice(index).join('.');
			const pair = current.items.find(({key}) => String(key) === segments[index] || String(key) === rest);
			if (!pair) break;
			position = (pair.key as Node).range?.[0] ?? position;
			current = pair.value;
		} else break;
	}
	return position;
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null;
}
