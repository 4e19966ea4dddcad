import type {V1Deployment, V1EndpointSlice, V1Endpoints, V1Pod, V1Service} from '@kubernetes/client-node';
import type {Cluster} from '../clusters/cluster.ts';
import type {Text} from '../text/text.ts';
import {createChangeLog, type Kind} from './change-log.ts';
import {deploymentView} from './deployment-view.ts';
import {endpointsView} from './endpoints-view.ts';
import {ApiError, connectKube} from './kube-connection.ts';
import type {Observer} from './observer.ts';
import {podView} from './pod-view.ts';
import {serviceView} from './service-view.ts';
import {sliceView} from './slice-view.ts';
import type {ObserveStatus, Snapshot, TimelineEntry} from './snapshot.ts';
import {pause, type Time} from './time.ts';
import {deploymentEntries, endpointsEntries, podEntries, serviceEntries} from './timeline.ts';
import {type Item, watchLoop} from './watch-loop.ts';

/**
 * The least time between two callbacks, ms. The first change after a rest is told at once; of thousands, judging and drawing
 * eight times a second leave a change on the screen well within 200 ms.
 */
const coalesceFor = 125;

/** How many timeline entries are kept. */
const timelineLength = 300;

/** One kind of object: its views by key, and the list of them as long as nothing changes. */
type Collection<V> = {views: Map<string, V>; sorted?: V[]};

export type ObserveOptions = {
	cluster: Pick<Cluster, 'kubeconfig' | 'namespace'>;
	/** For the sentence that tells why the cluster does not answer. */
	text: Text;
	time: Time;
	/** The cluster's own time, to date what happens, where that is not `time`. */
	clock?: Pick<Time, 'now'> | undefined;
	signal?: AbortSignal;
};

/**
 * Watches a cluster's namespace: Pods, Services, Endpoints, EndpointSlices and Deployments. Answers at once, still
 * `listing`; `live` means that all five kinds are listed and watched. Ends with close() or the signal. Throws when the
 * kubeconfig cannot be read.
 */
export function observeCluster({cluster, text, time, clock = time, signal}: ObserveOptions): Observer {
	const connection = connectKube(cluster.kubeconfig);
	const ending = new AbortController();
	const ended = signal ? AbortSignal.any([signal, ending.signal]) : ending.signal;
	const listeners = new Set<() => void>();
	const statuses = new Map<string, ObserveStatus>();
	const loops: Promise<void>[] = [];
	const timeline: TimelineEntry[] = [];
	const log = createChangeLog();
	/** When all there is had been listed: of moments before that nothing is known. */
	let listedAt = Number.NEGATIVE_INFINITY;
	let snapshot: Snapshot | undefined;
	let lastCall = Number.NEGATIVE_INFINITY;
	let calling = false;

	const changed = () => {
		snapshot = undefined;
		if (calling || ended.aborted) return;
		calling = true;
		const wait = Math.max(0, lastCall + coalesceFor - time.now());
		void pause(time, wait, ended).then(() => {
			calling = false;
			if (ended.aborted) return;
			lastCall = time.now();
			for (const listener of listeners) listener();
		});
	};

	const collect = <O extends Item, V extends {name: string}>(
		api: string,
		resource: Kind | 'endpointslices',
		view: (object: O) => V,
		entries?: (before: V | undefined, after: V | undefined, at: number) => TimelineEntry[],
	): Collection<V> => {
		const collection: Collection<V> = {views: new Map()};
		statuses.set(resource, {state: 'listing'});
		loops.push(
			watchLoop<O>({
				connection,
				path: `${api}/namespaces/${encodeURIComponent(cluster.namespace)}/${resource}`,
				time,
				signal: ended,
				onChanges(changes, initial) {
					const at = clock.now();
					for (const {key, after} of changes) {
						const before = collection.views.get(key);
						const now = after && view(after);
						if (now) collection.views.set(key, now);
						else collection.views.delete(key);
						if (initial) listedAt = at;
						else log.add(at, resource === 'endpointslices' ? 'slices' : resource, before, now);
						if (entries && !initial) timeline.push(...entries(before, now, at));
					}
					if (timeline.length > timelineLength) timeline.splice(0, timeline.length - timelineLength);
					collection.sorted = undefined;
					changed();
				},
				onStatus(state, error) {
					statuses.set(
						resource,
						error === undefined ? {state} : {state, error: sentence(error, connection.server, text)},
					);
					changed();
				},
			}),
		);
		return collection;
	};

	const pods = collect<V1Pod, ReturnType<typeof podView>>('/api/v1', 'pods', podView, podEntries);
	const services = collect<V1Service, ReturnType<typeof serviceView>>(
		'/api/v1',
		'services',
		serviceView,
		serviceEntries,
	);
	const endpoints = collect<V1Endpoints, ReturnType<typeof endpointsView>>(
		'/api/v1',
		'endpoints',
		endpointsView,
		endpointsEntries,
	);
	const slices = collect<V1EndpointSlice, ReturnType<typeof sliceView>>(
		'/apis/discovery.k8s.io/v1',
		'endpointslices',
		sliceView,
	);
	const deployments = collect<V1Deployment, ReturnType<typeof deploymentView>>(
		'/apis/apps/v1',
		'deployments',
		deploymentView,
		deploymentEntries,
	);

	const present = () => {
		snapshot ??= {
			at: clock.now(),
			pods: sorted(pods),
			services: sorted(services),
			endpoints: sorted(endpoints),
			slices: sorted(slices),
			deployments: sorted(deployments),
		};
		return snapshot;
	};

	return {
		snapshot: present,
		snapshotAt: at => (at < listedAt ? undefined : log.snapshotAt(present(), at)),
		status() {
			const all = [...statuses.values()];
			return (
				all.find(({state}) => state === 'retrying') ?? all.find(({state}) => state === 'listing') ?? {state: 'live'}
			);
		},
		timeline: () => timeline.slice(),
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		async close() {
			ending.abort();
			await Promise.all(loops);
		},
	};
}

function sorted<V extends {name: string}>(collection: Collection<V>): V[] {
	collection.sorted ??= [...collection.views.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
	return collection.sorted;
}

/** Why the cluster does not answer, in the learner's language. */
function sentence(error: unknown, server: string, {observe}: Text): string {
	if (error instanceof ApiError) return observe.refused(error.code, error.message);
	const {statusCode, message} = error as {statusCode?: number; message?: string};
	if (statusCode !== undefined) return observe.refused(statusCode, message ?? '');
	return observe.unreachable(server, causeOf(error));
}

/** fetch says only that it failed; the reason is the innermost cause. */
function causeOf(error: unknown): string {
	let inner = error;
	while (inner instanceof Error && inner.cause instanceof Error) inner = inner.cause;
	const {code, message} = inner as {code?: string; message?: string};
	return code ?? message ?? String(inner);
}
