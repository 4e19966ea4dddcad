import {deepEqual} from '../registry.ts';
import type {Endpoint, EndpointPort, EndpointSlice} from '../types.ts';

/** The most endpoints that the controller puts into one slice. */
const maxEndpointsPerSlice = 100;

/** What to do so that the slices of one list of ports hold the wanted endpoints. */
export type Packing = {
	create: Endpoint[][];
	update: {slice: EndpointSlice; endpoints: Endpoint[]}[];
	remove: EndpointSlice[];
};

/** Identifies a list of ports whatever its order (NewPortMapKey). */
export const portsKey = (ports: EndpointPort[] | null | undefined): string =>
	(ports ?? [])
		.map(({name, port, protocol, appProtocol}) => `${name ?? ''}|${port ?? ''}|${protocol ?? ''}|${appProtocol ?? ''}`)
		.sort()
		.join('\n');

/** Identifies an endpoint by what it may not change: addresses, host name and target (hashEndpoint). */
export const endpointKey = ({addresses, hostname, targetRef}: Endpoint): string =>
	`${addresses.join(',')}|${hostname ?? ''}|${targetRef?.namespace ?? ''}|${targetRef?.name ?? ''}`;

/**
 * Packs endpoints into slices with few writes (k8s.io/endpointslice/reconciler.go reconcileByPortMapping): endpoints
 * stay where they are, slices that change anyway are filled first, then one that has room for the rest, then new ones.
 * `wanted` holds endpoints by key, in the order in which new ones are placed. A slice with `relabel` is written anyway.
 */
export function packEndpoints(
	existing: EndpointSlice[],
	wanted: Map<string, Endpoint>,
	relabel: (slice: EndpointSlice) => boolean,
): Packing {
	const rest = new Map(wanted);
	const changed: {slice: EndpointSlice; endpoints: Endpoint[]}[] = [];
	const unchanged: EndpointSlice[] = [];
	const remove: EndpointSlice[] = [];
	for (const slice of existing) {
		const before = slice.endpoints ?? [];
		const kept: Endpoint[] = [];
		let differs = false;
		for (const endpoint of before) {
			const key = endpointKey(endpoint);
			const match = rest.get(key);
			if (!match) continue;
			kept.push(match);
			rest.delete(key);
			if (!deepEqual(match, endpoint)) differs = true;
		}
		if (differs || kept.length !== before.length) {
			if (kept.length === 0) remove.push(slice);
			else changed.push({slice, endpoints: kept});
		} else if (relabel(slice)) changed.push({slice, endpoints: kept});
		else unchanged.push(slice);
	}
	const left = [...rest.values()];
	for (const {endpoints} of changed.toSorted((a, b) => b.endpoints.length - a.endpoints.length))
		endpoints.push(...left.splice(0, maxEndpointsPerSlice - endpoints.length));
	const create: Endpoint[][] = [];
	while (left.length > 0) {
		const host = left.length < maxEndpointsPerSlice ? tightest(unchanged, left.length) : undefined;
		if (host) {
			unchanged.splice(unchanged.indexOf(host), 1);
			changed.push({slice: host, endpoints: [...(host.endpoints ?? []), ...left.splice(0)]});
		} else create.push(left.splice(0, maxEndpointsPerSlice));
	}
	return {create, update: changed, remove};
}

/** The fullest slice that still has room for `count` more (getSliceToFill). */
function tightest(slices: EndpointSlice[], count: number): EndpointSlice | undefined {
	let best: EndpointSlice | undefined;
	for (const slice of slices) {
		const size = slice.endpoints?.length ?? 0;
		if (size + count <= maxEndpointsPerSlice && (!best || size > (best.endpoints?.length ?? 0))) best = slice;
	}
	return best;
}
