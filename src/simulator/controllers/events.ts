import {timestamp} from '../clock.ts';
import {StatusError} from '../errors.ts';
import type {Random} from '../random.ts';
import type {Simulation} from '../simulation.ts';
import type {KubeEvent, KubeObject, ObjectReference} from '../types.ts';

/** Writes Events about objects; what cannot be written (the namespace is going away) is lost, as in a real cluster. */
export type Recorder = {
	/** `fieldPath` names a part of the object, as in `spec.containers{nginx}`. */
	event(object: KubeObject, type: KubeEvent['type'], reason: string, message: string, fieldPath?: string): void;
};

const cacheSize = 4096;
const aggregateAt = 10;
const aggregateWithinMs = 600_000;
const burst = 25;
const refillMs = 300_000;

/**
 * The recorder of client-go/tools/record with its correlator: equal Events are counted, the tenth that differs only in
 * its message within ten minutes becomes `(combined from similar events): …`, and a source may say 25 things about one
 * object, then one in five minutes.
 */
export function createRecorder(simulation: Simulation, source: {component: string; host?: string}): Recorder {
	const {clock, random} = simulation;
	const similar = lruCache<{messages: Set<string>; last: number}>();
	const observed = lruCache<{name: string; count: number; first: string}>();
	const budgets = lruCache<{tokens: number; at: number}>();

	/** True when the source has talked too much about the object (EventSourceObjectSpamFilter). */
	function isSpam(objectKey: string, now: number): boolean {
		const budget = budgets.get(objectKey) ?? {tokens: burst, at: now};
		const tokens = Math.min(burst, budget.tokens + (now - budget.at) / refillMs);
		budgets.set(objectKey, {tokens: tokens >= 1 ? tokens - 1 : tokens, at: now});
		return tokens < 1;
	}

	/** True when the message is one of ten or more that share a reason (EventAggregator). */
	function isOneOfMany(key: string, message: string, now: number): boolean {
		let record = similar.get(key);
		if (!record || now - record.last > aggregateWithinMs) record = {messages: new Set(), last: now};
		record.messages.add(message);
		record.last = now;
		similar.set(key, record);
		if (record.messages.size < aggregateAt) return false;
		record.messages.delete(record.messages.values().next().value as string);
		return true;
	}

	return {
		event(object, type, reason, message, fieldPath) {
			const now = clock.now();
			const involvedObject = reference(object, fieldPath);
			const {kind, namespace, name, uid, apiVersion} = involvedObject;
			const objectKey = [kind, namespace, name, uid, apiVersion].join('\n');
			const similarKey = [objectKey, type, reason].join('\n');
			const combined = isOneOfMany(similarKey, message, now);
			const key = combined ? similarKey : [similarKey, fieldPath, message].join('\n');
			const text = combined ? `(combined from similar events): ${message}` : message;
			const time = timestamp(now);
			const known = observed.get(key);
			const seen = known
				? {...known, count: known.count + 1}
				: {name: eventName(object, now, random), count: 1, first: time};
			observed.set(key, seen);
			if (isSpam(objectKey, now)) return;
			const event: KubeEvent = {
				apiVersion: 'v1',
				kind: 'Event',
				metadata: {name: seen.name, namespace: namespace || 'default'},
				involvedObject,
				reason,
				message: text,
				source: {...source},
				firstTimestamp: seen.first,
				lastTimestamp: time,
				count: seen.count,
				type,
				eventTime: null,
				// The aggregator builds its Event without the reporting fields.
				reportingComponent: combined ? '' : source.component,
				reportingInstance: combined ? '' : (source.host ?? ''),
			};
			write(simulation, event, stored => ({...stored, count: seen.count, lastTimestamp: time, message: text}));
		},
	};
}

/** Writes Events of the newer events.k8s.io API, which only the scheduler uses. */
export type SeriesRecorder = {
	event(object: KubeObject, type: KubeEvent['type'], reason: string, action: string, message: string): void;
};

const seriesEndsAfterMs = 6 * 60_000;
const seriesRefreshMs = 30 * 60_000;

/**
 * The recorder of client-go/tools/events: a repeated Event keeps its first message and becomes a series, whose count is
 * written at the first repetition and then every half hour.
 */
export function createSeriesRecorder(
	simulation: Simulation,
	{component, instance}: {component: string; instance: string},
): SeriesRecorder {
	const {clock, random} = simulation;
	const cache = lruCache<{event: KubeEvent; count: number; last: number; written: number}>();
	return {
		event(object, type, reason, action, message) {
			const now = clock.now();
			const involvedObject = reference(object);
			const key = [type, action, reason, involvedObject.namespace, involvedObject.name, involvedObject.uid].join('\n');
			const known = cache.get(key);
			if (known && now - known.last < seriesEndsAfterMs) {
				known.count++;
				known.last = now;
				if (known.count > 2 && now - known.written < seriesRefreshMs) return;
				known.written = now;
				const series = {count: known.count, lastObservedTime: microTime(now)};
				write(simulation, {...known.event, metadata: {...known.event.metadata}, series}, stored => ({
					...stored,
					series,
				}));
				return;
			}
			const event: KubeEvent = {
				apiVersion: 'v1',
				kind: 'Event',
				metadata: {name: eventName(object, now, random), namespace: involvedObject.namespace || 'default'},
				involvedObject,
				reason,
				message,
				source: {},
				firstTimestamp: null,
				lastTimestamp: null,
				type,
				eventTime: microTime(now),
				action,
				reportingComponent: component,
				reportingInstance: instance,
			};
			cache.set(key, {event: structuredClone(event), count: 1, last: now, written: now});
			write(simulation, event, stored => stored);
		},
	};
}

/** Changes the stored Event of that name, or creates it when there is none (any more). */
function write({store, registry}: Simulation, event: KubeEvent, change: (stored: KubeEvent) => KubeEvent) {
	const {namespace, name} = event.metadata;
	try {
		const stored = store.get<KubeEvent>('events', namespace, name);
		if (stored) registry.update('events', change(stored));
		else registry.create('events', event);
	} catch (error) {
		if (!(error instanceof StatusError)) throw error;
	}
}

function reference(object: KubeObject, fieldPath?: string): ObjectReference {
	const {namespace, name, uid, resourceVersion} = object.metadata;
	return {
		kind: object.kind,
		...(namespace && {namespace}),
		name,
		...(uid && {uid}),
		apiVersion: object.apiVersion,
		...(resourceVersion && {resourceVersion}),
		...(fieldPath && {fieldPath}),
	};
}

/** Names end in the time in nanoseconds; what the clock does not know of it is left to chance. */
function eventName(object: KubeObject, now: number, random: Random): string {
	const nanoseconds = BigInt(Math.floor(now)) * 1_000_000n + BigInt(random.below(1_000_000));
	return `${object.metadata.name}.${nanoseconds.toString(16)}`;
}

/** RFC 3339 with six digits (metav1.MicroTime). */
const microTime = (ms: number) => {
	const micros = Math.floor((ms - Math.floor(ms)) * 1000);
	return `${new Date(Math.floor(ms)).toISOString().slice(0, -1)}${String(micros).padStart(3, '0')}Z`;
};

function lruCache<T>() {
	const entries = new Map<string, T>();
	return {
		get: (key: string) => entries.get(key),
		set(key: string, value: T) {
			entries.delete(key);
			entries.set(key, value);
			if (entries.size > cacheSize) entries.delete(entries.keys().next().value as string);
		},
	};
}
