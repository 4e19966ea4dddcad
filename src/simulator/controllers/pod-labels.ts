import {matchesPairs, matchesSelector} from '../selectors.ts';
import type {Store} from '../store.ts';
import type {LabelSelector, Pod} from '../types.ts';

/** Pods by their labels, kept up to date with the store. */
export type PodLabels = {
	/** The Pods of a namespace that have all these labels. */
	withPairs(namespace: string, pairs: Record<string, string>): Pod[];
	/** The Pods of a namespace that a LabelSelector selects. */
	selected(namespace: string, selector: LabelSelector): Pod[];
};

const indexes = new WeakMap<Store, PodLabels>();

/** The index of a store; built on first use and shared by all controllers. */
export function podLabelsIn(store: Store): PodLabels {
	const known = indexes.get(store);
	if (known) return known;
	const byPair = new Map<string, Map<string, Pod>>();
	const pairKey = (namespace: string, key: string, value: string) => `${namespace}\n${key}\n${value}`;

	const add = (pod: Pod) => {
		const {namespace, name, labels} = pod.metadata;
		for (const key in labels) {
			const pair = pairKey(namespace!, key, labels[key]!);
			let group = byPair.get(pair);
			if (!group) {
				group = new Map();
				byPair.set(pair, group);
			}
			group.set(name, pod);
		}
	};
	const remove = (pod: Pod) => {
		const {namespace, name, labels} = pod.metadata;
		for (const key in labels) {
			const pair = pairKey(namespace!, key, labels[key]!);
			const group = byPair.get(pair);
			group?.delete(name);
			if (group?.size === 0) byPair.delete(pair);
		}
	};

	for (const pod of store.list<Pod>('pods')) add(pod);
	store.subscribe<Pod>('pods', ({type, object, previous}) => {
		if (previous && previous.metadata.labels !== object.metadata.labels) remove(previous);
		if (type === 'DELETED') remove(object);
		else add(object);
	});

	const candidates = (namespace: string, pairs: Record<string, string>): Iterable<Pod> => {
		let smallest: Map<string, Pod> | undefined;
		for (const key in pairs) {
			const group = byPair.get(pairKey(namespace, key, pairs[key]!));
			if (!group) return [];
			if (!smallest || group.size < smallest.size) smallest = group;
		}
		return smallest?.values() ?? store.list<Pod>('pods', namespace);
	};
	const index: PodLabels = {
		withPairs: (namespace, pairs) =>
			[...candidates(namespace, pairs)].filter(pod => matchesPairs(pairs, pod.metadata.labels)),
		selected: (namespace, selector) =>
			[...candidates(namespace, selector.matchLabels ?? {})].filter(pod =>
				matchesSelector(selector, pod.metadata.labels),
			),
	};
	indexes.set(store, index);
	return index;
}
