import {timestamp} from '../clock.ts';
import {StatusError} from '../errors.ts';
import type {Simulation} from '../simulation.ts';
import type {EndpointPort, EndpointSlice, Endpoints, KubeObject, Node, Service} from '../types.ts';

const version = 'v1.36.2';

/** The address that stands for the control plane in the cluster's network. */
const controlPlaneAddress = '172.18.0.3';

type Size = {
	/** Nodes besides the control plane. */
	workers?: number;
	/** How many Pods a node takes; more than 250 widen the nodes' address ranges from /24 to /16. */
	podsPerNode?: number;
};

/**
 * Writes what a new cluster contains, and leaves alone what is there, so that a restored cluster stays as it is.
 *
 * The control plane and the cluster's DNS are parts of the program and not Pods, so kube-system has no Pods, and the
 * Service kube-dns leads to the control plane's own address. Runtime, system and kernel of the nodes say `simulated`.
 */
export function bootstrap(simulation: Simulation, {workers = 2, podsPerNode = 110}: Size = {}): void {
	const create = (resource: string, object: Record<string, unknown> & Pick<KubeObject, 'metadata'>) => {
		try {
			return simulation.registry.create(resource, object as unknown as KubeObject);
		} catch (error) {
			if (error instanceof StatusError && error.reason === 'AlreadyExists') return undefined;
			throw error;
		}
	};
	for (const name of ['default', 'kube-system', 'kube-public', 'kube-node-lease'])
		create('namespaces', {metadata: {name}});

	const time = timestamp(simulation.clock.now());
	for (let i = 0; i <= workers; i++) {
		const node = describeNode(i, podsPerNode, time);
		const created = create('nodes', node);
		if (!created) continue;
		// The status of a new object may only be set by a second write.
		const {name, uid} = created.metadata;
		simulation.registry.update('nodes', {...created, status: node.status} as KubeObject, {subresource: 'status'});
		create('leases', {
			metadata: {
				name,
				namespace: 'kube-node-lease',
				ownerReferences: [{apiVersion: 'v1', kind: 'Node', name, uid: uid!}],
			},
			spec: {holderIdentity: name, leaseDurationSeconds: 40, renewTime: `${time.slice(0, -1)}.000000Z`},
		});
	}

	createService(create, {
		namespace: 'default',
		name: 'kubernetes',
		clusterIP: '10.96.0.1',
		labels: {component: 'apiserver', provider: 'kubernetes'},
		ports: [{name: 'https', port: 443, protocol: 'TCP', targetPort: 6443}],
	});
	createService(create, {
		namespace: 'kube-system',
		name: 'kube-dns',
		clusterIP: '10.96.0.10',
		labels: {'k8s-app': 'kube-dns', 'kubernetes.io/cluster-service': 'true', 'kubernetes.io/name': 'CoreDNS'},
		ports: [
			{name: 'dns', port: 53, protocol: 'UDP', targetPort: 53},
			{name: 'dns-tcp', port: 53, protocol: 'TCP', targetPort: 53},
		],
	});
}

type Create = (resource: string, object: Record<string, unknown> & Pick<KubeObject, 'metadata'>) => unknown;

/** A Service without selector, with the Endpoints and the slice that the API server itself writes for `kubernetes`. */
function createService(
	create: Create,
	service: {
		namespace: string;
		name: string;
		clusterIP: string;
		labels: Record<string, string>;
		ports: Service['spec']['ports'];
	},
) {
	const {namespace, name, clusterIP, labels, ports = []} = service;
	create('services', {
		metadata: {name, namespace, labels},
		spec: {type: 'ClusterIP', clusterIP, clusterIPs: [clusterIP], ports},
	});
	const endpointPorts: EndpointPort[] = ports.map(({name, targetPort, protocol}) => ({
		name,
		port: Number(targetPort),
		protocol,
	}));
	const endpoints: Partial<Endpoints> & Pick<KubeObject, 'metadata'> = {
		metadata: {name, namespace, labels: {'endpointslice.kubernetes.io/skip-mirror': 'true'}},
		subsets: [{addresses: [{ip: controlPlaneAddress}], ports: endpointPorts}],
	};
	const slice: Partial<EndpointSlice> & Pick<KubeObject, 'metadata'> = {
		metadata: {name, namespace, labels: {'kubernetes.io/service-name': name}},
		addressType: 'IPv4',
		endpoints: [{addresses: [controlPlaneAddress], conditions: {ready: true}}],
		ports: structuredClone(endpointPorts),
	};
	create('endpoints', endpoints);
	create('endpointslices', slice);
}

/** Node `index`: 0 is the control plane, whose taint keeps Pods away. */
function describeNode(index: number, podsPerNode: number, time: string): Pick<Node, 'metadata' | 'spec' | 'status'> {
	const controlPlane = index === 0;
	const name = controlPlane ? 'lab-control-plane' : index === 1 ? 'lab-worker' : `lab-worker${index}`;
	const address = controlPlane ? controlPlaneAddress : `172.18.0.${index === 1 ? 2 : index + 2}`;
	const podCIDR = podsPerNode > 250 ? `10.${index === 0 ? 244 : 128 + index}.0.0/16` : `10.244.${index}.0/24`;
	const capacity = {
		cpu: String(Math.max(8, Math.ceil(podsPerNode / 10))),
		'ephemeral-storage': '264212084Ki',
		'hugepages-1Gi': '0',
		'hugepages-2Mi': '0',
		memory: `${Math.max(16, Math.ceil(podsPerNode / 8)) * 1024 * 1024}Ki`,
		pods: String(podsPerNode),
	};
	const condition = (type: string, status: 'True' | 'False', reason: string, message: string) => ({
		type,
		status,
		lastHeartbeatTime: time,
		lastTransitionTime: time,
		reason,
		message,
	});
	return {
		metadata: {
			name,
			labels: {
				'beta.kubernetes.io/arch': 'amd64',
				'beta.kubernetes.io/os': 'linux',
				'kubernetes.io/arch': 'amd64',
				'kubernetes.io/hostname': name,
				'kubernetes.io/os': 'linux',
				...(controlPlane && {
					'node-role.kubernetes.io/control-plane': '',
					'node.kubernetes.io/exclude-from-external-load-balancers': '',
				}),
			},
			annotations: {
				'node.alpha.kubernetes.io/ttl': '0',
				'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
			},
		},
		spec: {
			podCIDR,
			podCIDRs: [podCIDR],
			providerID: `simulated://lab/${name}`,
			...(controlPlane && {taints: [{key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule'}]}),
		},
		status: {
			addresses: [
				{address, type: 'InternalIP'},
				{address: name, type: 'Hostname'},
			],
			allocatable: capacity,
			capacity: {...capacity},
			conditions: [
				condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
				condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
				condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
				condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
			],
			daemonEndpoints: {kubeletEndpoint: {Port: 10250}},
			nodeInfo: {
				architecture: 'amd64',
				bootID: '',
				containerRuntimeVersion: `simulated://${version.slice(1)}`,
				kernelVersion: 'simulated',
				kubeProxyVersion: '',
				kubeletVersion: version,
				machineID: name,
				operatingSystem: 'linux',
				osImage: 'simulated by endpoint-lab',
				systemUUID: name,
			},
		},
	};
}
