import type {RunView} from '../../engine/view.ts';
import {parseLabelSelector} from '../../observe/label-selector.ts';
import type {EndpointsView, PodView} from '../../observe/snapshot.ts';
import {type Address, addressesByIp, addressText} from './addresses.ts';
import {isRecent, type Recent, samePods} from './recent.ts';

/** How a row stands against the remembered snapshot, or without one against a moment ago. */
type Mark = 'added' | 'removed' | 'changed' | 'same';

/** The address half of a row. */
export type AddressCell = {
	/** `10.244.1.2:80`, several ports with commas. */
	text: string;
	mark: Mark;
	ready: boolean;
	/** When it left, ms since 1970, if that was seen. */
	goneAt?: number;
};

/** One line of the joined panes: a Pod, its address in one Service, or both. */
export type JoinedRow = {
	/** What a selection holds on to: the Pod's name, or the address where there is no Pod. */
	key: string;
	pod?: {view: PodView; gone: boolean};
	/** The address as the Service's Endpoints have it now, or had it. */
	address?: AddressCell;
	/** The address in the remembered snapshot. */
	before?: string;
};

/** The rows of one Service. The first Service shows every watched Pod, a further one only its own. */
export type ServiceRows = {
	service: string;
	/** Whether there is an Endpoints object of that name. */
	exists: boolean;
	rows: JoinedRow[];
};

/**
 * Joins the watched Pods with the addresses of each watched Service. Rows keep their places: Pods in the order they
 * were created, those that have left where they stood.
 */
export function joinedRows(view: RunView, recent: Recent, now: number): ServiceRows[] {
	const services = view.watch.services.length > 0 ? view.watch.services : [''];
	const pods = podsToShow(view, recent, now);
	return services.map((service, index) => serviceRows(view, recent, now, service, pods, index === 0));
}

let latest: {view: RunView; recent: Recent; until: number; rows: ServiceRows[]} | undefined;

/**
 * The same, not made anew while neither the view has changed nor anything recent has grown old: every key press draws
 * a frame, and a frame must not cost what five thousand Pods do.
 */
export function joinedRowsOnce(view: RunView, recent: Recent, now: number): ServiceRows[] {
	const sameCluster =
		latest?.view.now === view.now && latest.view.before === view.before && latest.view.watch === view.watch;
	if (latest && sameCluster && latest.recent === recent && now < latest.until) return latest.rows;
	const rows = joinedRows(view, recent, now);
	latest = {view, recent, until: now + 500, rows};
	return rows;
}

/** The rows whose Pod's name, status or labels, or whose address, contain the text; all for ''. */
export function filteredRows(services: ServiceRows[], filter: string): ServiceRows[] {
	if (filter === '') return services;
	const matches = ({pod, address}: JoinedRow) =>
		(pod && contains([pod.view.name, pod.view.ip, pod.view.status, labelsOf(pod.view)], filter)) ||
		(address && contains([address.text], filter));
	return services.map(service => ({...service, rows: service.rows.filter(matches)}));
}

function contains(words: readonly string[], filter: string): boolean {
	return words.some(word => word.toLowerCase().includes(filter.toLowerCase()));
}

function labelsOf({labels}: PodView): string {
	return Object.entries(labels)
		.map(([key, value]) => `${key}=${value}`)
		.join(',');
}

type ShownPod = {view: PodView; gone: boolean};

/** The watched Pods in the order they were created, those that have left among them. */
function podsToShow(view: RunView, recent: Recent, now: number): readonly ShownPod[] {
	const living = livingPods(view.now.pods, view.watch.pods);
	const known = new Map<string, PodView>();
	for (const pod of view.before?.pods ?? []) known.set(pod.uid, pod);
	for (const {pod, at} of recent.gonePods) if (isRecent(at, now, view.before?.at)) known.set(pod.uid, pod);
	if (known.size > 0) for (const pod of view.now.pods) known.delete(pod.uid);
	if (known.size === 0) return living;
	const selected = parseLabelSelector(view.watch.pods);
	const gone = [...known.values()].filter(pod => selected(pod.labels)).map(pod => ({view: pod, gone: true}));
	return [...living, ...gone].sort((a, b) => byCreation(a.view, b.view));
}

