import type {TimelineEntry} from './snapshot.ts';

/*
 * Why things on a timeline happened. The cluster does not tell, so it is concluded from what its controllers do, by the
 * uid of what controls a Pod and by the Pod that an address points to. What more than one earlier entry may have led to
 * has no sure cause: it came after the latest of them.
 */

/** An earlier entry that led to another one; not `sure`, it only came before. */
export type Cause = {entry: TimelineEntry; sure: boolean};

/** The causes of those entries of a timeline that have one on it. */
export type Causes = ReadonlyMap<TimelineEntry, Cause>;

/** Whether a Pod's entry follows from an earlier one of that same Pod, which needs no words. */
export function isItsOwn({entry}: Cause, {what, name}: TimelineEntry): boolean {
	return what.startsWith('pod-') && entry.name === name;
}

/** Finds the causes on a timeline, oldest entry first. */
export function causesOf(timeline: readonly TimelineEntry[]): Causes {
	const known = cached.get(timeline);
	if (known) return known;
	const causes = new Map<TimelineEntry, Cause>();
	const causeOf = createReader();
	for (const entry of timeline) {
		const cause = causeOf(entry);
		if (cause) causes.set(entry, cause);
	}
	cached.set(timeline, causes);
	return causes;
}

const cached = new WeakMap<readonly TimelineEntry[], Causes>();

/** How much earlier than its reason something may be heard of, ms. */
const EARLY_MS = 1000;

type What = TimelineEntry['what'];

/** What is known of a Pod: its last entry of each kind, with its place on the timeline. */
type PodSoFar = Partial<Record<What, Numbered>>;
type Numbered = {entry: TimelineEntry; number: number};

/** What a Deployment's controllers still have to do about its last changes. */
type DeploymentSoFar = {
	/** Pods to be made, or (below 0) removed, to have the number it wants; `scaled` is the entry that says so. */
	due: number;
	scaled?: Numbered;
	/** When Pods were made without a reason that was known then: Deployments are heard of on another connection than Pods. */
	early: number[];
	/** Pods that are still to be made anew since it was updated. */
	anew: number;
	updated?: Numbered;
	/** uids of its ReplicaSets: the one whose Pods came last, the one before the update, and the one since. */
	present?: string | undefined;
	former?: string | undefined;
	fresh?: string | undefined;
	gone?: TimelineEntry;
};

