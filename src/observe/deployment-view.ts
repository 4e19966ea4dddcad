import type {V1Deployment} from '@kubernetes/client-node';
import type {DeploymentView} from './snapshot.ts';

/** A Deployment as the lab shows it. */
export function deploymentView({metadata, spec, status}: V1Deployment): DeploymentView {
	const restartedAt = spec?.template?.metadata?.annotations?.['kubectl.kubernetes.io/restartedAt'];
	return {
		name: metadata?.name ?? '',
		namespace: metadata?.namespace ?? '',
		labels: metadata?.labels ?? {},
		desired: spec?.replicas ?? 1,
		ready: status?.readyReplicas ?? 0,
		updated: status?.updatedReplicas ?? 0,
		available: status?.availableReplicas ?? 0,
		image: spec?.template?.spec?.containers?.[0]?.image ?? '',
		podLabels: spec?.template?.metadata?.labels ?? {},
		...(restartedAt !== undefined && {restartedAt}),
	};
}
