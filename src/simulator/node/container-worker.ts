import {timestamp} from '../clock.ts';
import type {Listeners} from '../network/http-server.ts';
import type {FileChanges} from '../programs/file-system.ts';
import {CommandNotFound} from '../programs/machine.ts';
import type {Container, ContainerState, ContainerStatus, Pod, Probe} from '../types.ts';
import {Backoff, type BackoffState} from './backoff.ts';
import {type ContainerStart, mayAdministerNetwork, type RunningContainer, startContainer} from './container.ts';
import {ContainerLog, type LogLine} from './container-log.ts';
import {ContainerConfigError, containerEnvironment} from './environment.ts';
import {lookUpImage, type OpenImage} from './image-store.ts';
import type {KubeletContext} from './kubelet-context.ts';
import {type LifecycleHandler, runHook} from './lifecycle-hook.ts';
import {type ContainerRecord, isRunning} from './pod-status.ts';
import {startProbe} from './probe.ts';
import type {PodVolumes} from './volumes.ts';

/** What is kept of a container that the API does not hold. */
export type ContainerSnapshot = {
	files?: FileChanges;
	log: LogLine[];
	previousLog?: LogLine[];
	crash: BackoffState | undefined;
};

/** What a container needs of the Pod that it is in. */
export type PodHost = {
	readonly pod: Pod;
	readonly ip: string;
	readonly context: KubeletContext;
	readonly volumes: PodVolumes;
	readonly listeners: Listeners;
	readonly terminating: boolean;
	/** Calls back in ms of cluster time, unless the Pod's worker has been stopped by then. */
	after(ms: number, run: () => void): void;
	writeStatus(): void;
	/** Writes the status a little later, together with other changes. */
	writeStatusSoon(ms: number): void;
	/** The container's first process was started, or could not be. */
	startedContainer(): void;
	/** The container's first process has ended. */
	endedContainer(): void;
	/** Looks again at what can be started now. */
	sync(): void;
};

/** One container of a Pod: its image, its restarts, its probes and hooks (pkg/kubelet/kuberuntime). */
export class ContainerWorker {
	readonly record: ContainerRecord;
	running: RunningContainer | undefined;
	log: ContainerLog | undefined;
	previousLog: ContainerLog | undefined;
	readonly #host: PodHost;
	/** Restarts of a container that ends again and again. */
	#crash = new Backoff();
	/** Pulls of an image that cannot be had. */
	readonly #pull = new Backoff();
	#probes: {stop(): void}[] = [];
	/** A start is under way. */
	#starting = false;
	/** The container is being stopped: its preStop hook runs, or it has its signal. */
	#stopping: 'hook' | 'signalled' | undefined;

	constructor(spec: Container, init: boolean, host: PodHost) {
		this.#host = host;
		const {initContainers = []} = host.pod.spec;
		this.record = {
			spec,
			init,
			image: spec.image,
			imageID: '',
			id: undefined,
			state: {waiting: {reason: initContainers.length > 0 ? 'PodInitializing' : 'ContainerCreating'}},
			last: {},
			restarts: 0,
			started: false,
			readiness: !spec.readinessProbe,
			user: undefined,
		};
	}

	get name(): string {
		return this.record.spec.name;
	}

	/** Takes over what was known of the container before the cluster was stopped. */
	restore(status: ContainerStatus, kept: ContainerSnapshot | undefined): void {
		const {record} = this;
		const now = () => this.#now();
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
		if (!kept) return;
		this.log = new ContainerLog(now, [...kept.log]);
		if (!status.state.running) this.log.end();
		if (kept.previousLog) {
			this.previousLog = new ContainerLog(now, [...kept.previousLog]);
			this.previousLog.end();
		}
		this.#crash = new Backoff(kept.crash);
	}

