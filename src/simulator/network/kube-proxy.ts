import type {Clock} from '../clock.ts';
import type {Random} from '../random.ts';
import type {Endpoint, EndpointSlice, Service, ServicePort} from '../types.ts';
import type {ServiceIndex} from './service-index.ts';

/** Where a connection goes, or why it does not. */
export type Choice = {to: {ip: string; port: number}} | {refused: string} | {dropped: string};

/** An endpoint of a slice with its port. */
export type Backend = {ip: string; port: number; endpoint: Endpoint};
type Affinity = {ip: string; port: number; seen: number};

/** How a connection came to a Service: through its cluster IP, or from outside through a node. */
export type Entrance = 'internal' | 'external';

/**
 * What kube-proxy's rules do on every node: they read only Services and EndpointSlices and choose one endpoint for each
 * connection, all with the same chance (pkg/proxy/iptables, pkg/proxy/topology.go).
 */
export class KubeProxy {
	readonly #index: ServiceIndex;
	readonly #clock: Clock;
	readonly #random: Random;
	/** As `-m recent` lists: per node, Service port and client. */
	readonly #affinity: Map<string, Affinity>;

	constructor(
		index: ServiceIndex,
		{clock, random}: {clock: Clock; random: Random},
		affinity: Record<string, Affinity> = {},
	) {
		this.#index = index;
		this.#clock = clock;
		this.#random = random;
		this.#affinity = new Map(Object.entries(affinity));
	}

	choose(service: Service, port: ServicePort, client: {ip: string; node?: string}, entrance: Entrance): Choice {
		const {namespace = '', name} = service.metadata;
		const label = `Service ${namespace}/${name}`;
		const {usable, elsewhere} = this.backends(service, port, client.node, entrance);
		if (usable.length === 0) {
			if (elsewhere) {
				const field = entrance === 'internal' ? 'internalTrafficPolicy' : 'externalTrafficPolicy';
				return {dropped: `${label} has no endpoint on node ${client.node ?? 'of the client'} and ${field} is Local`};
			}
			return {refused: `${label} has no ready endpoints`};
		}
		const {ip, port: number} = this.#pick(service, port, client, usable);
		return {to: {ip, port: number}};
	}

	/**
	 * Those among whom the rules of a node choose. `elsewhere`: there is none, but there would be on another node, were
	 * the policy not Local.
	 */
	backends(
		service: Service,
		port: ServicePort,
		node: string | undefined,
		entrance: Entrance,
	): {usable: Backend[]; elsewhere: boolean} {
		const all = [...this.#backends(service, port)];
		const policy = entrance === 'internal' ? service.spec.internalTrafficPolicy : service.spec.externalTrafficPolicy;
		const local = policy === 'Local';
		const usable = local
			? pickUsable(all.filter(({endpoint}) => endpoint.nodeName === node))
			: pickUsable(hintedFor(all, node, this.#index.zoneOf(node)));
		return {usable, elsewhere: local && usable.length === 0 && pickUsable(all).length > 0};
	}

	/** The affinity tables as plain JSON; entries that have expired are left out. */
	snapshot(): Record<string, Affinity> {
		return Object.fromEntries(this.#affinity);
	}

	#pick(service: Service, port: ServicePort, client: {ip: string; node?: string}, usable: Backend[]): Backend {
		if (service.spec.sessionAffinity !== 'ClientIP') return usable[this.#random.below(usable.length)]!;
		const now = this.#clock.now();
		const timeout = (service.spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10_800) * 1000;
		const key = [client.node, service.metadata.uid, port.name ?? '', port.port, client.ip].join(' ');
		const known = this.#affinity.get(key);
		const kept =
			known && now - known.seen < timeout
				? usable.find(({ip, port: number}) => ip === known.ip && number === known.port)
				: undefined;
		const chosen = kept ?? usable[this.#random.below(usable.length)]!;
		this.#affinity.delete(key);
		this.#affinity.set(key, {ip: chosen.ip, port: chosen.port, seen: now});
		if (this.#affinity.size > 1000) this.#affinity.delete(this.#affinity.keys().next().value as string);
		return chosen;
	}

	*#backends(service: Service, port: ServicePort): Iterable<Backend> {
		const {namespace = '', name} = service.metadata;
		const seen = new Set<string>();
		for (const slice of this.#index.slices(namespace, name)) {
			const number = portOf(slice, port);
			if (number === undefined || slice.addressType !== 'IPv4') continue;
			for (const endpoint of slice.endpoints ?? []) {
				const ip = endpoint.addresses[0];
				if (!ip || seen.has(`${ip}:${number}`)) continue;
				seen.add(`${ip}:${number}`);
				yield {ip, port: number, endpoint};
			}
		}
	}
}

/**
 * Those that are hinted for a node, else those for its zone, provided that every ready endpoint has such a hint and one
 * of them is for it; else all (topologyModeFromHints).
 */
function hintedFor(backends: Backend[], node: string | undefined, zone: string | undefined): Backend[] {
	const ready = backends.filter(({endpoint}) => endpoint.conditions?.ready !== false);
	for (const [kind, here] of [
		['forNodes', node],
		['forZones', zone],
	] as const) {
		if (!here || !ready.every(({endpoint}) => endpoint.hints?.[kind]?.length)) continue;
		const hinted = ready.filter(({endpoint}) => endpoint.hints![kind]!.some(({name}) => name === here));
		if (hinted.length > 0) return hinted;
	}
	return backends;
}

/** The ready ones; when there is none, those that still serve while they terminate. */
function pickUsable(backends: Backend[]): Backend[] {
	const ready = backends.filter(({endpoint}) => endpoint.conditions?.ready !== false);
	if (ready.length > 0) return ready;
	return backends.filter(({endpoint: {conditions}}) => conditions?.serving !== false && conditions?.terminating);
}

/** A Service port finds its number in a slice by name, never by number. */
function portOf(slice: EndpointSlice, port: ServicePort): number | undefined {
	const found = (slice.ports ?? []).find(
		({name = '', protocol = 'TCP'}) => name === (port.name ?? '') && protocol === port.protocol,
	);
	return found?.port ?? undefined;
}