/** Reads a timeline entry by entry; the result answers the cause of the next one. */
function createReader(): (entry: TimelineEntry) => Cause | undefined {
	let number = 0;
	/** The last command that may have deleted a Pod. */
	let lastDelete = 0;
	const pods = new Map<string, PodSoFar>();
	const services = new Map<string, Numbered>();
	const deployments = new Map<string, DeploymentSoFar>();
	/** By controller: Pods that it has lost and not replaced yet. */
	const lost = new Map<string, TimelineEntry[]>();
	/** By Service and address or IP: when it last joined or left, and with which entry of the Service's list. */
	const joined = new Map<string, {number: number; at: number}>();
	const left = new Map<string, {number: number; at: number}>();

	const deploymentOf = ({deployment = ''}: TimelineEntry) =>
		within<string, DeploymentSoFar>(deployments, deployment, () => ({due: 0, anew: 0, early: []}));

	const podOf = (name: string) => within<string, PodSoFar>(pods, name, () => ({}));

	/** A controller replaces each Pod that it has lost; a Deployment that wants more Pods or other ones has them made. */
	function creator(entry: TimelineEntry): Cause | undefined {
		const {owner, deployment} = entry;
		if (owner === undefined) return undefined;
		const missing = lost.get(owner)?.shift();
		// Nothing is known of how many Pods another controller than a Deployment wants.
		if (deployment === undefined) return missing && {entry: missing, sure: false};
		const wish = deploymentOf(entry);
		const reasons: TimelineEntry[] = missing ? [missing] : [];
		if (wish.updated && wish.anew > 0 && owner !== wish.former) {
			wish.anew--;
			wish.fresh = owner;
			reasons.push(wish.updated.entry);
		} else if (wish.scaled && wish.due > 0) {
			wish.due--;
			reasons.push(wish.scaled.entry);
		}
		if (reasons.length === 0) wish.early.push(entry.at);
		return oneOf(reasons);
	}

	/** Why a Pod is deleted, as far as its Deployment has it deleted. */
	function remover(entry: TimelineEntry): Cause | undefined {
		const {owner, deployment} = entry;
		if (owner === undefined || deployment === undefined) return undefined;
		const wish = deploymentOf(entry);
		if (wish.gone) return {entry: wish.gone, sure: true};
		const reasons: Numbered[] = [];
		const outdated = owner !== wish.fresh && (owner === wish.former || wish.fresh !== undefined);
		if (wish.updated && outdated) reasons.push(wish.updated);
		if (wish.scaled && wish.due < 0) {
			wish.due++;
			reasons.push(wish.scaled);
		}
		const cause = oneOf(reasons.map(({entry}) => entry));
		// Somebody may have deleted just this one meanwhile.
		const deleted = reasons.some(reason => reason.number < lastDelete);
		return cause && {...cause, sure: cause.sure && !deleted};
	}

	/** Notes that a controller has one Pod less, for whatever its Deployment has not wanted. */
	function lose(entry: TimelineEntry, cause: Cause | undefined): void {
		const {owner} = entry;
		if (owner === undefined || cause?.entry.what.startsWith('deployment-')) return;
		within(lost, owner, () => []).push(entry);
	}

	/** What has let an address join or leave: what became of its Pod or its Service since it last did. */
	function mover(entry: TimelineEntry): Cause | undefined {
		const {what, name, detail = '', pod = '', at} = entry;
		const [same, other, kinds] =
			what === 'endpoint-in'
				? ([joined, left, ['pod-ready', 'pod-relabelled']] as const)
				: ([left, joined, ['pod-terminating', 'pod-gone', 'pod-unready', 'pod-relabelled']] as const);
		const ownAddress = `${name} ${detail}`;
		const byHost = `${name} ${hostOf(detail)}`;
		// Several ports of one address join and leave in one change.
		const before = same.get(byHost);
		const since = Math.max(before && before.at !== at ? before.number : 0, other.get(ownAddress)?.number ?? 0);
		same.set(ownAddress, {number, at});
		if (before?.at !== at) same.set(byHost, {number, at});
		const service = services.get(name);
		const byService = service && service.number > since ? service : undefined;
		if (byService?.entry.what === 'service-gone') return {entry: byService.entry, sure: true};
		const soFar = pods.get(pod) ?? {};
		const byPod = kinds.flatMap(kind => soFar[kind] ?? []).filter(one => one.number > since);
		const reasons = [...byPod, ...(byService && pod !== '' ? [byService] : [])].sort((a, b) => a.number - b.number);
		// To leave, one thing is enough; to join, all must be so, and the last one decides.
		const reason = what === 'endpoint-in' ? reasons.at(-1) : reasons[0];
		if (!reason) return undefined;
		// That the Pod is ready may be about to be heard of.
		const unheard = what === 'endpoint-in' && soFar['pod-created'] && !soFar['pod-ready'];
		// Other labels, or another Service, need not have anything to do with it.
		const doubtful =
			reasons.length > 1 && (mayNotMatter(reason) || (what === 'endpoint-out' && reasons.some(mayNotMatter)));
		return {entry: reason.entry, sure: !unheard && !doubtful};
	}

	function causeOf(entry: TimelineEntry): Cause | undefined {
		const {what, name} = entry;
		if (what === 'endpoint-in' || what === 'endpoint-out') return mover(entry);
		if (!what.startsWith('pod-')) return undefined;
		if (what === 'pod-created') pods.set(name, {});
		const pod = podOf(name);
		const own = (...kinds: What[]): Cause | undefined => {
			const found = kinds.map(kind => pod[kind]).find(Boolean);
			return found && {entry: found.entry, sure: true};
		};
		switch (what) {
			case 'pod-created':
				return creator(entry);
			case 'pod-scheduled':
				return own('pod-created');
			case 'pod-ready':
				// That it is ready again has a reason of its own, which nobody sees.
				return pod['pod-unready'] ? undefined : own('pod-scheduled', 'pod-created');
			case 'pod-terminating': {
				const cause = remover(entry);
				lose(entry, cause);
				return cause;
			}
			case 'pod-gone': {
				// Deleted by force, it goes without having been stopped.
				if (pod['pod-terminating']) return own('pod-terminating');
				const cause = remover(entry);
				lose(entry, cause);
				return cause;
			}
			case 'pod-released':
				lose(entry, undefined);
				return own('pod-relabelled');
			default:
				return undefined;
		}
	}

	/** Remembers what an entry says for those after it. */
	function note(entry: TimelineEntry): void {
		const {what, name, owner, deployment, more = 0} = entry;
		if (what.startsWith('pod-')) podOf(name)[what] = {entry, number};
		if (what === 'command' && /\b(delete|drain|replace)\b/.test(name)) lastDelete = number;
		if (what.startsWith('service-')) services.set(name, {entry, number});
		if (deployment !== undefined && (what === 'pod-created' || !deploymentOf(entry).present))
			deploymentOf(entry).present = owner;
		if (!what.startsWith('deployment-')) return;
		if (what === 'deployment-created') deployments.delete(name);
		const wish = deploymentOf({...entry, deployment: name});
		if (what === 'deployment-gone') wish.gone = entry;
		else if (what === 'deployment-updated') {
			wish.updated = {entry, number};
			wish.anew = more;
			wish.former = wish.present;
			wish.fresh = undefined;
		} else {
			const early = wish.early.filter(at => entry.at - at < EARLY_MS).length;
			wish.early = [];
			wish.due += more > 0 ? Math.max(0, more - early) : more;
			wish.scaled = {entry, number};
		}
	}

	return entry => {
		number++;
		const cause = causeOf(entry);
		note(entry);
		return cause;
	};
}

/** Changes that may have nothing to do with what a Service selects. */
function mayNotMatter({entry: {what}}: Numbered): boolean {
	return what === 'service-changed' || what === 'pod-relabelled';
}

/** The one reason that there is; of several, the latest without being sure. */
function oneOf(reasons: readonly TimelineEntry[]): Cause | undefined {
	const [first, ...others] = reasons;
	if (!first) return undefined;
	if (others.length === 0) return {entry: first, sure: true};
	return {entry: reasons.reduce((latest, entry) => (entry.at >= latest.at ? entry : latest)), sure: false};
}

/** The value of a key, made where there is none. */
function within<K, V>(map: Map<K, V>, key: K, make: () => V): V {
	const known = map.get(key);
	if (known !== undefined) return known;
	const made = make();
	map.set(key, made);
	return made;
}

/** The IP of `10.244.1.2:80`, `[fd00::2]:80`, or of the IP alone. */
function hostOf(address: string): string {
	const bracketed = /^\[(.*)\]/.exec(address)?.[1];
	if (bracketed) return bracketed;
	return address.split(':').length > 2 ? address : address.replace(/:\d+$/, '');
}
