import {parseLabelSelector} from '../observe/label-selector.ts';
import {noRequests, type RequestsView, requestsSince, requestsTo} from '../observe/request-counts.ts';
import type {
	AddressView,
	DeploymentView,
	EndpointsView,
	PodView,
	ServiceView,
	SliceView,
	Snapshot,
} from '../observe/snapshot.ts';
import {Requests} from './requests.ts';

// The objects that lesson expressions see. CEL's integers are BigInt in JavaScript, and CEL looks types up by class, so
// a snapshot is wrapped here; the `fields` beside each class are what a misspelt name is held against at load.

/** Field names and CEL types of each class, as the CEL library registers them. */
type Fields = Record<string, string>;

export class Pod {
	static readonly fields: Fields = {
		name: 'string',
		ip: 'string',
		node: 'string',
		phase: 'string',
		status: 'string',
		ready: 'bool',
		terminating: 'bool',
		restarts: 'int',
		labels: 'map<string, string>',
		image: 'string',
		uid: 'string',
		ports: 'list<int>',
		portNames: 'list<string>',
		readinessProbe: 'bool',
		preStop: 'bool',
	};
	readonly name;
	readonly ip;
	readonly node;
	readonly phase;
	readonly status;
	readonly ready;
	readonly terminating;
	readonly restarts;
	readonly labels;
	readonly image;
	readonly uid;
	/** The ports that its containers declare; those without a name are not among the names. */
	readonly ports;
	readonly portNames;
	readonly readinessProbe;
	readonly preStop;

	constructor(view: PodView) {
		this.name = view.name;
		this.ip = view.ip;
		this.node = view.node;
		this.phase = view.phase;
		this.status = view.status;
		this.ready = view.ready;
		this.terminating = view.terminating;
		this.restarts = BigInt(view.restarts);
		this.labels = view.labels;
		this.image = view.image;
		this.uid = view.uid;
		this.ports = view.ports.map(({port}) => BigInt(port));
		this.portNames = view.ports.map(({name}) => name).filter(Boolean);
		this.readinessProbe = view.readinessProbe ?? false;
		this.preStop = view.preStop ?? false;
	}
}

/** An Endpoints object, or the absence of one (`exists` is false and all lists are empty). */
export class Endpoints {
	static readonly fields: Fields = {
		exists: 'bool',
		name: 'string',
		ips: 'list<string>',
		ready: 'list<string>',
		notReady: 'list<string>',
		ports: 'list<int>',
		portNames: 'list<string>',
		managedBy: 'string',
	};
	readonly exists;
	readonly name;
	readonly ips;
	readonly ready;
	readonly notReady;
	readonly ports;
	/** Names of the ports; one without a name is ''. */
	readonly portNames;
	readonly managedBy;

	constructor(name: string, view: EndpointsView | undefined) {
		const addresses = view?.addresses ?? [];
		this.exists = view !== undefined;
		this.name = name;
		this.ips = unique(addresses.map(({ip}) => ip));
		this.ready = unique(addresses.filter(({ready}) => ready).map(({ip}) => ip));
		this.notReady = unique(addresses.filter(({ready}) => !ready).map(({ip}) => ip));
		this.ports = unique(addresses.flatMap(({port}) => (port === undefined ? [] : [port]))).map(BigInt);
		this.portNames = unique(addresses.flatMap(({port, portName}) => (port === undefined ? [] : [portName])));
		this.managedBy = view?.managedBy ?? '';
	}
}

export class ServicePort {
	static readonly fields: Fields = {name: 'string', port: 'int', targetPort: 'string', protocol: 'string'};
	readonly name;
	readonly port;
	readonly targetPort;
	readonly protocol;

	constructor(view: ServiceView['ports'][number]) {
		this.name = view.name;
		this.port = BigInt(view.port);
		this.targetPort = view.targetPort;
		this.protocol = view.protocol;
	}
}

/** A Service, or the absence of one. A Service without a selector has an empty one here. */
export class Service {
	static readonly fields: Fields = {
		exists: 'bool',
		name: 'string',
		type: 'string',
		clusterIP: 'string',
		selector: 'map<string, string>',
		ports: 'list<ServicePort>',
		sessionAffinity: 'string',
		publishNotReadyAddresses: 'bool',
	};
	readonly exists;
	readonly name;
	readonly type;
	readonly clusterIP;
	readonly selector;
	readonly ports;
	readonly sessionAffinity;
	readonly publishNotReadyAddresses;

	constructor(name: string, view: ServiceView | undefined) {
		this.exists = view !== undefined;
		this.name = name;
		this.type = view?.type ?? '';
		this.clusterIP = view?.clusterIP ?? '';
		this.selector = view?.selector ?? {};
		this.ports = (view?.ports ?? []).map(port => new ServicePort(port));
		this.sessionAffinity = view?.sessionAffinity ?? '';
		this.publishNotReadyAddresses = view?.publishNotReadyAddresses ?? false;
	}
}

