import type {RunView} from '../../engine/view.ts';
import type {EndpointsView} from '../../observe/snapshot.ts';
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
export type ServiceAddresses = {
	source: AddressSource;
	current: ReadonlyMap<string, Address>;
	/** The IPs of all that have left. */
	gone: readonly string[];
	/** The half of a row that an IP makes; undefined where it is and was no address. */
	cell: (ip: string) => AddressCell | undefined;
	/** The address in the remembered snapshot. */
	before: (ip: string) => string | undefined;
};

const addressesKnown = new Map<string, ServiceAddresses>();

/** The addresses of a Service; the same object as long as they do not change, which saves the rows that depend on it. */
export function addressesOf(view: RunView, recent: Recent, now: number, service: string): ServiceAddresses {
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
	};
}
