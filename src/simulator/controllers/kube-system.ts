import {timestamp} from '../clock.ts';
import {lookUpImage} from '../node/image-store.ts';
import {podStatus} from '../node/pod-status.ts';
import {createMirrorPod, staticPods} from '../node/static-pods.ts';
import type {Simulation} from '../simulation.ts';
import type {DaemonSet, Deployment, Node, Pod, PodSpec, ReplicaSet} from '../types.ts';
import {daemonPod, daemonSetHash} from './daemon-pods.ts';
import type {Create} from './kubernetes-service.ts';
import {controllerReference} from './owners.ts';
import {podTemplateHash} from './pod-template-hash.ts';

const namespace = 'kube-system';
const linux = {'kubernetes.io/os': 'linux'};
const dnsLabels = {'k8s-app': 'kube-dns'};

const corefile = `# The embedded cluster's DNS answers as this file says, and does not follow changes of it.
.:53 {
    errors
    health {
       lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
       pods insecure
       fallthrough in-addr.arpa ip6.arpa
       ttl 30
    }
    prometheus :9153
    forward . /etc/resolv.conf {
       max_concurrent 1000
    }
    cache 30
    loop
    reload
    loadbalance
}
`;

const proxyConfiguration = `# The embedded cluster's nodes have the rules that this file says, and do not follow changes of it.
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
clusterCIDR: 10.244.0.0/16
iptables:
  minSyncPeriod: 1s
mode: iptables
`;

// Probes and volumes of the host are left out of these templates: nothing here looks at them.

const coredns: PodSpec = {
	containers: [
		{
			name: 'coredns',
			image: 'registry.k8s.io/coredns/coredns:v1.14.2',
			args: ['-conf', '/etc/coredns/Corefile'],
			ports: [
				{containerPort: 53, name: 'dns', protocol: 'UDP'},
				{containerPort: 53, name: 'dns-tcp', protocol: 'TCP'},
				{containerPort: 9153, name: 'metrics', protocol: 'TCP'},
			],
			resources: {limits: {memory: '170Mi'}, requests: {cpu: '100m', memory: '70Mi'}},
			securityContext: {
				allowPrivilegeEscalation: false,
				capabilities: {add: ['NET_BIND_SERVICE'], drop: ['ALL']},
				readOnlyRootFilesystem: true,
			},
			volumeMounts: [{mountPath: '/etc/coredns', name: 'config-volume', readOnly: true}],
		},
	],
	dnsPolicy: 'Default',
	nodeSelector: linux,
	priorityClassName: 'system-cluster-critical',
	serviceAccountName: 'coredns',
	tolerations: [
		{key: 'CriticalAddonsOnly', operator: 'Exists'},
		{effect: 'NoSchedule', key: 'node-role.kubernetes.io/control-plane'},
	],
	volumes: [{configMap: {items: [{key: 'Corefile', path: 'Corefile'}], name: 'coredns'}, name: 'config-volume'}],
};

const fieldVariable = (name: string, fieldPath: string) => ({name, valueFrom: {fieldRef: {fieldPath}}});

const kubeProxy: PodSpec = {
	containers: [
		{
			name: 'kube-proxy',
			image: 'registry.k8s.io/kube-proxy:v1.36.2',
			command: [
				'/usr/local/bin/kube-proxy',
				'--config=/var/lib/kube-proxy/config.conf',
				'--hostname-override=$(NODE_NAME)',
			],
			env: [fieldVariable('NODE_NAME', 'spec.nodeName')],
			securityContext: {privileged: true},
			volumeMounts: [{mountPath: '/var/lib/kube-proxy', name: 'kube-proxy'}],
		},
	],
	hostNetwork: true,
	nodeSelector: linux,
	priorityClassName: 'system-node-critical',
	serviceAccountName: 'kube-proxy',
	tolerations: [{operator: 'Exists'}],
	volumes: [{configMap: {name: 'kube-proxy'}, name: 'kube-proxy'}],
};

