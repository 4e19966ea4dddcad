import {matchesPairs} from '../selectors.ts';
import type {Store} from '../store.ts';
import type {Pod, Service} from '../types.ts';
import {keyOf} from './controller-queue.ts';

/** Services by what they select, kept up to date with the store. */
export type ServiceSelectors = {
	/** The keys of the Services of the namespace that select these labels. */
	selecting(namespace: string, labels: Pod['metadata']['labels']): string[];
};

const indexes = new WeakMap<Store, ServiceSelectors>();

/** The index of a store; built on first use and shared by all controllers. */
export function serviceSelectorsIn(store: Store): ServiceSelectors {
	const known = indexes.get(store);
	if (known) return known;
	// A Service is found by any one pair of its selector, which a Pod must have.
	const byPair = new Map<string, Map<string, Service>>();
	const pairOf = ({metadata, spec}: Service): string | undefined => {
		for (const key in spec.selector) return `${metadata.namespace}\n${key}\n${spec.selector[key]}`;
		return undefined;
	};
	const add = (service: Service) => {
		const pair = pairOf(service);
		if (!pair) return;
		const group = byPair.get(pair) ?? new Map<string, Service>();
		byPair.set(pair, group.set(service.metadata.name, service));
	};
	const remove = (service: Service) => {
		const pair = pairOf(service);
		if (!pair) return;
		const group = byPair.get(pair);
		group?.delete(service.metadata.name);
		if (group?.size === 0) byPair.delete(pair);
	};
	for (const service of store.list<Service>('services')) add(service);
	store.subscribe<Service>('services', ({type, object, previous}) => {
		if (previous) remove(previous);
		if (type !== 'DELETED') add(object);
	});
	const index: ServiceSelectors = {
		selecting(namespace, labels) {
			const keys: string[] = [];
			for (const key in labels) {
				for (const {metadata, spec} of byPair.get(`${namespace}\n${key}\n${labels[key]}`)?.values() ?? [])
					if (matchesPairs(spec.selector!, labels)) keys.push(keyOf(metadata));
			}
			return keys;
		},
	};
	indexes.set(store, index);
	return index;
}