/** A Deployment, or the absence of one, with all counts 0. */
export class Deployment {
	static readonly fields: Fields = {
		exists: 'bool',
		name: 'string',
		labels: 'map<string, string>',
		desired: 'int',
		ready: 'int',
		updated: 'int',
		available: 'int',
		image: 'string',
		podLabels: 'map<string, string>',
	};
	readonly exists;
	readonly name;
	readonly labels;
	readonly desired;
	readonly ready;
	readonly updated;
	readonly available;
	readonly image;
	/** The labels that it gives to the Pods it makes. */
	readonly podLabels;

	constructor(name: string, view: DeploymentView | undefined) {
		this.exists = view !== undefined;
		this.name = name;
		this.labels = view?.labels ?? {};
		this.desired = BigInt(view?.desired ?? 0);
		this.ready = BigInt(view?.ready ?? 0);
		this.updated = BigInt(view?.updated ?? 0);
		this.available = BigInt(view?.available ?? 0);
		this.image = view?.image ?? '';
		this.podLabels = view?.podLabels ?? {};
	}
}

/** One address and port of an EndpointSlice; `port` is 0 where the slice names none. */
export class SliceAddress {
	static readonly fields: Fields = {
		ip: 'string',
		port: 'int',
		portName: 'string',
		ready: 'bool',
		serving: 'bool',
		terminating: 'bool',
		pod: 'string',
		node: 'string',
		hostname: 'string',
	};
	readonly ip;
	readonly port;
	readonly portName;
	readonly ready;
	readonly serving;
	readonly terminating;
	readonly pod;
	readonly node;
	readonly hostname;

	constructor(view: AddressView) {
		this.ip = view.ip;
		this.port = BigInt(view.port ?? 0);
		this.portName = view.portName;
		this.ready = view.ready;
		this.serving = view.serving ?? view.ready;
		this.terminating = view.terminating ?? false;
		this.pod = view.pod ?? '';
		this.node = view.node ?? '';
		this.hostname = view.hostname ?? '';
	}
}

export class Slice {
	static readonly fields: Fields = {
		name: 'string',
		service: 'string',
		managedBy: 'string',
		addresses: 'list<SliceAddress>',
	};
	readonly name;
	readonly service;
	readonly managedBy;
	readonly addresses;

	constructor(view: SliceView) {
		this.name = view.name;
		this.service = view.service;
		this.managedBy = view.managedBy;
		this.addresses = view.addresses.map(address => new SliceAddress(address));
	}
}

/** A snapshot as expressions see it: `pods` are those the lesson watches, the methods reach everything. */
export class Moment {
	static readonly fields: Fields = {pods: 'list<Pod>'};
	readonly #snapshot: Snapshot;
	readonly #watched: string;
	/** By selector: a view asks for the same Pods many times, and there may be thousands. */
	readonly #pods = new Map<string, Pod[]>();

	constructor(snapshot: Snapshot, watchedPods: string) {
		this.#snapshot = snapshot;
		this.#watched = watchedPods;
	}

	/** The Pods that the lesson watches. */
	get pods(): Pod[] {
		return this.podsWith(this.#watched);
	}

	/** Pods by label selector. Throws SelectorError. */
	podsWith(selector: string): Pod[] {
		const known = this.#pods.get(selector);
		if (known) return known;
		const selects = parseLabelSelector(selector);
		const pods = this.#snapshot.pods.filter(pod => selects(pod.labels)).map(podOf);
		this.#pods.set(selector, pods);
		return pods;
	}

	endpoints(name: string): Endpoints {
		return endpointsOf(name, named(this.#snapshot.endpoints, name));
	}

	service(name: string): Service {
		return new Service(name, named(this.#snapshot.services, name));
	}

	deployment(name: string): Deployment {
		return new Deployment(name, named(this.#snapshot.deployments, name));
	}

	/** The requests to a Service, all of the lesson up to this moment or only those since an earlier one. */
	requests(service: string, earlier: RequestsView = noRequests): Requests {
		const {requests = noRequests, services} = this.#snapshot;
		return new Requests(requestsTo(requestsSince(requests, earlier), service, named(services, service)));
	}

	/** The EndpointSlices of a Service. */
	slices(service: string): Slice[] {
		return this.#snapshot.slices.filter(slice => slice.service === service).map(slice => new Slice(slice));
	}
}

const knownPods = new WeakMap<PodView, Pod>();

/** Most of thousands of Pods are as they were in the snapshot before. */
function podOf(view: PodView): Pod {
	const pod = knownPods.get(view) ?? new Pod(view);
	knownPods.set(view, pod);
	return pod;
}

const knownEndpoints = new WeakMap<EndpointsView, Endpoints>();

function endpointsOf(name: string, view: EndpointsView | undefined): Endpoints {
	const endpoints = (view && knownEndpoints.get(view)) ?? new Endpoints(name, view);
	if (view) knownEndpoints.set(view, endpoints);
	return endpoints;
}

function named<T extends {name: string}>(list: T[], name: string): T | undefined {
	return list.find(item => item.name === name);
}

function unique<T>(list: T[]): T[] {
	return [...new Set(list)];
}
