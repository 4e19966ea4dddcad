import type {Lesson, Step} from '../lesson/lesson.ts';
import {failedRequests, noRequests, type RequestsView, requestsSince, requestsTo} from '../observe/request-counts.ts';
import type {Snapshot} from '../observe/snapshot.ts';
import {trickleOf} from './trickle.ts';
import type {RequestsPart} from './view.ts';

/** Sums up a step's requests for those who show them; undefined when the lesson counts none. */
export function requestsPart(
	lesson: Lesson,
	step: Step,
	now: Snapshot,
	before: RequestsView = noRequests,
): RequestsPart | undefined {
	if (!lesson.requests) return undefined;
	const {service} = lesson.requests;
	const view = requestsTo(
		requestsSince(now.requests ?? noRequests, before),
		service,
		now.services.find(({name}) => name === service),
	);
	const clients = [...new Set(view.counts.map(({client}) => client))];
	const answered = view.counts.filter(({failure}) => !failure);
	const addresses = [...new Set(answered.map(({address}) => address))].sort();
	const counted = (address: string, client: string) =>
		answered.find(entry => entry.address === address && entry.client === client)?.count ?? 0;
	const failures = new Map<string, RequestsPart['failures'][number]>();
	for (const {failure, detail = '', count} of view.counts) {
		if (!failure) continue;
		failures.set(failure, {failure, detail, count: count + (failures.get(failure)?.count ?? 0)});
	}
	return {
		service,
		perSecond: trickleOf(lesson, step)?.perSecond ?? 0,
		total: view.total,
		failed: failedRequests(view),
		clients,
		answers: addresses.map(address => ({address, counts: clients.map(client => counted(address, client))})),
		failures: [...failures.values()],
		recent: view.recent.map(({address, client, failure}) => ({address, client, ...(failure && {failure})})),
	};
}