	/** Lets a restored container run on, with the files it had. Not a restart: nothing of its status changes. */
	resume(kept: ContainerSnapshot | undefined): void {
		if (!this.record.state.running) return;
		const found = lookUpImage(this.record.spec);
		if (found.is !== 'present' && found.is !== 'to-pull') return;
		const environment = this.#environment(found.image);
		const log = this.log ?? new ContainerLog(() => this.#now());
		this.#run(found.image, environment, {files: kept?.files ?? {}, log, logged: kept !== undefined});
		if (this.running) this.#startProbes();
	}

	snapshot(): ContainerSnapshot {
		const {running, log, previousLog} = this;
		return {
			...(running && {files: running.machine.files.snapshot()}),
			log: log?.lines ?? [],
			...(previousLog && {previousLog: previousLog.lines}),
			crash: this.#crash.state,
		};
	}

	/** Whether the Pod's restart policy wants the container to run again after it ended. */
	get restarts(): boolean {
		const {init, spec, state, last} = this.record;
		if (init && spec.restartPolicy === 'Always') return true;
		const policy = this.#host.pod.spec.restartPolicy ?? 'Always';
		const failed = (state.terminated ?? last.terminated)?.exitCode !== 0;
		return init ? policy !== 'Never' && failed : policy === 'Always' || (policy === 'OnFailure' && failed);
	}

	/** Starts the container if it is not running and should be, now or after its back-off. */
	keepRunning(): void {
		const {record} = this;
		if (this.#starting || isRunning(record)) return;
		if (record.state.terminated && !this.restarts) return;
		this.#starting = true;
		if (!record.state.terminated && !record.last.terminated) {
			this.#fetchImage();
			return;
		}
		const wait = this.#crash.remaining(this.#now());
		if (wait > 0) this.#after(500 + this.#below(700), () => this.#showCrashLoop());
		this.#after(Math.max(wait, 200 + this.#below(300)), () => {
			this.#crash.next(this.#now(), 10_000, 300_000);
			this.#fetchImage();
		});
	}

	/** Takes another image; a running container is restarted with it. */
	changeImage(spec: Container): void {
		if (this.record.spec.image === spec.image) return;
		this.record.spec = spec;
		if (!this.running) return;
		this.#event('Normal', 'Killing', `Container ${spec.name} definition changed, will be restarted`);
		this.restart();
	}

	/** The Pod ends: nothing is started any more. */
	giveUpStarting(): void {
		this.#starting = false;
	}

	/** preStop, then the image's stop signal. */
	stop(): void {
		const {running, record} = this;
		if (!running || this.#stopping) return;
		this.#stopping = 'hook';
		const signal = () => {
			if (this.running !== running || this.#stopping !== 'hook') return;
			this.#stopping = 'signalled';
			running.signal(running.machine.image.stopSignal);
		};
		const preStop = record.spec.lifecycle?.preStop;
		if (!preStop) {
			signal();
			return;
		}
		this.#hook(preStop, failure => {
			if (failure !== undefined) this.#event('Warning', 'FailedPreStopHook', `PreStopHook failed: ${failure}`);
			signal();
		});
	}

