const meta = 'k8s.io.apimachinery.pkg.apis.meta.v1';

/**
 * Fields that are pointers in Go: on the wire they are there only when they are set, so a zero is meant. Fields that
 * are not pointers are always on the wire, and JSON leaves their zeros out.
 */
const pointers: Record<string, readonly string[]> = {
	'*': [
		'activeDeadlineSeconds',
		'allowPrivilegeEscalation',
		'allowWatchBookmarks',
		'automountServiceAccountToken',
		'backoffLimit',
		'blockOwnerDeletion',
		'controller',
		'defaultMode',
		'deletionGracePeriodSeconds',
		'enableServiceLinks',
		'expirationSeconds',
		'fsGroup',
		'gracePeriodSeconds',
		'hostUsers',
		'immutable',
		'optional',
		'orphanDependents',
		'privileged',
		'procMount',
		'progressDeadlineSeconds',

		'readOnlyRootFilesystem',
		'revisionHistoryLimit',
		'runAsGroup',
		'runAsNonRoot',
		'runAsUser',
		'setHostnameAsFQDN',
		'shareProcessNamespace',
		'started',
		'suspend',
		'terminationGracePeriodSeconds',
		'timeoutSeconds',
		'tolerationSeconds',
		'ttlSecondsAfterFinished',
		'allocateLoadBalancerNodePorts',
		'collisionCount',
		'terminatingReplicas',
		'ready',
		'serving',
		'terminating',
	],
	'k8s.io.api.apps.v1.DeploymentSpec': ['replicas'],
	'k8s.io.api.apps.v1.ReplicaSetSpec': ['replicas'],
	'k8s.io.api.apps.v1.StatefulSetSpec': ['replicas'],
	'k8s.io.api.core.v1.ReplicationControllerSpec': ['replicas'],
	'k8s.io.api.batch.v1.JobSpec': ['parallelism', 'completions'],
	'k8s.io.api.core.v1.KeyToPath': ['mode'],
	'k8s.io.api.core.v1.PodSpec': ['priority'],
	'k8s.io.api.discovery.v1.EndpointPort': ['name', 'port'],
	// Not pointers, but JSON writes them even when they are zero.
	'k8s.io.api.apps.v1.ReplicaSetStatus': ['replicas'],
	'k8s.io.api.autoscaling.v1.ScaleStatus': ['replicas'],
	'k8s.io.api.core.v1.ContainerStatus': ['ready', 'restartCount', 'image', 'imageID'],
	'k8s.io.api.core.v1.ContainerStateTerminated': ['exitCode'],
};

/** Names that are pointers in most messages, but not in these. */
const plain: Record<string, readonly string[]> = {
	'k8s.io.api.core.v1.Probe': ['timeoutSeconds'],
	'k8s.io.api.core.v1.ServiceSpec': ['publishNotReadyAddresses'],
};

/** Whether a decoded field is a Go zero value that JSON would leave out. */
export function absentWhenZero(message: string, field: string, type: string, value: unknown): boolean {
	if (value === null) return message !== `${meta}.Time`;
	if (value !== '' && value !== 0 && value !== false) return isEmptyStruct(type, value);
	if (pointers[message]?.includes(field)) return false;
	return !pointers['*']!.includes(field) || plain[message]?.includes(field) === true;
}

/** Structs that are not pointers are on the wire even when nothing in them is set. */
const structs = new Set([
	`${meta}.ObjectMeta`,
	`${meta}.ListMeta`,
	'k8s.io.api.core.v1.ObjectReference',
	'k8s.io.api.core.v1.EventSource',
]);

function isEmptyStruct(type: string, value: unknown): boolean {
	return structs.has(type) && typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
