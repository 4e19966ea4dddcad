import type {DeploymentView, EndpointsView, PodView, ServiceView, TimelineEntry} from './snapshot.ts';

// What happened, told from an object's state before and after. All pure; `at` is when the change arrived.

type What = TimelineEntry['what'];

/** What a Pod's change means. `before` is absent for a new one, `after` for one that is gone. */
export function podEntries(before: PodView | undefined, after: PodView | undefined, at: number): TimelineEntry[] {
	const name = (after ?? before)?.name ?? '';
	const about = controlledBy(after ?? before);
	const entry = (what: What, detail?: string): TimelineEntry => ({at, what, name, detail, ...about});
	if (!after) return before ? [entry('pod-gone', before.ip || undefined)] : [];
	const entries: TimelineEntry[] = [];
	if (!before) entries.push(entry('pod-created'));
	if (after.node && !before?.node) entries.push(entry('pod-scheduled', after.node));
	const relabelled = before ? changedLabels(before.labels, after.labels) : '';
	if (relabelled) entries.push({...entry('pod-relabelled', relabelled), ...controlledBy(before)});
	if (before?.ownerUid && !after.ownerUid)
		entries.push({...entry('pod-released', before.owner), ...controlledBy(before)});
	if (after.terminating && !before?.terminating) entries.push(entry('pod-terminating', after.ip || undefined));
	if (after.ready && !before?.ready) entries.push(entry('pod-ready', after.ip));
	// That a stopping Pod is no longer ready goes without saying.
	if (before?.ready && !after.ready && !after.terminating) entries.push(entry('pod-unready', after.ip));
	return entries;
}

/** What controls a Pod. A Deployment's ReplicaSet is named for the Deployment and for the hash that its Pods carry. */
function controlledBy(pod: PodView | undefined): Pick<TimelineEntry, 'owner' | 'deployment'> {
	const {owner = '', ownerUid, labels = {}} = pod ?? {};
	const end = `-${labels['pod-template-hash']}`;
	const deployment = owner.endsWith(end) ? owner.slice(0, -end.length) : undefined;
	return {...(ownerUid && {owner: ownerUid}), ...(deployment && {deployment})};
}

/** What differs between two sets of labels, as `kubectl label` would have it: `app=web,old-`; '' for nothing. */
function changedLabels(before: Record<string, string>, after: Record<string, string>): string {
	const set = Object.entries(after).filter(([key, value]) => before[key] !== value);
	const removed = Object.keys(before).filter(key => !Object.hasOwn(after, key));
	return [...set.map(([key, value]) => `${key}=${value}`), ...removed.map(key => `${key}-`)].join(',');
}

/** Addresses that joined or left a Service's list of ready ones. Leaving comes first, as a replacement is told. */
export function endpointsEntries(
	before: EndpointsView | undefined,
	after: EndpointsView | undefined,
	at: number,
): TimelineEntry[] {
	const name = (after ?? before)?.name ?? '';
	const [old, present] = [readyAddresses(before), readyAddresses(after)];
	const entry = (what: What, [detail, pod]: [string, string | undefined]): TimelineEntry => ({
		at,
		what,
		name,
		detail,
		...(pod !== undefined && {pod}),
	});
	return [
		...without(old, present).map(address => entry('endpoint-out', address)),
		...without(present, old).map(address => entry('endpoint-in', address)),
	];
}

/** Addresses with the Pods that they point to. */
type Addresses = Map<string, string | undefined>;

function without(one: Addresses, other: Addresses): [string, string | undefined][] {
	return [...one].filter(([address]) => !other.has(address));
}

function readyAddresses(view: EndpointsView | undefined): Addresses {
	const ready = (view?.addresses ?? []).filter(({ready}) => ready);
	return new Map(ready.map(({ip, port, pod}) => [port === undefined ? ip : `${ip}:${port}`, pod]));
}

/** A Service that came, went, or was changed in what decides about its endpoints. */
export function serviceEntries(
	before: ServiceView | undefined,
	after: ServiceView | undefined,
	at: number,
): TimelineEntry[] {
	const name = (after ?? before)?.name ?? '';
	if (!after) return before ? [{at, what: 'service-gone', name}] : [];
	const detail = Object.entries(after.selector ?? {})
		.map(([key, value]) => `${key}=${value}`)
		.join(',');
	if (!before) return [{at, what: 'service-created', name, detail: detail || undefined}];
	const same = JSON.stringify(before) === JSON.stringify(after);
	return same ? [] : [{at, what: 'service-changed', name, detail: detail || undefined}];
}

/** A Deployment that came, went, or wants another number of Pods, another image, or all of its Pods anew. */
export function deploymentEntries(
	before: DeploymentView | undefined,
	after: DeploymentView | undefined,
	at: number,
): TimelineEntry[] {
	const name = (after ?? before)?.name ?? '';
	if (!after) return before ? [{at, what: 'deployment-gone', name}] : [];
	const more = after.desired - (before?.desired ?? 0);
	const detail = String(after.desired);
	if (!before) return [{at, what: 'deployment-created', name, detail, more}];
	const entries: TimelineEntry[] = [];
	if (before.image !== after.image)
		entries.push({at, what: 'deployment-updated', name, detail: after.image, more: after.desired});
	else if (before.restartedAt !== after.restartedAt)
		entries.push({at, what: 'deployment-updated', name, more: after.desired});
	if (more !== 0) entries.push({at, what: 'deployment-changed', name, detail, more});
	return entries;
}
