import type {AddressView, PodView, Snapshot} from '../../observe/snapshot.ts';

/** What has left or come lately, so that a row can stay a while and say so. Times are ms since 1970. */
export type Recent = {
	readonly gonePods: readonly {readonly pod: PodView; readonly at: number}[];
	readonly goneAddresses: readonly {readonly service: string; readonly address: AddressView; readonly at: number}[];
	readonly newAddresses: readonly {readonly service: string; readonly ip: string; readonly at: number}[];
};

/** Nothing has happened yet. */
export const nothingRecent: Recent = {gonePods: [], goneAddresses: [], newAddresses: []};

/** How long a removed row stays when no remembered snapshot keeps it, and how long a new one is called new. */
export const RECENT_MS = 12_000;

/** What is recent after the cluster went from one snapshot to the next; the same object when nothing came or went. */
export function recentAfter(recent: Recent, from: Snapshot, to: Snapshot): Recent {
	const gonePods = podsGone(from.pods, to.pods);
	if (gonePods.length === 0 && from.endpoints === to.endpoints) return recent;
	const before = keysOf(from);
	const after = keysOf(to);
	const gone = addressesOf(from)
		.filter(({key}) => !after.has(key))
		.map(({service, address}) => ({service, address, at: to.at}));
	const come = addressesOf(to)
		.filter(({key}) => !before.has(key))
		.map(({service, address}) => ({service, ip: address.ip, at: to.at}));
	return {
		gonePods: [...recent.gonePods, ...gonePods.map(pod => ({pod, at: to.at}))],
		goneAddresses: [
			...recent.goneAddresses.filter(({service, address}) => !after.has(keyOf(service, address.ip))),
			...gone,
		],
		newAddresses: [...recent.newAddresses.filter(({service, ip}) => after.has(keyOf(service, ip))), ...come],
	};
}

function podsGone(from: readonly PodView[], to: readonly PodView[]): PodView[] {
	if (samePods(from, to)) return [];
	const here = new Set(to.map(pod => pod.uid));
	return from.filter(pod => !here.has(pod.uid));
}

/** Whether two lists have the same Pods in the same places, changed or not; quick for lists of thousands. */
export function samePods(one: readonly PodView[], other: readonly PodView[]): boolean {
	return one.length === other.length && one.every((pod, at) => pod === other[at] || pod.uid === other[at]?.uid);
}

/** Whether what happened at `at` still counts: what happened after the remembered moment, else within RECENT_MS. */
export function isRecent(at: number, now: number, remembered: number | undefined): boolean {
	return remembered === undefined ? now - at < RECENT_MS : at >= remembered;
}

/** Drops what no longer counts. */
export function recentWithout(recent: Recent, now: number, remembered: number | undefined): Recent {
	const keep = ({at}: {at: number}) => isRecent(at, now, remembered);
	if (recent.gonePods.every(keep) && recent.goneAddresses.every(keep) && recent.newAddresses.every(keep)) return recent;
	return {
		gonePods: recent.gonePods.filter(keep),
		goneAddresses: recent.goneAddresses.filter(keep),
		newAddresses: recent.newAddresses.filter(keep),
	};
}

function keyOf(service: string, ip: string): string {
	return `${service} ${ip}`;
}

function addressesOf(snapshot: Snapshot) {
	return snapshot.endpoints.flatMap(({name, addresses}) =>
		addresses.map(address => ({service: name, address, key: keyOf(name, address.ip)})),
	);
}

function keysOf(snapshot: Snapshot): Set<string> {
	return new Set(addressesOf(snapshot).map(({key}) => key));
}
