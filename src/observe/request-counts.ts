export {trickleClient} from '../clusters/gateway-config.ts';

import type {ServiceView} from './snapshot.ts';

/** Why a request got no good answer: nobody took the connection, nobody answered, or the server said 5xx. */
export type RequestFailure = 'unknown-host' | 'refused' | 'timeout' | 'reset' | 'status' | 'gateway';

/** One request through the gateway, as the lab saw it. */
export type RequestView = {
	/** 1 for the first request of the lesson, and so on. */
	number: number;
	/** When it ended, ms since 1970. */
	at: number;
	/** The name or address that was asked, in lower case and without a port. */
	host: string;
	/** Who asked, by the name given to the gateway; '' for somebody without a name. */
	client: string;
	/** The address and port that answered, as `10.244.1.2:80`; '' where nobody did, or where the cluster cannot tell. */
	address: string;
	failure?: RequestFailure;
	/** What the gateway said about the failure, or the status. */
	detail?: string;
	/** How long it took, ms. */
	took: number;
};

/** How many requests were alike. `detail` is the latest failure's. */
type RequestCount = Pick<RequestView, 'host' | 'client' | 'address' | 'failure' | 'detail'> & {count: number};

/** The requests of a lesson up to some moment: all of them counted, and the last ones one by one, oldest first. */
export type RequestsView = {total: number; counts: readonly RequestCount[]; recent: readonly RequestView[]};

/** How many requests are kept one by one. */
export const recentLength = 120;

export const noRequests: RequestsView = {total: 0, counts: [], recent: []};

const alike = (one: RequestCount, other: Omit<RequestCount, 'count'>) =>
	one.host === other.host &&
	one.client === other.client &&
	one.address === other.address &&
	one.failure === other.failure;

/** The view with one more request. */
export function withRequest(view: RequestsView, request: Omit<RequestView, 'number'>): RequestsView {
	const {host, client, address, failure, detail} = request;
	const {count = 0} = view.counts.find(entry => alike(entry, request)) ?? {};
	const counted = {host, client, address, failure, detail, count: count + 1};
	const total = view.total + 1;
	return {
		total,
		counts: count > 0 ? view.counts.map(entry => (alike(entry, request) ? counted : entry)) : [...view.counts, counted],
		recent: [...view.recent, {...request, number: total}].slice(-recentLength),
	};
}

/** What has been requested after an earlier moment of the same lesson. */
export function requestsSince(view: RequestsView, earlier: RequestsView): RequestsView {
	return {
		total: view.total - earlier.total,
		counts: view.counts.flatMap(entry => {
			const {count = 0} = earlier.counts.find(old => alike(old, entry)) ?? {};
			return entry.count > count ? {...entry, count: entry.count - count} : [];
		}),
		recent: view.recent.filter(({number}) => number > earlier.total),
	};
}

/** The requests that fit; the total is counted anew. */
export function filterRequests(
	view: RequestsView,
	fits: (request: Pick<RequestView, 'host' | 'client' | 'address'>) => boolean,
): RequestsView {
	const counts = view.counts.filter(fits);
	return {total: sum(counts), counts, recent: view.recent.filter(fits)};
}

/** The last `count` requests; at most those that are kept one by one. */
export function lastRequests(view: RequestsView, count: number): RequestsView {
	const recent = count > 0 ? view.recent.slice(-count) : [];
	const {total, counts} = recent.reduce(withRequest, noRequests);
	return {total, counts, recent};
}

/** How many of the requests failed. */
export function failedRequests({counts}: RequestsView): number {
	return sum(counts.filter(({failure}) => failure !== undefined));
}

/** The requests to a Service: by its name in any of the forms that DNS knows, or by its cluster IP. */
export function requestsTo(view: RequestsView, name: string, service: ServiceView | undefined): RequestsView {
	return filterRequests(view, ({host}) => {
		if (service && host === service.clusterIP) return true;
		const [first, namespace] = host.split('.');
		return first === name && (namespace === undefined || !service || namespace === service.namespace);
	});
}

function sum(counts: readonly RequestCount[]): number {
	return counts.reduce((total, {count}) => total + count, 0);
}
