import {deepEqual} from '../registry.ts';
import type {Change} from '../store.ts';
import type {Pod, Service, ServicePort} from '../types.ts';
import {isReady, isTerminal} from './pod-state.ts';
import type {ServiceSelectors} from './service-selectors.ts';

// k8s.io/endpointslice/util/controller_utils.go: what Endpoints and EndpointSlices have in common.

/** True when a Pod has an address to offer; deleted Pods only with `includeTerminating`. */
export function hasEndpoint(pod: Pod, includeTerminating: boolean): boolean {
	if (isTerminal(pod)) return false;
	if (!pod.status.podIP && !pod.status.podIPs?.length) return false;
	return includeTerminating || !pod.metadata.deletionTimestamp;
}

const isIPv6 = (ip: string) => ip.includes(':');

/** The addresses of a Pod in one IP family. */
export function podAddresses({status}: Pod, family: 'IPv4' | 'IPv6'): string[] {
	const all = status.podIPs?.map(({ip}) => ip) ?? (status.podIP ? [status.podIP] : []);
	return all.filter(ip => isIPv6(ip) === (family === 'IPv6'));
}

/** The number behind a Service port in this Pod, or undefined when it has no port of that name and protocol. */
export function findPort(pod: Pod, {port, targetPort, protocol = 'TCP'}: ServicePort): number | undefined {
	if (targetPort === undefined) return port;
	if (typeof targetPort === 'number') return targetPort === 0 ? port : targetPort;
	const sidecars = pod.spec.initContainers?.filter(({restartPolicy}) => restartPolicy === 'Always') ?? [];
	for (const {ports = []} of [...pod.spec.containers, ...sidecars])
		for (const {name, protocol: spoken = 'TCP', containerPort} of ports)
			if (name === targetPort && spoken === protocol) return containerPort;
	return undefined;
}

/** The host name a Pod has under a headless Service of its own subdomain. */
export const endpointHostname = ({metadata, spec}: Pod, service: Service): string | undefined =>
	spec.hostname && spec.subdomain === service.metadata.name && metadata.namespace === service.metadata.namespace
		? spec.hostname
		: undefined;

/** True for a Service without an address of its own. */
export const isHeadless = ({spec}: Service): boolean => !spec.clusterIP || spec.clusterIP === 'None';

/** True when a controller fills the Service's endpoints from Pods. */
export const selectsPods = ({spec}: Service): boolean =>
	spec.type !== 'ExternalName' && Object.keys(spec.selector ?? {}).length > 0;

/** The keys of the Services whose endpoints a change of a Pod may concern (GetServicesToUpdateOnPodChange). */
export function servicesConcerned(selectors: ServiceSelectors, {type, object, previous}: Change<Pod>): string[] {
	const {namespace, labels} = object.metadata;
	if (type !== 'MODIFIED' || !previous) return selectors.selecting(namespace!, labels);
	const old = previous.metadata.labels;
	const labelsChanged = old !== labels && !deepEqual(old ?? {}, labels ?? {});
	const hostChanged =
		object.spec !== previous.spec &&
		(object.spec.hostname !== previous.spec.hostname || object.spec.subdomain !== previous.spec.subdomain);
	if (!labelsChanged && !hostChanged && sameEndpoint(object, previous)) return [];
	const now = selectors.selecting(namespace!, labels);
	return labelsChanged ? [...now, ...selectors.selecting(namespace!, old)] : now;
}

const sameEndpoint = (a: Pod, b: Pod) =>
	a.metadata.deletionTimestamp === b.metadata.deletionTimestamp &&
	a.spec.nodeName === b.spec.nodeName &&
	a.status.podIP === b.status.podIP &&
	isReady(a) === isReady(b) &&
	isTerminal(a) === isTerminal(b) &&
	deepEqual(a.status.podIPs, b.status.podIPs);