function byCreation(a: PodView, b: PodView): number {
	return a.createdAt - b.createdAt || (a.name < b.name ? -1 : 1);
}

/** `places` are those of the shown ones among all. */
let latestPods: {
	all: readonly PodView[];
	selector: string;
	places: readonly number[];
	shown: readonly ShownPod[];
} = {all: [], selector: '', places: [], shown: []};

/** The selected Pods in order. As long as the same ones are there, only those that have changed are looked at. */
function livingPods(all: readonly PodView[], selector: string): readonly ShownPod[] {
	const selected = parseLabelSelector(selector);
	const known = latestPods;
	const same =
		known.selector === selector &&
		samePods(known.all, all) &&
		all.every((pod, at) => pod === known.all[at] || selected(pod.labels) === selected(known.all[at]!.labels));
	const places = same
		? known.places
		: [...all.keys()].filter(at => selected(all[at]!.labels)).sort((a, b) => byCreation(all[a]!, all[b]!));
	const shown = places.map((place, index) => {
		const before = same ? known.shown[index] : undefined;
		return before?.view === all[place] ? before! : {view: all[place]!, gone: false};
	});
	latestPods = {all, selector, places, shown};
	return shown;
}

/** What the addresses of a Service are made from. */
type AddressSource = {
	now: EndpointsView | undefined;
	before: EndpointsView | undefined;
	/** Since when what happened counts, ms since 1970; undefined for a moment ago. */
	since: number | undefined;
	gone: Recent['goneAddresses'];
	added: Recent['newAddresses'];
};

/** The addresses of a Service, as rows show them. */
type ServiceAddresses = {
	source: AddressSource;
	current: ReadonlyMap<string, Address>;
	/** The IPs of all that have left. */
	gone: readonly string[];
	/** The half of a row that an IP makes; undefined where it is and was no address. */
	cell: (ip: string) => AddressCell | undefined;
	/** The address in the remembered snapshot. */
	before: (ip: string) => string | undefined;
	/** The rows that have been made last with these addresses. */
	made: MadeRows | undefined;
};

/** Rows of Pods, whether each of those owns its IP, and the rows of addresses that no Pod has. */
type MadeRows = {
	pods: readonly ShownPod[];
	owns: readonly boolean[];
	rows: readonly JoinedRow[];
	withoutPod: readonly JoinedRow[];
};

const addressesKnown = new Map<string, ServiceAddresses>();

/** The addresses of a Service; the same object, with the rows that it has made, as long as they do not change. */
function addressesOf(view: RunView, recent: Recent, now: number, service: string): ServiceAddresses {
	const counts = (one: {service: string; at: number}) =>
		one.service === service && isRecent(one.at, now, view.before?.at);
	const source: AddressSource = {
		now: named(view.now.endpoints, service),
		before: view.before && named(view.before.endpoints, service),
		since: view.before?.at,
		gone: recent.goneAddresses.filter(counts),
		added: recent.newAddresses.filter(counts),
	};
	const known = addressesKnown.get(service);
	if (known && sameSource(known.source, source)) return known;
	const addresses = serviceAddresses(source);
	addressesKnown.set(service, addresses);
	return addresses;
}

function sameSource(one: AddressSource, other: AddressSource): boolean {
	return (
		one.now === other.now &&
		one.before === other.before &&
		one.since === other.since &&
		sameItems(one.gone, other.gone) &&
		sameItems(one.added, other.added)
	);
}

function sameItems<T>(one: readonly T[], other: readonly T[]): boolean {
	return one.length === other.length && one.every((item, at) => item === other[at]);
}

function named<T extends {name: string}>(list: readonly T[], name: string): T | undefined {
	return list.find(item => item.name === name);
}

