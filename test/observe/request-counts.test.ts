import {expect, test} from 'vitest';
import {
	failedRequests,
	lastRequests,
	noRequests,
	type RequestView,
	requestsSince,
	requestsTo,
	withRequest,
} from '../../src/observe/request-counts.ts';
import type {ServiceView} from '../../src/observe/snapshot.ts';

const asked = (part: Partial<RequestView> = {}) => ({
	at: 0,
	host: 'web',
	client: 'a',
	address: '10.0.0.1:80',
	took: 1,
	...part,
});
const all = (...requests: Partial<RequestView>[]) =>
	requests.reduce((view, part) => withRequest(view, asked(part)), noRequests);

test('thousands of requests are counted, of which the last are kept one by one', () => {
	let view = noRequests;
	for (let index = 0; index < 5000; index++) view = withRequest(view, asked({client: index % 2 ? 'a' : 'b'}));
	expect(view.total).toBe(5000);
	expect(view.counts.map(({client, count}) => [client, count])).toEqual([
		['b', 2500],
		['a', 2500],
	]);
	expect(view.recent).toHaveLength(120);
	expect(view.recent.at(-1)?.number).toBe(5000);
});

test('what came since an earlier moment leaves out what was there before', () => {
	const before = all({}, {}, {failure: 'refused', address: ''});
	const now = [asked(), asked({address: '10.0.0.2:80'})].reduce(withRequest, before);
	const since = requestsSince(now, before);
	expect(since.total).toBe(2);
	expect(failedRequests(now)).toBe(1);
	expect(failedRequests(since)).toBe(0);
	expect(since.counts.map(({address, count}) => [address, count])).toEqual([
		['10.0.0.1:80', 1],
		['10.0.0.2:80', 1],
	]);
	expect(since.recent.map(({number}) => number)).toEqual([4, 5]);
});

test('the last requests are counted by themselves', () => {
	const view = all({failure: 'refused', address: ''}, {}, {address: '10.0.0.2:80'});
	expect(failedRequests(lastRequests(view, 2))).toBe(0);
	expect(lastRequests(view, 2).total).toBe(2);
	expect(lastRequests(view, 0).total).toBe(0);
	expect(lastRequests(view, 50).total).toBe(3);
});

test("a Service is asked by any of its names or by its address, another namespace's Service is another", () => {
	const service = {name: 'web', namespace: 'default', clusterIP: '10.96.0.7'} as ServiceView;
	const hosts = ['web', 'web.default', 'web.default.svc.cluster.local', '10.96.0.7', 'web.other', 'webs', '10.0.0.1'];
	const view = all(...hosts.map(host => ({host})));
	expect(requestsTo(view, 'web', service).counts.map(({host}) => host)).toEqual(hosts.slice(0, 4));
	// Before there is a Service its namespace is not known.
	expect(requestsTo(view, 'web', undefined).counts.map(({host}) => host)).toEqual([...hosts.slice(0, 3), 'web.other']);
});
