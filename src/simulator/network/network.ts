import type {Clock} from '../clock.ts';
import type {ClusterReply, ClusterRequest, Network, NetworkFailure} from '../node/node-api.ts';
import type {Part, Simulation} from '../simulation.ts';
import type {Store} from '../store.ts';
import type {Service, ServicePort} from '../types.ts';
import {controlPlaneAddress} from './control-plane.ts';
import {Dns, searchDomains} from './dns.ts';
import type {HttpServer} from './http-server.ts';
import {iptablesSave, type Table} from './iptables.ts';
import {type Entrance, KubeProxy} from './kube-proxy.ts';
import type {Arrival, OutgoingRequest, PodNetwork} from './pod-network.ts';
import {indexServices, type ServiceIndex} from './service-index.ts';

/** An address where something may listen: a Pod, a node, or a machine outside the cluster. */
export type NetworkHost = {
	pod?: {namespace: string; name: string};
	node?: string;
	listener(port: number): HttpServer | undefined;
};

/** Who connects. Without a node it is somebody outside the cluster; without a namespace short names are not found. */
export type Client = {ip: string; node?: string; namespace?: string};

/** A connection that was accepted. `source` is the address that the server sees. */
export type Connection = {
	server: HttpServer;
	to: {ip: string; port: number; pod?: string};
	source: string;
};

/** What of the network is kept when the cluster is: plain JSON. */
export type NetworkSnapshot = {affinity: Record<string, {ip: string; port: number; seen: number}>};

const defaultTimeout = 10_000;
const isAddress = (host: string) => /^\d{1,3}(\.\d{1,3}){3}$/.test(host);

/**
 * The cluster's network: names go through DNS, cluster IPs and node ports through kube-proxy, Pod addresses straight to
 * their Pod. Nothing here reaches the real network.
 */
export class ClusterNetwork implements Network, Part {
	readonly dns: Dns;
	readonly #clock: Clock;
	readonly #store: Store;
	readonly #index: ServiceIndex;
	readonly #proxy: KubeProxy;
	readonly #hosts = new Map<string, NetworkHost>();
	readonly #names = new Map<string, string>();

