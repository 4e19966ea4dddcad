import type {ServerResponse} from 'node:http';
import type {Clock} from '../clock.ts';
import {StatusError} from '../errors.ts';
import type {ResourceDefinition} from '../resources/definition.ts';
import type {Change, Store} from '../store.ts';
import type {KubeObject} from '../types.ts';
import {objectJson} from './encode.ts';
import {tooLarge} from './list.ts';
import type {OutputForm} from './negotiate.ts';
import type {ListOptions} from './options.ts';
import type {Selection} from './selection.ts';
import {type IncludeObject, partialMetadata, tableOf} from './table.ts';

const defaultTimeoutSeconds = 1800;
const bookmarkMs = 60_000;
/** Events written at once before the socket is asked whether it can take more. */
const batch = 200;

/** What a watch shows, and how. */
export type WatchRequest = {
	store: Store;
	/** The cluster's clock, for ages in tables. */
	clock: Clock;
	/** Real time, for the watch's own timeout and bookmarks: a client waits in real time even when the cluster stands still. */
	realTime: Clock;
	definition: ResourceDefinition;
	namespace: string | undefined;
	selection: Selection;
	options: ListOptions;
	form: OutputForm;
	includeObject: IncludeObject;
};

type Event = 'ADDED' | 'MODIFIED' | 'DELETED';

/**
 * Streams changes as lines of JSON until the client goes or the timeout ends. A watch keeps no queue of its own: it
 * remembers how far it has come and reads on in the store's history when the socket can take more, so a slow reader costs
 * nothing and one that falls behind the history gets 410 and lists again. Throws StatusError 504 for a version to come.
 */
export function serveWatch(request: WatchRequest, response: ServerResponse): void {
	const {store, realTime, definition, namespace, selection, options, form} = request;
	const {plural} = definition;
	const write = eventWriter(request);
	const asked = Number(options.resourceVersion || 0);
	let sent = asked > 0 ? asked : store.revision;
	// Such a version is of another cluster, or of this one before it was set back.
	if (asked > store.revision) throw tooLarge(asked, store.revision);
	let blocked = false;
	let scheduled = false;
	let over = false;

	response.writeHead(200, {
		'Content-Type':
			form.as === 'object' ? 'application/json' : `application/json;as=${form.as};g=meta.k8s.io;v=${form.version}`,
	});
	response.flushHeaders();

	const put = (text: string) => {
		if (text) blocked = !response.write(text);
	};
	const end = () => {
		if (over) return;
		over = true;
		unsubscribe();
		forgetClose();
		timeout.cancel();
		bookmarks?.cancel();
		if (!response.writableEnded) response.end();
	};
	const flush = () => {
		scheduled = false;
		while (!over && !blocked) {
			const changes = store.changesSince(plural, sent);
			if (changes === 'expired') {
				put(errorEvent(sent, store));
				end();
				return;
			}
			if (changes.length === 0) return;
			let text = '';
			for (const change of changes.slice(0, batch)) {
				sent = change.revision;
				text += write.change(change);
			}
			put(text);
		}
	};
	const schedule = () => {
		if (scheduled || blocked || over) return;
		scheduled = true;
		queueMicrotask(flush);
	};

	const initial = options.sendInitialEvents || asked === 0;
	if (initial) {
		sent = store.revision;
		const objects = [...store.list<KubeObject>(plural, namespace)].filter(object => selection.matches(object));
		let text = '';
		for (const object of objects) text += write.event('ADDED', object);
		if (options.sendInitialEvents && options.allowWatchBookmarks)
			text += write.bookmark(sent, {'k8s.io/initial-events-end': 'true'});
		put(text);
	}
	const unsubscribe = store.subscribe(plural, schedule);
	const forgetClose = store.onClose(flush);
	const seconds = options.timeoutSeconds && options.timeoutSeconds > 0 ? options.timeoutSeconds : defaultTimeoutSeconds;
	const bookmark = () => {
		if (!blocked) put(write.bookmark(Math.max(sent, store.revision)));
	};
	const timeout = realTime.after(seconds * 1000, () => {
		if (options.allowWatchBookmarks && !scheduled) bookmark();
		end();
	});
	let bookmarks = options.allowWatchBookmarks ? realTime.after(bookmarkMs, everyMinute) : undefined;
	function everyMinute() {
		bookmark();
		bookmarks = realTime.after(bookmarkMs, everyMinute);
	}
	response.on('drain', () => {
		blocked = false;
		flush();
	});
	response.on('close', end);
	response.on('error', end);
	flush();
}

/** Texts of events in the form that the client asked for. */
function eventWriter({clock, definition, namespace, selection, form, includeObject}: WatchRequest) {
	let first = true;
	const shaped = (object: KubeObject): string => {
		if (form.as === 'object') return objectJson(object);
		if (form.as === 'PartialObjectMetadata') return JSON.stringify(partialMetadata(object, form.version));
		const {resourceVersion} = object.metadata;
		const table = tableOf(definition, [object], {
			now: clock.now(),
			version: form.version,
			includeObject,
			metadata: {resourceVersion},
			columns: first,
		});
		first = false;
		return JSON.stringify(table);
	};
	const event = (type: Event, object: KubeObject) => `{"type":"${type}","object":${shaped(object)}}\n`;
	return {
		event,
		/** A change as this client sees it: one that enters or leaves its selection is ADDED or DELETED to it. */
		change({type, object, previous, revision}: Change): string {
			if (namespace !== undefined && object.metadata.namespace !== namespace) return '';
			if (type === 'DELETED') return previous && selection.matches(previous) ? event('DELETED', object) : '';
			const now = selection.matches(object);
			const before = previous !== undefined && selection.matches(previous);
			if (now) return event(before ? 'MODIFIED' : 'ADDED', object);
			if (!before) return '';
			return event('DELETED', {
				...previous,
				metadata: {...previous.metadata, resourceVersion: String(revision)},
			});
		},
		bookmark(revision: number, annotations?: Record<string, string>): string {
			const apiVersion = definition.group ? `${definition.group}/${definition.version}` : definition.version;
			const metadata = {resourceVersion: String(revision), ...(annotations && {annotations})};
			const object =
				form.as === 'object'
					? {kind: definition.kind, apiVersion, metadata}
					: form.as === 'PartialObjectMetadata'
						? {kind: form.as, apiVersion: `meta.k8s.io/${form.version}`, metadata}
						: {
								...tableOf(definition, [], {
									now: 0,
									version: form.version,
									includeObject,
									metadata: {resourceVersion: metadata.resourceVersion},
									columns: first,
								}),
								rows: [
									{
										cells: definition.columns.map(() => ''),
										object: {kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${form.version}`, metadata},
									},
								],
							};
			if (form.as === 'Table') first = false;
			return `${JSON.stringify({type: 'BOOKMARK', object})}\n`;
		},
	};
}

function errorEvent(sent: number, store: Store): string {
	const status = new StatusError(410, 'Expired', `too old resource version: ${sent} (${store.revision})`).toStatus();
	return `${JSON.stringify({type: 'ERROR', object: status})}\n`;
}
