import {type Timer, timestamp} from '../clock.ts';
import {StatusError} from '../errors.ts';
import {createListeners, type Listeners} from '../network/http-server.ts';
import type {ContainerState, Pod} from '../types.ts';
import {Backoff} from './backoff.ts';
import {type ContainerSnapshot, ContainerWorker, type PodHost} from './container-worker.ts';
import type {KubeletContext} from './kubelet-context.ts';
import {initDone, isRunning, isSidecar, podStatus} from './pod-status.ts';
import {MountError, type PodVolumes, podVolumes, type VolumesSnapshot} from './volumes.ts';

/** What is kept of a Pod that the API does not hold. */
export type PodSnapshot = {containers: Record<string, ContainerSnapshot>; volumes?: VolumesSnapshot};

/**
 * Brings one Pod through its life on its node, as a pod worker of the kubelet does (pkg/kubelet/pod_workers.go): the
 * sandbox, the order of its containers, its status, and the end. It acts on timers of the injected clock.
 */
export class PodWorker {
	readonly listeners: Listeners = createListeners();
	readonly uid: string;
	readonly containers: ContainerWorker[];
	#pod: Pod;
	readonly #context: KubeletContext;
	readonly #volumes: PodVolumes;
	readonly #mountBackoff = new Backoff();
	readonly #timers = new Set<Timer>();
	#statusTimer: Timer | undefined;
	#startTime: string;
	#ip: string | undefined;
	/** The API server has been told the address, or is about to be. */
	#ipShown = false;
	#sandboxReady = false;
	#detach = () => {};
	/** The Pod's object is gone; nothing is done any more. */
	#stopped = false;
	/** All containers have ended for good, by themselves. */
	#finished = false;
	/** The Pod was deleted. */
	#terminating = false;
	/** The Pod was deleted and its containers have ended. */
	#terminated = false;
	#deadline: Timer | undefined;
	#deadlineAt = Number.POSITIVE_INFINITY;

	constructor(pod: Pod, context: KubeletContext) {
		this.#pod = pod;
		this.#context = context;
		this.uid = pod.metadata.uid ?? '';
		this.#startTime = pod.status.startTime ?? timestamp(context.simulation.clock.now());
		this.#volumes = podVolumes(context.simulation, pod, () => this.#ip ?? '');
		const host = this.#host();
		const {initContainers = [], containers} = pod.spec;
		this.containers = [
			...initContainers.map(spec => new ContainerWorker(spec, true, host)),
			...containers.map(spec => new ContainerWorker(spec, false, host)),
		];
	}

	/** The Pod's address, once its sandbox has one. */
	get ip(): string | undefined {
		return this.#ip;
	}

	/** The container of that name. */
	container(name: string): ContainerWorker | undefined {
		return this.containers.find(container => container.name === name);
	}

