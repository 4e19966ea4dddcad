import type {ObserveStatus, Snapshot, TimelineEntry} from './snapshot.ts';

/** A live picture of one namespace. */
export type Observer = {
	snapshot(): Snapshot;
	status(): ObserveStatus;
	/** What has happened since the observer started, oldest first, at most a few hundred. */
	timeline(): readonly TimelineEntry[];
	/**
	 * The cluster as it was once everything up to `at` (ms since 1970) had happened; undefined where that is not known, or no
	 * longer.
	 */
	snapshotAt(at: number): Snapshot | undefined;
	/** Calls back after changes, at most eight times a second. Returns how to stop that. */
	subscribe(listener: () => void): () => void;
	/** Stops all watches; the last picture stays. Resolves when nothing of it runs any more. */
	close(): Promise<void>;
};
