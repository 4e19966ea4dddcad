import {type Timer, timestamp} from '../clock.ts';
import {StatusError} from '../errors.ts';
import {createListeners, type Listeners} from '../network/http-server.ts';
import type {FileChanges} from '../programs/file-system.ts';
import {CommandNotFound} from '../programs/machine.ts';
import {emptyPipe} from '../programs/pipe.ts';
import type {Container, ContainerState, ContainerStatus, Pod} from '../types.ts';
import {Backoff, type BackoffState} from './backoff.ts';
import {type RunningContainer, startContainer} from './container.ts';
import {ContainerLog, type LogLine} from './container-log.ts';
import {ContainerConfigError, containerEnvironment} from './environment.ts';
import {lookUpImage, type OpenImage} from './image-store.ts';
import type {KubeletContext} from './kubelet-context.ts';
import {type ContainerRecord, initDone, isRunning, isSidecar, type PodRuntime, podStatus} from './pod-status.ts';
import {portNumber, startProbe} from './probe.ts';
import {MountError, type PodVolumes, podVolumes} from './volumes.ts';

/** What is kept of a container that the API does not hold. */
export type ContainerSnapshot = {
	files?: FileChanges;
	log: LogLine[];
	previousLog?: LogLine[];
	crash: BackoffState | undefined;
};

/** What is kept of a Pod that the API does not hold. */
export type PodSnapshot = {containers: Record<string, ContainerSnapshot>};

/** A container of a Pod with all that belongs to it on its node. */
class Slot {
	readonly record: ContainerRecord;
	running: RunningContainer | undefined;
	log: ContainerLog | undefined;
	previousLog: ContainerLog | undefined;
	/** Restarts of a container that ends again and again. */
	crash = new Backoff();
	/** Pulls of an image that cannot be had. */
	pull = new Backoff();
	probes: {stop(): void}[] = [];
	/** A start is under way. */
	starting = false;
	/** The container is being stopped: its preStop hook runs, or it has its signal. */
	stopping: 'hook' | 'signalled' | undefined;

	constructor(record: ContainerRecord) {
		this.record = record;
	}
}

/** 64 random hexadecimal digits. */
const containerID = (below: (n: number) => number) =>
	Array.from({length: 8}, () =>
		below(2 ** 32)
			.toString(16)
			.padStart(8, '0'),
	).join('');

/**
 * Brings one Pod through its life on its node, as a pod worker of the kubelet does: sandbox, images, containers, probes,
 * restarts, and the end. It acts on timers of the injected clock and writes the Pod's status when that changes.
 */
export class PodWorker {
	readonly listeners: Listeners = createListeners();
	readonly uid: string;
	readonly slots: Slot[];
	#pod: Pod;
	readonly #context: KubeletContext;
	readonly #timers = new Set<Timer>();
	#volumes: PodVolumes | undefined;
	#ip: string | undefined;
	#ipShown = false;
	#sandboxReady = false;
	#detach = () => {};
	#startTime: string;
	#stopped = false;
	#terminated = false;
	#deadline: Timer | undefined;
	#deadlineAt = Number.POSITIVE_INFINITY;
	#terminating = false;
	#finished = false;
	#statusTimer: Timer | undefined;

	constructor(pod: Pod, context: KubeletContext) {
		this.#pod = pod;
		this.#context = context;
		this.uid = pod.metadata.uid ?? '';
		this.#startTime = pod.status.startTime ?? timestamp(context.simulation.clock.now());
		const {initContainers = [], containers} = pod.spec;
		const reason = initContainers.length > 0 ? 'PodInitializing' : 'ContainerCreating';
		this.slots = [
			...initContainers.map(spec => newSlot(spec, true, reason)),
			...containers.map(spec => newSlot(spec, false, reason)),
		];
	}

	get pod(): Pod {
		return this.#pod;
	}

