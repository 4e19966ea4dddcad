import type {Timer} from '../clock.ts';
import {createRecorder} from '../controllers/events.ts';
import type {ClusterNetwork} from '../network/network.ts';
import {isMirrorPod} from '../resources/pods.ts';
import type {Simulation} from '../simulation.ts';
import type {Change} from '../store.ts';
import type {Node, Pod} from '../types.ts';
import {createAddressPool} from './addresses.ts';
import type {KubeletContext} from './kubelet-context.ts';
import {type PodSnapshot, PodWorker} from './pod-worker.ts';
import type {ServiceVariables} from './service-variables.ts';
import {createMirrorPod, type StaticPod, staticPods} from './static-pods.ts';

/** What is kept of a node that the API does not hold: the address handed out last, and its Pods by uid. */
export type KubeletSnapshot = {lastAddress: string | undefined; pods: Record<string, PodSnapshot>};

/** The kubelet of one simulated node: one worker for each of its Pods. */
export class Kubelet {
	readonly node: string;
	readonly #context: KubeletContext;
	readonly #workers = new Map<string, PodWorker>();
	/** The Pods that this kubelet runs by itself, by name. */
	readonly #static: Map<string, StaticPod>;
	/** Pods that run and have not been looked at since the cluster was started. */
	readonly #waiting = new Map<string, {kept: [uid: string, PodSnapshot] | undefined; adopt: () => void}>();
	readonly #timers = new Set<Timer>();
	/** The mirror Pod that is just being written. */
	#writing: string | undefined;

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
		this.#static = new Map(staticPods(node).map(pod => [pod.name, pod]));
	}

	/** Goes on with the Pods that the store says this node has. */
	restore(pods: Pod[], snapshot: KubeletSnapshot | undefined): void {
		for (const {status, spec} of pods) {
			if (status.podIP && !spec.hostNetwork && status.phase !== 'Succeeded' && status.phase !== 'Failed')
				this.#context.addresses.reserve(status.podIP);
		}
		for (const pod of pods) {
			const key = keyOf(pod);
			const uid = pod.metadata.uid ?? '';
			const kept = snapshot?.pods[uid];
			const adopt = () => {
				this.#waiting.delete(key);
				const worker = new PodWorker(pod, this.#context);
				this.#workers.set(key, worker);
				worker.adopt(kept);
				if (pod.metadata.deletionTimestamp) this.#end(worker, pod);
			};
			if (isUnhurried(pod)) this.#waiting.set(key, {kept: kept && [uid, kept], adopt});
			else adopt();
		}
		if (this.#waiting.size > 0) {
			this.#soon(() => {
				for (const {adopt} of [...this.#waiting.values()]) adopt();
			}, adoptLaterMs);
		}
		const names = new Set(pods.filter(isMirrorPod).map(({metadata}) => metadata.name));
		for (const {name, mirror} of this.#static.values()) {
			if (names.has(name)) continue;
			this.#soon(() => {
				const {simulation} = this.#context;
				if (!simulation.store.get('pods', 'kube-system', name)) createMirrorPod(simulation, mirror);
			});
		}
	}

	/** Takes a change of a Pod of this node. */
	change({type, object}: Change<Pod>): void {
		const key = keyOf(object);
		const worker = this.#find(key);
		if (type === 'DELETED') {
			if (worker) this.#mirrorAgain(object, worker);
			worker?.destroy();
			this.#workers.delete(key);
			return;
		}
		if (key === this.#writing) return;
		if (worker) {
			if (object.metadata.deletionTimestamp && isMirrorPod(object)) this.#end(worker, object);
			else worker.update(object);
			return;
		}
		const fresh = new PodWorker(object, this.#context);
		this.#workers.set(key, fresh);
		if (object.metadata.deletionTimestamp) fresh.terminate();
		else fresh.start();
	}

	/** Tells the API server anew how all Pods are: while the node was not ready, others have said that they are not. */
	resync(): void {
		for (const {adopt} of [...this.#waiting.values()]) adopt();
		for (const worker of this.#workers.values()) worker.resync();
	}

	/** The worker of a Pod, if it is on this node. */
	worker(namespace: string, name: string): PodWorker | undefined {
		return this.#find(`${namespace}/${name}`);
	}

	#find(key: string): PodWorker | undefined {
		this.#waiting.get(key)?.adopt();
		return this.#workers.get(key);
	}

	snapshot(): KubeletSnapshot {
		const pods: Record<string, PodSnapshot> = {};
		for (const {kept} of this.#waiting.values()) if (kept) pods[kept[0]] = kept[1];
		for (const worker of this.#workers.values()) pods[worker.uid] = worker.snapshot();
		return {lastAddress: this.#context.addresses.last, pods};
	}

	/** Ends a deleted Pod. Of a static Pod only the mirror is taken down: its containers know nothing of it. */
	#end(worker: PodWorker, pod: Pod) {
		if (!this.#isStatic(pod)) {
			worker.terminate();
			return;
		}
		const {namespace, name, uid} = pod.metadata;
		this.#soon(() => {
			const {registry, store} = this.#context.simulation;
			if (store.get('pods', namespace, name)?.metadata.uid === uid)
				registry.delete('pods', namespace, name, {gracePeriodSeconds: 0});
		});
	}

	/** Writes the mirror of a static Pod once more, whose containers have run on meanwhile. */
	#mirrorAgain(pod: Pod, worker: PodWorker) {
		const known = this.#static.get(pod.metadata.name);
		if (!known || !this.#isStatic(pod)) return;
		const key = keyOf(pod);
		const snapshot = worker.snapshot();
		this.#soon(() => {
			const {simulation} = this.#context;
			if (simulation.store.get('pods', pod.metadata.namespace, pod.metadata.name)) return;
			this.#writing = key;
			const again = new PodWorker(createMirrorPod(simulation, known.mirror, pod.status), this.#context);
			this.#writing = undefined;
			this.#workers.set(key, again);
			again.adopt(snapshot);
		});
	}

	#isStatic(pod: Pod): boolean {
		return isMirrorPod(pod) && pod.metadata.namespace === 'kube-system' && this.#static.has(pod.metadata.name);
	}

	#soon(run: () => void, ms = 20) {
		const {clock, random} = this.#context.simulation;
		const timer: Timer = clock.after(ms + random.below(30), () => {
			this.#timers.delete(timer);
			run();
		});
		this.#timers.add(timer);
	}

	stop(): void {
		for (const timer of this.#timers) timer.cancel();
		for (const worker of this.#workers.values()) worker.destroy();
		this.#workers.clear();
	}
}

/** How long a cluster that starts leaves the Pods alone that only wait, in ms: others want to be answered first. */
const adoptLaterMs = 200;

/** Whether nobody misses a running Pod for a moment: nothing here asks the system's Pods for anything. */
const isUnhurried = ({metadata, status}: Pod): boolean =>
	metadata.namespace === 'kube-system' && status.phase === 'Running' && !metadata.deletionTimestamp;

const keyOf = ({metadata}: Pod) => `${metadata.namespace}/${metadata.name}`;
