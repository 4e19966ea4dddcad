import type {Pod} from '../types.ts';
import {isReady, readyCondition} from './pod-state.ts';

type Ranked = {pod: Pod; ready: boolean; readySince: number; created: number; cost: number; rank: number};

const phaseOrder: Record<string, number> = {Pending: 0, Unknown: 1, Running: 2};

/**
 * The Pods in the order in which a ReplicaSet that shrinks deletes them, as controller_utils.go ActivePodsWithRanks:
 * unassigned, pending, not ready, cheap, doubled up on a node, lately ready, restarted, lately created ones first.
 * `related` are all Pods of the same Deployment, `now` is in ms since 1970.
 */
export function deletionOrder(pods: Pod[], related: Pod[], now: number): Pod[] {
	const onNode = new Map<string, number>();
	for (const {spec} of related) if (spec.nodeName) onNode.set(spec.nodeName, (onNode.get(spec.nodeName) ?? 0) + 1);
	const ranked = pods.map(pod => ({
		pod,
		ready: isReady(pod),
		readySince: Date.parse(readyCondition(pod)?.lastTransitionTime ?? ''),
		created: Date.parse(pod.metadata.creationTimestamp ?? ''),
		cost: deletionCost(pod),
		rank: onNode.get(pod.spec.nodeName ?? '') ?? 0,
	}));
	return ranked.sort((a, b) => compare(a, b, now)).map(({pod}) => pod);
}

function compare(a: Ranked, b: Ranked, now: number): number {
	const assigned = Number(!!a.pod.spec.nodeName) - Number(!!b.pod.spec.nodeName);
	if (assigned !== 0) return assigned;
	const phase = (phaseOrder[a.pod.status.phase] ?? 0) - (phaseOrder[b.pod.status.phase] ?? 0);
	if (phase !== 0) return phase;
	if (a.ready !== b.ready) return Number(a.ready) - Number(b.ready);
	if (a.cost !== b.cost) return a.cost - b.cost;
	if (a.rank !== b.rank) return b.rank - a.rank;
	if (a.ready && b.ready && a.readySince !== b.readySince) return byAge(a, b, a.readySince, b.readySince, now);
	const restarts = maxRestarts(b.pod) - maxRestarts(a.pod);
	if (restarts !== 0) return restarts;
	return a.created === b.created ? 0 : byAge(a, b, a.created, b.created, now);
}

/** Younger first, by the power of two of the age; Pods of about the same age by uid, which is to say by chance. */
function byAge(a: Ranked, b: Ranked, timeA: number, timeB: number, now: number): number {
	const difference = magnitude(now - timeA) - magnitude(now - timeB);
	if (difference !== 0) return difference;
	return a.pod.metadata.uid! < b.pod.metadata.uid! ? -1 : 1;
}

const magnitude = (ageMs: number) => (ageMs > 0 ? Math.trunc(Math.log2(ageMs * 1e6)) : -1);

function deletionCost({metadata}: Pod): number {
	const cost = Number(metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0);
	return Number.isInteger(cost) ? cost : 0;
}

function maxRestarts({status}: Pod): number {
	return Math.max(0, ...(status.containerStatuses ?? []).map(({restartCount}) => restartCount));
}
