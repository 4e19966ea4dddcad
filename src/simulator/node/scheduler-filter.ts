import type {Node, Pod, PodSpec} from '../types.ts';
import {allowsNode} from './node-affinity.ts';

/** Why a node does not take a Pod, in the scheduler's words. `resolvable`: it could if other Pods left it. */
export type Misfit = {reasons: string[]; resolvable: boolean};

/** What one plugin of the scheduler says of one Pod and a node: nothing when the node will do. */
export type Filter = (node: Node) => Misfit | undefined;

/** What takes room on a node: how many Pods, how many of each owner, and what they ask for, in thousandths, by resource. */
export type NodeLoad = {pods: number; owners: Map<string, number>; requested: Map<string, number>};

/** What the plugins look at besides the Pod. */
export type ClusterView = {
	nodes: readonly Node[];
	/** The Pods that have a node and have not ended. */
	assigned(): Iterable<Pod>;
	/** Those of them that keep other Pods away. */
	repelling: Iterable<Pod>;
	load(node: string): NodeLoad | undefined;
	/** The labels of a namespace. */
	namespaceLabels(name: string): Readonly<Record<string, string>> | undefined;
};

type Taint = {key: string; value?: string; effect: string};

/** Whether one of a Pod's tolerations is for a taint. */
export function tolerates({tolerations = []}: PodSpec, taint: Taint): boolean {
	return tolerations.some(({key, operator = 'Equal', value, effect}) => {
		if (effect && effect !== taint.effect) return false;
		if (key && key !== taint.key) return false;
		return operator === 'Exists' || (value ?? '') === (taint.value ?? '');
	});
}

const cordoned = 'node(s) were unschedulable';
const untolerated = 'node(s) had untolerated taint(s)';
const unresolvable = (reason: string): Misfit => ({reasons: [reason], resolvable: false});

/** The plugins NodeUnschedulable, TaintToleration and NodeAffinity: what a node is, whoever else is there. */
export const nodeFilter =
	({spec}: Pod): Filter =>
	node => {
		const {taints = [], unschedulable} = node.spec ?? {};
		if (unschedulable && !tolerates(spec, {key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule'}))
			return unresolvable(cordoned);
		for (const taint of taints) {
			if (taint.effect === 'PreferNoSchedule' || tolerates(spec, taint)) continue;
			// NodeUnschedulable speaks first of a cordoned node.
			return unresolvable(taint.key === 'node.kubernetes.io/unschedulable' ? cordoned : untolerated);
		}
		const ready = node.status?.conditions?.find(({type}) => type === 'Ready')?.status === 'True';
		if (!ready && taints.length === 0) return unresolvable(untolerated);
		return allowsNode(spec, node) ? undefined : unresolvable("node(s) didn't match Pod's node affinity/selector");
	};