	get ip(): string | undefined {
		return this.#ip;
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
		const {status} = this.#pod;
		const finished = status.phase === 'Succeeded' || status.phase === 'Failed';
		this.#startTime = status.startTime ?? this.#startTime;
		if (finished) {
			this.#finished = true;
			this.#ip = undefined;
			this.#restoreRecords(snapshot);
			return;
		}
		if (!status.podIP) {
			this.start();
			return;
		}
		this.#ip = status.podIP;
		this.#ipShown = true;
		this.#attach();
		this.#restoreRecords(snapshot);
		for (const slot of this.slots) {
			if (!slot.record.state.running) continue;
			const found = lookUpImage(slot.record.spec);
			if (found.is !== 'present' && found.is !== 'to-pull') continue;
			const kept = snapshot?.containers[slot.record.spec.name];
			this.#run(slot, found.image, {
				files: kept?.files ?? {},
				log: slot.log ?? new ContainerLog(() => this.#now()),
			});
			if (slot.running) this.#startProbes(slot);
		}
		this.#sync();
	}

	/** Takes notice of a change of the Pod's object. */
	update(pod: Pod): void {
		const before = this.#pod;
		this.#pod = pod;
		if (pod.metadata.deletionTimestamp) this.terminate();
		else if (pod.metadata.generation !== before.metadata.generation) {
			for (const spec of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) this.#changeImage(spec);
			this.#soon(10);
		} else if (gatesChanged(pod, before)) this.#soon(10);
	}

	/** Begins the graceful end of a deleted Pod; asked again with a shorter grace period it shortens it. */
	terminate(): void {
		const grace = this.#pod.metadata.deletionGracePeriodSeconds ?? 30;
		const now = this.#now();
		if (this.#terminating) {
			this.#armDeadline(now, grace);
			return;
		}
		this.#terminating = true;
		this.#cancelTimers();
		for (const slot of this.slots) slot.starting = false;
		this.#soon(15 + this.#below(40));
		// Between the watch event and the signal lie the runtime's own steps; requests that are on their way meanwhile
		// are still answered.
		this.#after(5 + this.#below(20), () => {
			for (const slot of this.slots)
				if (isRunning(slot.record))
					this.#event('Normal', 'Killing', `Stopping container ${slot.record.spec.name}`, slot);
		});
		this.#armDeadline(now, grace);
		this.#after(90 + this.#below(60), () => {
			const mains = this.slots.filter(({record}) => !isSidecar(record));
			for (const slot of mains) this.#stopContainer(slot, 'Pod');
			this.#stopSidecars();
			this.#checkEnded();
		});
	}

	/** The Pod's object is gone: everything ends at once. */
	destroy(): void {
		this.#stopped = true;
		this.#cancelTimers();
		this.#deadline?.cancel();
		this.#statusTimer?.cancel();
		for (const slot of this.slots) {
			this.#stopProbes(slot);
			slot.running?.destroy();
		}
		this.#release();
	}

	/** Stops acting without ending the containers' state, when the whole cluster stops. */
	halt(): void {
		this.destroy();
	}

	snapshot(): PodSnapshot {
		const containers: Record<string, ContainerSnapshot> = {};
		for (const {record, running, log, previousLog, crash} of this.slots) {
			containers[record.spec.name] = {
				...(running && {files: running.machine.files.snapshot()}),
				log: log?.lines ?? [],
				...(previousLog && {previousLog: previousLog.lines}),
				crash: crash.state,
			};
		}
		return {containers};
	}

	#makeSandbox() {
		try {
			this.#volumes ??= podVolumes(this.#context.simulation, this.#pod, () => this.#ip ?? '');
			this.#volumes.check();
		} catch (error) {
			if (!(error instanceof MountError)) throw error;
			this.#volumes = undefined;
			this.#event('Warning', 'FailedMount', error.message);
			this.#after(this.slots[0]!.pull.next(this.#now(), 500, 122_000), () => this.#makeSandbox());
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
		});
	}

	#attach() {
		this.#sandboxReady = true;
		const {name, namespace = ''} = this.#pod.metadata;
		this.#volumes ??= podVolumes(this.#context.simulation, this.#pod, () => this.#ip ?? '');
		if (this.#pod.spec.hostNetwork) return;
		this.#detach = this.#context.network.attach(this.#ip!, {
			pod: {namespace, name},
			node: this.#context.node,
			listener: port => this.listeners.listener(port),
		});
	}

	#release() {
		this.#detach();
		this.#detach = () => {};
		if (this.#ip && !this.#pod.spec.hostNetwork) this.#context.addresses.release(this.#ip);
		this.#sandboxReady = false;
	}

	/** Starts what can be started now: init containers one after the other, then all others. */
	#sync() {
		if (this.#stopped || this.#terminating || this.#finished || !this.#sandboxReady) return;
		for (const slot of this.slots) {
			if (!slot.record.init) continue;
			if (isSidecar(slot.record)) {
				this.#keepRunning(slot);
				if (!slot.record.started && !slot.record.last.terminated) return;
			} else if (!initDone(slot.record)) {
				this.#keepRunning(slot);
				if (slot.record.state.terminated && this.#pod.spec.restartPolicy === 'Never') this.#finish();
				return;
			}
		}
		const mains = this.slots.filter(({record}) => !record.init);
		for (const slot of mains) this.#keepRunning(slot);
		if (mains.every(({record}) => record.state.terminated && !this.#restarts(record))) this.#finish();
	}

	#restarts({state, init, spec}: ContainerRecord): boolean {
		if (init && spec.restartPolicy === 'Always') return true;
		const policy = this.#pod.spec.restartPolicy ?? 'Always';
		if (init) return policy !== 'Never' && state.terminated?.exitCode !== 0;
		return policy === 'Always' || (policy === 'OnFailure' && state.terminated?.exitCode !== 0);
	}

	/** Starts a container that is not running and should be, or waits for its back-off. */
	#keepRunning(slot: Slot) {
		const {record} = slot;
		if (slot.starting || isRunning(record)) return;
		if (record.state.terminated && !this.#restarts(record)) return;
		slot.starting = true;
		const ended = record.state.terminated ?? record.last.terminated;
		if (!ended) {
			this.#begin(slot);
			return;
		}
		const wait = slot.crash.remaining(this.#now());
		if (wait <= 0) {
			this.#after(200 + this.#below(300), () => this.#restart(slot));
			return;
		}
		this.#after(500 + this.#below(700), () => this.#showCrashLoop(slot));
		this.#after(wait, () => this.#restart(slot));
	}

	#restart(slot: Slot) {
		slot.crash.next(this.#now(), 10_000, 300_000);
		this.#begin(slot);
	}

	#showCrashLoop(slot: Slot) {
		if (!slot.starting || isRunning(slot.record) || slot.crash.remaining(this.#now()) <= 0) return;
		const {record} = slot;
		const {name, namespace} = this.#pod.metadata;
		const where = `pod ${name}_${namespace}(${this.uid})`;
		if (record.state.waiting?.reason !== 'CrashLoopBackOff') {
			if (record.state.terminated) record.last = record.state;
			const delay = formatSeconds(slot.crash.state?.delay ?? 0);
			record.state = {
				waiting: {
					reason: 'CrashLoopBackOff',
					message: `back-off ${delay} restarting failed container=${record.spec.name} pod=${name}_${namespace}(${this.uid})`,
				},
			};
			this.#writeStatus();
		}
		this.#event('Warning', 'BackOff', `Back-off restarting failed container ${record.spec.name} in ${where}`, slot);
		this.#after(11_000 + this.#below(4000), () => this.#showCrashLoop(slot));
	}

	/** The image, then the container. */
	#begin(slot: Slot) {
		const {record} = slot;
		const {spec} = record;
		const found = lookUpImage(spec);
		if (found.is === 'present') {
			const text = `Container image "${spec.image}" already present on machine and can be accessed by the pod`;
			this.#event('Normal', 'Pulled', text, slot);
			this.#create(slot, found.image);
			return;
		}
		if (found.is === 'invalid-name') {
			this.#wait(slot, 'InvalidImageName', found.message);
			this.#event('Warning', 'InspectFailed', found.message, slot);
			this.#event('Warning', 'Failed', 'Error: InvalidImageName', slot);
			this.#after(12_000, () => this.#begin(slot));
			return;
		}
		if (found.is === 'never-pulled') {
			this.#wait(slot, 'ErrImageNeverPull', found.message);
			this.#event('Warning', 'ErrImageNeverPull', found.message, slot);
			this.#event('Warning', 'Failed', 'Error: ErrImageNeverPull', slot);
			this.#after(12_000, () => this.#begin(slot));
			return;
		}
		this.#event('Normal', 'Pulling', `Pulling image "${spec.image}"`, slot);
		const took = 600 + this.#below(900);
		this.#after(took, () => {
			if (found.is === 'to-pull') {
				const time = `${took}ms`;
				this.#event(
					'Normal',
					'Pulled',
					`Successfully pulled image "${spec.image}" in ${time} (${time} including waiting). Image size: ${found.image.contents.sizeBytes} bytes.`,
					slot,
				);
				this.#create(slot, found.image);
				return;
			}
			this.#wait(slot, 'ErrImagePull', found.message);
			this.#event('Warning', 'Failed', `Failed to pull image "${spec.image}": ${found.message}`, slot);
			this.#event('Warning', 'Failed', 'Error: ErrImagePull', slot);
			slot.pull.next(this.#now(), 10_000, 300_000);
			this.#after(500 + this.#below(700), () => this.#showPullBackOff(slot, found.message, true));
		});
	}

	/** Every sync during the back-off says so; the status shows it from the second on (golden: 11 s, 24 s). */
	#showPullBackOff(slot: Slot, message: string, first: boolean) {
		if (slot.pull.remaining(this.#now()) <= 0) {
			this.#begin(slot);
			return;
		}
		const text = `Back-off pulling image "${slot.record.spec.image}"`;
		this.#event('Normal', 'BackOff', text, slot);
		this.#event('Warning', 'Failed', 'Error: ImagePullBackOff', slot);
		const show = () => this.#wait(slot, 'ImagePullBackOff', `${text}: ErrImagePull: ${message}`);
		const next = 11_000 + this.#below(3000);
		if (first) this.#after(next - 100, show);
		else show();
		this.#after(next, () => this.#showPullBackOff(slot, message, false));
	}

	#create(slot: Slot, image: OpenImage) {
		this.#after(5 + this.#below(60), () => {
			const {record} = slot;
			const {simulation} = this.#context;
			let environment: Record<string, string>;
			try {
				environment = containerEnvironment(simulation.store, this.#withAddress(), record.spec, image.contents);
			} catch (error) {
				if (!(error instanceof ContainerConfigError)) throw error;
				this.#wait(slot, 'CreateContainerConfigError', error.message);
				this.#event('Warning', 'Failed', `Error: ${error.message}`, slot);
				this.#after(11_000 + this.#below(4000), () => this.#begin(slot));
				return;
			}
			const again = record.id !== undefined;
			this.#event('Normal', 'Created', 'Container created', slot);
			this.#after(110 + this.#below(80), () => {
				if (again) {
					record.restarts++;
					slot.previousLog = slot.log;
				}
				record.last = record.state.terminated ? record.state : record.last;
				record.id = containerID(n => this.#below(n));
				if (this.#run(slot, image, undefined, environment)) {
					this.#event('Normal', 'Started', 'Container started', slot);
					if (slot.running) {
						this.#startProbes(slot);
						this.#postStart(slot);
					}
				}
				this.#ipShown = true;
				this.#soon(8 + this.#below(12));
				this.#after(0, () => this.#sync());
			});
		});
	}

	/** The Pod with its address, which the API server may not have yet. */
	#withAddress(): Pod {
		const {status} = this.#pod;
		return {...this.#pod, status: {...status, podIP: this.#ip, hostIP: this.#context.hostIP}};
	}

	/** Starts the container's first process, which may end at once; false when it could not even start. */
	#run(
		slot: Slot,
		image: OpenImage,
		previous?: {files: FileChanges; log: ContainerLog},
		environment = containerEnvironment(
			this.#context.simulation.store,
			this.#withAddress(),
			slot.record.spec,
			image.contents,
		),
	): boolean {
		const {simulation, network, node} = this.#context;
		const {record} = slot;
		const {namespace = ''} = this.#pod.metadata;
		const startedAt = record.state.running?.startedAt ?? timestamp(this.#now());
		record.image = image.reference;
		record.imageID = image.id;
		record.user = image.contents.user;
		slot.starting = false;
		slot.stopping = undefined;
		let early: number | undefined;
		const exited = (code: number) => {
			if (slot.running) this.#exited(slot, code);
			else early = code;
		};
		try {
			const running = startContainer({
				simulation,
				spec: record.spec,
				image: image.contents,
				environment,
				mounts: this.#volumes!.mounts(record.spec),
				hostname: this.#pod.spec.hostname ?? this.#pod.metadata.name,
				network: network.podNetwork({ip: this.#ip!, node, namespace}),
				listeners: this.listeners,
				...(previous && {previous}),
				exited,
			});
			slot.running = running;
			slot.log = running.log;
			record.state = {running: {startedAt}};
			if (!previous) {
				record.started = !record.spec.startupProbe;
				record.readiness = !record.spec.readinessProbe;
			}
			if (early !== undefined) this.#exited(slot, early);
			return true;
		} catch (error) {
			if (!(error instanceof CommandNotFound)) throw error;
			const why =
				'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create ' +
				`failed: unable to start container process: error during container init: ${error.message}`;
			this.#event('Warning', 'Failed', `Error: ${why}`, slot);
			slot.crash.failed(this.#now());
			const ended = {
				terminated: {
					exitCode: error.notExecutable ? 126 : 128,
					reason: 'StartError',
					message: why,
					startedAt: '1970-01-01T00:00:00Z',
					finishedAt: timestamp(this.#now()),
					containerID: `containerd://${record.id}`,
				},
			};
			record.state = ended;
			if (this.#restarts(record)) {
				record.last = ended;
				record.state = {waiting: {reason: 'RunContainerError', message: why}};
			}
			return false;
		}
	}

	#exited(slot: Slot, exitCode: number) {
		const {record} = slot;
		const startedAt = record.state.running?.startedAt;
		const files = slot.running?.machine.files;
		const path = String(record.spec.terminationMessagePath ?? '/dev/termination-log');
		const message = files?.entry(path)?.content?.subarray(0, 4096).toString();
		slot.running = undefined;
		slot.crash.failed(this.#now());
		this.#stopProbes(slot);
		record.state = {
			terminated: {
				exitCode,
				reason: exitCode === 0 ? 'Completed' : 'Error',
				...(message && {message}),
				...(startedAt && {startedAt}),
				finishedAt: timestamp(this.#now()),
				containerID: `containerd://${record.id}`,
			},
		};
		record.started = false;
		record.readiness = !record.spec.readinessProbe;
		if (this.#stopped) return;
		if (this.#terminating) {
			this.#stopSidecars();
			this.#checkEnded();
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
		for (const slot of this.slots) if (isRunning(slot.record)) this.#stopContainer(slot, 'Pod');
		this.#writeStatus();
		this.#after(400 + this.#below(600), () => {
			this.#release();
			this.#writeStatus();
		});
	}

	#startProbes(slot: Slot) {
		const {spec} = slot.record;
		const {startupProbe, readinessProbe, livenessProbe} = spec;
		const running = slot.running!;
		const {simulation, network, node} = this.#context;
		const source = {ip: bridgeAddress(this.#ip!), node};
		const target = {network, clock: simulation.clock, container: spec, running, podIP: this.#ip!, source};
		const start = (kind: string, probe: NonNullable<Container['readinessProbe']>, changed: (ok: boolean) => void) => {
			const failed = (text: string) => this.#event('Warning', 'Unhealthy', `${kind} probe failed: ${text}`, slot);
			slot.probes.push(startProbe(probe, target, {phase: this.#below(1000), changed, failed}));
		};
		const restart = (kind: string) => {
			const name = spec.name;
			this.#event('Normal', 'Killing', `Container ${name} failed ${kind} probe, will be restarted`, slot);
			this.#stopContainer(slot, 'Container');
		};
		const others = () => {
			if (readinessProbe) {
				start('Readiness', readinessProbe, ok => {
					slot.record.readiness = ok;
					this.#soon(5 + this.#below(15));
				});
			}
			if (livenessProbe && !this.#terminating) {
				start('Liveness', livenessProbe, ok => {
					if (!ok) restart('liveness');
				});
			}
		};
		if (!startupProbe || slot.record.started) {
			others();
			return;
		}
		start('Startup', startupProbe, ok => {
			if (!ok) {
				restart('startup');
				return;
			}
			this.#stopProbes(slot);
			slot.record.started = true;
			this.#soon(5 + this.#below(15));
			others();
			this.#sync();
		});
	}

	#stopProbes(slot: Slot) {
		for (const probe of slot.probes) probe.stop();
		slot.probes = [];
	}

	#postStart(slot: Slot) {
		const hook = slot.record.spec.lifecycle?.postStart as LifecycleHandler | undefined;
		if (!hook) return;
		this.#hook(slot, hook, failure => {
			if (failure === undefined || !slot.running) return;
			this.#event('Warning', 'FailedPostStartHook', `PostStartHook failed: ${failure}`, slot);
			this.#event('Normal', 'Killing', 'FailedPostStartHook', slot);
			this.#stopContainer(slot, 'Container');
		});
	}

	/** Runs a hook; `done` gets the failure's text, or undefined. */
	#hook(slot: Slot, hook: LifecycleHandler, done: (failure: string | undefined) => void) {
		const {network, node} = this.#context;
		if (hook.sleep) this.#after(hook.sleep.seconds * 1000, () => done(undefined));
		else if (hook.exec) {
			const {machine, environment, directory} = slot.running!;
			let output = '';
			const write = (data: string | Uint8Array) => {
				output += typeof data === 'string' ? data : Buffer.from(data).toString();
			};
			const line = hook.exec.command ?? [];
			try {
				machine.start(
					{arguments: line, environment, directory, stdin: emptyPipe(), stdout: write, stderr: write},
					code =>
						done(
							code === 0
								? undefined
								: `command '${line.join(' ')}' exited with ${code}: ${output}, message: ${JSON.stringify(output)}`,
						),
				);
			} catch (error) {
				if (!(error instanceof CommandNotFound)) throw error;
				done(error.message);
			}
		} else if (hook.httpGet) {
			const {port, path = '/', host = this.#ip!} = hook.httpGet;
			const number = portNumber(port, slot.record.spec) ?? 0;
			const request = {
				method: 'GET',
				host,
				port: number,
				path,
				headers: {host},
				connectTimeout: 30_000,
				timeout: 30_000,
			};
			network.send(request, {ip: bridgeAddress(this.#ip!), node}, result =>
				done('failure' in result ? result.message : undefined),
			);
		} else done(undefined);
	}

	/** preStop, then SIGTERM; for a container alone also SIGKILL after its grace period. */
	#stopContainer(slot: Slot, what: 'Pod' | 'Container') {
		const {running, record} = slot;
		if (!running || slot.stopping) return;
		slot.stopping = 'hook';
		if (what === 'Container') {
			this.#stopProbes(slot);
			const seconds =
				record.spec.livenessProbe?.terminationGracePeriodSeconds ?? this.#pod.spec.terminationGracePeriodSeconds ?? 30;
			this.#after(seconds * 1000, () => slot.running === running && this.#forceStop(slot));
		}
		const stop = () => {
			if (slot.running !== running || slot.stopping !== 'hook') return;
			slot.stopping = 'signalled';
			running.signal(running.machine.image.stopSignal);
		};
		const preStop = record.spec.lifecycle?.preStop;
		if (!preStop) {
			stop();
			return;
		}
		this.#hook(slot, preStop, failure => {
			if (failure !== undefined) this.#event('Warning', 'FailedPreStopHook', `PreStopHook failed: ${failure}`, slot);
			stop();
		});
	}

	/** Sidecars stop after all other containers, the last one first. */
	#stopSidecars() {
		const mains = this.slots.filter(({record}) => !isSidecar(record));
		if (mains.some(({record}) => isRunning(record))) return;
		const sidecars = this.slots.filter(({record}) => isSidecar(record) && isRunning(record)).reverse();
		if (sidecars[0]) this.#stopContainer(sidecars[0], 'Pod');
	}

	#armDeadline(now: number, grace: number) {
		// The kubelet never gives less than two seconds (pkg/kubelet/kuberuntime, minimumGracePeriodInSeconds).
		const at = now + Math.max(grace, 2) * 1000;
		if (at >= this.#deadlineAt) return;
		this.#deadlineAt = at;
		this.#deadline?.cancel();
		this.#deadline = this.#context.simulation.clock.after(at - now, () => {
			for (const slot of this.slots) this.#forceStop(slot);
		});
	}

	/** The grace period is over. A container whose hook took all of it still gets its signal and two seconds. */
	#forceStop(slot: Slot) {
		const {running} = slot;
		if (!running) return;
		if (slot.stopping === 'signalled') {
			running.signal('SIGKILL');
			return;
		}
		slot.stopping = 'signalled';
		running.signal(running.machine.image.stopSignal);
		this.#after(2000, () => slot.running === running && running.signal('SIGKILL'));
	}

	#checkEnded() {
		if (this.#terminated || this.slots.some(({record}) => isRunning(record))) return;
		this.#terminated = true;
		this.#deadline?.cancel();
		const began = this.slots.some(({record}) => record.state.terminated);
		this.#after(began ? 60 + this.#below(250) : 5, () => {
			for (const slot of this.slots) endWaiting(slot.record);
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

	#wait(slot: Slot, reason: string, message: string) {
		const {record} = slot;
		if (record.state.terminated) record.last = record.state;
		record.state = {waiting: {reason, message}};
		this.#writeStatus();
	}

	#changeImage(spec: Container) {
		const slot = this.slots.find(({record}) => record.spec.name === spec.name);
		if (!slot || slot.record.spec.image === spec.image) return;
		slot.record.spec = spec;
		if (!slot.running) return;
		const text = `Container ${spec.name} definition changed, will be restarted`;
		this.#event('Normal', 'Killing', text, slot);
		this.#stopContainer(slot, 'Container');
	}

	#restoreRecords(snapshot: PodSnapshot | undefined) {
		const {containerStatuses = [], initContainerStatuses = []} = this.#pod.status;
		for (const status of [...initContainerStatuses, ...containerStatuses]) {
			const slot = this.slots.find(({record}) => record.spec.name === status.name);
			if (!slot) continue;
			restoreRecord(slot.record, status);
			const kept = snapshot?.containers[status.name];
			if (!kept) continue;
			slot.log = new ContainerLog(() => this.#now(), [...kept.log]);
			if (!status.state.running) slot.log.end();
			if (kept.previousLog) {
				slot.previousLog = new ContainerLog(() => this.#now(), [...kept.previousLog]);
				slot.previousLog.end();
			}
			slot.crash = new Backoff(kept.crash);
		}
	}

	#soon(ms: number) {
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
		const runtime: PodRuntime = {
			containers: this.slots.map(({record}) => record),
			hostIP,
			startTime: this.#startTime,
			podIP: this.#ipShown ? (this.#ip ?? stored.status.podIP) : stored.status.podIP,
			sandboxReady: this.#sandboxReady,
			terminated: this.#terminated,
		};
		const status = podStatus(stored, runtime, this.#now());
		try {
			simulation.registry.update('pods', {...stored, status}, {subresource: 'status'});
		} catch (error) {
			if (!(error instanceof StatusError)) throw error;
		}
	}

	#event(type: 'Normal' | 'Warning', reason: string, message: string, slot?: Slot) {
		const field = slot?.record.init ? 'initContainers' : 'containers';
		this.#context.recorder.event(
			this.#pod,
			type,
			reason,
			message,
			slot ? `spec.${field}{${slot.record.spec.name}}` : undefined,
		);
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

type LifecycleHandler = NonNullable<NonNullable<Container['lifecycle']>['preStop']>;

function newSlot(spec: Container, init: boolean, reason: string): Slot {
	return new Slot({
		spec,
		init,
		image: spec.image,
		imageID: '',
		id: undefined,
		state: {waiting: {reason}},
		last: {},
		restarts: 0,
		started: false,
		readiness: !spec.readinessProbe,
		user: undefined,
	});
}

function restoreRecord(record: ContainerRecord, status: ContainerStatus) {
	record.id = status.containerID?.replace('containerd://', '');
	record.image = status.image;
	record.imageID = status.imageID;
	record.state = status.state;
	record.last = status.lastState;
	record.restarts = status.restartCount;
	record.started = status.started ?? false;
	record.readiness = !record.spec.readinessProbe || status.ready;
	const user = status.user as {linux?: {uid: number; gid: number}} | undefined;
	if (user?.linux) record.user = user.linux;
}

/** A container of a deleted Pod that never ran counts as ended by the kubelet (exit code 137). */
function endWaiting(record: ContainerRecord) {
	if (!record.state.waiting) return;
	const ended: ContainerState = record.last.terminated
		? record.last
		: {
				terminated: {
					exitCode: 137,
					reason: 'ContainerStatusUnknown',
					message: 'The container could not be located when the pod was terminated',
				},
			};
	record.state = ended;
	record.last = {};
}

const bridgeAddress = (ip: string) => `${ip.slice(0, ip.lastIndexOf('.'))}.1`;

/** Go's time.Duration of whole seconds: `10s`, `1m20s`, `5m0s`. */
function formatSeconds(ms: number): string {
	const seconds = Math.round(ms / 1000);
	return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}

function gatesChanged({spec, status}: Pod, before: Pod): boolean {
	const state = (pod: Pod, wanted: string) => pod.status.conditions?.find(({type}) => type === wanted)?.status;
	return (spec.readinessGates ?? []).some(
		({conditionType}) =>
			status.conditions !== before.status.conditions &&
			state({spec, status} as Pod, conditionType) !== state(before, conditionType),
	);
}
