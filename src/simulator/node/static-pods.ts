import {createHash} from 'node:crypto';
import {controlPlaneAddress} from '../network/control-plane.ts';
import {mirrorAnnotation} from '../resources/pods.ts';
import type {Simulation} from '../simulation.ts';
import type {Container, Node, Pod, PodStatus} from '../types.ts';

const version = 'v1.36.2';
const etcdFolder = '/etc/kubernetes/pki/etcd';

/** A Pod that a kubelet runs by itself, and how its mirror in the API is written at a time in ms since 1970. */
export type StaticPod = {name: string; mirror: (now: number) => Pod};

/** What a file of /etc/kubernetes/manifests says. */
type Manifest = {
	name: string;
	annotations?: Record<string, string>;
	container: Pick<Container, 'image' | 'command'> & {resources: object};
};

/** What kubeadm puts on a control plane, with the flags that say something about this cluster, and without probes. */
function controlPlane(address: string, node: string): Manifest[] {
	const etcd = `https://${address}:2379`;
	const kubernetes = (name: string, cpu: string, flags: string[]) => ({
		image: `registry.k8s.io/${name}:${version}`,
		command: [name, ...flags],
		resources: {requests: {cpu}},
	});
	const kubeconfig = (name: string) => [
		`--authentication-kubeconfig=/etc/kubernetes/${name}.conf`,
		`--authorization-kubeconfig=/etc/kubernetes/${name}.conf`,
		'--bind-address=127.0.0.1',
		`--kubeconfig=/etc/kubernetes/${name}.conf`,
		'--leader-elect=true',
	];
	return [
		{
			name: 'etcd',
			annotations: {'kubeadm.kubernetes.io/etcd.advertise-client-urls': etcd},
			container: {
				image: 'registry.k8s.io/etcd:3.6.8-0',
				command: [
					'etcd',
					`--advertise-client-urls=${etcd}`,
					`--cert-file=${etcdFolder}/server.crt`,
					'--client-cert-auth=true',
					'--data-dir=/var/lib/etcd',
					`--initial-advertise-peer-urls=https://${address}:2380`,
					`--initial-cluster=${node}=https://${address}:2380`,
					`--key-file=${etcdFolder}/server.key`,
					`--listen-client-urls=https://127.0.0.1:2379,${etcd}`,
					`--listen-peer-urls=https://${address}:2380`,
					`--name=${node}`,
					`--trusted-ca-file=${etcdFolder}/ca.crt`,
				],
				resources: {requests: {cpu: '100m', memory: '100Mi'}},
			},
		},
		{
			name: 'kube-apiserver',
			annotations: {'kubeadm.kubernetes.io/kube-apiserver.advertise-address.endpoint': `${address}:6443`},
			container: kubernetes('kube-apiserver', '250m', [
				`--advertise-address=${address}`,
				`--etcd-cafile=${etcdFolder}/ca.crt`,
				'--etcd-certfile=/etc/kubernetes/pki/apiserver-etcd-client.crt',
				'--etcd-keyfile=/etc/kubernetes/pki/apiserver-etcd-client.key',
				'--etcd-servers=https://127.0.0.1:2379',
				'--secure-port=6443',
				'--service-cluster-ip-range=10.96.0.0/16',
			]),
		},
		{
			name: 'kube-controller-manager',
			container: kubernetes('kube-controller-manager', '200m', [
				'--allocate-node-cidrs=true',
				...kubeconfig('controller-manager'),
				'--cluster-cidr=10.244.0.0/16',
				'--controllers=*,bootstrapsigner,tokencleaner',
				'--service-cluster-ip-range=10.96.0.0/16',
			]),
		},
		{name: 'kube-scheduler', container: kubernetes('kube-scheduler', '100m', kubeconfig('scheduler'))},
	];
}

/** The Pods that a node's kubelet runs by itself: on the control plane its parts, elsewhere none. */
export function staticPods(node: Node): StaticPod[] {
	const {name, uid} = node.metadata;
	const address = controlPlaneAddress;
	if (!node.status.addresses?.some(known => known.type === 'InternalIP' && known.address === address)) return [];
	return controlPlane(address, name).map(pod => ({
		name: `${pod.name}-${name}`,
		mirror: (now): Pod => {
			const hash = createHash('md5').update(JSON.stringify(pod)).digest('hex');
			return {
				apiVersion: 'v1',
				kind: 'Pod',
				metadata: {
					name: `${pod.name}-${name}`,
					namespace: 'kube-system',
					labels: {component: pod.name, tier: 'control-plane'},
					annotations: {
						...pod.annotations,
						'kubernetes.io/config.hash': hash,
						[mirrorAnnotation]: hash,
						'kubernetes.io/config.seen': `${new Date(now).toISOString().slice(0, -1)}000000Z`,
						'kubernetes.io/config.source': 'file',
					},
					ownerReferences: [{apiVersion: 'v1', controller: true, kind: 'Node', name, uid: uid!}],
				},
				spec: {
					containers: [{...pod.container, name: pod.name}],
					hostNetwork: true,
					nodeName: name,
					priority: 2_000_001_000,
					priorityClassName: 'system-node-critical',
					securityContext: {seccompProfile: {type: 'RuntimeDefault'}},
					tolerations: [{effect: 'NoExecute', operator: 'Exists'}],
				},
				status: {phase: 'Pending'},
			};
		},
	}));
}

/** Writes the mirror of a static Pod; `status` is what the kubelet knows of it, if it runs already. */
export function createMirrorPod({registry, clock}: Simulation, mirror: (now: number) => Pod, status?: PodStatus): Pod {
	const pod = registry.create<Pod>('pods', mirror(clock.now()), {valid: true});
	if (!status) return pod;
	return registry.update('pods', {...pod, status}, {subresource: 'status'});
}
