import type {Observer} from './observer.ts';
import {noRequests, type RequestsView, type RequestView, recentLength} from './request-counts.ts';
import type {RequestRecorder} from './request-recorder.ts';
import type {Snapshot} from './snapshot.ts';
import type {Time} from './time.ts';

/** How many moments, and how many single requests, can be had back. */
const kept = {moments: 5000, requests: 5000};

/** The requests up to a moment (ms since 1970, on the cluster's clock), without the single ones. */
type Moment = {at: number} & Pick<RequestsView, 'total' | 'counts'>;

/**
 * An observer whose snapshots also tell of the requests that were made, those of earlier moments too; without a recorder the
 * same observer. `clock` is the one that dates the timeline.
 */
export function withRequests(
	observer: Observer,
	recorder: Pick<RequestRecorder, 'requests' | 'subscribe'> | undefined,
	clock: Pick<Time, 'now'>,
): Observer {
	if (!recorder) return observer;
	let made: {from: Snapshot; snapshot: Snapshot} | undefined;
	let noted = noRequests;
	const moments: Moment[] = [];
	const requests: RequestView[] = [];

	const note = () => {
		const now = recorder.requests();
		if (now === noted) return;
		requests.push(...now.recent.filter(({number}) => number > noted.total || moments.length === 0));
		moments.push({at: clock.now(), total: now.total, counts: now.counts});
		if (moments.length > kept.moments) moments.splice(0, moments.length - kept.moments);
		if (requests.length > kept.requests) requests.splice(0, requests.length - kept.requests);
		noted = now;
	};
	const requestsAt = (at: number): RequestsView => {
		const moment = moments.findLast(one => one.at <= at);
		if (!moment) return noRequests;
		const {total, counts} = moment;
		const end = requests.findLastIndex(({number}) => number <= total) + 1;
		return {total, counts, recent: requests.slice(Math.max(0, end - recentLength), end)};
	};
	const stopNoting = recorder.subscribe(note);

	return {
		...observer,
		snapshot() {
			note();
			const from = observer.snapshot();
			if (made?.from !== from || made.snapshot.requests !== noted) made = {from, snapshot: {...from, requests: noted}};
			return made.snapshot;
		},
		snapshotAt(at) {
			const then = observer.snapshotAt(at);
			return then && {...then, requests: requestsAt(at)};
		},
		subscribe(listener) {
			const stops = [observer.subscribe(listener), recorder.subscribe(listener)];
			return () => {
				for (const stop of stops) stop();
			};
		},
		close() {
			stopNoting();
			return observer.close();
		},
	};
}
