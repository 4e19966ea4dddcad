import type {Duplex} from 'node:stream';

/** What `kubectl logs` may ask (v1.PodLogOptions). */
export type LogOptions = {
	container?: string;
	follow?: boolean;
	previous?: boolean;
	timestamps?: boolean;
	tailLines?: number;
	sinceSeconds?: number;
	sinceTime?: string;
	limitBytes?: number;
};

/** The streams of one `kubectl exec`; with a TTY stderr is part of stdout. */
export type ExecStreams = {
	stdin?: AsyncIterable<Uint8Array>;
	stdout(data: string | Uint8Array): void;
	stderr(data: string | Uint8Array): void;
	tty: boolean;
	signal: AbortSignal;
};

/** What the API server asks of a Pod's kubelet. Every call throws StatusError with the real server's text. */
export type NodeApi = {
	/** Calls `write` with the text so far, and with later text while following; resolves at the end of the log. */
	logs(
		namespace: string,
		pod: string,
		options: LogOptions,
		write: (text: string) => void,
		signal: AbortSignal,
	): Promise<void>;
	/** Runs a command in a container and resolves to its exit code. */
	exec(
		namespace: string,
		pod: string,
		container: string | undefined,
		command: string[],
		streams: ExecStreams,
	): Promise<number>;
	/** Connects to the first process of a container, until it ends or the client goes; resolves to its exit code. */
	attach(namespace: string, pod: string, container: string | undefined, streams: ExecStreams): Promise<number>;
	/** Opens a TCP connection to a port of the Pod, from inside the Pod's own network (port-forward). */
	connect(namespace: string, pod: string, port: number): Promise<Duplex>;
};

/** An HTTP request inside the cluster's network. */
export type ClusterRequest = {method: string; url: string; headers: Record<string, string>; body?: Uint8Array};

/**
 * How a request ended without an answer; `connected` when somebody had taken the connection. `why` is what the network knows and
 * its clients, as in a real one, are not told.
 */
export type NetworkFailure = {
	failure: 'unknown-host' | 'refused' | 'timeout' | 'reset';
	message: string;
	why?: string;
	connected?: true;
};

/** An answer from inside the cluster's network; `from` is the address that gave it. */
export type ClusterReply = {
	status: number;
	headers: Record<string, string>;
	body: Uint8Array;
	from: {ip: string; port: number; pod?: string};
};

/** The cluster's network: names through DNS, cluster IPs through kube-proxy, Pod addresses directly. */
export type Network = {
	/** Sends a request from a client address; session affinity and access logs see that address. */
	request(
		request: ClusterRequest,
		client: {ip: string; node?: string; namespace?: string},
		signal?: AbortSignal,
	): Promise<ClusterReply | NetworkFailure>;
};
