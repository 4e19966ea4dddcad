import {StatusError} from '../errors.ts';
import {type WorkQueue, workQueue} from '../queue.ts';
import type {Simulation} from '../simulation.ts';

const msPerObject = 0.05;

/**
 * The work queue of one controller. A change is seen some 8 to 30 ms later, as in a real cluster where controllers
 * race; after a run over many objects the worker is busy for a while, and what changes meanwhile shares the next run.
 * `reconcile` returns how many objects it looked at. A refused write is tried again; any other error is a bug and is
 * thrown where the process can see it.
 */
export function controllerQueue(
	{clock, random}: Pick<Simulation, 'clock' | 'random'>,
	reconcile: (key: string) => number,
): WorkQueue {
	let objects = 0;
	return workQueue(
		clock,
		() => {
			const busy = objects * msPerObject;
			objects = 0;
			return 8 + random.next() * 22 + busy;
		},
		key => {
			objects += reconcile(key);
		},
		(_key, error) => {
			if (error instanceof StatusError) return;
			queueMicrotask(() => {
				throw error;
			});
		},
	);
}

/** The key of an object in a work queue: `namespace/name`, or `name` outside namespaces. */
export const keyOf = ({namespace, name}: {namespace?: string; name: string}): string =>
	namespace ? `${namespace}/${name}` : name;

/** Namespace and name of a key made by `keyOf` for an object in a namespace. */
export function splitKey(key: string): [namespace: string, name: string] {
	const slash = key.indexOf('/');
	return [key.slice(0, slash), key.slice(slash + 1)];
}