	/** Begins with a Pod that was just bound to the node. */
	start(): void {
		this.#after(20 + this.#below(25), () => {
			this.#writeStatus();
			this.#after(430 + this.#below(120), () => this.#makeSandbox());
		});
	}

	/** Goes on with a Pod that was running before the cluster was stopped; nothing of it is restarted. */
	adopt(snapshot: PodSnapshot | undefined): void {
		this.#volumes.restore(snapshot?.volumes ?? {});
		const {phase, podIP, containerStatuses = [], initContainerStatuses = []} = this.#pod.status;
		this.#finished = phase === 'Succeeded' || phase === 'Failed';
		if (!this.#finished && !podIP) {
			this.start();
			return;
		}
		for (const status of [...initContainerStatuses, ...containerStatuses])
			this.container(status.name)?.restore(status, snapshot?.containers[status.name]);
		if (this.#finished) return;
		this.#ip = podIP;
		this.#ipShown = true;
		this.#attach();
		for (const container of this.containers) container.resume(snapshot?.containers[container.name]);
		this.#sync();
	}

	/** Takes notice of a change of the Pod's object. */
	update(pod: Pod): void {
		const before = this.#pod;
		this.#pod = pod;
		if (pod.metadata.deletionTimestamp) this.terminate();
		else if (pod.metadata.generation !== before.metadata.generation) {
			for (const spec of [...(pod.spec.initContainers ?? []), ...pod.spec.containers])
				this.container(spec.name)?.changeImage(spec);
			this.#writeStatusSoon(10);
		} else if (gatesChanged(pod, before)) this.#writeStatusSoon(10);
	}

	/** Writes the status again, whatever the API server has. */
	resync(): void {
		this.#writeStatusSoon(10 + this.#below(40));
	}

	/** Begins the graceful end of a deleted Pod; asked again with a shorter grace period it shortens it. */
	terminate(): void {
		const grace = this.#pod.metadata.deletionGracePeriodSeconds ?? 30;
		this.#armDeadline(grace);
		if (this.#terminating) return;
		this.#terminating = true;
		this.#cancelTimers();
		for (const container of this.containers) container.giveUpStarting();
		this.#writeStatusSoon(15 + this.#below(40));
		this.#after(5 + this.#below(20), () => {
			for (const container of this.containers) container.announceStop();
		});
		// Between the watch event and the signal lie the runtime's own steps; requests that are on their way meanwhile
		// are still answered.
		this.#after(90 + this.#below(60), () => {
			for (const container of this.containers) if (!isSidecar(container.record)) container.stop();
			this.#stopSidecars();
			this.#checkTerminated();
		});
	}

	/** The Pod's object is gone, or the whole cluster stops: everything ends at once. */
	destroy(): void {
		this.#stopped = true;
		this.#cancelTimers();
		this.#deadline?.cancel();
		this.#statusTimer?.cancel();
		for (const container of this.containers) container.destroy();
		this.#release();
	}

	snapshot(): PodSnapshot {
		return {
			containers: Object.fromEntries(this.containers.map(one => [one.name, one.snapshot()])),
			volumes: this.#volumes.snapshot(),
		};
	}

	#host(): PodHost {
		const worker = this;
		return {
			get pod() {
				return worker.#pod;
			},
			get ip() {
				return worker.#ip ?? '';
			},
			get terminating() {
				return worker.#terminating;
			},
			context: this.#context,
			volumes: this.#volumes,
			listeners: this.listeners,
			after: (ms, run) => this.#after(ms, run),
			writeStatus: () => this.#writeStatus(),
			writeStatusSoon: ms => this.#writeStatusSoon(ms),
			startedContainer: () => {
				this.#ipShown = true;
				this.#writeStatusSoon(8 + this.#below(12));
				this.#after(0, () => this.#sync());
			},
			endedContainer: () => this.#endedContainer(),
			sync: () => this.#sync(),
		};
	}

	#makeSandbox() {
		try {
			this.#volumes.check();
		} catch (error) {
			if (!(error instanceof MountError)) throw error;
			this.#event('Warning', 'FailedMount', error.message);
			this.#after(this.#mountBackoff.next(this.#now(), 500, 122_000), () => this.#makeSandbox());
			return;
		}
		const ip = this.#pod.spec.hostNetwork ? this.#context.hostIP : this.#context.addresses.take();
		if (!ip) {
			const why = 'failed to allocate for range 0: no IP addresses available in range set of the node';
			this.#event('Warning', 'FailedCreatePodSandBox', `Failed to create pod sandbox: ${why}`);
			this.#after(12_000, () => this.#makeSandbox());
			return;
		}
		this.#ip = ip;
		this.#attach();
		this.#sync();
		// The first status after the sandbox does not have the address yet.
		this.#after(5 + this.#below(15), () => {
			this.#writeStatus();
			this.#ipShown = true;
			// A container that cannot even be made causes no other status: the next relist brings the address.
			if (this.containers.some(({record: {state}}) => cannotBeMade(state)))
				this.#after(600 + this.#below(600), () => this.#writeStatus());
		});
	}

	#attach() {
		this.#sandboxReady = true;
		if (this.#pod.spec.hostNetwork) return;
		const {name, namespace = ''} = this.#pod.metadata;
		this.#detach = this.#context.network.attach(this.#ip!, {
			pod: {namespace, name},
			node: this.#context.node,
			listener: port => this.listeners.listener(port),
		});
	}

	#release() {
		this.#detach();
		this.#detach = () => {};
		if (this.#ip && this.#sandboxReady && !this.#pod.spec.hostNetwork) this.#context.addresses.release(this.#ip);
		this.#sandboxReady = false;
	}

	/** Starts what can be started now: init containers one after the other, then all others. */
	#sync() {
		if (this.#stopped || this.#terminating || this.#finished || !this.#sandboxReady) return;
		for (const container of this.containers) {
			const {record} = container;
			if (!record.init) continue;
			if (isSidecar(record)) {
				container.keepRunning();
				if (!record.started && !record.last.terminated) return;
			} else if (!initDone(record)) {
				container.keepRunning();
				if (record.state.terminated && !container.restarts) this.#finish();
				return;
			}
		}
		const mains = this.containers.filter(({record}) => !record.init);
		for (const container of mains) container.keepRunning();
		if (mains.every(({record, restarts}) => record.state.terminated && !restarts)) this.#finish();
	}

	#endedContainer() {
		if (this.#stopped) return;
		if (this.#terminating) {
			this.#stopSidecars();
			this.#checkTerminated();
			return;
		}
		// The runtime's events reach the pod worker with a delay (pkg/kubelet/pleg).
		this.#after(150 + this.#below(450), () => {
			this.#writeStatus();
			this.#sync();
		});
	}

	/** All containers of a Pod that is not restarted have ended. */
	#finish() {
		if (this.#finished) return;
		this.#finished = true;
		for (const container of this.containers) container.stop();
		this.#writeStatus();
		this.#after(400 + this.#below(600), () => {
			this.#release();
			this.#writeStatus();
		});
	}

	/** Sidecars stop after all other containers, the last one first. */
	#stopSidecars() {
		if (this.containers.some(({record}) => !isSidecar(record) && isRunning(record))) return;
		this.containers.findLast(({record}) => isSidecar(record) && isRunning(record))?.stop();
	}

	#armDeadline(grace: number) {
		// The kubelet never gives less than two seconds (pkg/kubelet/kuberuntime, minimumGracePeriodInSeconds).
		const at = this.#now() + Math.max(grace, 2) * 1000;
		if (at >= this.#deadlineAt || this.#terminated) return;
		this.#deadlineAt = at;
		this.#deadline?.cancel();
		this.#deadline = this.#context.simulation.clock.after(at - this.#now(), () => {
			for (const container of this.containers) container.forceStop();
		});
	}

	#checkTerminated() {
		if (this.#terminated || this.containers.some(({record}) => isRunning(record))) return;
		this.#terminated = true;
		this.#deadline?.cancel();
		const began = this.containers.some(({record}) => record.state.terminated);
		this.#after(began ? 60 + this.#below(250) : 5, () => {
			for (const container of this.containers) container.endWaiting();
			this.#writeStatus();
			this.#after(300 + this.#below(120), () => {
				this.#release();
				this.#removeObject();
			});
		});
	}

	#removeObject() {
		const {namespace, name, uid} = this.#pod.metadata;
		try {
			this.#context.simulation.registry.delete('pods', namespace, name, {
				gracePeriodSeconds: 0,
				preconditions: {...(uid && {uid})},
			});
		} catch (error) {
			if (!(error instanceof StatusError)) throw error;
		}
	}

	#writeStatusSoon(ms: number) {
		if (this.#statusTimer || this.#stopped) return;
		this.#statusTimer = this.#context.simulation.clock.after(ms, () => {
			this.#statusTimer = undefined;
			this.#writeStatus();
		});
	}

	/** Writes the status; a Pod that is gone meanwhile, or another one of that name, is left alone. */
	#writeStatus() {
		if (this.#stopped) return;
		const {simulation, hostIP} = this.#context;
		const {namespace, name} = this.#pod.metadata;
		const stored = simulation.store.get<Pod>('pods', namespace, name);
		if (!stored || stored.metadata.uid !== this.uid) return;
		this.#pod = stored;
		const status = podStatus(
			stored,
			{
				containers: this.containers.map(({record}) => record),
				hostIP,
				startTime: this.#startTime,
				podIP: (this.#ipShown ? this.#ip : undefined) ?? stored.status.podIP,
				sandboxReady: this.#sandboxReady,
				terminated: this.#terminated,
			},
			this.#now(),
		);
		try {
			simulation.registry.update('pods', {...stored, status}, {subresource: 'status'});
		} catch (error) {
			if (!(error instanceof StatusError)) throw error;
		}
	}

	#event(type: 'Normal' | 'Warning', reason: string, message: string) {
		this.#context.recorder.event(this.#pod, type, reason, message);
	}

	#after(ms: number, run: () => void) {
		const timer: Timer = this.#context.simulation.clock.after(ms, () => {
			this.#timers.delete(timer);
			if (!this.#stopped) run();
		});
		this.#timers.add(timer);
	}

	#cancelTimers() {
		for (const timer of this.#timers) timer.cancel();
		this.#timers.clear();
	}

	#now() {
		return this.#context.simulation.clock.now();
	}

	#below(n: number) {
		return this.#context.simulation.random.below(n);
	}
}

/** True when a condition that one of the Pod's readiness gates waits for has changed. */
const cannotBeMade = ({waiting}: ContainerState) =>
	waiting !== undefined && waiting.reason !== 'ContainerCreating' && waiting.reason !== 'PodInitializing';

function gatesChanged(pod: Pod, before: Pod): boolean {
	const statusOf = ({status}: Pod, wanted: string) => status.conditions?.find(({type}) => type === wanted)?.status;
	return (pod.spec.readinessGates ?? []).some(
		({conditionType}) => statusOf(pod, conditionType) !== statusOf(before, conditionType),
	);
}
