import {applyPatch, type Operation, Pointer} from 'rfc6902';
import {StatusError} from '../../errors.ts';
import type {JsonObject} from '../body.ts';

const operations = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test']);
const maxOperations = 10_000;
/** Characters of JSON that `copy` may add, so that doubling a document again and again comes to an end. */
const maxCopied = 3 * 1024 * 1024;

/** Applies a JSON patch (RFC 6902), a list of operations, to a copy of an object. Throws StatusError 422 when it does not fit. */
export function jsonPatch(target: JsonObject, patch: unknown): unknown {
	if (!Array.isArray(patch)) throw unfit();
	if (patch.length > maxOperations) {
		throw tooLarge(`The allowed maximum operations in a JSON patch is ${maxOperations}, got ${patch.length}`);
	}
	for (const operation of patch as JsonObject[]) {
		const well =
			typeof operation === 'object' &&
			operation !== null &&
			operations.has(operation.op as string) &&
			isPointer(operation.path) &&
			((operation.op !== 'move' && operation.op !== 'copy') || isPointer(operation.from));
		if (!well) throw unfit();
		// `add` and `replace` without a value write null, as Go's decoder does.
		if (operation.value === undefined && (operation.op === 'add' || operation.op === 'replace')) operation.value = null;
	}
	const copy = structuredClone(target);
	const holder = {document: copy as unknown};
	const prefixed = (patch as (Operation & {from?: string})[]).map(operation => ({
		...operation,
		path: `/document${operation.path}`,
		...(operation.from !== undefined && {from: `/document${operation.from}`}),
	})) as Operation[];
	let copied = 0;
	for (const operation of prefixed) {
		if (operation.op === 'copy') {
			copied += JSON.stringify(Pointer.fromJSON(operation.from).get(holder) ?? null).length;
			if (copied > maxCopied) throw tooLarge('the patch copies too much');
		}
		let error: Error | null | undefined;
		try {
			[error] = applyPatch(holder, [structuredClone(operation)]);
		} catch (thrown) {
			error = thrown as Error;
		}
		if (error) throw unfit();
	}
	return holder.document;
}

const isPointer = (path: unknown) =>
	typeof path === 'string' && (path === '' || path.startsWith('/')) && !path.split('/').includes('__proto__');

/** 422; the real server does not say what was wrong either. */
const unfit = () =>
	new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});

const tooLarge = (why: string) => new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: ${why}`, {});
