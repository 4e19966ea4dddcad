import {deepEqual} from '../registry.ts';
import type {Part, Simulation} from '../simulation.ts';
import type {Endpoint, EndpointAddress, EndpointPort, EndpointSlice, Endpoints, Service} from '../types.ts';
import {controllerQueue, keyOf, splitKey} from './controller-queue.ts';
import {serviceNameLabel, sliceManagerLabel} from './endpointslice-controller.ts';
import type {Recorder} from './events.ts';
import {controllerReference, dependentsIn} from './owners.ts';
import {endpointKey, portsKey} from './slice-packing.ts';
import {triggerTimeAnnotation} from './trigger-time.ts';

const manager = 'endpointslicemirroring-controller.k8s.io';
const skipLabel = 'endpointslice.kubernetes.io/skip-mirror';
const leaderAnnotation = 'control-plane.alpha.kubernetes.io/leader';
const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
const handEditDelayMs = 1000;

/** The most addresses of one subset that are mirrored. */
const maxAddresses = 1000;

/**
 * Copies hand-made Endpoints of Services without a selector into EndpointSlices
 * (pkg/controller/endpointslicemirroring).
 */
export function startEndpointSliceMirroringController(simulation: Simulation, events: Recorder): Part {
	const {store, registry} = simulation;
	const dependents = dependentsIn(store);
	const queue = controllerQueue(simulation, reconcile);
	let writing = false;

	const stops = [
		store.subscribe<Service>('services', ({object}) => queue.add(keyOf(object.metadata))),
		store.subscribe<Endpoints>('endpoints', ({object, previous}) => {
			if (isMirrored(object) || (previous && isMirrored(previous))) queue.add(keyOf(object.metadata));
		}),
		store.subscribe<EndpointSlice>('endpointslices', ({object, previous}) => {
			if (writing) return;
			for (const slice of [object, previous]) {
				const name = slice && isOurs(slice) && slice.metadata.labels?.[serviceNameLabel];
				if (name) queue.addAfter(keyOf({namespace: slice.metadata.namespace, name}), handEditDelayMs);
			}
		}),
	];
	for (const {metadata} of store.list<Endpoints>('endpoints')) queue.add(keyOf(metadata));

	function reconcile(key: string): number {
		const [namespace, name] = splitKey(key);
		const endpoints = store.get<Endpoints>('endpoints', namespace, name);
		const service = store.get<Service>('services', namespace, name);
		// Slices of Endpoints that are gone are left to the garbage collector.
		if (!endpoints) return 1;
		const existing = dependents
			.managedBy<EndpointSlice>(endpoints.metadata.uid!, 'endpointslices')
			.filter(slice => isOurs(slice) && slice.metadata.labels?.[serviceNameLabel] === name);
		writing = true;
		try {
			const wanted = service && !hasSelector(service) && isMirrored(endpoints) ? wantedSlices(endpoints) : [];
			apply(endpoints, existing, wanted);
		} finally {
			writing = false;
		}
		return existing.length + 1;
	}

	/** One slice for each address family and list of ports. */
	function wantedSlices(endpoints: Endpoints): Wanted[] {
		const wanted = new Map<string, Wanted>();
		let invalid = 0;
		let skipped = 0;
		for (const {addresses = [], notReadyAddresses = [], ports = []} of endpoints.subsets ?? []) {
			let added = 0;
			const all = [
				...addresses.map(address => ({address, ready: true})),
				...notReadyAddresses.map(address => ({address, ready: false})),
			];
			let usable = 0;
			for (const {address, ready} of all) {
				const addressType = familyOf(address.ip);
				if (!addressType) {
					invalid++;
					continue;
				}
				usable++;
				if (added >= maxAddresses) continue;
				added++;
				const key = `${addressType} ${portsKey(ports)}`;
				let slice = wanted.get(key);
				if (!slice) {
					slice = {addressType, ports: ports.map(slicePort), endpoints: new Map()};
					wanted.set(key, slice);
				}
				const endpoint = toEndpoint(address, ready);
				slice.endpoints.set(endpointKey(endpoint), endpoint);
			}
			skipped += usable - added;
		}
		if (invalid > 0) {
			const what = `Skipped ${invalid} invalid IP addresses when mirroring to EndpointSlices`;
			events.event(endpoints, 'Warning', 'InvalidIPAddress', what);
		}
		if (skipped > 0) {
			const what = `A max of ${maxAddresses} addresses can be mirrored to EndpointSlices per Endpoints subset. ${skipped} addresses were skipped`;
			events.event(endpoints, 'Warning', 'TooManyAddressesToMirror', what);
		}
		return [...wanted.values()];
	}

	function apply(endpoints: Endpoints, existing: EndpointSlice[], wanted: Wanted[]) {
		const {namespace, name} = endpoints.metadata;
		const {[triggerTimeAnnotation]: _, [lastApplied]: __, ...annotations} = endpoints.metadata.annotations ?? {};
		const labels = {...endpoints.metadata.labels, [serviceNameLabel]: name, [sliceManagerLabel]: manager};
		const free = new Set(existing);
		const create: EndpointSlice[] = [];
		for (const {addressType, ports, endpoints: wantedEndpoints} of wanted) {
			const same = [...free].find(
				slice => slice.addressType === addressType && portsKey(slice.ports) === portsKey(ports),
			);
			if (same) free.delete(same);
			const content = [...wantedEndpoints.values()];
			const meta = {labels: {...labels}, ...(Object.keys(annotations).length > 0 && {annotations: {...annotations}})};
			if (!same) {
				create.push({
					apiVersion: 'discovery.k8s.io/v1',
					kind: 'EndpointSlice',
					metadata: {
						name: '',
						generateName: `${name}-`,
						namespace,
						...meta,
						ownerReferences: [controllerReference(endpoints)],
					},
					addressType,
					endpoints: content,
					ports,
				});
				continue;
			}
			const {annotations: old, ...metadata} = same.metadata;
			if (
				deepEqual(byKey(same.endpoints ?? []), byKey(content)) &&
				deepEqual(metadata.labels, labels) &&
				deepEqual(old ?? {}, annotations)
			)
				continue;
			registry.update<EndpointSlice>('endpointslices', {
				...same,
				metadata: {...metadata, ...meta},
				endpoints: content,
				ports,
			});
		}
		// A slice that would go takes the content of one that would come, and so keeps its name.
		for (const slice of create) {
			const reused = [...free].find(({addressType}) => addressType === slice.addressType);
			if (reused) {
				free.delete(reused);
				const {labels, annotations} = slice.metadata;
				const {annotations: _, ...metadata} = reused.metadata;
				const next = {...metadata, labels, ...(annotations && {annotations})};
				const {endpoints, ports} = slice;
				registry.update<EndpointSlice>('endpointslices', {...reused, metadata: next, endpoints, ports});
			} else registry.create('endpointslices', slice);
		}
		for (const {metadata} of free) registry.delete('endpointslices', namespace, metadata.name);
	}

	return {
		stop() {
			queue.stop();
			for (const stop of stops) stop();
		},
	};
}

