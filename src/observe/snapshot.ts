import type {RequestsView} from './request-counts.ts';

// What the lab sees of a cluster, flattened once at the edge: checks, panes and hints read these and nothing else.

/** A Pod as the lab shows it. Times are ms since 1970. */
export type PodView = {
	name: string;
	namespace: string;
	uid: string;
	/** The address, or '' while there is none. */
	ip: string;
	node: string;
	phase: string;
	/** kubectl's STATUS column. */
	status: string;
	ready: boolean;
	/** Since when `ready` has been so, if known. */
	readyChangedAt?: number;
	terminating: boolean;
	restarts: number;
	labels: Record<string, string>;
	ports: {name: string; port: number; protocol: string}[];
	createdAt: number;
	image: string;
	/** Whether one of its containers has a readiness probe, or a preStop hook; absent means no. */
	readinessProbe?: boolean;
	preStop?: boolean;
	/** The name and the uid of the object that controls it, such as a ReplicaSet; absent for a Pod on its own. */
	owner?: string;
	ownerUid?: string;
	/** Cells of `kubectl get pods`; `restartedAt` is when a container ended last. */
	cells?: {ready: string; restarts: number; restartedAt?: number};
};

type ServicePortView = {name: string; port: number; targetPort: string; protocol: string};

export type ServiceView = {
	name: string;
	namespace: string;
	type: string;
	/** The cluster IP, `None`, or ''. */
	clusterIP: string;
	/** Absent when the Service has no selector. */
	selector?: Record<string, string>;
	ports: ServicePortView[];
	sessionAffinity: string;
	publishNotReadyAddresses: boolean;
};

/** One address and port of an Endpoints object or an EndpointSlice. */
export type AddressView = {
	ip: string;
	port: number | undefined;
	portName: string;
	ready: boolean;
	/** Endpoints objects do not know these two. */
	serving?: boolean;
	terminating?: boolean;
	/** The Pod it points to, when it points to one. */
	pod?: string;
	node?: string;
	/** The name of its own that DNS gives it below a headless Service. Read from slices only. */
	hostname?: string;
};

export type EndpointsView = {
	name: string;
	namespace: string;
	addresses: AddressView[];
	managedBy: string;
	createdAt?: number;
	/** Cells of `kubectl get endpoints`. */
	cells?: {endpoints: string};
};

export type SliceView = {
	name: string;
	namespace: string;
	/** The Service it belongs to, from its label. */
	service: string;
	managedBy: string;
	addresses: AddressView[];
	createdAt?: number;
	/** Cells of `kubectl get endpointslices`. */
	cells?: {addressType: string; ports: string; endpoints: string};
};

export type DeploymentView = {
	name: string;
	namespace: string;
	labels: Record<string, string>;
	desired: number;
	ready: number;
	updated: number;
	available: number;
	image: string;
	/** The labels that it gives to the Pods it makes. */
	podLabels: Record<string, string>;
	/** When `kubectl rollout restart` was last run on it, as that writes it. */
	restartedAt?: string;
};

/** One moment of the watched namespace. Lists are sorted by name. */
export type Snapshot = {
	/** When it was taken, ms since 1970. */
	at: number;
	pods: PodView[];
	services: ServiceView[];
	endpoints: EndpointsView[];
	slices: SliceView[];
	deployments: DeploymentView[];
	/** Requests through the gateway, all of the lesson up to this moment; absent when the lesson counts none. */
	requests?: RequestsView;
};

/** How the watches are doing; `error` is a sentence for the pane's header. */
export type ObserveStatus = {state: 'listing' | 'live' | 'retrying'; error?: string};

/** One thing that happened, for the timeline. The view puts it into words. */
export type TimelineEntry = {
	at: number;
	what:
		| 'command'
		| 'pod-created'
		| 'pod-scheduled'
		| 'pod-ready'
		| 'pod-unready'
		| 'pod-relabelled'
		| 'pod-released'
		| 'pod-terminating'
		| 'pod-gone'
		| 'endpoint-in'
		| 'endpoint-out'
		| 'service-created'
		| 'service-changed'
		| 'service-gone'
		| 'deployment-created'
		| 'deployment-changed'
		| 'deployment-updated'
		| 'deployment-gone';
	/** The object's name; for endpoint-in and -out the Service's. */
	name: string;
	/** The address, the number of replicas, the image, the labels, the former controller, or the command, as `what` has it. */
	detail?: string;
	/** Of a Pod: the uid of the object that controls it, and the name of the Deployment that has made that. */
	owner?: string;
	deployment?: string;
	/** Of an address: the Pod that it points to. */
	pod?: string;
	/** Of a Deployment: how many Pods more (or, below 0, fewer) it wants than before; of an updated one, how many it wants anew. */
	more?: number;
};