const kindnet: PodSpec = {
	containers: [
		{
			name: 'kindnet-cni',
			image: 'docker.io/kindest/kindnetd:v20260528-9350166c',
			env: [
				fieldVariable('HOST_IP', 'status.hostIP'),
				fieldVariable('POD_IP', 'status.podIP'),
				{name: 'POD_SUBNET', value: '10.244.0.0/16'},
				{name: 'CONTROL_PLANE_ENDPOINT', value: 'lab-control-plane:6443'},
			],
			resources: {limits: {cpu: '100m', memory: '50Mi'}, requests: {cpu: '100m', memory: '50Mi'}},
			securityContext: {capabilities: {add: ['NET_RAW', 'NET_ADMIN']}, privileged: false},
		},
	],
	hostNetwork: true,
	nodeSelector: linux,
	serviceAccountName: 'kindnet',
	tolerations: [{effect: 'NoSchedule', operator: 'Exists'}],
};

/**
 * What kubeadm and kind put into kube-system: the control plane's own Pods, CoreDNS behind the Service kube-dns, and
 * kube-proxy and kindnet on every node, all of them running already. Endpoints and slices are left to their controllers.
 */
export function createKubeSystem(simulation: Simulation, create: Create): void {
	const nodes = [...simulation.store.list<Node>('nodes')];
	for (const name of ['coredns', 'kindnet', 'kube-proxy']) create('serviceaccounts', {metadata: {name, namespace}});
	create('configmaps', {metadata: {name: 'coredns', namespace}, data: {Corefile: corefile}});
	create('configmaps', {
		metadata: {name: 'kube-proxy', namespace, labels: {app: 'kube-proxy'}},
		data: {'config.conf': proxyConfiguration},
	});
	for (const node of nodes)
		for (const {mirror} of staticPods(node)) run(simulation, createMirrorPod(simulation, mirror), node);
	createDns(simulation, create, nodes[0]!);
	createDaemons(simulation, create, nodes, {
		name: 'kube-proxy',
		labels: {'k8s-app': 'kube-proxy'},
		selector: {'k8s-app': 'kube-proxy'},
		spec: kubeProxy,
	});
	createDaemons(simulation, create, nodes, {
		name: 'kindnet',
		labels: {app: 'kindnet', 'k8s-app': 'kindnet', tier: 'node'},
		selector: {app: 'kindnet'},
		spec: kindnet,
	});
}