	/** Stops this container alone, with the Pod's grace period; it is then started again as its policy says. */
	restart(): void {
		const {running, record} = this;
		this.stopProbes();
		const seconds =
			record.spec.livenessProbe?.terminationGracePeriodSeconds ??
			this.#host.pod.spec.terminationGracePeriodSeconds ??
			30;
		this.#after(seconds * 1000, () => {
			if (this.running === running) this.forceStop();
		});
		this.stop();
	}

	/** The grace period is over. A container whose hook took all of it still gets its signal and two seconds. */
	forceStop(): void {
		const {running} = this;
		if (!running) return;
		if (this.#stopping === 'signalled') {
			running.signal('SIGKILL');
			return;
		}
		this.#stopping = 'signalled';
		running.signal(running.machine.image.stopSignal);
		this.#after(2000, () => {
			if (this.running === running) running.signal('SIGKILL');
		});
	}

	/** Ends everything at once, as if it had never been. */
	destroy(): void {
		this.stopProbes();
		this.running?.destroy();
	}

	stopProbes(): void {
		for (const probe of this.#probes) probe.stop();
		this.#probes = [];
	}

	/** A container of a deleted Pod that did not come to run counts as lost (status_manager.go, TerminatePod). */
	endWaiting(): void {
		const {record} = this;
		if (!record.state.waiting) return;
		const lost: ContainerState = {
			terminated: {
				exitCode: 137,
				reason: 'ContainerStatusUnknown',
				message: 'The container could not be located when the pod was terminated',
			},
		};
		record.state = record.last.terminated ? record.last : lost;
		record.last = {};
	}

	/** Says Killing, when there is something to kill. */
	announceStop(): void {
		if (isRunning(this.record)) this.#event('Normal', 'Killing', `Stopping container ${this.name}`);
	}

	#showCrashLoop() {
		const {record} = this;
		if (!this.#starting || isRunning(record) || this.#crash.remaining(this.#now()) <= 0) return;
		const {name, namespace, uid} = this.#host.pod.metadata;
		const pod = `${name}_${namespace}(${uid})`;
		if (record.state.waiting?.reason !== 'CrashLoopBackOff') {
			const delay = formatSeconds(this.#crash.state?.delay ?? 0);
			this.#wait('CrashLoopBackOff', `back-off ${delay} restarting failed container=${this.name} pod=${pod}`);
		}
		this.#event('Warning', 'BackOff', `Back-off restarting failed container ${this.name} in pod ${pod}`);
		this.#after(11_000 + this.#below(4000), () => this.#showCrashLoop());
	}

	#fetchImage() {
		const {image} = this.record.spec;
		const found = lookUpImage(this.record.spec);
		if (found.is === 'present') {
			const text = `Container image "${image}" already present on machine and can be accessed by the pod`;
			this.#event('Normal', 'Pulled', text);
			this.#create(found.image);
		} else if (found.is === 'invalid-name') this.#refuseImage('InspectFailed', 'InvalidImageName', found.message);
		else if (found.is === 'never-pulled') this.#refuseImage('ErrImageNeverPull', 'ErrImageNeverPull', found.message);
		else {
			this.#event('Normal', 'Pulling', `Pulling image "${image}"`);
			const took = 600 + this.#below(900);
			this.#after(took, () => {
				if (found.is === 'to-pull') {
					const size = `Image size: ${found.image.contents.sizeBytes} bytes.`;
					const text = `Successfully pulled image "${image}" in ${took}ms (${took}ms including waiting). ${size}`;
					this.#event('Normal', 'Pulled', text);
					this.#create(found.image);
				} else this.#failPull(found.message);
			});
		}
	}

	#refuseImage(event: string, reason: string, message: string) {
		this.#wait(reason, message);
		this.#event('Warning', event, message);
		this.#event('Warning', 'Failed', `Error: ${reason}`);
		this.#after(12_000, () => this.#fetchImage());
	}

	#failPull(message: string) {
		this.#wait('ErrImagePull', message);
		this.#event('Warning', 'Failed', `Failed to pull image "${this.record.spec.image}": ${message}`);
		this.#event('Warning', 'Failed', 'Error: ErrImagePull');
		this.#pull.next(this.#now(), 10_000, 300_000);
		this.#after(500 + this.#below(700), () => this.#showPullBackOff(message, true));
	}

	/** Each sync during the back-off says so; the status, which is written before, shows it from the second on. */
	#showPullBackOff(message: string, first: boolean) {
		if (this.#pull.remaining(this.#now()) <= 0) {
			this.#fetchImage();
			return;
		}
		const text = `Back-off pulling image "${this.record.spec.image}"`;
		this.#event('Normal', 'BackOff', text);
		this.#event('Warning', 'Failed', 'Error: ImagePullBackOff');
		const show = () => this.#wait('ImagePullBackOff', `${text}: ErrImagePull: ${message}`);
		const next = 11_000 + this.#below(3000);
		if (first) this.#after(next - 100, show);
		else show();
		this.#after(next, () => this.#showPullBackOff(message, false));
	}

	#create(image: OpenImage) {
		this.#after(5 + this.#below(60), () => {
			let environment: Record<string, string>;
			try {
				environment = this.#environment(image);
			} catch (error) {
				if (!(error instanceof ContainerConfigError)) throw error;
				this.#wait('CreateContainerConfigError', error.message);
				this.#event('Warning', 'Failed', `Error: ${error.message}`);
				this.#after(11_000 + this.#below(4000), () => this.#fetchImage());
				return;
			}
			this.#event('Normal', 'Created', 'Container created');
			this.#after(110 + this.#below(80), () => this.#start(image, environment));
		});
	}

	#start(image: OpenImage, environment: Record<string, string>) {
		const {record} = this;
		if (record.id !== undefined) {
			record.restarts++;
			this.previousLog = this.log;
		}
		if (record.state.terminated) record.last = record.state;
		record.id = containerID(n => this.#below(n));
		if (this.#run(image, environment)) {
			this.#event('Normal', 'Started', 'Container started');
			if (this.running) {
				this.#startProbes();
				this.#postStart();
			}
		}
		this.#host.startedContainer();
	}

	#environment(image: OpenImage): Record<string, string> {
		const {pod, ip, context} = this.#host;
		// The API server may not have the address yet.
		const addressed = {...pod, status: {...pod.status, podIP: ip, hostIP: context.hostIP}};
		const {simulation, services} = context;
		return containerEnvironment({store: simulation.store, services}, addressed, this.record.spec, image.contents);
	}

	/** Starts the first process, which may end at once; false when it could not even start. */
	#run(image: OpenImage, environment: Record<string, string>, previous?: ContainerStart['previous']) {
		const {pod, ip, context, volumes, listeners} = this.#host;
		const {record} = this;
		const startedAt = record.state.running?.startedAt ?? timestamp(this.#now());
		record.image = image.reference;
		record.imageID = image.id;
		record.user = image.contents.user;
		this.#starting = false;
		this.#stopping = undefined;
		let early: number | undefined;
		try {
			const running = startContainer({
				simulation: context.simulation,
				spec: record.spec,
				image: image.contents,
				environment,
				mounts: volumes.mounts(record.spec),
				hostname: pod.spec.hostname ?? pod.metadata.name,
				network: context.network.podNetwork({
					ip,
					node: context.node,
					namespace: pod.metadata.namespace ?? '',
					hostNetwork: pod.spec.hostNetwork,
				}),
				mayAdministerNetwork: mayAdministerNetwork(record.spec),
				listeners,
				...(previous && {previous}),
				exited: code => {
					if (this.running) this.#exited(code);
					else early = code;
				},
			});
			this.running = running;
			this.log = running.log;
			record.state = {running: {startedAt}};
			if (!previous) {
				record.started = !record.spec.startupProbe;
				record.readiness = !record.spec.readinessProbe;
			}
			if (early !== undefined) this.#exited(early);
			return true;
		} catch (error) {
			if (!(error instanceof CommandNotFound)) throw error;
			this.#failStart(error);
			return false;
		}
	}

	#failStart(error: CommandNotFound) {
		const {record} = this;
		const message =
			'failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create ' +
			`failed: unable to start container process: error during container init: ${error.message}`;
		this.#event('Warning', 'Failed', `Error: ${message}`);
		this.#crash.failed(this.#now());
		const ended: ContainerState = {
			terminated: {
				exitCode: error.notExecutable ? 126 : 128,
				reason: 'StartError',
				message,
				startedAt: '1970-01-01T00:00:00Z',
				finishedAt: timestamp(this.#now()),
				containerID: `containerd://${record.id}`,
			},
		};
		record.state = ended;
		if (!this.restarts) return;
		record.last = ended;
		record.state = {waiting: {reason: 'RunContainerError', message}};
	}

	#exited(exitCode: number) {
		const {record} = this;
		const startedAt = record.state.running?.startedAt;
		const path = String(record.spec.terminationMessagePath ?? '/dev/termination-log');
		const message = this.running?.machine.files.entry(path)?.content?.subarray(0, 4096).toString();
		this.running = undefined;
		this.#crash.failed(this.#now());
		this.stopProbes();
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
		this.#host.endedContainer();
	}

	#startProbes() {
		const {record} = this;
		const {startupProbe, readinessProbe, livenessProbe} = record.spec;
		const start = (kind: string, probe: Probe, changed: (ok: boolean) => void) => {
			const failed = (text: string) => this.#event('Warning', 'Unhealthy', `${kind} probe failed: ${text}`);
			this.#probes.push(startProbe(probe, this.#target(), {phase: this.#below(1000), changed, failed}));
		};
		const restartIfFailed = (kind: string) => (ok: boolean) => {
			if (ok) return;
			this.#event('Normal', 'Killing', `Container ${this.name} failed ${kind} probe, will be restarted`);
			this.restart();
		};
		const startOthers = () => {
			if (readinessProbe) {
				start('Readiness', readinessProbe, ok => {
					record.readiness = ok;
					this.#host.writeStatusSoon(5 + this.#below(15));
				});
			}
			if (livenessProbe && !this.#host.terminating) start('Liveness', livenessProbe, restartIfFailed('liveness'));
		};
		if (!startupProbe || record.started) {
			startOthers();
			return;
		}
		start('Startup', startupProbe, ok => {
			if (!ok) {
				restartIfFailed('startup')(ok);
				return;
			}
			this.stopProbes();
			record.started = true;
			this.#host.writeStatusSoon(5 + this.#below(15));
			startOthers();
			this.#host.sync();
		});
	}

	#postStart() {
		const hook = this.record.spec.lifecycle?.postStart as LifecycleHandler | undefined;
		if (!hook) return;
		this.#hook(hook, failure => {
			if (failure === undefined || !this.running) return;
			this.#event('Warning', 'FailedPostStartHook', `PostStartHook failed: ${failure}`);
			this.#event('Normal', 'Killing', 'FailedPostStartHook');
			this.restart();
		});
	}

	#hook(hook: LifecycleHandler, done: (failure: string | undefined) => void) {
		runHook(hook, {...this.#target(), after: (ms, run) => this.#after(ms, run)}, done);
	}

	/** Where probes and hooks look; the kubelet's own connections come from the node's bridge. */
	#target() {
		const {ip, context} = this.#host;
		return {
			network: context.network,
			clock: context.simulation.clock,
			container: this.record.spec,
			running: this.running!,
			podIP: ip,
			source: {ip: `${ip.slice(0, ip.lastIndexOf('.'))}.1`, node: context.node},
		};
	}

	#wait(reason: string, message: string) {
		const {record} = this;
		if (record.state.terminated) record.last = record.state;
		record.state = {waiting: {reason, message}};
		this.#host.writeStatus();
	}

	#event(type: 'Normal' | 'Warning', reason: string, message: string) {
		const field = this.record.init ? 'initContainers' : 'containers';
		const {pod, context} = this.#host;
		context.recorder.event(pod, type, reason, message, `spec.${field}{${this.name}}`);
	}

	#after(ms: number, run: () => void) {
		this.#host.after(ms, run);
	}

	#now() {
		return this.#host.context.simulation.clock.now();
	}

	#below(n: number) {
		return this.#host.context.simulation.random.below(n);
	}
}

/** 64 random hexadecimal digits. */
const containerID = (below: (n: number) => number) =>
	Array.from({length: 8}, () =>
		below(2 ** 32)
			.toString(16)
			.padStart(8, '0'),
	).join('');

/** Go's time.Duration of whole seconds: `10s`, `1m20s`, `5m0s`. */
function formatSeconds(ms: number): string {
	const seconds = Math.round(ms / 1000);
	return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
