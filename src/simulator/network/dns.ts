import type {Random} from '../random.ts';
import type {Store} from '../store.ts';
import type {Endpoint, Service} from '../types.ts';
import type {ServiceIndex} from './service-index.ts';

export type RecordType = 'A' | 'AAAA' | 'CNAME' | 'SRV' | 'PTR';

/** One record of an answer; `data` is an address, a name, or `priority weight port target` of an SRV record. */
type DnsRecord = {name: string; type: RecordType; data: string};

/** An answer, or `unreachable` where nobody takes the question. */
export type DnsAnswer = {code: 'NOERROR' | 'NXDOMAIN' | 'unreachable'; records: DnsRecord[]};

const zone = 'cluster.local';
const nothing: DnsAnswer = {code: 'NXDOMAIN', records: []};
const noData: DnsAnswer = {code: 'NOERROR', records: []};
const unreachable: DnsAnswer = {code: 'unreachable', records: []};

/** Where a Pod's resolv.conf sends its questions. */
const serverIP = '10.96.0.10';

/** The search domains that kubelet writes into a Pod's resolv.conf. */
export const searchDomains = (namespace: string): string[] => [`${namespace}.svc.${zone}`, `svc.${zone}`, zone];

/**
 * The answers of the cluster's DNS, as CoreDNS' kubernetes plugin gives them from Services and EndpointSlices.
 * Names outside the cluster exist only when they are declared.
 */
export class Dns {
	readonly #store: Store;
	readonly #index: ServiceIndex;
	readonly #outside: ReadonlyMap<string, string>;
	readonly #random: Random;

	constructor(
		store: Store,
		index: ServiceIndex,
		{outside, random}: {outside: ReadonlyMap<string, string>; random: Random},
	) {
		this.#store = store;
		this.#index = index;
		this.#outside = outside;
		this.#random = random;
	}

	/** Whether questions get to a server: the Service of the DNS server's address has an endpoint, by kube-proxy's rules. */
	get reachable(): boolean {
		const {namespace = '', name = ''} = this.#index.byClusterIP(serverIP)?.metadata ?? {};
		for (const {endpoints} of this.#index.slices(namespace, name)) {
			for (const {conditions} of endpoints ?? [])
				if (conditions?.ready !== false || (conditions.terminating && conditions.serving !== false)) return true;
		}
		return false;
	}

	/** Answers a question about a full name (a final dot does no harm); no search domain is tried. */
	lookup(question: string, type: RecordType): DnsAnswer {
		if (!this.reachable) return unreachable;
		const name = question.toLowerCase().replace(/\.$/, '');
		if (type === 'PTR') return this.#reverse(name);
		if (name === zone || name === `svc.${zone}` || name === `pod.${zone}`) return noData;
		if (name.endsWith(`.svc.${zone}`)) return this.#service(name, name.slice(0, -`.svc.${zone}`.length), type);
		if (name.endsWith(`.pod.${zone}`)) return this.#pod(name, name.slice(0, -`.pod.${zone}`.length), type);
		if (name.endsWith(`.${zone}`)) return nothing;
		const address = this.#outside.get(name);
		if (!address) return nothing;
		return type === 'A' ? {code: 'NOERROR', records: [{name, type, data: address}]} : noData;
	}

	/** The first IPv4 address, as getaddrinfo finds it with these search domains and ndots:5. */
	resolve(name: string, search: string[]): string | undefined {
		for (const candidate of candidates(name, search)) {
			const address = this.#address(candidate);
			if (address) return address;
		}
		return undefined;
	}

