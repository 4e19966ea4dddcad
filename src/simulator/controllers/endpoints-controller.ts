import {deepEqual} from '../registry.ts';
import type {Part, Simulation} from '../simulation.ts';
import type {EndpointAddress, EndpointSubset, Endpoints, Pod, Service} from '../types.ts';
import {controllerQueue, keyOf, splitKey} from './controller-queue.ts';
import {
	endpointHostname,
	findPort,
	hasEndpoint,
	isHeadless,
	podAddresses,
	selectsPods,
	servicesConcerned,
} from './endpoint-pods.ts';
import {type AddressPort, repackSubsets, truncateSubsets} from './endpoint-subsets.ts';
import type {Recorder} from './events.ts';
import {podLabelsIn} from './pod-labels.ts';
import {isReady} from './pod-state.ts';
import {serviceSelectorsIn} from './service-selectors.ts';
import {triggerTimeAnnotation, triggerTimeTracker} from './trigger-time.ts';

const managedByLabel = 'endpoints.kubernetes.io/managed-by';
const managedBy = 'endpoint-controller';
const headlessLabel = 'service.kubernetes.io/headless';
const overCapacity = 'endpoints.kubernetes.io/over-capacity';

/**
 * Keeps an Endpoints object for each Service that selects Pods (pkg/controller/endpoint/endpoints_controller.go). It
 * watches Endpoints only for deletions, so that an edit by hand stays until the Service or a Pod changes.
 */
export function startEndpointsController(simulation: Simulation, events: Recorder): Part {
	const {store, registry} = simulation;
	const podLabels = podLabelsIn(store);
	const selectors = serviceSelectorsIn(store);
	const trigger = triggerTimeTracker();
	const queue = controllerQueue(simulation, reconcile);

	const stops = [
		store.subscribe<Service>('services', ({object}) => queue.add(keyOf(object.metadata))),
		store.subscribe<Pod>('pods', change => {
			for (const key of servicesConcerned(selectors, change)) queue.add(key);
		}),
		store.subscribe<Endpoints>('endpoints', ({type, object}) => {
			if (type === 'DELETED') queue.add(keyOf(object.metadata));
		}),
	];
	for (const service of store.list<Service>('services')) queue.add(keyOf(service.metadata));
	for (const {metadata} of store.list<Endpoints>('endpoints'))
		if (metadata.labels?.[managedByLabel] === managedBy) queue.add(keyOf(metadata));

	function reconcile(key: string): number {
		const [namespace, name] = splitKey(key);
		const service = store.get<Service>('services', namespace, name);
		const current = store.get<Endpoints>('endpoints', namespace, name);
		if (!service) {
			trigger.forget(key);
			if (current) registry.delete('endpoints', namespace, name);
			return 1;
		}
		if (!selectsPods(service)) return 1;
		const pods = podLabels.withPairs(namespace, service.spec.selector!);
		const all = repackSubsets(addressPorts(service, pods));
		const truncated = truncateSubsets(all);
		const subsets = truncated ?? all;
		const changedAt = trigger.next(service, pods);
		const labels = endpointsLabels(service);
		const annotations = {...current?.metadata.annotations};
		const wasTruncated = annotations[overCapacity] === 'truncated';
		if (
			current &&
			deepEqual(current.subsets ?? [], subsets) &&
			deepEqual(current.metadata.labels ?? {}, labels) &&
			wasTruncated === (truncated !== undefined)
		)
			return pods.length + 1;
		if (changedAt) annotations[triggerTimeAnnotation] = changedAt;
		else delete annotations[triggerTimeAnnotation];
		if (truncated) annotations[overCapacity] = 'truncated';
		else delete annotations[overCapacity];
		write(service, current, {labels, annotations, subsets});
		return pods.length + 1;
	}

	function write(
		service: Service,
		current: Endpoints | undefined,
		{labels, annotations, subsets}: {labels: Labels; annotations: Labels; subsets: EndpointSubset[]},
	) {
		const {namespace, name} = service.metadata;
		const {annotations: _, ...metadata} = current?.metadata ?? {namespace, name};
		const draft: Endpoints = {
			apiVersion: 'v1',
			kind: 'Endpoints',
			metadata: {...metadata, labels, ...(Object.keys(annotations).length > 0 && {annotations})},
			...(subsets.length > 0 && {subsets}),
		};
		try {
			if (current) registry.update('endpoints', draft);
			else registry.create('endpoints', draft);
		} catch (error) {
			const reason = current ? 'FailedToUpdateEndpoint' : 'FailedToCreateEndpoint';
			const what = `Failed to ${current ? 'update' : 'create'} endpoint ${namespace}/${name}: ${(error as Error).message}`;
			events.event(current ?? service, 'Warning', reason, what);
			throw error;
		}
	}

	return {
		stop() {
			queue.stop();
			for (const stop of stops) stop();
		},
	};
}

type Labels = Record<string, string>;

function endpointsLabels(service: Service): Labels {
	const {[headlessLabel]: _, ...labels} = service.metadata.labels ?? {};
	return {...labels, [managedByLabel]: managedBy, ...(isHeadless(service) && {[headlessLabel]: ''})};
}

/** Each address of the Pods with each port of the Service that leads somewhere in that Pod. */
function* addressPorts(service: Service, pods: Iterable<Pod>): Generator<AddressPort> {
	const {ports = [], publishNotReadyAddresses = false, ipFamilies} = service.spec;
	const family = ipFamilies?.[0] === 'IPv6' ? 'IPv6' : 'IPv4';
	for (const pod of pods) {
		if (!hasEndpoint(pod, publishNotReadyAddresses)) continue;
		const [ip] = podAddresses(pod, family);
		if (!ip) continue;
		const address = endpointAddress(pod, service, ip);
		const ready = publishNotReadyAddresses || isReady(pod);
		if (ports.length === 0 && isHeadless(service)) yield {address, port: undefined, ready};
		for (const servicePort of ports) {
			const number = findPort(pod, servicePort);
			if (number === undefined) continue;
			const {name, protocol, appProtocol} = servicePort;
			const port = {...(name && {name}), port: number, protocol, ...(appProtocol && {appProtocol})};
			yield {address, port, ready};
		}
	}
}

function endpointAddress(pod: Pod, service: Service, ip: string): EndpointAddress {
	const {namespace, name, uid} = pod.metadata;
	const hostname = endpointHostname(pod, service);
	return {
		ip,
		...(hostname && {hostname}),
		...(pod.spec.nodeName && {nodeName: pod.spec.nodeName}),
		targetRef: {kind: 'Pod', namespace, name, uid},
	};
}
