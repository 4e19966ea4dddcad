import {StatusError} from '../errors.ts';
import {deepEqual} from '../registry.ts';
import type {Part, Simulation} from '../simulation.ts';
import type {Endpoint, EndpointPort, EndpointSlice, Node, Pod, Service} from '../types.ts';
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
import type {Recorder} from './events.ts';
import {controllerReference, dependentsIn} from './owners.ts';
import {podLabelsIn} from './pod-labels.ts';
import {isReady} from './pod-state.ts';
import {serviceSelectorsIn} from './service-selectors.ts';
import {endpointKey, packEndpoints, portsKey} from './slice-packing.ts';
import {triggerTimeAnnotation, triggerTimeTracker} from './trigger-time.ts';

/** The label that says whose endpoints a slice holds. */
export const serviceNameLabel = 'kubernetes.io/service-name';
/** The label that says who writes a slice. */
export const sliceManagerLabel = 'endpointslice.kubernetes.io/managed-by';
const manager = 'endpointslice-controller.k8s.io';
const headlessLabel = 'service.kubernetes.io/headless';
const handEditDelayMs = 1000;

type Plan = {
	create: {ports: EndpointPort[] | null; endpoints: Endpoint[] | null; addressType: string}[];
	update: {slice: EndpointSlice; ports: EndpointPort[] | null; endpoints: Endpoint[] | null}[];
	remove: EndpointSlice[];
};

/**
 * Keeps EndpointSlices for each Service that selects Pods (pkg/controller/endpointslice and
 * k8s.io/endpointslice/reconciler.go). Edits and deletions by others are reverted a second later.
 */