	#address(name: string): string | undefined {
		for (const record of this.lookup(name, 'A').records) if (record.type === 'A') return record.data;
		return undefined;
	}

	#service(name: string, relative: string, type: RecordType): DnsAnswer {
		const labels = relative.split('.');
		const namespace = labels.pop()!;
		if (!this.#store.get('namespaces', undefined, namespace)) return nothing;
		const serviceName = labels.pop();
		if (serviceName === undefined) return noData;
		const service = this.#store.get<Service>('services', namespace, serviceName);
		if (!service) return nothing;
		if (service.spec.type === 'ExternalName') return this.#external(name, service, type);
		if (labels.length === 2 && labels[0]!.startsWith('_') && labels[1]!.startsWith('_'))
			return this.#srv(name, service, {port: labels[0]!.slice(1), protocol: labels[1]!.slice(1)}, type);
		if (labels.length > 1) return nothing;
		const headless = service.spec.clusterIP === 'None';
		if (labels.length === 0 && !headless) {
			const data = service.spec.clusterIP;
			if (type === 'SRV') return this.#srv(name, service, {}, type);
			return type === 'A' && data ? {code: 'NOERROR', records: [{name, type, data}]} : noData;
		}
		const endpoints = [...this.#endpoints(service)].filter(
			endpoint => labels.length === 0 || endpointName(endpoint) === labels[0],
		);
		if (endpoints.length === 0) return nothing;
		if (type === 'SRV') return this.#srv(name, service, {}, type);
		if (type !== 'A') return noData;
		const records = endpoints.map(({addresses}): DnsRecord => ({name, type, data: addresses[0]!}));
		return {code: 'NOERROR', records: this.#shuffled(records)};
	}

	/** In another order each time, as CoreDNS' plugin loadbalance sends addresses. */
	#shuffled(records: DnsRecord[]): DnsRecord[] {
		for (let i = records.length - 1; i > 0; i--) {
			const other = this.#random.below(i + 1);
			[records[i], records[other]] = [records[other]!, records[i]!];
		}
		return records;
	}

	#external(name: string, service: Service, type: RecordType): DnsAnswer {
		const target = service.spec.externalName ?? '';
		const alias: DnsRecord = {name, type: 'CNAME', data: target};
		const rest = type === 'CNAME' ? [] : this.lookup(target, type).records;
		return {code: 'NOERROR', records: [alias, ...rest]};
	}

	/** SRV records; without a port every named port has one. */
	#srv(name: string, service: Service, wanted: {port?: string; protocol?: string}, type: RecordType): DnsAnswer {
		const base = `${service.metadata.name}.${service.metadata.namespace}.svc.${zone}`;
		const found: {port: number; target: string}[] = [];
		const matches = (port: {name?: string; protocol?: string}) =>
			wanted.port === undefined ||
			((port.name ?? '') === wanted.port && (port.protocol ?? 'TCP').toLowerCase() === wanted.protocol);
		if (service.spec.clusterIP === 'None') {
			for (const slice of this.#index.slices(service.metadata.namespace ?? '', service.metadata.name)) {
				for (const port of slice.ports ?? []) {
					if (!matches(port) || !port.port) continue;
					for (const endpoint of slice.endpoints ?? [])
						if (isReady(endpoint)) found.push({port: port.port, target: `${endpointName(endpoint)}.${base}`});
				}
			}
		} else {
			for (const port of service.spec.ports ?? []) if (matches(port)) found.push({port: port.port, target: base});
		}
		if (found.length === 0) return nothing;
		if (type !== 'SRV') return noData;
		const weight = Math.floor(100 / found.length);
		return {
			code: 'NOERROR',
			records: found.map(({port, target}) => ({name, type, data: `0 ${weight} ${port} ${target}`})),
		};
	}

	/** `10-244-1-5.default.pod`: CoreDNS answers with the address in the name (`pods insecure`). */
	#pod(name: string, relative: string, type: RecordType): DnsAnswer {
		const [dashed = '', namespace = '', ...more] = relative.split('.');
		if (more.length > 0 || !this.#store.get('namespaces', undefined, namespace || dashed)) return nothing;
		if (!namespace) return noData;
		const address = dashed.replaceAll('-', '.');
		if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) return nothing;
		return type === 'A' ? {code: 'NOERROR', records: [{name, type, data: address}]} : noData;
	}

	#reverse(name: string): DnsAnswer {
		const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\.in-addr\.arpa$/.exec(name);
		if (!match) return nothing;
		const ip = match.slice(1).reverse().join('.');
		const answer = (target: string): DnsAnswer => ({
			code: 'NOERROR',
			records: [{name, type: 'PTR', data: target}],
		});
		const service = this.#index.byClusterIP(ip);
		if (service) return answer(`${service.metadata.name}.${service.metadata.namespace}.svc.${zone}`);
		for (const candidate of this.#store.list<Service>('services')) {
			for (const endpoint of this.#endpoints(candidate)) {
				if (endpoint.addresses[0] === ip)
					return answer(
						`${endpointName(endpoint)}.${candidate.metadata.name}.${candidate.metadata.namespace}.svc.${zone}`,
					);
			}
		}
		return nothing;
	}

	*#endpoints({metadata: {namespace = '', name}}: Service): Iterable<Endpoint> {
		for (const slice of this.#index.slices(namespace, name))
			for (const endpoint of slice.endpoints ?? []) if (isReady(endpoint)) yield endpoint;
	}
}

/** The full names that a resolver with `ndots:5` tries for a name, in order. */
export function candidates(name: string, search: string[]): string[] {
	if (name.endsWith('.')) return [name.slice(0, -1)];
	const dots = name.split('.').length - 1;
	const searched = search.map(domain => `${name}.${domain}`);
	return dots >= 5 ? [name, ...searched] : [...searched, name];
}

const isReady = ({conditions, addresses}: Endpoint) => conditions?.ready !== false && addresses.length > 0;

/** The first label of an endpoint's own name: its hostname, or its address with dashes. */
const endpointName = ({hostname, addresses}: Endpoint) => hostname || addresses[0]!.replaceAll('.', '-');
