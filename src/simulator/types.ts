// The API objects as JSON, with the fields the simulator reads or writes. Objects from the store are never changed in
// place: whoever wants another one builds another one.

/** metav1.ObjectMeta; times are RFC 3339 strings. */
export type ObjectMeta = {
	name: string;
	generateName?: string;
	namespace?: string;
	uid?: string;
	resourceVersion?: string;
	generation?: number;
	creationTimestamp?: string | null;
	deletionTimestamp?: string;
	deletionGracePeriodSeconds?: number;
	labels?: Record<string, string>;
	annotations?: Record<string, string>;
	ownerReferences?: OwnerReference[];
	finalizers?: string[];
	managedFields?: unknown[];
};

export type OwnerReference = {
	apiVersion: string;
	kind: string;
	name: string;
	uid: string;
	controller?: boolean;
	blockOwnerDeletion?: boolean;
};

/** Any API object. */
export type KubeObject = {apiVersion: string; kind: string; metadata: ObjectMeta};

export type LabelSelector = {
	matchLabels?: Record<string, string>;
	matchExpressions?: {key: string; operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'; values?: string[]}[];
};

export type Condition = {
	type: string;
	status: 'True' | 'False' | 'Unknown';
	reason?: string;
	message?: string;
	lastTransitionTime?: string | null;
	lastUpdateTime?: string | null;
	lastProbeTime?: string | null;
	lastHeartbeatTime?: string | null;
	observedGeneration?: number;
};

type ContainerPort = {name?: string; containerPort: number; protocol: 'TCP' | 'UDP' | 'SCTP'; hostPort?: number};

export type Probe = {
	httpGet?: {
		path?: string;
		port: number | string;
		scheme?: string;
		host?: string;
		httpHeaders?: {name: string; value: string}[];
	};
	tcpSocket?: {port: number | string; host?: string};
	exec?: {command?: string[]};
	grpc?: {port: number; service?: string};
	initialDelaySeconds?: number;
	periodSeconds?: number;
	timeoutSeconds?: number;
	successThreshold?: number;
	failureThreshold?: number;
	terminationGracePeriodSeconds?: number;
};

export type Container = {
	name: string;
	image: string;
	command?: string[];
	args?: string[];
	workingDir?: string;
	ports?: ContainerPort[];
	env?: {name: string; value?: string; valueFrom?: Record<string, unknown>}[];
	imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
	readinessProbe?: Probe;
	livenessProbe?: Probe;
	startupProbe?: Probe;
	lifecycle?: {
		preStop?: {exec?: {command?: string[]}; sleep?: {seconds: number}; httpGet?: Probe['httpGet']};
		postStart?: unknown;
	};
	restartPolicy?: string;
	volumeMounts?: {name: string; mountPath: string; readOnly?: boolean; subPath?: string}[];
	[field: string]: unknown;
};

export type PodSpec = {
	containers: Container[];
	initContainers?: Container[];
	nodeName?: string;
	nodeSelector?: Record<string, string>;
	hostname?: string;
	subdomain?: string;
	hostNetwork?: boolean;
	restartPolicy?: 'Always' | 'OnFailure' | 'Never';
	terminationGracePeriodSeconds?: number;
	serviceAccountName?: string;
	readinessGates?: {conditionType: string}[];
	tolerations?: {key?: string; operator?: string; value?: string; effect?: string; tolerationSeconds?: number}[];
	volumes?: Record<string, unknown>[];
	schedulerName?: string;
	[field: string]: unknown;
};

export type ContainerState = {
	waiting?: {reason?: string; message?: string};
	running?: {startedAt: string};
	terminated?: {
		exitCode: number;
		reason?: string;
		message?: string;
		startedAt?: string;
		finishedAt?: string;
		containerID?: string;
	};
};

export type ContainerStatus = {
	name: string;
	image: string;
	imageID: string;
	containerID?: string;
	ready: boolean;
	started?: boolean;
	restartCount: number;
	state: ContainerState;
	lastState: ContainerState;
	[field: string]: unknown;
};

export type PodStatus = {
	phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
	reason?: string;
	message?: string;
	conditions?: Condition[];
	containerStatuses?: ContainerStatus[];
	initContainerStatuses?: ContainerStatus[];
	podIP?: string;
	podIPs?: {ip: string}[];
	hostIP?: string;
	hostIPs?: {ip: string}[];
	startTime?: string;
	qosClass?: string;
	observedGeneration?: number;
	nominatedNodeName?: string;
	resources?: Record<string, unknown>;
};

export type Pod = KubeObject & {spec: PodSpec; status: PodStatus};
export type PodTemplate = {metadata?: Partial<ObjectMeta>; spec: PodSpec};

export type ServicePort = {
	name?: string;
	port: number;
	targetPort?: number | string;
	protocol: 'TCP' | 'UDP' | 'SCTP';
	nodePort?: number;
	appProtocol?: string;
};

export type Service = KubeObject & {
	spec: {
		type: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';
		selector?: Record<string, string>;
		ports?: ServicePort[];
		clusterIP?: string;
		clusterIPs?: string[];
		externalIPs?: string[];
		externalName?: string;
		sessionAffinity?: 'None' | 'ClientIP';
		sessionAffinityConfig?: {clientIP?: {timeoutSeconds?: number}};
		publishNotReadyAddresses?: boolean;
		internalTrafficPolicy?: 'Cluster' | 'Local';
		externalTrafficPolicy?: 'Cluster' | 'Local';
		ipFamilies?: string[];
		ipFamilyPolicy?: string;
		[field: string]: unknown;
	};
	status: {loadBalancer: Record<string, unknown>};
};

export type ObjectReference = {
	kind?: string;
	namespace?: string;
	name?: string;
	uid?: string;
	apiVersion?: string;
	resourceVersion?: string;
	fieldPath?: string;
};
export type EndpointAddress = {ip: string; hostname?: string; nodeName?: string; targetRef?: ObjectReference};
export type EndpointPort = {name?: string; port?: number | null; protocol?: string; appProtocol?: string};
export type EndpointSubset = {
	addresses?: EndpointAddress[];
	notReadyAddresses?: EndpointAddress[];
	ports?: EndpointPort[];
};
export type Endpoints = KubeObject & {subsets?: EndpointSubset[]};

export type Endpoint = {
	addresses: string[];
	conditions: {ready?: boolean; serving?: boolean; terminating?: boolean};
	hostname?: string;
	nodeName?: string;
	targetRef?: ObjectReference;
	zone?: string;
	hints?: {forZones?: {name: string}[]; forNodes?: {name: string}[]};
};
export type EndpointSlice = KubeObject & {
	addressType: string;
	endpoints: Endpoint[] | null;
	ports: EndpointPort[] | null;
};

export type ReplicaSet = KubeObject & {
	spec: {replicas: number; minReadySeconds?: number; selector: LabelSelector; template: PodTemplate};
	status: {
		replicas: number;
		fullyLabeledReplicas?: number;
		readyReplicas?: number;
		availableReplicas?: number;
		terminatingReplicas?: number;
		observedGeneration?: number;
		conditions?: Condition[];
	};
};

export type Deployment = KubeObject & {
	spec: {
		replicas: number;
		selector: LabelSelector;
		template: PodTemplate;
		strategy: {
			type: 'RollingUpdate' | 'Recreate';
			rollingUpdate?: {maxSurge: number | string; maxUnavailable: number | string};
		};
		minReadySeconds?: number;
		revisionHistoryLimit?: number;
		progressDeadlineSeconds?: number;
		paused?: boolean;
	};
	status: {
		observedGeneration?: number;
		replicas?: number;
		updatedReplicas?: number;
		readyReplicas?: number;
		availableReplicas?: number;
		unavailableReplicas?: number;
		terminatingReplicas?: number;
		collisionCount?: number;
		conditions?: Condition[];
	};
};

export type DaemonSet = KubeObject & {
	spec: {
		selector: LabelSelector;
		template: PodTemplate;
		updateStrategy: {
			type: 'RollingUpdate' | 'OnDelete';
			rollingUpdate?: {maxSurge: number | string; maxUnavailable: number | string};
		};
		minReadySeconds?: number;
		revisionHistoryLimit?: number;
	};
	status: {
		currentNumberScheduled: number;
		desiredNumberScheduled: number;
		numberMisscheduled: number;
		numberReady: number;
		numberAvailable?: number;
		numberUnavailable?: number;
		observedGeneration?: number;
		updatedNumberScheduled?: number;
	};
};

export type Node = KubeObject & {
	spec: {
		podCIDR?: string;
		podCIDRs?: string[];
		providerID?: string;
		taints?: {key: string; value?: string; effect: string}[];
		unschedulable?: boolean;
	};
	status: {
		addresses?: {type: string; address: string}[];
		conditions?: Condition[];
		capacity?: Record<string, string>;
		allocatable?: Record<string, string>;
		nodeInfo?: Record<string, string>;
		images?: {names: string[]; sizeBytes: number}[];
		[field: string]: unknown;
	};
};

export type Namespace = KubeObject & {spec?: {finalizers?: string[]}; status?: {phase: 'Active' | 'Terminating'}};
export type ConfigMap = KubeObject & {
	data?: Record<string, string>;
	binaryData?: Record<string, string>;
	immutable?: boolean;
};

export type KubeEvent = KubeObject & {
	involvedObject: ObjectReference;
	type: 'Normal' | 'Warning';
	reason: string;
	message: string;
	source?: {component?: string; host?: string};
	firstTimestamp?: string | null;
	lastTimestamp?: string | null;
	eventTime?: string | null;
	count?: number;
	series?: {count: number; lastObservedTime: string};
	action?: string;
	reportingComponent?: string;
	reportingInstance?: string;
};
