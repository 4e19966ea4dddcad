import type {RunView} from '../../engine/view.ts';
import {parseLabelSelector} from '../../observe/label-selector.ts';
import type {PodView, Snapshot} from '../../observe/snapshot.ts';
import {type Address, addressesByIp, addressText} from './addresses.ts';
import {isRecent, type Recent} from './recent.ts';

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
	const selected = parseLabelSelector(view.watch.pods);
	const pods = podsToShow(view, recent, now).filter(({view: pod}) => selected(pod.labels));
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

function podsToShow(view: RunView, recent: Recent, now: number): ShownPod[] {
	const here = new Set(view.now.pods.map(pod => pod.uid));
	const gone = new Map<string, PodView>();
	for (const pod of view.before?.pods ?? []) gone.set(pod.uid, pod);
	for (const {pod, at} of recent.gonePods) if (isRecent(at, now, view.before?.at)) gone.set(pod.uid, pod);
	return [
		...view.now.pods.map(pod => ({view: pod, gone: false})),
		...[...gone.values()].filter(pod => !here.has(pod.uid)).map(pod => ({view: pod, gone: true})),
	].sort((a, b) => a.view.createdAt - b.view.createdAt || (a.view.name < b.view.name ? -1 : 1));
}

function inService(snapshot: Snapshot | undefined, service: string): Map<string, Address> {
	return addressesByIp(snapshot?.endpoints.find(({name}) => name === service)?.addresses ?? []);
}

function serviceRows(
	view: RunView,
	recent: Recent,
	now: number,
	service: string,
	pods: ShownPod[],
	allPods: boolean,
): ServiceRows {
	const current = inService(view.now, service);
	const before = view.before && inService(view.before, service);
	const gone = new Map<string, {address: Address; at?: number}>();
	for (const [ip, address] of before ?? []) if (!current.has(ip)) gone.set(ip, {address});
	for (const {service: of, address, at} of recent.goneAddresses) {
		if (of !== service || current.has(address.ip) || !isRecent(at, now, view.before?.at)) continue;
		const known = gone.get(address.ip)?.address ?? addressesByIp([address]).get(address.ip);
		if (known) gone.set(address.ip, {address: known, at});
	}

	const markOf = (address: Address): Mark => {
		if (before) {
			const old = before.get(address.ip);
			if (!old) return 'added';
			return old.ready === address.ready && old.ports === address.ports ? 'same' : 'changed';
		}
		return recent.newAddresses.some(
			({service: of, ip, at}) => of === service && ip === address.ip && isRecent(at, now, undefined),
		)
			? 'added'
			: 'same';
	};
	const cellFor = (ip: string): AddressCell | undefined => {
		const address = current.get(ip);
		if (address) return {text: addressText(address), mark: markOf(address), ready: address.ready};
		const left = gone.get(ip);
		return left && {text: addressText(left.address), mark: 'removed', ready: left.address.ready, goneAt: left.at};
	};
	const beforeText = (ip: string) => {
		const old = before?.get(ip);
		return old && addressText(old);
	};

	// An address that a Pod has given back may already be another's: the living Pod takes it.
	const owner = new Map<string, ShownPod>();
	for (const pod of pods) {
		const ip = pod.view.ip;
		if (ip && (!owner.has(ip) || !pod.gone)) owner.set(ip, pod);
	}
	const shown = pods.filter(pod => allPods || (owner.get(pod.view.ip) === pod && cellFor(pod.view.ip)));
	const rows: JoinedRow[] = shown.map(pod => {
		const owns = pod.view.ip !== '' && owner.get(pod.view.ip) === pod;
		return {
			key: pod.view.name,
			pod,
			address: owns ? cellFor(pod.view.ip) : undefined,
			before: owns ? beforeText(pod.view.ip) : undefined,
		};
	});
	const withoutPod = [...current.keys(), ...gone.keys()].filter(ip => !owner.has(ip));
	for (const ip of withoutPod) rows.push({key: ip, address: cellFor(ip), before: beforeText(ip)});
	return {service, exists: view.now.endpoints.some(({name}) => name === service), rows};
}
