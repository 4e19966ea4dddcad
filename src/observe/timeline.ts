import type {DeploymentView, EndpointsView, PodView, ServiceView, TimelineEntry} from './snapshot.ts';

// What happened, told from an object's state before and after. All pure; `at` is when the change arrived.

type What = TimelineEntry['what'];

/** What a Pod's change means. `before` is absent for a new one, `after` for one that is gone. */
export function podEntries(before: PodView | undefined, after: PodView | undefined, at: number): TimelineEntry[] {
	const name = (after ?? before)?.name ?? '';
	const owner = (after ?? before)?.owner;
	const entry = (what: What, detail?: string): TimelineEntry => ({at, what, name, detail, ...(owner && {owner})});
	if (!after) return before ? [entry('pod-gone', before.ip || undefined)] : [];
	const entries: TimelineEntry[] = [];
	if (!before) entries.push(entry('pod-created'));
	if (after.node && !before?.node) entries.push(entry('pod-scheduled', after.node));
	if (after.terminating && !before?.terminating) entries.push(entry('pod-terminating', after.ip || undefined));
	if (after.ready && !before?.ready) entries.push(entry('pod-ready', after.ip));
	// That a stopping Pod is no longer ready goes without saying.
	if (before?.ready && !after.ready && !after.terminating) entries.push(entry('pod-unready', after.ip));
	return entries;
}

/** Addresses that joined or left a Service's list of ready ones. Leaving comes first, as a replacement is told. */
export function endpointsEntries(
	before: EndpointsView | undefined,
	after: EndpointsView | undefined,
	at: number,
): TimelineEntry[] {
	const name = (after ?? before)?.name ?? '';
	const [old, present] = [readyAddresses(before), readyAddresses(after)];
	return [
		...without(old, present).map((detail): TimelineEntry => ({at, what: 'endpoint-out', name, detail})),
		...without(present, old).map((detail): TimelineEntry => ({at, what: 'endpoint-in', name, detail})),
	];
}

function without(one: Set<string>, other: Set<string>): string[] {
	return [...one].filter(item => !other.has(item));
}

function readyAddresses(view: EndpointsView | undefined): Set<string> {
	const ready = (view?.addresses ?? []).filter(({ready}) => ready);
	return new Set(ready.map(({ip, port}) => (port === undefined ? ip : `${ip}:${port}`)));
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

/** A Deployment that came, went, or wants another number of Pods or another image. */
export function deploymentEntries(
	before: DeploymentView | undefined,
	after: DeploymentView | undefined,
	at: number,
): TimelineEntry[] {
	const name = (after ?? before)?.name ?? '';
	if (!after) return before ? [{at, what: 'deployment-gone', name}] : [];
	const detail = String(after.desired);
	if (!before) return [{at, what: 'deployment-created', name, detail}];
	if (before.desired !== after.desired) return [{at, what: 'deployment-changed', name, detail}];
	return before.image === after.image ? [] : [{at, what: 'deployment-changed', name, detail: after.image}];
}