	constructor({clock, random, store}: Pick<Simulation, 'clock' | 'random' | 'store'>, snapshot?: NetworkSnapshot) {
		this.#clock = clock;
		this.#store = store;
		this.#index = indexServices(store);
		this.#proxy = new KubeProxy(this.#index, {clock, random}, snapshot?.affinity);
		this.dns = new Dns(store, this.#index, {outside: this.#names, random});
	}

	/** Puts a host at an address until the returned function is called. */
	attach(ip: string, host: NetworkHost): () => void {
		this.#hosts.set(ip, host);
		return () => {
			if (this.#hosts.get(ip) === host) this.#hosts.delete(ip);
		};
	}

	/** Declares a machine outside the cluster, such as 10.0.0.250, with the names that DNS gives it. */
	declare(ip: string, host: NetworkHost, names: string[] = []): () => void {
		for (const name of names) this.#names.set(name.toLowerCase(), ip);
		const detach = this.attach(ip, host);
		return () => {
			for (const name of names) this.#names.delete(name.toLowerCase());
			detach();
		};
	}

	/** The network as a Pod sees it that has this address. */
	podNetwork(pod: {ip: string; node: string; namespace: string; hostNetwork?: boolean | undefined}): PodNetwork {
		const search = searchDomains(pod.namespace);
		/** A Pod reaches its own ports through localhost too. */
		const own = (host: string): [string, Client] =>
			host === 'localhost' || host.startsWith('127.') ? [pod.ip, {...pod, ip: '127.0.0.1'}] : [host, pod];
		return {
			ip: pod.ip,
			clock: this.#clock,
			search,
			// A network of the Pod's own has no rules.
			rules: tables => (pod.hostNetwork ? this.#rules(pod.node, tables) : ''),
			etcd: pod.hostNetwork && pod.ip === controlPlaneAddress ? this.#store : undefined,
			lookup: (name, type) => this.dns.lookup(name, type),
			resolve: name => (isAddress(name) ? name : this.dns.resolve(name, search)),
			hopsTo: ip => {
				if (ip === pod.ip || ip.startsWith('127.')) return 0;
				const node = this.#index.nodeByIP(ip)?.metadata.name ?? this.#hosts.get(ip)?.node;
				if (!node && !this.#hosts.has(ip)) return undefined;
				// The own node routes to all others, and another one once more to its Pods.
				if (node === pod.node) return this.#index.nodeByIP(ip) ? 0 : 1;
				return this.#hosts.get(ip)?.pod ? 2 : 1;
			},
			probe: ({host, port, connectTimeout}, done) => {
				const [to, client] = own(host);
				const result = this.connect(to, port, client);
				if (!('failure' in result)) done('open');
				else if (result.failure === 'timeout') {
					const timer = this.#clock.after(connectTimeout, () => done('timeout'));
					return () => timer.cancel();
				} else done(result.failure);
				return () => {};
			},
			send: (request, done) => {
				const [host, client] = own(request.host);
				return this.send({...request, host}, client, done);
			},
		};
	}

	#rules(node: string, tables: readonly Table[]): string {
		const services = this.#store.list<Service>('services');
		return iptablesSave({proxy: this.#proxy, services, node}, tables);
	}

	/** Opens a connection, or says why there is none. */
	connect(host: string, port: number, client: Client): Connection | NetworkFailure {
		const ip = isAddress(host) ? host : this.#resolve(host, client);
		if (!ip) {
			const why = this.dns.reachable ? '' : " (the Service of the cluster's DNS has no ready endpoint)";
			return {failure: 'unknown-host', message: `Could not resolve host: ${host}${why}`};
		}
		const fail = (failure: 'refused' | 'timeout', why: string): NetworkFailure => {
			const text = failure === 'refused' ? 'Connection refused' : 'Connection timed out';
			const name = ip === host ? ip : `${host} (${ip})`;
			return {failure, message: `connect to ${name} port ${port} failed: ${text}`, why};
		};
		if (ip.startsWith('127.')) return fail('refused', `${host} is not reachable from the cluster's network`);
		const target = this.#target(ip, port, client);
		if ('refused' in target) return fail('refused', target.refused);
		if ('dropped' in target) return fail('timeout', target.dropped);
		const {to, node} = target;
		const found = this.#hosts.get(to.ip);
		if (!found) {
			if (this.#index.nodeByIP(to.ip)) return fail('refused', `nothing listens on port ${to.port} of node ${to.ip}`);
			return fail('timeout', `no Pod and no machine has the address ${to.ip}`);
		}
		const pod = found.pod && `${found.pod.namespace}/${found.pod.name}`;
		const server = found.listener(to.port);
		if (!server) {
			const owner = pod ? `Pod ${pod} (${to.ip})` : to.ip;
			return fail('refused', `nothing listens on port ${to.port} of ${owner}`);
		}
		return {server, to: {...to, ...(pod && {pod})}, source: sourceAddress(client, to.ip, ip, node)};
	}

	/** Sends an HTTP request; `done` is called once, at once or later, in cluster time. */
	send(request: OutgoingRequest, client: Client, done: (result: Arrival | NetworkFailure) => void): () => void {
		const connection = this.connect(request.host, request.port, client);
		if ('failure' in connection) {
			if (connection.failure !== 'timeout') {
				done(connection);
				return () => {};
			}
			const timer = this.#clock.after(request.connectTimeout, () => done(connection));
			return () => timer.cancel();
		}
		const {server, to, source} = connection;
		let over = false;
		const finish = (result: Arrival | NetworkFailure) => {
			if (over) return;
			over = true;
			timer?.cancel();
			done(result);
		};
		let timer: {cancel(): void} | undefined;
		server(
			{
				method: request.method,
				path: request.path,
				headers: request.headers,
				body: request.body ?? new Uint8Array(),
				client: source,
			},
			answer =>
				finish(
					answer
						? {...answer, from: to}
						: {failure: 'reset', message: `Empty reply from server ${to.ip}:${to.port}`, connected: true},
				),
		);
		if (!over) {
			timer = this.#clock.after(request.timeout, () =>
				finish({
					failure: 'timeout',
					message: `no answer from ${to.ip} port ${to.port} within ${request.timeout} ms`,
					connected: true,
				}),
			);
		}
		return () => {
			over = true;
			timer?.cancel();
		};
	}

	request(request: ClusterRequest, client: Client, signal?: AbortSignal): Promise<ClusterReply | NetworkFailure> {
		const url = new URL(request.url);
		return new Promise((resolve, reject) => {
			const abort = () => {
				giveUp();
				reject(signal?.reason);
			};
			const giveUp = this.send(
				{
					method: request.method,
					host: url.hostname,
					port: Number(url.port || (url.protocol === 'https:' ? 443 : 80)),
					path: url.pathname + url.search,
					headers: {host: url.host, ...request.headers},
					body: request.body,
					connectTimeout: defaultTimeout,
					timeout: 60_000,
				},
				client,
				result => {
					signal?.removeEventListener('abort', abort);
					resolve(result);
				},
			);
			signal?.addEventListener('abort', abort, {once: true});
		});
	}

	snapshot(): NetworkSnapshot {
		return {affinity: this.#proxy.snapshot()};
	}

	stop(): void {
		this.#index.stop();
		this.#hosts.clear();
	}

	#resolve(host: string, client: Client): string | undefined {
		return this.dns.resolve(host, client.namespace === undefined ? [] : searchDomains(client.namespace));
	}

	/** Follows kube-proxy's rules: cluster IPs, external IPs and node ports lead to an endpoint, all else stays. */
	#target(
		ip: string,
		port: number,
		client: Client,
	): {to: {ip: string; port: number}; node?: string} | {refused: string} | {dropped: string} {
		const node = this.#index.nodeByIP(ip);
		let service: Service | undefined = this.#index.byClusterIP(ip);
		let entrance: Entrance = 'internal';
		let entry: ServicePort | undefined;
		if (service) entry = findPort(service, candidate => candidate.port === port);
		else if (node) {
			service = this.#index.byNodePort(port);
			entry = service && findPort(service, candidate => candidate.nodePort === port);
			entrance = 'external';
			if (!service) return {to: {ip, port}};
		} else {
			service = this.#index.byExternalIP(ip);
			entry = service && findPort(service, candidate => candidate.port === port);
			entrance = 'external';
			if (!service) return {to: {ip, port}};
		}
		const {namespace, name} = service.metadata;
		if (!entry) return {dropped: `Service ${namespace}/${name} has no port ${port}`};
		const via = entrance === 'external' && node ? {...client, node: node.metadata.name} : client;
		const choice = this.#proxy.choose(service, entry, via, entrance);
		return 'to' in choice ? {...choice, ...(via.node && {node: via.node})} : choice;
	}
}

/** Makes the network of a simulation. */
export const createNetwork = (simulation: Simulation, snapshot?: NetworkSnapshot): ClusterNetwork =>
	new ClusterNetwork(simulation, snapshot);

const findPort = ({spec}: Service, matches: (port: ServicePort) => boolean) =>
	(spec.ports ?? []).find(port => port.protocol === 'TCP' && matches(port));

/** A Pod that reaches itself through its Service is masqueraded: it sees its node's bridge address. */
function sourceAddress(client: Client, to: string, asked: string, node: string | undefined): string {
	if (client.ip !== to || asked === to || node === undefined) return client.ip;
	return `${to.slice(0, to.lastIndexOf('.'))}.1`;
}
