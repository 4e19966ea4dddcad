import {resolve, type Schema} from './schemas.ts';

// Which empty values a Go type writes back. Most fields are marked `omitempty`; pointers keep an empty value that was
// given, and OpenAPI does not say what is a pointer, so the exceptions are listed by name.

/** Strings that are pointers: an empty one is a value. */
const stringPointers = new Set([
	'core.v1.EndpointAddress.nodeName',
	'core.v1.EndpointPort.appProtocol',
	'core.v1.GRPCAction.service',
	'core.v1.HostPathVolumeSource.type',
	'core.v1.PersistentVolumeClaimSpec.storageClassName',
	'core.v1.PodSpec.runtimeClassName',
	'core.v1.ServicePort.appProtocol',
	'core.v1.ServiceSpec.internalTrafficPolicy',
	'core.v1.ServiceSpec.ipFamilyPolicy',
	'core.v1.ServiceSpec.loadBalancerClass',
	'core.v1.ServiceSpec.trafficDistribution',
	'discovery.v1.Endpoint.hostname',
	'discovery.v1.Endpoint.nodeName',
	'discovery.v1.Endpoint.zone',
	'discovery.v1.EndpointPort.appProtocol',
	'discovery.v1.EndpointPort.name',
	'discovery.v1.EndpointPort.protocol',
	'coordination.v1.LeaseSpec.holderIdentity',
]);

/** Booleans that are no pointers: false is the same as absent. */
const plainBooleans = new Set([
	'hostIPC',
	'hostNetwork',
	'hostPID',
	'paused',
	'publishNotReadyAddresses',
	'readOnly',
	'stdin',
	'stdinOnce',
	'tty',
	'unschedulable',
]);

/** Numbers that are no pointers: 0 is the same as absent. */
const plainNumbers = new Set([
	'core.v1.Probe.failureThreshold',
	'core.v1.Probe.initialDelaySeconds',
	'core.v1.Probe.periodSeconds',
	'core.v1.Probe.successThreshold',
	'core.v1.Probe.timeoutSeconds',
	'core.v1.ContainerPort.hostPort',
	'core.v1.ServicePort.nodePort',
	'core.v1.ServiceSpec.healthCheckNodePort',
	'core.v1.Event.count',
	'apps.v1.DeploymentSpec.minReadySeconds',
	'apps.v1.ReplicaSetSpec.minReadySeconds',
	'meta.v1.ObjectMeta.generation',
]);

/** Lists that are written even when they are empty or null. */
const writtenLists = new Set(['discovery.v1.EndpointSlice.endpoints', 'discovery.v1.EndpointSlice.ports']);

/** Times that are no pointers and are written as null. */
const writtenTimes = new Set([
	'eventTime',
	'firstTimestamp',
	'lastHeartbeatTime',
	'lastProbeTime',
	'lastTimestamp',
	'lastTransitionTime',
	'lastUpdateTime',
]);

const shorten = (name: string) => name.replace(/^io\.k8s\.(api|apimachinery\.pkg\.apis)\./, '');

/** True when Go would leave out this field of the struct with the full name `name`. */
export function omits(name: string, field: string, property: Schema, required: boolean, value: unknown): boolean {
	const key = `${shorten(name)}.${field}`;
	if (value === null) return !writtenLists.has(key) && !writtenTimes.has(field);
	if (required) return false;
	if (value === '') return !stringPointers.has(key);
	if (value === false) return plainBooleans.has(field);
	if (value === 0) return plainNumbers.has(key);
	const {schema} = resolve(property);
	if (Array.isArray(value)) return value.length === 0 && !writtenLists.has(key);
	// An empty struct was asked for; an empty map was not.
	const isMap = schema.type === 'object' && schema.additionalProperties !== undefined;
	return isMap && Object.keys(value as object).length === 0;
}
