import type {Snapshot} from './snapshot.ts';

type Views = Pick<Snapshot, 'pods' | 'services' | 'endpoints' | 'slices' | 'deployments'>;

/** The kinds of objects that are observed, as a snapshot names its lists. */
export type Kind = keyof Views;

/** One object that came, changed or went. `at` is ms since 1970. */
type Change = {[K in Kind]: {at: number; kind: K; before?: Views[K][number]; after?: Views[K][number]}}[Kind];

/** What has changed lately, so that an earlier moment can be had back. */
export type ChangeLog = {
	/** Notes a change. `before` and `after` are views of the kind; neither is copied. */
	add(at: number, kind: Kind, before: {name: string} | undefined, after: {name: string} | undefined): void;
	/** The snapshot as it was once everything up to `at` had happened; undefined for what the log no longer reaches. */
	snapshotAt(now: Snapshot, at: number): Snapshot | undefined;
};

/** Opens a log that keeps at most so many changes. What was there before its first one is known from then on. */
export function createChangeLog(limit = 2000): ChangeLog {
	let changes: Change[] = [];
	/** Of earlier moments some changes have been dropped. */
	let knownFrom = Number.NEGATIVE_INFINITY;
	return {
		add(at, kind, before, after) {
			changes.push({at, kind, before, after} as Change);
			// Twice the limit, so that dropping costs little for each change.
			if (changes.length < 2 * limit) return;
			knownFrom = changes[limit - 1]!.at;
			changes = changes.slice(limit);
		},
		snapshotAt: (now, at) => (at < knownFrom ? undefined : undone(now, changes, at)),
	};
}

/** Takes back, newest first, what has happened after `at`. */
function undone(now: Snapshot, changes: readonly Change[], at: number): Snapshot {
	const touched = new Map<Kind, Map<string, {name: string}>>();
	for (const {at: when, kind, before, after} of changes.toReversed()) {
		if (when <= at) break;
		const views = touched.get(kind) ?? new Map(now[kind].map(view => [view.name, view]));
		touched.set(kind, views);
		if (before) views.set(before.name, before);
		else if (after) views.delete(after.name);
	}
	const lists = Array.from(touched, ([kind, views]) => [
		kind,
		[...views.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
	]);
	return {...now, at, ...(Object.fromEntries(lists) as Partial<Views>)};
}
