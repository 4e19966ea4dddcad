import {StatusError} from '../errors.ts';
import type {ResourceDefinition} from '../resources/definition.ts';
import type {Store} from '../store.ts';
import type {KubeObject} from '../types.ts';
import type {ListOptions} from './options.ts';
import type {Selection} from './selection.ts';

/** One page of a list. */
export type Page = {
	objects: KubeObject[];
	/** metav1.ListMeta. */
	metadata: {resourceVersion: string; continue?: string; remainingItemCount?: number};
};

const keyOf = ({metadata}: KubeObject) =>
	metadata.namespace ? `${metadata.namespace}/${metadata.name}` : metadata.name;

/**
 * Lists as the real server does: sorted by key, in pages that all show the state of the first one. Throws StatusError:
 * 410 for a state that is forgotten, 504 for one that is still to come.
 */
export function listPage(
	store: Store,
	definition: ResourceDefinition,
	namespace: string | undefined,
	selection: Selection,
	options: ListOptions,
): Page {
	const {limit} = options;
	const token = options.continue ? readToken(options.continue) : undefined;
	const asked = Number(options.resourceVersion || 0);
	if (asked > store.revision) throw tooLarge(asked, store.revision);
	let revision = store.revision;
	if (token && token.revision > 0) revision = token.revision;
	else if (options.resourceVersionMatch === 'Exact') revision = asked;

	const objects = stateAt(store, definition.plural, namespace, revision);
	if (!objects) throw token ? continueExpired(token.start) : exactExpired();
	let entries = [...objects].filter(object => selection.matches(object)).map(object => ({key: keyOf(object), object}));
	entries.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
	if (token) entries = entries.filter(({key}) => key >= token.start);
	const metadata: Page['metadata'] = {resourceVersion: String(revision)};
	if (limit > 0 && entries.length > limit) {
		metadata.continue = writeToken(revision, `${entries[limit - 1]!.key}\u0000`);
		// The real server does not count what a selector would hide.
		if (!selection.narrows) metadata.remainingItemCount = entries.length - limit;
		entries = entries.slice(0, limit);
	}
	return {objects: entries.map(({object}) => object), metadata};
}

/** The objects as they were at a revision, from the present ones and the recorded changes; undefined when forgotten. */
function stateAt(
	store: Store,
	resource: string,
	namespace: string | undefined,
	revision: number,
): Iterable<KubeObject> | undefined {
	const present = store.list<KubeObject>(resource, namespace);
	if (revision >= store.revision) return present;
	const changes = store.changesSince(resource, revision);
	if (changes === 'expired') return undefined;
	if (changes.length === 0) return present;
	const past = new Map<string, KubeObject>();
	for (const object of present) past.set(keyOf(object), object);
	for (const {object, previous} of changes.reverse()) {
		if (namespace !== undefined && object.metadata.namespace !== namespace) continue;
		if (previous) past.set(keyOf(previous), previous);
		else past.delete(keyOf(object));
	}
	return past.values();
}

const writeToken = (revision: number, start: string): string =>
	Buffer.from(JSON.stringify({v: 'meta.k8s.io/v1', rv: revision, start})).toString('base64url');

function readToken(text: string): {revision: number; start: string} {
	try {
		const {v, rv, start} = JSON.parse(Buffer.from(text, 'base64url').toString()) as Record<string, unknown>;
		if (v === 'meta.k8s.io/v1' && Number.isSafeInteger(rv) && typeof start === 'string')
			return {revision: rv as number, start};
	} catch {
		// Answered below, as any other token that this server did not write.
	}
	throw new StatusError(400, 'BadRequest', 'continue key is not valid: it was not given by this server');
}

/** 504 for a resourceVersion that this cluster has not reached. */
export const tooLarge = (asked: number, current: number) =>
	new StatusError(504, 'Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
		causes: [{reason: 'ResourceVersionTooLarge', message: 'Too large resource version'}],
		retryAfterSeconds: 1,
	});

const exactExpired = () => new StatusError(410, 'Expired', 'The resourceVersion for the provided list is too old.');

class ContinueExpired extends StatusError {
	readonly #token: string;
	constructor(token: string) {
		super(
			410,
			'Expired',
			'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
		);
		this.#token = token;
	}
	override toStatus() {
		return {...super.toStatus(), metadata: {continue: this.#token}};
	}
}

/** 410 whose token goes on from the same place in the present state. */
const continueExpired = (start: string) => new ContinueExpired(writeToken(-1, start));
