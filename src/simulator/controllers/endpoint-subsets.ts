import type {EndpointAddress, EndpointPort, EndpointSubset} from '../types.ts';
import {subsetOrder} from './subset-order.ts';

/** One address with one of its ports; no port for headless Services without ports. */
export type AddressPort = {address: EndpointAddress; port: EndpointPort | undefined; ready: boolean};

/** The most addresses that an Endpoints object holds. */
const maxAddresses = 1000;

/**
 * Groups addresses that have the same ports into subsets (pkg/api/v1/endpoints RepackSubsets). Addresses are sorted by
 * the bytes of their text, ports and subsets by a hash.
 */
export function repackSubsets(entries: Iterable<AddressPort>): EndpointSubset[] {
	const byPort = new Map<string, {port: EndpointPort | undefined; addresses: Map<string, AddressPort>}>();
	for (const entry of entries) {
		const {port, address} = entry;
		const portKey = port ? `${port.protocol}|${port.port}|${port.name ?? ''}|${port.appProtocol ?? ''}` : '';
		let group = byPort.get(portKey);
		if (!group) {
			group = {port, addresses: new Map()};
			byPort.set(portKey, group);
		}
		const addressKey = `${address.ip}|${address.targetRef?.uid ?? ''}`;
		const known = group.addresses.get(addressKey);
		// Not ready trumps ready where one address is given twice.
		if (!known || known.ready) group.addresses.set(addressKey, entry);
	}
	const byAddresses = new Map<string, EndpointSubset>();
	for (const {port, addresses} of byPort.values()) {
		const sorted = [...addresses.values()].sort(byIpThenUid);
		// With one port there is nothing to tell apart, and the text would be long.
		const setKey = byPort.size === 1 ? '' : sorted.map(addressAndState).join('\n');
		let subset = byAddresses.get(setKey);
		if (!subset) {
			const ready = sorted.filter(({ready}) => ready).map(({address}) => address);
			const notReady = sorted.filter(({ready}) => !ready).map(({address}) => address);
			subset = {
				...(ready.length > 0 && {addresses: ready}),
				...(notReady.length > 0 && {notReadyAddresses: notReady}),
			};
			byAddresses.set(setKey, subset);
		}
		if (port) subset.ports = [...(subset.ports ?? []), port];
	}
	return subsetOrder([...byAddresses.values()]);
}

const addressAndState = ({address, ready}: AddressPort) => `${address.ip}|${address.targetRef?.uid ?? ''}|${ready}`;

const compareTexts = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

const byIpThenUid = ({address: a}: AddressPort, {address: b}: AddressPort) =>
	compareTexts(a.ip, b.ip) || compareTexts(a.targetRef?.uid ?? '', b.targetRef?.uid ?? '');

/**
 * Cuts subsets down to a thousand addresses, ready ones first and each subset by its share (truncateEndpoints of
 * endpoints_controller.go); undefined when they are few enough.
 */
export function truncateSubsets(subsets: EndpointSubset[]): EndpointSubset[] | undefined {
	const count = (addresses: EndpointAddress[] | undefined) => addresses?.length ?? 0;
	const ready = subsets.reduce((sum, {addresses}) => sum + count(addresses), 0);
	const notReady = subsets.reduce((sum, {notReadyAddresses}) => sum + count(notReadyAddresses), 0);
	if (ready + notReady <= maxAddresses) return undefined;
	const cutsReady = ready > maxAddresses;
	const room = cutsReady ? maxAddresses : maxAddresses - ready;
	const total = cutsReady ? ready : notReady;
	let left = room;
	return subsets.map(({addresses, notReadyAddresses, ports}) => {
		const candidates = (cutsReady ? addresses : notReadyAddresses) ?? [];
		const kept = candidates.slice(0, Math.min(left, Math.ceil((candidates.length / total) * room)));
		left -= kept.length;
		const readyPart = cutsReady ? kept : (addresses ?? []);
		const notReadyPart = cutsReady ? [] : kept;
		return {
			...(readyPart.length > 0 && {addresses: readyPart}),
			...(notReadyPart.length > 0 && {notReadyAddresses: notReadyPart}),
			...(ports && {ports}),
		};
	});
}