export function startEndpointSliceController(simulation: Simulation, events: Recorder): Part {
	const {store, registry} = simulation;
	const podLabels = podLabelsIn(store);
	const selectors = serviceSelectorsIn(store);
	const dependents = dependentsIn(store);
	const trigger = triggerTimeTracker();
	const queue = controllerQueue(simulation, reconcile);
	let writing = false;

	const stops = [
		store.subscribe<Service>('services', ({object}) => queue.add(keyOf(object.metadata))),
		store.subscribe<Pod>('pods', change => {
			for (const key of servicesConcerned(selectors, change)) queue.add(key);
		}),
		store.subscribe<EndpointSlice>('endpointslices', ({object, previous}) => {
			if (writing) return;
			for (const slice of [object, previous]) {
				const service = slice && isOurs(slice) && slice.metadata.labels?.[serviceNameLabel];
				if (service) queue.addAfter(keyOf({namespace: slice.metadata.namespace, name: service}), handEditDelayMs);
			}
		}),
	];
	for (const service of store.list<Service>('services')) queue.add(keyOf(service.metadata));

	function reconcile(key: string): number {
		const [namespace, name] = splitKey(key);
		const service = store.get<Service>('services', namespace, name);
		if (!service) {
			// The garbage collector removes the slices, whose owner is gone.
			trigger.forget(key);
			return 1;
		}
		if (!selectsPods(service)) return 1;
		const pods = podLabels.withPairs(namespace, service.spec.selector!);
		const existing = dependents
			.managedBy<EndpointSlice>(service.metadata.uid!, 'endpointslices')
			.filter(slice => isOurs(slice) && slice.metadata.labels?.[serviceNameLabel] === name)
			.filter(({metadata}) => !metadata.deletionTimestamp);
		const changedAt = trigger.next(service, pods);
		const families = (service.spec.ipFamilies ?? ['IPv4']) as ('IPv4' | 'IPv6')[];
		const remove = existing.filter(({addressType}) => !families.includes(addressType as 'IPv4'));
		let missingNode: string | undefined;
		writing = true;
		try {
			for (const slice of remove) registry.delete('endpointslices', namespace, slice.metadata.name);
			for (const family of families) {
				const wanted = wantedEndpoints(service, pods, family);
				missingNode ??= wanted.missingNode;
				const ofFamily = existing.filter(({addressType}) => addressType === family);
				apply(service, plan(service, ofFamily, wanted.groups, family), changedAt);
			}
		} catch (error) {
			if (error instanceof StatusError) {
				const what = `Error updating Endpoint Slices for Service ${key}: ${error.message}`;
				events.event(service, 'Warning', 'FailedToUpdateEndpointSlices', what);
			}
			throw error;
		} finally {
			writing = false;
		}
		if (missingNode) throw new StatusError(404, 'NotFound', `node "${missingNode}" not found`);
		return pods.length + 1;
	}

	/** The endpoints of the Pods, by the numbers that the Service's ports have in them. */
	function wantedEndpoints(service: Service, pods: Pod[], family: 'IPv4' | 'IPv6') {
		const groups = new Map<string, {ports: EndpointPort[]; endpoints: Map<string, Endpoint>}>();
		let missingNode: string | undefined;
		// Only named targets may lead to different numbers in different Pods.
		const differs = service.spec.ports?.some(({targetPort}) => typeof targetPort === 'string') ?? false;
		let ports: EndpointPort[] | undefined;
		let key = '';
		for (const pod of pods) {
			if (!hasEndpoint(pod, true)) continue;
			if (differs || !ports) {
				ports = endpointPorts(service, pod);
				key = portsKey(ports);
			}
			let group = groups.get(key);
			if (!group) {
				group = {ports, endpoints: new Map()};
				groups.set(key, group);
			}
			const {nodeName} = pod.spec;
			const node = nodeName ? store.get<Node>('nodes', undefined, nodeName) : undefined;
			if (!node && !service.spec.publishNotReadyAddresses) {
				missingNode = nodeName ?? '';
				continue;
			}
			const endpoint = toEndpoint(pod, node, service, family);
			if (endpoint.addresses.length > 0) group.endpoints.set(endpointKey(endpoint), endpoint);
		}
		return {groups, missingNode};
	}

	function apply(service: Service, {create, update, remove}: Plan, changedAt: string | undefined) {
		const {namespace, name, deletionTimestamp} = service.metadata;
		const annotated = (annotations: Record<string, string> = {}) => {
			const {[triggerTimeAnnotation]: _, ...others} = annotations;
			const next = {...others, ...(changedAt && {[triggerTimeAnnotation]: changedAt})};
			return Object.keys(next).length > 0 ? {annotations: next} : {};
		};
		const labels = sliceLabels(service);
		for (const {ports, endpoints, addressType} of deletionTimestamp ? [] : create) {
			registry.create<EndpointSlice>('endpointslices', {
				apiVersion: 'discovery.k8s.io/v1',
				kind: 'EndpointSlice',
				metadata: {
					name: '',
					generateName: `${name}-`,
					namespace,
					labels: {...labels},
					...annotated(),
					ownerReferences: [controllerReference(service)],
				},
				addressType,
				endpoints,
				ports,
			});
		}
		for (const {slice, ports, endpoints} of update) {
			const {annotations, ...metadata} = slice.metadata;
			const next = {...metadata, labels: {...labels}, ...annotated(annotations)};
			registry.update<EndpointSlice>('endpointslices', {...slice, metadata: next, endpoints, ports});
		}
		for (const {metadata} of remove) registry.delete('endpointslices', namespace, metadata.name);
	}

	return {
		stop() {
			queue.stop();
			for (const stop of stops) stop();
		},
	};
}

const isOurs = ({metadata}: EndpointSlice) => metadata.labels?.[sliceManagerLabel] === manager;

