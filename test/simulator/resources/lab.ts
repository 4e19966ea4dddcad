import {StatusError} from '../../../src/simulator/errors.ts';
import {definitions} from '../../../src/simulator/resources/index.ts';
import {createSimulation, type Simulation} from '../../../src/simulator/simulation.ts';
import type {KubeObject} from '../../../src/simulator/types.ts';

/** Fields of a manifest, as a client writes them. */
export type Manifest = Record<string, unknown>;

const base = (manifest: Manifest, name: string): KubeObject =>
	({
		...structuredClone(manifest),
		metadata: {name, namespace: 'default', ...(manifest.metadata as object | undefined)},
	}) as KubeObject;

/** A cluster with the namespace `default` and nothing running. */
export function emptyCluster(seed = 1) {
	const simulation: Simulation = createSimulation(definitions, {start: Date.UTC(2026, 10, 22), seed});
	const {registry} = simulation;
	registry.create('namespaces', {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'default'}});
	return {
		...simulation,
		create: <T extends KubeObject>(plural: string, manifest: Manifest, name = 'x'): T =>
			registry.create<T>(plural, base(manifest, name) as T),
		/** Replaces an object by what `change` makes of a copy of it. */
		edit<T extends KubeObject>(plural: string, change: (draft: T) => void, name = 'x'): T {
			return registry.modify<T>(plural, 'default', name, object => {
				const draft = structuredClone(object);
				change(draft);
				return draft;
			});
		},
	};
}

/** What the API answers to a request that it refuses. */
export function refusal(request: () => unknown): StatusError {
	try {
		request();
	} catch (error) {
		if (error instanceof StatusError) return error;
		throw error;
	}
	throw new Error('the request was accepted');
}

/** The causes of a refusal as `field: message` lines. */
export const causesOf = (request: () => unknown): string[] =>
	(refusal(request).details?.causes ?? []).map(({field, message}) => `${field}: ${message}`);
