import {createRecorder} from '../controllers/events.ts';
import type {ClusterNetwork} from '../network/network.ts';
import type {Simulation} from '../simulation.ts';
import type {Change} from '../store.ts';
import type {Node, Pod} from '../types.ts';
import {createAddressPool} from './addresses.ts';
import type {KubeletContext} from './kubelet-context.ts';
import {type PodSnapshot, PodWorker} from './pod-worker.ts';
import type {ServiceVariables} from './service-variables.ts';

/** What is kept of a node that the API does not hold: the address handed out last, and its Pods by uid. */
export type KubeletSnapshot = {lastAddress: string | undefined; pods: Record<string, PodSnapshot>};

/** The kubelet of one simulated node: one worker for each of its Pods. */
export class Kubelet {
	readonly node: string;
	readonly #context: KubeletContext;
	readonly #workers = new Map<string, PodWorker>();

	constructor(
		simulation: Simulation,
		{network, node, services}: {network: ClusterNetwork; node: Node; services: ServiceVariables},
		snapshot?: KubeletSnapshot,
	) {
		const {name} = node.metadata;
		this.node = name;
		const cidr = node.spec.podCIDR ?? '10.244.0.0/24';
		const hostIP = node.status.addresses?.find(({type}) => type === 'InternalIP')?.address ?? '';
		this.#context = {
			simulation,
			network,
			node: name,
			hostIP,
			addresses: createAddressPool(cidr, snapshot?.lastAddress),
			recorder: createRecorder(simulation, {component: 'kubelet', host: name}),
			services,
		};
	}

	/** Goes on with the Pods that the store says this node has. */
	restore(pods: Pod[], snapshot: KubeletSnapshot | undefined): void {
		for (const {status, spec} of pods) {
			if (status.podIP && !spec.hostNetwork && status.phase !== 'Succeeded' && status.phase !== 'Failed')
				this.#context.addresses.reserve(status.podIP);
		}
		for (const pod of pods) {
			const worker = new PodWorker(pod, this.#context);
			this.#workers.set(keyOf(pod), worker);
			worker.adopt(snapshot?.pods[worker.uid]);
			if (pod.metadata.deletionTimestamp) worker.terminate();
		}
	}

	/** Takes a change of a Pod of this node. */
	change({type, object}: Change<Pod>): void {
		const key = keyOf(object);
		const worker = this.#workers.get(key);
		if (type === 'DELETED') {
			worker?.destroy();
			this.#workers.delete(key);
			return;
		}
		if (worker) {
			worker.update(object);
			return;
		}
		const fresh = new PodWorker(object, this.#context);
		this.#workers.set(key, fresh);
		if (object.metadata.deletionTimestamp) fresh.terminate();
		else fresh.start();
	}

	/** The worker of a Pod, if it is on this node. */
	worker(namespace: string, name: string): PodWorker | undefined {
		return this.#workers.get(`${namespace}/${name}`);
	}

	snapshot(): KubeletSnapshot {
		const pods: Record<string, PodSnapshot> = {};
		for (const worker of this.#workers.values()) pods[worker.uid] = worker.snapshot();
		return {lastAddress: this.#context.addresses.last, pods};
	}

	stop(): void {
		for (const worker of this.#workers.values()) worker.destroy();
		this.#workers.clear();
	}
}

const keyOf = ({metadata}: Pod) => `${metadata.namespace}/${metadata.name}`;
