import type {Condition, Pod} from '../types.ts';

/** The Ready condition of a Pod. */
export const readyCondition = (pod: Pod): Condition | undefined =>
	pod.status.conditions?.find(({type}) => type === 'Ready');

export const isReady = (pod: Pod): boolean => readyCondition(pod)?.status === 'True';

/** True when all containers have ended for good. */
export const isTerminal = ({status}: Pod): boolean => status.phase === 'Succeeded' || status.phase === 'Failed';

/** True when a Pod counts as a replica (controller.IsPodActive). */
export const isActive = (pod: Pod): boolean => !isTerminal(pod) && !pod.metadata.deletionTimestamp;

/** True when a Pod still runs though it is deleted (controller.IsPodTerminating). */
export const isTerminating = (pod: Pod): boolean => !isTerminal(pod) && pod.metadata.deletionTimestamp !== undefined;

/** True when a Pod has been ready for `minReadySeconds` (podutil.IsPodAvailable); `now` in ms since 1970. */
export function isAvailable(pod: Pod, minReadySeconds: number, now: number): boolean {
	const ready = readyCondition(pod);
	if (ready?.status !== 'True') return false;
	if (minReadySeconds === 0) return true;
	return !!ready.lastTransitionTime && Date.parse(ready.lastTransitionTime) + minReadySeconds * 1000 <= now;
}