function serviceAddresses(source: AddressSource): ServiceAddresses {
	const current = addressesByIp(source.now?.addresses ?? []);
	const before = source.since === undefined ? undefined : addressesByIp(source.before?.addresses ?? []);
	const gone = new Map<string, {address: Address; at?: number}>();
	for (const [ip, address] of before ?? []) if (!current.has(ip)) gone.set(ip, {address});
	for (const {address, at} of source.gone) {
		if (current.has(address.ip)) continue;
		const known = gone.get(address.ip)?.address ?? addressesByIp([address]).get(address.ip);
		if (known) gone.set(address.ip, {address: known, at});
	}
	const added = new Set(source.added.map(({ip}) => ip));
	const markOf = (address: Address): Mark => {
		if (!before) return added.has(address.ip) ? 'added' : 'same';
		const old = before.get(address.ip);
		if (!old) return 'added';
		return old.ready === address.ready && old.ports === address.ports ? 'same' : 'changed';
	};
	return {
		source,
		current,
		gone: [...gone.keys()],
		cell(ip) {
			const address = current.get(ip);
			if (address) return {text: addressText(address), mark: markOf(address), ready: address.ready};
			const left = gone.get(ip);
			return left && {text: addressText(left.address), mark: 'removed', ready: left.address.ready, goneAt: left.at};
		},
		before(ip) {
			const old = before?.get(ip);
			return old && addressText(old);
		},
		made: undefined,
	};
}

function serviceRows(
	view: RunView,
	recent: Recent,
	now: number,
	service: string,
	pods: readonly ShownPod[],
	allPods: boolean,
): ServiceRows {
	const addresses = addressesOf(view, recent, now, service);
	const {rows, withoutPod} = madeRows(pods, addresses);
	return {
		service,
		exists: named(view.now.endpoints, service) !== undefined,
		rows: [...(allPods ? rows : rows.filter(({address}) => address)), ...withoutPod],
	};
}

/** A row for each Pod and each other address. While no Pod has another IP, only rows of changed Pods are made anew. */
function madeRows(pods: readonly ShownPod[], addresses: ServiceAddresses): MadeRows {
	const known = addresses.made;
	const same =
		known?.pods.length === pods.length &&
		pods.every((pod, at) => pod === known.pods[at] || isAtSamePlace(pod, known.pods[at]!));
	const owns = same ? known.owns : ownership(pods);
	addresses.made = {
		pods,
		owns,
		rows: pods.map((pod, at) => (same && pod === known.pods[at] ? known.rows[at]! : rowOf(pod, owns[at]!, addresses))),
		withoutPod: same ? known.withoutPod : rowsWithoutPod(pods, addresses),
	};
	return addresses.made;
}

function isAtSamePlace(one: ShownPod, other: ShownPod): boolean {
	return one.gone === other.gone && one.view.ip === other.view.ip;
}

/** Of each Pod whether its IP is its own. One that a Pod has given back may be another's: the living Pod takes it. */
function ownership(pods: readonly ShownPod[]): boolean[] {
	const owner = new Map<string, ShownPod>();
	for (const pod of pods) {
		const {ip} = pod.view;
		if (ip && (!owner.has(ip) || !pod.gone)) owner.set(ip, pod);
	}
	return pods.map(pod => owner.get(pod.view.ip) === pod);
}

function rowOf(pod: ShownPod, owns: boolean, {cell, before}: ServiceAddresses): JoinedRow {
	const {name, ip} = pod.view;
	return {key: name, pod, address: owns ? cell(ip) : undefined, before: owns ? before(ip) : undefined};
}

function rowsWithoutPod(pods: readonly ShownPod[], {current, gone, cell, before}: ServiceAddresses): JoinedRow[] {
	const ips = new Set(pods.map(({view}) => view.ip));
	return [...current.keys(), ...gone]
		.filter(ip => !ips.has(ip))
		.map(ip => ({key: ip, address: cell(ip), before: before(ip)}));
}
