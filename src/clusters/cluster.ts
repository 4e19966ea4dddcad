import type {RightsCheck} from './context/rights.ts';

/**
 * What a lesson may ask of a cluster; asked of the interface, never by name. `namespaces`: the lesson may make others beside
 * its own. `kube-proxy`: its Pods can be looked into, and write rules of iptables. `registry`: its nodes reach the
 * registries of images, which they ask each time for one without a fixed tag. `outside-host`: a machine outside the cluster
 * answers HTTP at 10.0.0.250, which the cluster's DNS knows as harbor.example.com.
 */
export type Capability =
	| 'nodes'
	| 'namespaces'
	| 'etcd'
	| 'kube-proxy'
	| 'hundred-pods'
	| 'many-pods'
	| 'registry'
	| 'clock'
	| 'state'
	| 'answered-by'
	| 'outside-host';

/** A cluster that is up, whoever runs it: a kubeconfig file and a door into its network. */
export type Cluster = {
	kind: 'embedded' | 'kind' | 'context';
	/** For the header: `SIMULATED v1.36`, `kind v1.36`. */
	title: string;
	simulated: boolean;
	/** Path of a 0600 kubeconfig whose current context is this cluster and namespace. */
	kubeconfig: string;
	namespace: string;
	/**
	 * URL of the HTTP forward proxy into the cluster's network (the gateway). Each user name, as in
	 * `http://NAME@127.0.0.1:PORT` or `curl -U NAME:`, is a client with an address of its own. With the capability
	 * `answered-by` each answer carries `Endpoint-Lab-Answered-By: ADDRESS:PORT`, the endpoint that gave it; a proxy
	 * that is an ordinary program in the cluster sees the Service's own address only, and leaves the header out. A
	 * request without an answer ends in 502 or 504 with a `Proxy-Status` (RFC 9209) that says why.
	 */
	gateway: string;
	capabilities: ReadonlySet<Capability>;
	/** Tells which of some rights its user lacks, where there are limits. Rejects as the API server refuses to tell. */
	missingRights?: RightsCheck;
	/** Its time, where it can be held (capability `clock`). */
	clock?: ClusterClock;
	/** Its whole state, where it can be read and put back (capability `state`). */
	state?: ClusterState;
	/** Lets go of the cluster; what it held is kept for the next start where its kind keeps it. */
	close(): Promise<void>;
};

/** How fast a cluster's time passes: 0 is paused, Infinity is as fast as it goes, 1 is as time passes outside. */
export type ClusterSpeed = number;

/** What a cluster says of its time, in ms since 1970; `next` is the time of its next pending event. */
export type ClusterTime = {now: number; speed: ClusterSpeed; next: number | undefined};

/** The time of a cluster that is not bound to ours. Whoever holds the kubeconfig may change it. All throw UserError. */
export type ClusterClock = {
	get(): Promise<ClusterTime>;
	setSpeed(speed: ClusterSpeed): Promise<ClusterTime>;
	/** Pauses, and goes on to the next change of an object; `changed` is false when nothing was under way. */
	step(): Promise<ClusterTime & {changed: boolean}>;
	/** Hears of each change of the pace, whoever makes it, until the signal ends that. */
	follow(signal: AbortSignal): Promise<FollowedClock>;
};

/** A cluster's time as it is reckoned here between what the cluster tells. */
export type FollowedClock = {
	/** ms since 1970. */
	now(): number;
	speed(): ClusterSpeed;
	/** Calls back when the pace has changed. Returns how to stop that. */
	subscribe(listener: () => void): () => void;
};

/** A cluster's state, as a text that only its own kind reads. Both throw UserError. */
export type ClusterState = {
	read(): Promise<string>;
	/** Replaces everything in the cluster at once, or nothing when the text is no such state. */
	restore(state: string): Promise<void>;
};
