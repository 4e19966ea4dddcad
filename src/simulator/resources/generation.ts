import type {KubeObject} from '../types.ts';
import {deepEqual} from './shared.ts';

/** The first generation of a new object. */
export const startGeneration = (draft: KubeObject): void => {
	draft.metadata.generation = 1;
};

/** Counts the generation up when what the object asks for has changed. */
export function bumpGeneration<T extends KubeObject>(draft: T, old: T, wish: (object: T) => unknown): void {
	const current = old.metadata.generation ?? 0;
	draft.metadata.generation = deepEqual(wish(draft), wish(old)) ? current : current + 1;
}