/** CoreDNS on the control plane, with the Deployment and the ReplicaSet that it belongs to, and its Service. */
function createDns(simulation: Simulation, create: Create, node: Node): void {
	const {registry, clock} = simulation;
	const replicas = 2;
	const deployment = create('deployments', {
		metadata: {name: 'coredns', namespace, labels: dnsLabels, annotations: {'deployment.kubernetes.io/revision': '1'}},
		spec: {
			replicas,
			selector: {matchLabels: dnsLabels},
			strategy: {type: 'RollingUpdate', rollingUpdate: {maxUnavailable: 1}},
			template: {metadata: {labels: dnsLabels}, spec: structuredClone(coredns)},
		},
	}) as Deployment | undefined;
	if (!deployment) return;
	const {template} = deployment.spec;
	const hash = podTemplateHash(template);
	const labels = {...dnsLabels, 'pod-template-hash': hash};
	const set = create('replicasets', {
		metadata: {
			name: `coredns-${hash}`,
			namespace,
			labels,
			annotations: {
				'deployment.kubernetes.io/desired-replicas': '2',
				'deployment.kubernetes.io/max-replicas': '3',
				'deployment.kubernetes.io/revision': '1',
			},
			ownerReferences: [controllerReference(deployment)],
		},
		spec: {
			replicas,
			selector: {matchLabels: labels},
			template: {metadata: {labels}, spec: structuredClone(template.spec)},
		},
	}) as ReplicaSet;
	for (let i = 0; i < replicas; i++) {
		const pod = create('pods', {
			metadata: {
				name: '',
				generateName: `${set.metadata.name}-`,
				namespace,
				labels: {...labels},
				ownerReferences: [controllerReference(set)],
			},
			spec: {...structuredClone(template.spec), nodeName: node.metadata.name},
		}) as Pod;
		run(simulation, pod, node, `10.244.0.${2 + i}`);
	}
	const counts = {replicas, readyReplicas: replicas, availableReplicas: replicas, observedGeneration: 1};
	registry.update<ReplicaSet>(
		'replicasets',
		{...set, status: {...counts, fullyLabeledReplicas: replicas, terminatingReplicas: 0}},
		{subresource: 'status'},
	);
	const time = timestamp(clock.now());
	const condition = (type: string, reason: string, message: string) => ({
		type,
		status: 'True' as const,
		lastUpdateTime: time,
		lastTransitionTime: time,
		reason,
		message,
	});
	const conditions = [
		condition('Available', 'MinimumReplicasAvailable', 'Deployment has minimum availability.'),
		condition(
			'Progressing',
			'NewReplicaSetAvailable',
			`ReplicaSet "${set.metadata.name}" has successfully progressed.`,
		),
	];
	registry.update<Deployment>(
		'deployments',
		{...deployment, status: {...counts, updatedReplicas: replicas, terminatingReplicas: 0, conditions}},
		{subresource: 'status'},
	);
	create('services', {
		metadata: {
			name: 'kube-dns',
			namespace,
			labels: {...dnsLabels, 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS'},
			annotations: {'prometheus.io/port': '9153', 'prometheus.io/scrape': 'true'},
		},
		spec: {
			type: 'ClusterIP',
			clusterIP: '10.96.0.10',
			clusterIPs: ['10.96.0.10'],
			selector: dnsLabels,
			ports: [
				{name: 'dns', port: 53, protocol: 'UDP', targetPort: 53},
				{name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53},
				{name: 'metrics', port: 9153, protocol: 'TCP', targetPort: 9153},
			],
		},
	});
}

type Daemon = {name: string; labels: Record<string, string>; selector: Record<string, string>; spec: PodSpec};

/** A DaemonSet with its Pod on each node. */
function createDaemons(simulation: Simulation, create: Create, nodes: Node[], daemon: Daemon): void {
	const {name, labels, selector, spec} = daemon;
	const set = create('daemonsets', {
		metadata: {name, namespace, labels},
		spec: {selector: {matchLabels: selector}, template: {metadata: {labels}, spec: structuredClone(spec)}},
	}) as DaemonSet | undefined;
	if (!set) return;
	const hash = daemonSetHash(set);
	for (const node of nodes) {
		const draft = daemonPod(set, node.metadata.name, hash);
		draft.spec.nodeName = node.metadata.name;
		run(simulation, create('pods', draft) as Pod, node);
	}
	const count = nodes.length;
	const status = {
		currentNumberScheduled: count,
		desiredNumberScheduled: count,
		numberAvailable: count,
		numberMisscheduled: 0,
		numberReady: count,
		observedGeneration: 1,
		updatedNumberScheduled: count,
	};
	simulation.registry.update<DaemonSet>('daemonsets', {...set, status}, {subresource: 'status'});
}

/** Writes the status of a Pod whose containers run; on the host's network it has the node's address. */
function run({registry, clock, random}: Simulation, pod: Pod, node: Node, ip?: string): void {
	const time = timestamp(clock.now());
	const hostIP = node.status.addresses?.find(({type}) => type === 'InternalIP')?.address ?? '';
	const containers = pod.spec.containers.map(spec => {
		const found = lookUpImage(spec);
		if (found.is !== 'present') throw new Error(`the image ${spec.image} is missing`);
		return {
			spec,
			init: false,
			image: found.image.reference,
			imageID: found.image.id,
			id: `${random.uuid()}${random.uuid()}`.replaceAll('-', ''),
			state: {running: {startedAt: time}},
			last: {},
			restarts: 0,
			started: true,
			readiness: true,
			user: found.image.contents.user,
		};
	});
	const status = podStatus(
		pod,
		{containers, hostIP, startTime: time, podIP: ip ?? hostIP, sandboxReady: true, terminated: false},
		clock.now(),
	);
	registry.update<Pod>('pods', {...pod, status}, {subresource: 'status'});
}
