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
		next(service: Service, pods: readonly Pod[]): string | undefined {
			const key = keyOf(service.metadata);
			const created = service.metadata.creationTimestamp ?? '';
			let state = known.get(key);
			const isNew = state === undefined;
			// Pods that are gone are forgotten now and then, since most calls come for a few changes among many Pods.
			if (!state || state.pods.size > 2 * pods.length + 100) {
				const old = state?.pods;
				state = {service: state?.service ?? '', pods: new Map()};
				for (const {metadata} of pods)
					if (old?.has(metadata.name)) state.pods.set(metadata.name, old.get(metadata.name)!);
				known.set(key, state);
			}
			let earliest: string | undefined;
			// RFC 3339 times of one zone and width sort as texts.
			for (const pod of pods) {
				const time = readyCondition(pod)?.lastTransitionTime;
				const before = state.pods.get(pod.metadata.name) ?? '';
				if (!time || time === before) continue;
				state.pods.set(pod.metadata.name, time);
				if (time > before && (earliest === undefined || time < earliest)) earliest = time;
			}
			const serviceIsNewer = created > state.service;
			state.service = created;
			if (isNew) return created;
			return serviceIsNewer && (earliest === undefined || created < earliest) ? created : earliest;
		},
		forget(key: string) {
			known.delete(key);
		},
	};
}
