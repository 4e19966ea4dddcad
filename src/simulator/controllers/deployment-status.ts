import {timestamp} from '../clock.ts';
import type {Condition, Deployment, ReplicaSet} from '../types.ts';
import {maxUnavailable, sum, wantedReplicas} from './deployment-arithmetic.ts';

type Status = Deployment['status'];
type NewCondition = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

export const getCondition = (status: Status, type: string): Condition | undefined =>
	status.conditions?.find(condition => condition.type === type);

/** The status without a condition. */
const withoutCondition = (status: Status, type: string): Status => ({
	...status,
	conditions: status.conditions?.filter(condition => condition.type !== type),
});

/** Sets a condition, which moves to the end unless status and reason stay (SetDeploymentCondition). */
export function withCondition(status: Status, condition: NewCondition, now: number): Status {
	const current = getCondition(status, condition.type);
	if (current?.status === condition.status && current.reason === condition.reason) return status;
	const time = timestamp(now);
	const transition = current?.status === condition.status ? current.lastTransitionTime : time;
	const others = status.conditions?.filter(({type}) => type !== condition.type) ?? [];
	return {...status, conditions: [...others, {...condition, lastUpdateTime: time, lastTransitionTime: transition}]};
}

/** The counts and the Available condition (calculateStatus); counts of nothing are left out. */
export function deploymentStatus(
	deployment: Deployment,
	all: ReplicaSet[],
	newSet: ReplicaSet | undefined,
	now: number,
): Status {
	const count = (of: (status: ReplicaSet['status']) => number | undefined) => sum(all, ({status}) => of(status ?? {}));
	const available = count(({availableReplicas}) => availableReplicas);
	const known = all.every(({status}) => status?.terminatingReplicas !== undefined);
	const counts = {
		replicas: count(({replicas}) => replicas),
		updatedReplicas: newSet?.status?.replicas ?? 0,
		readyReplicas: count(({readyReplicas}) => readyReplicas),
		availableReplicas: available,
		unavailableReplicas: Math.max(0, wantedReplicas(all) - available),
	};
	const status: Status = {
		observedGeneration: deployment.metadata.generation,
		...Object.fromEntries(Object.entries(counts).filter(([, value]) => value > 0)),
		...(known && {terminatingReplicas: count(({terminatingReplicas}) => terminatingReplicas)}),
		...(deployment.status.collisionCount !== undefined && {collisionCount: deployment.status.collisionCount}),
		...(deployment.status.conditions && {conditions: deployment.status.conditions}),
	};
	const enough = available >= deployment.spec.replicas - maxUnavailable(deployment);
	return withCondition(
		status,
		enough
			? {
					type: 'Available',
					status: 'True',
					reason: 'MinimumReplicasAvailable',
					message: 'Deployment has minimum availability.',
				}
			: {
					type: 'Available',
					status: 'False',
					reason: 'MinimumReplicasUnavailable',
					message: 'Deployment does not have minimum availability.',
				},
		now,
	);
}

/** True when all Pods are updated, available and the only ones (DeploymentComplete). */
export const isComplete = ({spec, metadata}: Deployment, status: Status): boolean =>
	(status.updatedReplicas ?? 0) === spec.replicas &&
	(status.replicas ?? 0) === spec.replicas &&
	(status.availableReplicas ?? 0) === spec.replicas &&
	(status.observedGeneration ?? 0) >= (metadata.generation ?? 0);

/** No deadline, or Go's largest int32, means that progress is not watched. */
export const hasDeadline = ({spec}: Deployment): boolean =>
	spec.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds !== 2 ** 31 - 1;

/** True when some Pods were updated, became ready or available, or old ones went (DeploymentProgressing). */
function hasProgressed({status: old}: Deployment, status: Status): boolean {
	const outdated = ({replicas = 0, updatedReplicas = 0}: Status) => replicas - updatedReplicas;
	return (
		(status.updatedReplicas ?? 0) > (old.updatedReplicas ?? 0) ||
		outdated(status) < outdated(old) ||
		(status.readyReplicas ?? 0) > (old.readyReplicas ?? 0) ||
		(status.availableReplicas ?? 0) > (old.availableReplicas ?? 0)
	);
}

/** True when the last progress is longer ago than the deadline (DeploymentTimedOut). */
function hasTimedOut(deployment: Deployment, status: Status, now: number): boolean {
	const condition = getCondition(status, 'Progressing');
	if (!condition || condition.reason === 'NewReplicaSetAvailable') return false;
	if (condition.reason === 'ProgressDeadlineExceeded') return true;
	return Date.parse(condition.lastUpdateTime ?? '') + deployment.spec.progressDeadlineSeconds! * 1000 < now;
}

/** The status with its Progressing and ReplicaFailure conditions (syncRolloutStatus). */
export function rolloutStatus(
	deployment: Deployment,
	all: ReplicaSet[],
	newSet: ReplicaSet | undefined,
	now: number,
): Status {
	let status = deploymentStatus(deployment, all, newSet, now);
	const current = getCondition(deployment.status, 'Progressing');
	if (!hasDeadline(deployment)) status = withoutCondition(status, 'Progressing');
	const finished =
		(status.replicas ?? 0) === (status.updatedReplicas ?? 0) && current?.reason === 'NewReplicaSetAvailable';
	if (hasDeadline(deployment) && !finished) {
		const subject = newSet ? `ReplicaSet "${newSet.metadata.name}"` : `Deployment "${deployment.metadata.name}"`;
		const progressing = (value: Condition['status'], reason: string, what: string): NewCondition => ({
			type: 'Progressing',
			status: value,
			reason,
			message: `${subject} ${what}`,
		});
		if (isComplete(deployment, status)) {
			const done = progressing('True', 'NewReplicaSetAvailable', 'has successfully progressed.');
			status = withCondition(status, done, now);
		} else if (hasProgressed(deployment, status)) {
			status = withCondition(
				withoutCondition(status, 'Progressing'),
				progressing('True', 'ReplicaSetUpdated', 'is progressing.'),
				now,
			);
			const fresh = getCondition(status, 'Progressing')!;
			if (current?.status === 'True') fresh.lastTransitionTime = current.lastTransitionTime;
		} else if (hasTimedOut(deployment, status, now)) {
			const late = progressing('False', 'ProgressDeadlineExceeded', 'has timed out progressing.');
			status = withCondition(status, late, now);
		}
	}
	const failures = [...(newSet ? [newSet] : []), ...all].flatMap(
		set => set.status?.conditions?.filter(({type}) => type === 'ReplicaFailure') ?? [],
	);
	const [failure] = failures;
	if (!failure) return withoutCondition(status, 'ReplicaFailure');
	const {type, status: value, reason, message} = failure;
	return withCondition(status, {type, status: value, reason, message}, now);
}
