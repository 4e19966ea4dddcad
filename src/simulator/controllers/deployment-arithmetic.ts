import type {Deployment, ReplicaSet} from '../types.ts';

// pkg/controller/deployment/util/deployment_util.go: the numbers of a rollout, without any effect.

export const annotation = {
	revision: 'deployment.kubernetes.io/revision',
	revisionHistory: 'deployment.kubernetes.io/revision-history',
	desiredReplicas: 'deployment.kubernetes.io/desired-replicas',
	maxReplicas: 'deployment.kubernetes.io/max-replicas',
	lastApplied: 'kubectl.kubernetes.io/last-applied-configuration',
} as const;

/** A number or a percentage of `total`, rounded up or down (intstr.GetScaledValueFromIntOrPercent). */
function scaled(value: number | string, total: number, round: (value: number) => number): number {
	if (typeof value === 'number') return value;
	return round((Number.parseInt(value, 10) * total) / 100);
}

/** maxSurge rounded up and maxUnavailable rounded down; when both come to 0, one Pod may be unavailable. */
function fenceposts({spec}: Deployment): {surge: number; unavailable: number} {
	const {maxSurge = '25%', maxUnavailable = '25%'} = spec.strategy.rollingUpdate ?? {};
	const surge = scaled(maxSurge, spec.replicas, Math.ceil);
	const unavailable = scaled(maxUnavailable, spec.replicas, Math.floor);
	return surge === 0 && unavailable === 0 ? {surge, unavailable: 1} : {surge, unavailable};
}

const isRolling = ({spec}: Deployment) => spec.strategy.type === 'RollingUpdate';

/** How many Pods there may be above the wanted number. */
export const maxSurge = (deployment: Deployment): number => (isRolling(deployment) ? fenceposts(deployment).surge : 0);

/** How many Pods below the wanted number may be available during a rollout. */
export const maxUnavailable = (deployment: Deployment): number =>
	isRolling(deployment) && deployment.spec.replicas > 0
		? Math.min(fenceposts(deployment).unavailable, deployment.spec.replicas)
		: 0;

export const sum = (sets: ReplicaSet[], count: (set: ReplicaSet) => number | undefined): number =>
	sets.reduce((total, set) => total + (count(set) ?? 0), 0);

/** The sum of the wanted sizes. */
export const wantedReplicas = (sets: ReplicaSet[]): number => sum(sets, ({spec}) => spec.replicas);

/** Sets that want Pods. */
export const activeSets = (sets: ReplicaSet[]): ReplicaSet[] => sets.filter(({spec}) => spec.replicas > 0);

const text = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Oldest first, by name within a second. */
export const byCreation = (a: ReplicaSet, b: ReplicaSet): number =>
	text(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') ||
	text(a.metadata.name, b.metadata.name);

const bySizeNewer = (a: ReplicaSet, b: ReplicaSet): number => b.spec.replicas - a.spec.replicas || byCreation(b, a);
const bySizeOlder = (a: ReplicaSet, b: ReplicaSet): number => b.spec.replicas - a.spec.replicas || byCreation(a, b);

/** The revision an annotation holds, 0 for none. */
export const revisionOf = ({metadata}: ReplicaSet): number => Number(metadata.annotations?.[annotation.revision] ?? 0);

/** The size that the new ReplicaSet may take now (NewRSNewReplicas). `all` includes it. */
export function newSetReplicas(deployment: Deployment, all: ReplicaSet[], newSet: ReplicaSet): number {
	const {replicas} = deployment.spec;
	if (!isRolling(deployment)) return replicas;
	const room = replicas + maxSurge(deployment) - wantedReplicas(all);
	if (room <= 0) return newSet.spec.replicas;
	return newSet.spec.replicas + Math.min(room, replicas - newSet.spec.replicas);
}

/** The only set with Pods, or without any the newest; undefined while several have Pods (FindActiveOrLatest). */
export function activeOrLatest(newSet: ReplicaSet | undefined, oldSets: ReplicaSet[]): ReplicaSet | undefined {
	const active = activeSets(newSet ? [...oldSets, newSet] : oldSets);
	if (active.length === 0) return newSet ?? oldSets.toSorted(byCreation).at(-1);
	return active.length === 1 ? active[0] : undefined;
}

/** True when the new set has all the Pods of the Deployment, and all are available (IsSaturated). */
export const isSaturated = ({spec}: Deployment, set: ReplicaSet | undefined): boolean =>
	set !== undefined &&
	Number(set.metadata.annotations?.[annotation.desiredReplicas]) === spec.replicas &&
	set.spec.replicas === spec.replicas &&
	(set.status.availableReplicas ?? 0) === spec.replicas;

/** The sizes of several sets with Pods after their Deployment was scaled in the middle of a rollout. */
export function proportionalSizes(deployment: Deployment, sets: ReplicaSet[]): Map<ReplicaSet, number> {
	const {replicas} = deployment.spec;
	const allowed = replicas > 0 ? replicas + maxSurge(deployment) : 0;
	const toAdd = allowed - wantedReplicas(sets);
	const order = sets.toSorted(toAdd < 0 ? bySizeOlder : bySizeNewer);
	const sizes = new Map(order.map(set => [set, set.spec.replicas]));
	if (toAdd === 0) return sizes;
	let added = 0;
	for (const set of order) {
		const fraction = replicas === 0 ? -set.spec.replicas : share(deployment, set);
		const part = toAdd > 0 ? Math.min(fraction, toAdd - added) : Math.max(fraction, toAdd - added);
		sizes.set(set, set.spec.replicas + part);
		added += part;
	}
	const largest = order[0];
	if (largest) sizes.set(largest, Math.max(0, sizes.get(largest)! + toAdd - added));
	return sizes;
}

/** How much a set grows so that it keeps its part of the whole (getReplicaSetFraction). */
function share(deployment: Deployment, {spec, metadata}: ReplicaSet): number {
	const before = Number(metadata.annotations?.[annotation.maxReplicas] ?? 0) || (deployment.status.replicas ?? 0);
	const whole = deployment.spec.replicas + maxSurge(deployment);
	return Math.round((spec.replicas * whole) / before) - spec.replicas;
}
