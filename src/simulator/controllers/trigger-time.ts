import type {Pod, Service} from '../types.ts';
import {keyOf} from './controller-queue.ts';
import {readyCondition} from './pod-state.ts';

/** The annotation that tells which change an endpoint object is the answer to. */
export const triggerTimeAnnotation = 'endpoints.kubernetes.io/last-change-trigger-time';

/**
 * Remembers, per Service, when each Pod last changed its readiness, and tells the earliest of the changes since the
 * last call (k8s.io/endpointslice/util/trigger_time_tracker.go). The first call for a Service gives its creation.
 */
export function triggerTimeTracker() {
	const known = new Map<string, {service: string; pods: Map<string, string>}>();
	return {
		/** An RFC 3339 time, or undefined when nothing qualifies: the deletion of a Pod does not. */
		next(service: Service, pods: Iterable<Pod>): string | undefined {
			const key = keyOf(service.metadata);
			const state = known.get(key);
			const created = service.metadata.creationTimestamp ?? '';
			const times = new Map<string, string>();
			let earliest: string | undefined;
			// RFC 3339 times of one zone and width sort as texts.
			for (const pod of pods) {
				const time = readyCondition(pod)?.lastTransitionTime;
				if (!time) continue;
				times.set(pod.metadata.name, time);
				const before = state?.pods.get(pod.metadata.name) ?? '';
				if (time > before && (earliest === undefined || time < earliest)) earliest = time;
			}
			known.set(key, {service: created, pods: times});
			if (!state) return created;
			if (created > state.service && (earliest === undefined || created < earliest)) earliest = created;
			return earliest;
		},
		forget(key: string) {
			known.delete(key);
		},
	};
}
