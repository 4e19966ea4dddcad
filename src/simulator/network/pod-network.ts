import type {Clock} from '../clock.ts';
import type {NetworkFailure} from '../node/node-api.ts';
import type {Store} from '../store.ts';
import type {DnsAnswer, RecordType} from './dns.ts';
import type {HttpReply} from './http-server.ts';
import type {Table} from './iptables.ts';

/** A request that a program sends; `host` is a name or an address. */
export type OutgoingRequest = {
	method: string;
	host: string;
	port: number;
	path: string;
	headers: Record<string, string>;
	body?: Uint8Array;
	/** How long to wait for a connection, and for an answer, in ms of cluster time. */
	connectTimeout: number;
	timeout: number;
};

/** The answer, and who gave it. */
export type Arrival = HttpReply & {from: {ip: string; port: number; pod?: string}};

/** The cluster's network as the programs of one Pod see it. */
export type PodNetwork = {
	readonly ip: string;
	readonly clock: Clock;
	/** The search domains of /etc/resolv.conf. */
	readonly search: string[];
	/** What `iptables-save` prints of these tables in the Pod's network namespace: that of its node with hostNetwork. */
	rules(tables: readonly Table[]): string;
	/** What answers as etcd on port 2379 of the Pod's own network: on the control plane's network, the API's store. */
	readonly etcd: Store | undefined;
	/** Asks the cluster's DNS for exactly this name. */
	lookup(name: string, type: RecordType): DnsAnswer;
	/** The address of a name, as the C library finds it: /etc/hosts apart, with search domains and ndots:5. */
	resolve(name: string): string | undefined;
	/** How many routers lie before what answers at an address when it is pinged; undefined when nothing does. */
	hopsTo(ip: string): number | undefined;
	/** Tries to open a connection; `done` is told how that went. */
	probe(
		target: {host: string; port: number; connectTimeout: number},
		done: (result: 'open' | NetworkFailure['failure']) => void,
	): () => void;
	/** Sends a request; `done` is called once, at once or later. The returned function gives up. */
	send(request: OutgoingRequest, done: (result: Arrival | NetworkFailure) => void): () => void;
};
