import {matchesSelector} from '../selectors.ts';
import type {LabelSelector, Node, Pod, PodSpec} from '../types.ts';
import type {ClusterView, Filter} from './scheduler-filter.ts';

// The plugin InterPodAffinity: Pods that want to be near others, or far from them.

type Term = {
	labelSelector?: LabelSelector;
	namespaceSelector?: LabelSelector;
	namespaces?: string[];
	topologyKey: string;
	matchLabelKeys?: string[];
	mismatchLabelKeys?: string[];
};
type Terms = {
	requiredDuringSchedulingIgnoredDuringExecution?: Term[];
	preferredDuringSchedulingIgnoredDuringExecution?: {weight: number; podAffinityTerm: Term}[];
};
type Affinity = {podAffinity?: Terms; podAntiAffinity?: Terms};

const affinityOf = ({affinity}: PodSpec) => (affinity ?? {}) as Affinity;
const required = (terms: Terms | undefined) => terms?.requiredDuringSchedulingIgnoredDuringExecution ?? [];
const preferred = (terms: Terms | undefined) => terms?.preferredDuringSchedulingIgnoredDuringExecution ?? [];

/** Whether other Pods have to keep away from this one. */
export const repels = ({spec}: Pod): boolean => required(affinityOf(spec).podAntiAffinity).length > 0;

/** Whether where a Pod may run depends on where others do. */
export const looksAtPods = ({spec}: Pod): boolean => {
	const {podAffinity, podAntiAffinity} = affinityOf(spec);
	return required(podAffinity).length + required(podAntiAffinity).length > 0;
};

/** Which Pods a term of `owner` is about. Without a selector it is about none. */
function matcher(owner: Pod, term: Term, view: ClusterView): (pod: Pod) => boolean {
	const {labelSelector, namespaceSelector, matchLabelKeys = [], mismatchLabelKeys = []} = term;
	const named = term.namespaces ?? [];
	const namespaces = named.length > 0 || namespaceSelector ? named : [owner.metadata.namespace];
	const own = owner.metadata.labels ?? {};
	const keys = (list: string[]) => list.filter(key => own[key] !== undefined);
	return ({metadata: {labels = {}, namespace = ''}}) => {
		const there =
			namespaces.includes(namespace) ||
			(namespaceSelector !== undefined && matchesSelector(namespaceSelector, view.namespaceLabels(namespace)));
		if (!there || !labelSelector || !matchesSelector(labelSelector, labels)) return false;
		return (
			keys(matchLabelKeys).every(key => labels[key] === own[key]) &&
			keys(mismatchLabelKeys).every(key => labels[key] !== own[key])
		);
	};
}

/** How many Pods there are in each place, by `key value` of the label that says what a place is. */
class Places {
	readonly #labels: Map<string, Readonly<Record<string, string>>>;
	readonly #counts = new Map<string, number>();

	constructor(nodes: readonly Node[]) {
		this.#labels = new Map(nodes.map(({metadata}) => [metadata.name, metadata.labels ?? {}]));
	}

	get isEmpty() {
		return this.#counts.size === 0;
	}

	#place(node: string, topologyKey: string): string | undefined {
		const value = this.#labels.get(node)?.[topologyKey];
		return value === undefined ? undefined : `${topologyKey} ${value}`;
	}

	add(pod: Pod, topologyKey: string, amount = 1): void {
		const place = this.#place(pod.spec.nodeName ?? '', topologyKey);
		if (place !== undefined) this.#counts.set(place, (this.#counts.get(place) ?? 0) + amount);
	}

	/** Undefined when the node is in no such place. */
	at({metadata}: Node, topologyKey: string): number | undefined {
		const place = this.#place(metadata.name, topologyKey);
		return place === undefined ? undefined : (this.#counts.get(place) ?? 0);
	}
}

/** Near which Pods and far from which a Pod has to be. Nothing when neither it nor any other cares. */
export function podAffinityFilter(pod: Pod, view: ClusterView): Filter | undefined {
	const {podAffinity, podAntiAffinity} = affinityOf(pod.spec);
	const near = required(podAffinity).map(term => ({term, matches: matcher(pod, term, view)}));
	const far = required(podAntiAffinity).map(term => ({term, matches: matcher(pod, term, view)}));
	const keepOff = new Places(view.nodes);
	const keysOfOthers = new Set<string>();
	for (const other of view.repelling) {
		for (const term of required(affinityOf(other.spec).podAntiAffinity)) {
			if (!matcher(other, term, view)(pod)) continue;
			keysOfOthers.add(term.topologyKey);
			keepOff.add(other, term.topologyKey);
		}
	}
	if (near.length + far.length + keysOfOthers.size === 0) return undefined;
	const wanted = new Places(view.nodes);
	const unwanted = far.map(() => new Places(view.nodes));
	if (near.length + far.length > 0) {
		for (const other of view.assigned()) {
			if (near.length > 0 && near.every(({matches}) => matches(other)))
				for (const {term} of near) wanted.add(other, term.topologyKey);
			for (const [i, {term, matches}] of far.entries()) if (matches(other)) unwanted[i]!.add(other, term.topologyKey);
		}
	}
	// The first of Pods that want to be near each other has nobody to be near.
	const first = wanted.isEmpty && near.every(({matches}) => matches(pod));
	const isNear = (node: Node) =>
		near.every(({term}) => {
			const count = wanted.at(node, term.topologyKey);
			return count !== undefined && (count > 0 || first);
		});
	return node => {
		if (!isNear(node)) return {reasons: ["node(s) didn't match pod affinity rules"], resolvable: false};
		if (far.some(({term}, i) => (unwanted[i]!.at(node, term.topologyKey) ?? 0) > 0))
			return {reasons: ["node(s) didn't match pod anti-affinity rules"], resolvable: true};
		if ([...keysOfOthers].some(key => (keepOff.at(node, key) ?? 0) > 0))
			return {reasons: ["node(s) didn't satisfy existing pods anti-affinity rules"], resolvable: true};
		return undefined;
	};
}

/** How much a Pod likes a node for the Pods that are near it there. Nothing when it does not care. */
export function podPreference(pod: Pod, view: ClusterView): ((node: Node) => number) | undefined {
	const {podAffinity, podAntiAffinity} = affinityOf(pod.spec);
	const terms = [
		...preferred(podAffinity),
		...preferred(podAntiAffinity).map(({weight, podAffinityTerm}) => ({weight: -weight, podAffinityTerm})),
	].map(({weight, podAffinityTerm: term}) => ({weight, term, matches: matcher(pod, term, view)}));
	if (terms.length === 0) return undefined;
	const liked = terms.map(() => new Places(view.nodes));
	for (const other of view.assigned())
		for (const [i, {weight, term, matches}] of terms.entries())
			if (matches(other)) liked[i]!.add(other, term.topologyKey, weight);
	return node => terms.reduce((sum, {term}, i) => sum + (liked[i]!.at(node, term.topologyKey) ?? 0), 0);
}