type Wanted = {addressType: string; ports: EndpointPort[]; endpoints: Map<string, Endpoint>};

const isOurs = ({metadata}: EndpointSlice) => metadata.labels?.[sliceManagerLabel] === manager;

const hasSelector = ({spec}: Service) => Object.keys(spec.selector ?? {}).length > 0;

const isMirrored = ({metadata}: Endpoints) =>
	metadata.labels?.[skipLabel] !== 'true' && metadata.annotations?.[leaderAnnotation] === undefined;

function familyOf(ip: string): 'IPv4' | 'IPv6' | undefined {
	if (ip.includes(':')) return 'IPv6';
	return /^\d{1,3}(\.\d{1,3}){3}$/.test(ip) ? 'IPv4' : undefined;
}

const byKey = (endpoints: Endpoint[]) =>
	Object.fromEntries(endpoints.map(endpoint => [endpointKey(endpoint), endpoint]));

const slicePort = ({name = '', port, protocol, appProtocol}: EndpointPort): EndpointPort => ({
	name,
	port,
	protocol,
	...(appProtocol && {appProtocol}),
});

const toEndpoint = ({ip, hostname, nodeName, targetRef}: EndpointAddress, ready: boolean): Endpoint => ({
	addresses: [ip],
	conditions: {ready},
	...(hostname && {hostname}),
	...(nodeName && {nodeName}),
	...(targetRef && {targetRef: {...targetRef}}),
});
