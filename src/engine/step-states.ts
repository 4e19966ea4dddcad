import {mkdirSync, readFileSync, rmSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {sync as writeFileAtomic} from 'write-file-atomic';
import type {ClusterState} from '../clusters/cluster.ts';

/** A step's beginning as it was kept: the cluster's state, and when that was (ms since 1970). */
type StepState = {state: string; at: number};

/** The states in which a cluster was when a lesson's steps began, on disk. */
export type StepStates = {
	/** Keeps the cluster's present state as the step's beginning, unless one is kept already. Never rejects. */
	keep(step: string): Promise<void>;
	/** What is kept of a step's beginning. */
	read(step: string): StepState | undefined;
	/** Keeps a state that is about to be replaced; answers the file. Throws what the file system throws. */
	keepReplaced(state: string): string;
	/** Forgets the beginnings of some steps, or of all. */
	forget(some?: readonly string[]): void;
};

/** Opens the states of a lesson in a folder of its own. */
export function openStepStates(folder: string, cluster: ClusterState): StepStates {
	const steps = join(folder, 'steps');
	const fileOf = (step: string) => join(steps, `${step}.json`);
	return {
		async keep(step) {
			if (statSync(fileOf(step), {throwIfNoEntry: false})) return;
			try {
				const state = await cluster.read();
				mkdirSync(steps, {recursive: true, mode: 0o700});
				writeFileAtomic(fileOf(step), state, {mode: 0o600});
			} catch {
				// Without it the step is reached by the lesson's commands, as on every other cluster.
			}
		},
		read(step) {
			try {
				return {state: readFileSync(fileOf(step), 'utf8'), at: statSync(fileOf(step)).mtimeMs};
			} catch {
				return undefined;
			}
		},
		keepReplaced(state) {
			const file = join(folder, 'before-reset.json');
			mkdirSync(folder, {recursive: true, mode: 0o700});
			writeFileAtomic(file, state, {mode: 0o600});
			return file;
		},
		forget(some) {
			for (const path of some?.map(fileOf) ?? [steps]) rmSync(path, {recursive: true, force: true});
		},
	};
}
