import type {RequestsPart, RunView} from '../engine/view.ts';
import type {Snapshot, TimelineEntry} from '../observe/snapshot.ts';
import type {LabState} from './lab-state.ts';
import {nothingRecent, type Recent, recentAfter} from './view/recent.ts';

/** An earlier moment: the entry of the timeline that made it, the run as it looked then, and what the entry changed. */
export type Past = {readonly entry: TimelineEntry; readonly view: RunView; readonly recent: Recent};

/** The cluster as it was once everything up to `at` (ms since 1970) had happened; undefined where that is not known. */
export type SnapshotAt = (at: number) => Snapshot | undefined;

/** Where earlier moments come from. */
export type Memory = {snapshotAt: SnapshotAt; requestsIn(then: Snapshot): RequestsPart | undefined};

/**
 * Goes through the timeline by so many entries, back or forth; past the newest one lies the present. undefined when nothing
 * is known of that moment any more.
 */
export function lookedBack(state: LabState, by: number, memory: Memory): Partial<LabState> | undefined {
	const {timeline} = state.view;
	const from = state.past ? timeline.indexOf(state.past.entry) : timeline.length;
	const to = Math.max(0, Math.min(timeline.length, from + by));
	const entry = timeline[to];
	if (!entry) return {past: undefined};
	if (entry === state.past?.entry) return {};
	const then = memory.snapshotAt(entry.at);
	// Times are whole milliseconds or finer; what lies just before is the moment that the entry changed.
	const before = memory.snapshotAt(entry.at - 0.001);
	if (!then) return undefined;
	// What was remembered later says nothing of what was new or gone then.
	const remembered = state.view.before;
	return {
		past: {
			entry,
			view: {
				...state.view,
				now: then,
				before: remembered && remembered.at <= entry.at ? remembered : undefined,
				requests: memory.requestsIn(then),
			},
			recent: before ? recentAfter(nothingRecent, before, then) : nothingRecent,
		},
	};
}