/** The slices to write for one IP family (reconcileByAddressType), with a placeholder where there would be none. */
function plan(
	service: Service,
	existing: EndpointSlice[],
	groups: Map<string, {ports: EndpointPort[]; endpoints: Map<string, Endpoint>}>,
	addressType: string,
): Plan {
	const labels = sliceLabels(service);
	const relabel = ({metadata}: EndpointSlice) => !deepEqual(metadata.labels ?? {}, labels);
	const byPorts = Map.groupBy(existing, ({ports}) => portsKey(ports));
	const result: Plan = {create: [], update: [], remove: []};
	for (const [key, {ports, endpoints}] of groups) {
		const packing = packEndpoints(byPorts.get(key) ?? [], endpoints, relabel);
		const shown = ports.length > 0 ? ports : null;
		result.create.push(...packing.create.map(endpoints => ({ports: shown, endpoints, addressType})));
		result.update.push(...packing.update.map(({slice, endpoints}) => ({slice, endpoints, ports: slice.ports})));
		result.remove.push(...packing.remove);
	}
	for (const [key, slices] of byPorts) if (!groups.has(key)) result.remove.push(...slices);
	if (existing.length === result.remove.length && result.create.length === 0) {
		const [only] = result.remove;
		const isPlaceholder = only && !only.endpoints?.length && !only.ports?.length && !relabel(only);
		if (result.remove.length === 1 && isPlaceholder) result.remove = [];
		else result.create.push({ports: null, endpoints: null, addressType});
	}
	// A slice that would go takes the content of one that would come, and so keeps its name.
	while (result.remove.length > 0 && result.create.length > 0) {
		const {ports, endpoints} = result.create.pop()!;
		result.update.push({slice: result.remove.shift()!, ports, endpoints});
	}
	return result;
}

function sliceLabels(service: Service): Record<string, string> {
	const {
		[headlessLabel]: _,
		[serviceNameLabel]: __,
		[sliceManagerLabel]: ___,
		...labels
	} = service.metadata.labels ?? {};
	return {
		...labels,
		[sliceManagerLabel]: manager,
		[serviceNameLabel]: service.metadata.name,
		...(isHeadless(service) && {[headlessLabel]: ''}),
	};
}

/** The Service's ports with their numbers in this Pod; ports that lead nowhere are left out. */
function endpointPorts(service: Service, pod: Pod): EndpointPort[] {
	const ports: EndpointPort[] = [];
	for (const servicePort of service.spec.ports ?? []) {
		const port = findPort(pod, servicePort);
		if (port === undefined) continue;
		const {name = '', protocol, appProtocol} = servicePort;
		ports.push({name, port, protocol, ...(appProtocol && {appProtocol})});
	}
	return ports;
}

function toEndpoint(pod: Pod, node: Node | undefined, service: Service, family: 'IPv4' | 'IPv6'): Endpoint {
	const serving = isReady(pod);
	const terminating = pod.metadata.deletionTimestamp !== undefined;
	const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
	const {namespace, name, uid} = pod.metadata;
	const hostname = endpointHostname(pod, service);
	const zone = node?.metadata.labels?.['topology.kubernetes.io/zone'];
	const hints = ready ? hintsFor(service, pod.spec.nodeName, zone) : undefined;
	return {
		addresses: podAddresses(pod, family),
		conditions: {ready, serving, terminating},
		...(hostname && {hostname}),
		...(pod.spec.nodeName && {nodeName: pod.spec.nodeName}),
		targetRef: {kind: 'Pod', namespace, name, uid},
		...(zone && {zone}),
		...(hints && {hints}),
	};
}

/** From where a ready endpoint had best be used, by the Service's trafficDistribution (k8s.io/endpointslice/trafficdist). */
function hintsFor({spec}: Service, node: string | undefined, zone: string | undefined): Endpoint['hints'] {
	const distribution = spec.trafficDistribution as string | undefined;
	if (!distribution) return undefined;
	const forNodes = distribution === 'PreferSameNode' && node ? {forNodes: [{name: node}]} : undefined;
	if (!zone) return forNodes;
	return {forZones: [{name: zone}], ...forNodes};
}
