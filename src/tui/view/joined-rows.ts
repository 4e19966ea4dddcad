import type {RunView} from '../../engine/view.ts';
import {parseLabelSelector} from '../../observe/label-selector.ts';
import type {PodView} from '../../observe/snapshot.ts';
import {isRecent, type Recent, samePods} from './recent.ts';
import {type AddressCell, addressesOf, type ServiceAddresses} from './service-addresses.ts';

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

/** Rows of Pods and of the addresses that no Pod has. */
type MadeRows = {
	pods: readonly ShownPod[];
	owners: Owners;
	rows: readonly JoinedRow[];
	withoutPod: readonly JoinedRow[];
};

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
		exists: view.now.endpoints.some(({name}) => name === service),
		rows: [...(allPods ? rows : rows.filter(({address}) => address)), ...withoutPod],
	};
}

const latestRows = new WeakMap<ServiceAddresses, MadeRows>();

/** A row for each Pod and each other address. While no Pod has another IP, only rows of changed Pods are made anew. */
function madeRows(pods: readonly ShownPod[], addresses: ServiceAddresses): MadeRows {
	const owners = ownersOf(pods);
	const latest = latestRows.get(addresses);
	const known = latest?.owners === owners ? latest : undefined;
	const made: MadeRows = {
		pods,
		owners,
		rows: pods.map((pod, at) => (pod === known?.pods[at] ? known.rows[at]! : rowOf(pod, owners.owns[at]!, addresses))),
		withoutPod: known?.withoutPod ?? rowsWithoutPod(owners.ips, addresses),
	};
	latestRows.set(addresses, made);
	return made;
}

/** Of each Pod whether its IP is its own, and all those IPs. */
type Owners = {owns: readonly boolean[]; ips: ReadonlySet<string>};

let latestOwners: {pods: readonly ShownPod[]; owners: Owners} | undefined;

/** The same object as long as the Pods have the same IPs. */
function ownersOf(pods: readonly ShownPod[]): Owners {
	const known = latestOwners;
	const same =
		known?.pods.length === pods.length &&
		pods.every((pod, at) => pod === known.pods[at] || isAtSamePlace(pod, known.pods[at]!));
	const owners = same ? known.owners : ownership(pods);
	latestOwners = {pods, owners};
	return owners;
}

function isAtSamePlace(one: ShownPod, other: ShownPod): boolean {
	return one.gone === other.gone && one.view.ip === other.view.ip;
}

/** An IP that a Pod has given back may already be another's: the living Pod takes it. */
function ownership(pods: readonly ShownPod[]): Owners {
	const owner = new Map<string, ShownPod>();
	for (const pod of pods) {
		const {ip} = pod.view;
		if (ip && (!owner.has(ip) || !pod.gone)) owner.set(ip, pod);
	}
	return {owns: pods.map(pod => owner.get(pod.view.ip) === pod), ips: new Set(owner.keys())};
}

function rowOf(pod: ShownPod, owns: boolean, {cell, before}: ServiceAddresses): JoinedRow {
	const {name, ip} = pod.view;
	return {key: name, pod, address: owns ? cell(ip) : undefined, before: owns ? before(ip) : undefined};
}

function rowsWithoutPod(ips: ReadonlySet<string>, {current, gone, cell, before}: ServiceAddresses): JoinedRow[] {
	return [...current.keys(), ...gone]
		.filter(ip => !ips.has(ip))
		.map(ip => ({key: ip, address: cell(ip), before: before(ip)}));
}
