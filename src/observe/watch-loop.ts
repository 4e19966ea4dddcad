import type {KubeConnection} from './kube-connection.ts';
import {pause, type Time} from './time.ts';

type Meta = {name?: string; namespace?: string; uid?: string; resourceVersion?: string};

/** What every Kubernetes object in a list or watch has. */
export type Item = {metadata?: Meta};

/** One object that came or changed, or, without `after`, went. A replaced object (another uid) goes and comes. */
type ItemChange<T> = {key: string; after?: T};

export type WatchLoopOptions<T extends Item> = {
	connection: KubeConnection;
	/** The collection's path, for example /api/v1/namespaces/default/pods. */
	path: string;
	/** All changes that arrived together; `initial` on the first list, whose objects were there before we looked. */
	onChanges(changes: ItemChange<T>[], initial: boolean): void;
	onStatus(state: 'listing' | 'live' | 'retrying', error?: unknown): void;
	time: Time;
	signal: AbortSignal;
};

/** The longest wait between two attempts, ms. */
const longestPause = 10_000;

/**
 * Keeps a collection in step with the API server: list, then watch from there with bookmarks; after 410 Gone list again;
 * after any other failure wait (doubling, with jitter) and list again. A watch that ends by itself, or that the library
 * ends for being idle, goes on from where it was. Ends, without rejecting, when the signal is aborted.
 *
 * The client library's informer is not used: its stop() leaks a watch when called during a list or a pause and itself
 * fires `error`, and without a listener any network failure ends it silently.
 */
export async function watchLoop<T extends Item>(options: WatchLoopOptions<T>): Promise<void> {
	const {connection, path, onChanges, onStatus, time, signal} = options;
	const known: Known = new Map();
	let resourceVersion = '';
	let initial = true;
	let failures = 0;
	/** The trouble stays told until the watch stands again. */
	let troubled = false;

	while (!signal.aborted) {
		try {
			if (!resourceVersion) {
				if (!troubled) onStatus('listing');
				const page = await connection.get<{items?: T[]; metadata?: Meta}>(path, signal);
				signal.throwIfAborted();
				onChanges(replaceAll(known, page.items ?? []), initial);
				initial = false;
				resourceVersion = page.metadata?.resourceVersion ?? '';
			}
			await watchOnce();
			// A server that closes each watch at once must not make this spin.
			await pause(time, 250, signal);
		} catch (error) {
			if (signal.aborted) return;
			if (isIdle(error)) continue;
			// After any failure the list is asked anew: the server may have been restarted in another state.
			resourceVersion = '';
			if (hasCode(error, 410)) {
				// A server that answers 410 to every watch must not make this spin either.
				await pause(time, Math.min(longestPause, 100 * 2 ** failures++), signal);
			} else {
				troubled = true;
				onStatus('retrying', error);
				const delay = Math.min(longestPause, 250 * 2 ** failures++);
				await pause(time, delay * (0.5 + time.random() / 2), signal);
			}
		}
	}

	function watchOnce(): Promise<void> {
		return new Promise((resolve, reject) => {
			let controller: AbortController | undefined;
			let finished = false;
			const finish = (error?: unknown) => {
				if (finished) return;
				finished = true;
				signal.removeEventListener('abort', abort);
				controller?.abort();
				if (error) reject(error);
				else resolve();
			};
			const abort = () => finish(signal.reason);
			signal.addEventListener('abort', abort, {once: true});

			const onEvent = (type: string, object: T & {code?: number}) => {
				if (finished) return;
				// The library swallows what a callback throws; a failure here must end this watch, not vanish.
				try {
					if (type === 'ERROR') return finish(object);
					resourceVersion = object.metadata?.resourceVersion ?? resourceVersion;
					failures = 0;
					if (type === 'BOOKMARK') return;
					const changes = type === 'DELETED' ? remove<T>(known, keyOf(object)) : put(known, object);
					if (changes.length > 0) onChanges(changes, false);
				} catch (error) {
					finish(error);
				}
			};
			connection.watch.watch(path, {resourceVersion, allowWatchBookmarks: true}, onEvent, finish).then(started => {
				controller = started;
				// It failed, or was aborted while it was connecting.
				if (finished) return started.abort();
				troubled = false;
				onStatus('live');
			}, finish);
		});
	}
}

function keyOf({metadata}: Item): string {
	return `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`;
}

/** What is enough to tell whether an object is new, changed or another one. The objects themselves are not kept. */
type Known = Map<string, {uid?: string; resourceVersion?: string}>;

function put<T extends Item>(known: Known, after: T): ItemChange<T>[] {
	const key = keyOf(after);
	const {uid, resourceVersion} = after.metadata ?? {};
	const before = known.get(key);
	// A watch that is opened again may tell what is known already.
	if (before && before.resourceVersion === resourceVersion) return [];
	known.set(key, {uid, resourceVersion});
	return before && before.uid !== uid ? [{key}, {key, after}] : [{key, after}];
}

function remove<T>(known: Known, key: string): ItemChange<T>[] {
	return known.delete(key) ? [{key}] : [];
}

function replaceAll<T extends Item>(known: Known, list: readonly T[]): ItemChange<T>[] {
	const listed = new Set(list.map(keyOf));
	const gone = [...known.keys()].filter(key => !listed.has(key));
	return [...gone.flatMap(key => remove<T>(known, key)), ...list.flatMap(item => put(known, item))];
}

/** HTTP statuses come as `code` or `statusCode`, those of ERROR events as the Status object's `code`. */
function hasCode(error: unknown, code: number): boolean {
	const {code: own, statusCode} = error as {code?: unknown; statusCode?: unknown};
	return own === code || statusCode === code;
}

/** The library ends every watch that was silent for 30 s; that is no failure. */
function isIdle(error: unknown): boolean {
	return (error as {name?: unknown}).name === 'TimeoutError';
}
