import type {TimelineEntry} from './snapshot.ts';

/*
 * Why things on a timeline happened: not asked of the cluster, which does not tell, but concluded from what its
 * controllers do. An entry's cause is an earlier entry that would have led to it.
 */

/** For each entry that another one on the timeline led to, that other one. */
export type Causes = ReadonlyMap<TimelineEntry, TimelineEntry>;

/** Finds the causes on a timeline, oldest entry first. */
export function causesOf(timeline: readonly TimelineEntry[]): Causes {
	const known = cached.get(timeline);
	if (known) return known;
	const causes = new Map<TimelineEntry, TimelineEntry>();
	/** Pods that have been replaced by another one. */
	const replaced = new Set<string>();
	timeline.forEach((entry, index) => {
		const earlier = timeline.slice(Math.max(0, index - reach), index);
		const cause = entry.what === 'pod-created' ? creator(entry, earlier, causes, replaced) : causeOf(entry, earlier);
		if (!cause) return;
		causes.set(entry, cause);
		if (entry.what === 'pod-created' && isPod(cause)) replaced.add(cause.name);
	});
	cached.set(timeline, causes);
	return causes;
}

/** How many entries back a cause is looked for. */
const reach = 100;

const cached = new WeakMap<readonly TimelineEntry[], Causes>();

/** A controller replaces each Pod that goes by one; where none has gone, its Deployment has changed its wish. */
function creator(
	{owner}: TimelineEntry,
	earlier: readonly TimelineEntry[],
	causes: Causes,
	replaced: ReadonlySet<string>,
): TimelineEntry | undefined {
	const command = earlier.findLast(({what}) => what === 'command');
	if (owner === undefined) return command;
	const gone = earlier.find(
		entry =>
			(entry.what === 'pod-terminating' || entry.what === 'pod-gone') &&
			entry.owner === owner &&
			!replaced.has(entry.name) &&
			!isDeployment(causes.get(entry)) &&
			!isPod(causes.get(entry)),
	);
	return gone ?? earlier.findLast(entry => isDeployment(entry) && owner.startsWith(`${entry.name}-`)) ?? command;
}

type What = TimelineEntry['what'];

function causeOf(entry: TimelineEntry, earlier: readonly TimelineEntry[]): TimelineEntry | undefined {
	const {what, name, detail = '', owner} = entry;
	const last = (is: (candidate: TimelineEntry) => boolean) => earlier.findLast(is);
	const own = (...kinds: What[]) => last(candidate => candidate.name === name && kinds.includes(candidate.what));
	switch (what) {
		case 'pod-scheduled':
			return own('pod-created');
		case 'pod-ready':
			return own('pod-scheduled', 'pod-unready') ?? own('pod-created');
		case 'pod-terminating':
			return last(
				candidate =>
					(candidate.what === 'command' && /\b(delete|drain|replace|apply)\b/.test(candidate.name)) ||
					(isDeployment(candidate) && owner?.startsWith(`${candidate.name}-`) === true),
			);
		case 'pod-gone':
			return own('pod-terminating');
		case 'endpoint-in':
		case 'endpoint-out': {
			const kinds: What[] = what === 'endpoint-in' ? ['pod-ready'] : ['pod-terminating', 'pod-unready', 'pod-gone'];
			const ip = hostOf(detail);
			return last(
				candidate =>
					(kinds.includes(candidate.what) && candidate.detail === ip) ||
					(candidate.name === name && candidate.what.startsWith('service-')),
			);
		}
		case 'command':
		case 'pod-created':
		case 'pod-unready':
			return undefined;
		default:
			return last(candidate => candidate.what === 'command');
	}
}

function isDeployment(entry: TimelineEntry | undefined): boolean {
	return entry?.what.startsWith('deployment-') ?? false;
}

function isPod(entry: TimelineEntry | undefined): boolean {
	return entry?.what.startsWith('pod-') ?? false;
}

/** The IP of `10.244.1.2:80`, `[fd00::2]:80`, or of the IP alone. */
function hostOf(address: string): string {
	const bracketed = /^\[(.*)\]/.exec(address)?.[1];
	if (bracketed) return bracketed;
	return address.split(':').length > 2 ? address : address.replace(/:\d+$/, '');
}
