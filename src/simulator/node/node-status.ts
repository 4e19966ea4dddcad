import type {Node} from '../types.ts';

const version = 'v1.36.2';

/** How many Pods a node takes, as the kubelet's own default says. */
export const defaultPodsPerNode = 110;

/** The labels that a kubelet gives its own node. */
export const nodeLabels = (name: string): Record<string, string> => ({
	'beta.kubernetes.io/arch': 'amd64',
	'beta.kubernetes.io/os': 'linux',
	'kubernetes.io/arch': 'amd64',
	'kubernetes.io/hostname': name,
	'kubernetes.io/os': 'linux',
});

export const nodeAnnotations: Readonly<Record<string, string>> = {
	'node.alpha.kubernetes.io/ttl': '0',
	'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
};

export const providerID = (name: string): string => `simulated://lab/${name}`;

/** What a kubelet says of a node that is well. Runtime, system and kernel say that they are simulated. */
export function nodeStatus({
	name,
	address,
	podsPerNode,
	time,
}: {
	name: string;
	address: string;
	podsPerNode: number;
	/** RFC 3339. */
	time: string;
}): Node['status'] {
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
	};
}
