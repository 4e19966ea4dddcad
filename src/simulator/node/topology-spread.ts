import {matchesSelector} from '../selectors.ts';
import type {LabelSelector, Node, Pod, PodSpec} from '../types.ts';
import {allowsNode} from './node-affinity.ts';
import {type ClusterView, type Filter, tolerates} from './scheduler-filter.ts';

// The plugin PodTopologySpread: Pods alike, in places as even as asked for.

type Constraint = {
	maxSkew: number;
	topologyKey: string;
	whenUnsatisfiable: 'DoNotSchedule' | 'ScheduleAnyway';
	labelSelector?: LabelSelector;
	minDomains?: number;
	nodeAffinityPolicy?: 'Honor' | 'Ignore';
	nodeTaintsPolicy?: 'Honor' | 'Ignore';
	matchLabelKeys?: string[];
};

const constraintsOf = ({topologySpreadConstraints}: PodSpec, action: Constraint['whenUnsatisfiable']) =>
	((topologySpreadConstraints ?? []) as Constraint[]).filter(({whenUnsatisfiable}) => whenUnsatisfiable === action);

/** Whether a Pod has to be spread with others. */
export const isSpread = ({spec}: Pod): boolean => constraintsOf(spec, 'DoNotSchedule').length > 0;

/** How many Pods of the kind that a constraint is about are in each of the places that count for it. */
function countPlaces(pod: Pod, constraints: Constraint[], view: ClusterView) {
	const {namespace, labels: own = {}} = pod.metadata;
	const onNode = new Map<string, Pod[]>();
	for (const other of view.assigned()) {
		if (other.metadata.namespace !== namespace || other.metadata.deletionTimestamp) continue;
		const list = onNode.get(other.spec.nodeName!);
		if (list) list.push(other);
		else onNode.set(other.spec.nodeName!, [other]);
	}
	return constraints.map(constraint => {
		const {topologyKey, labelSelector, matchLabelKeys = [], nodeAffinityPolicy, nodeTaintsPolicy} = constraint;
		const isAlike = ({metadata: {labels = {}}}: Pod) =>
			labelSelector !== undefined &&
			matchesSelector(labelSelector, labels) &&
			matchLabelKeys.every(key => own[key] === undefined || labels[key] === own[key]);
		const counts = new Map<string, number>();
		for (const node of view.nodes) {
			const {labels = {}, name} = node.metadata;
			if (constraints.some(each => labels[each.topologyKey] === undefined)) continue;
			if (nodeAffinityPolicy !== 'Ignore' && !allowsNode(pod.spec, node)) continue;
			const barred = (node.spec?.taints ?? []).some(
				taint => taint.effect !== 'PreferNoSchedule' && !tolerates(pod.spec, taint),
			);
			if (nodeTaintsPolicy === 'Honor' && barred) continue;
			const place = labels[topologyKey]!;
			counts.set(place, (counts.get(place) ?? 0) + (onNode.get(name) ?? []).filter(isAlike).length);
		}
		return {constraint, counts, self: isAlike(pod) ? 1 : 0};
	});
}

const mismatch = "node(s) didn't match pod topology spread constraints";

/** Where a Pod may go without making places too uneven. Nothing for a Pod that asks for no such thing. */
export function spreadFilter(pod: Pod, view: ClusterView): Filter | undefined {
	if (!isSpread(pod)) return undefined;
	const places = countPlaces(pod, constraintsOf(pod.spec, 'DoNotSchedule'), view).map(each => {
		const {minDomains = 1} = each.constraint;
		return {...each, fewest: each.counts.size < minDomains ? 0 : Math.min(...each.counts.values())};
	});
	return ({metadata: {labels = {}}}) => {
		for (const {constraint, counts, self, fewest} of places) {
			const place = labels[constraint.topologyKey];
			if (place === undefined) return {reasons: [`${mismatch} (missing required label)`], resolvable: false};
			if ((counts.get(place) ?? 0) + self - fewest > constraint.maxSkew) return {reasons: [mismatch], resolvable: true};
		}
		return undefined;
	};
}

/** How full of Pods alike the places of a node are, for a Pod that would rather be spread. */
export function spreadPreference(pod: Pod, view: ClusterView): ((node: Node) => number) | undefined {
	const constraints = constraintsOf(pod.spec, 'ScheduleAnyway');
	if (constraints.length === 0) return undefined;
	const places = countPlaces(pod, constraints, view);
	return ({metadata: {labels = {}}}) =>
		places.reduce((sum, {constraint, counts}) => sum - (counts.get(labels[constraint.topologyKey] ?? '') ?? 0), 0);
}
