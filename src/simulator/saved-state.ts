import {readFileSync, renameSync} from 'node:fs';
import {join} from 'node:path';
import {sync as writeFileAtomic} from 'write-file-atomic';
import type {StoreSnapshot} from './store.ts';

/** Everything that makes the same cluster again, here or elsewhere; plain JSON. */
export type SavedState = {
	version: 1;
	/** The cluster's time when it was saved, ms since 1970. */
	clock: number;
	/** Its time stood still. */
	paused?: boolean;
	seed: number;
	/** The API server's port, so that an exported KUBECONFIG goes on working; the gateway's likewise. */
	port?: number;
	gatewayPort?: number;
	store: StoreSnapshot;
	/** What the nodes and the network remember outside the API. */
	nodes?: unknown;
	network?: unknown;
};

/** A text that is no state which this version can restore. `newer` is the state's version when that is the reason. */
export class SavedStateError extends Error {
	readonly newer: number | undefined;
	constructor(message: string, newer?: number) {
		super(message);
		this.name = 'SavedStateError';
		this.newer = newer;
	}
}

const fileName = 'state.json';

/** Where a cluster's folder keeps its state. */
export const stateFile = (folder: string): string => join(folder, fileName);

/** Replaces the saved state atomically; only the owner can read it. */
export function saveState(folder: string, state: SavedState): void {
	writeFileAtomic(stateFile(folder), JSON.stringify(state), {mode: 0o600});
}

/** Reads a saved state from its text. Throws SavedStateError. */
export function parseState(text: string): SavedState {
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		// The parser's own words quote what may be no text at all.
		throw new SavedStateError('the saved state is not whole: it is no valid JSON');
	}
	if (!isRecord(value) || typeof value.version !== 'number')
		throw new SavedStateError('this is not a saved state of an embedded cluster');
	if (value.version > 1)
		throw new SavedStateError(
			`the saved state is of version ${value.version}, and this endpoint-lab knows version 1. Update endpoint-lab`,
			value.version,
		);
	const {store, clock, seed} = value;
	const whole =
		value.version === 1 &&
		Number.isFinite(clock) &&
		Number.isFinite(seed) &&
		isRecord(store) &&
		Number.isSafeInteger(store.revision) &&
		isRecord(store.objects) &&
		Object.values(store.objects).every(objects => Array.isArray(objects) && objects.every(isObject));
	if (!whole) throw new SavedStateError('the saved state is damaged: parts of it are missing');
	return value as SavedState;
}

/**
 * Reads the saved state of a folder. A damaged file is moved aside, never deleted, and `damaged` names where it went; a
 * state of a newer version is an error, since an older lab must not overwrite it.
 */
export function loadState(folder: string, now: number): {state?: SavedState; damaged?: string} {
	const file = stateFile(folder);
	let text: string;
	try {
		text = readFileSync(file, 'utf8');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
		throw error;
	}
	try {
		return {state: parseState(text)};
	} catch (error) {
		if (!(error instanceof SavedStateError)) throw error;
		if (error.newer !== undefined) {
			throw new Error(
				`${file} was written by a newer endpoint-lab (state version ${error.newer}). Update endpoint-lab, or set ENDPOINT_LAB_HOME to another folder.`,
			);
		}
		return {damaged: moveAside(file, 'damaged', now)};
	}
}

/** Keeps a file under another name; returns that. */
export function moveAside(file: string, why: 'damaged' | 'before', now: number): string {
	const kept = `${file}.${why}-${new Date(now).toISOString().replaceAll(':', '')}`;
	renameSync(file, kept);
	return kept;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const isObject = (value: unknown): boolean =>
	isRecord(value) && isRecord(value.metadata) && typeof value.metadata.name === 'string';
