import {readFileSync, renameSync} from 'node:fs';
import {join} from 'node:path';
import {sync as writeFileAtomic} from 'write-file-atomic';
import type {StoreSnapshot} from './store.ts';

/** Everything that makes the same cluster again after its process ended. */
export type SavedState = {
	version: 1;
	/** The cluster's time when it was saved, ms since 1970. */
	clock: number;
	seed: number;
	/** The API server's port, so that an exported KUBECONFIG goes on working; the gateway's likewise. */
	port?: number;
	gatewayPort?: number;
	store: StoreSnapshot;
	/** What the nodes and the network remember outside the API. */
	nodes?: unknown;
	network?: unknown;
};

const fileName = 'state.json';

/** Replaces the saved state atomically; only the owner can read it. */
export function saveState(folder: string, state: SavedState): void {
	writeFileAtomic(join(folder, fileName), JSON.stringify(state), {mode: 0o600});
}

/**
 * Reads the saved state. A damaged file is moved aside, never deleted, and `damaged` names where it went; a state of a
 * newer version is an error, since an older lab must not overwrite it.
 */
export function loadState(folder: string, now: number): {state?: SavedState; damaged?: string} {
	const file = join(folder, fileName);
	let text: string;
	try {
		text = readFileSync(file, 'utf8');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
		throw error;
	}
	const state = parse(text);
	if (state?.version === 1 && state.store && typeof state.store.revision === 'number') return {state};
	if (state && typeof state.version === 'number' && state.version > 1) {
		throw new Error(
			`${file} was written by a newer endpoint-lab (state version ${state.version}). Update endpoint-lab, or set ENDPOINT_LAB_HOME to another folder.`,
		);
	}
	const damaged = `${file}.damaged-${new Date(now).toISOString().replaceAll(':', '')}`;
	renameSync(file, damaged);
	return {damaged};
}

function parse(text: string): SavedState | undefined {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === 'object' && value !== null ? (value as SavedState) : undefined;
	} catch {
		return undefined;
	}
}
