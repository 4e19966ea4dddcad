import {timestamp} from '../clock.ts';
import type {Condition, Container, ContainerState, ContainerStatus, Pod, PodStatus} from '../types.ts';

/** One container as the kubelet knows it. */
export type ContainerRecord = {
	spec: Container;
	init: boolean;
	image: string;
	imageID: string;
	id: string | undefined;
	state: ContainerState;
	last: ContainerState;
	restarts: number;
	/** The startup probe has succeeded, or there is none and the container runs. */
	started: boolean;
	/** What the readiness probe said last; true when there is none. */
	readiness: boolean;
	user: {uid: number; gid: number} | undefined;
};

/** What the kubelet knows of a Pod besides its containers. */
export type PodRuntime = {
	containers: ContainerRecord[];
	hostIP: string;
	startTime: string;
	/** The Pod's address, once it is told to the API server. */
	podIP: string | undefined;
	sandboxReady: boolean;
	/** The Pod was deleted and all its containers have ended. */
	terminated: boolean;
};

/** A sidecar is an init container that is always restarted; the Pod goes on once it has started. */
export const isSidecar = ({init, spec}: ContainerRecord): boolean => init && spec.restartPolicy === 'Always';

export const isRunning = ({state}: ContainerRecord): boolean => state.running !== undefined;
const isReady = (record: ContainerRecord): boolean => isRunning(record) && record.started && record.readiness;

/** True when an init container no longer holds the Pod up. */
export const initDone = (record: ContainerRecord): boolean =>
	isSidecar(record) ? record.started : record.state.terminated?.exitCode === 0;

/** The status that the kubelet writes, as generateAPIPodStatus in pkg/kubelet/kubelet_pods.go makes it. */
export function podStatus(pod: Pod, runtime: PodRuntime, now: number): PodStatus {
	const {containers, hostIP, startTime, podIP} = runtime;
	const generation = pod.metadata.generation ?? 1;
	const inits = containers.filter(({init}) => init);
	const mains = containers.filter(({init}) => !init);
	const phase = phaseOf(pod, inits, mains, runtime.terminated);
	const initialized = inits.every(initDone);
	return {
		phase,
		conditions: conditions(pod, runtime, phase, initialized, generation, now),
		...(inits.length > 0 && {initContainerStatuses: inits.map(containerStatus)}),
		containerStatuses: mains.map(containerStatus),
		hostIP,
		hostIPs: [{ip: hostIP}],
		...(podIP && {podIP, podIPs: [{ip: podIP}]}),
		startTime,
		qosClass: pod.status.qosClass,
		observedGeneration: generation,
		...(phase !== 'Pending' && isBareResources(pod) && {resources: {}}),
	};
}

const isBareResources = (pod: Pod) =>
	pod.spec.containers.every(({resources}) => Object.keys(resources ?? {}).length === 0);

function containerStatus(record: ContainerRecord): ContainerStatus {
	const {spec, state, last, restarts, started, id, image, imageID, user} = record;
	const mounts = spec.volumeMounts ?? [];
	return {
		name: spec.name,
		image,
		imageID,
		...(id && {containerID: `containerd://${id}`}),
		ready: record.init && !isSidecar(record) ? state.terminated?.exitCode === 0 : isReady(record),
		started: isRunning(record) && started,
		restartCount: restarts,
		state,
		lastState: last,
		...(id && {resources: spec.resources ?? {}}),
		...(id && user && {user: {linux: {gid: user.gid, supplementalGroups: [user.gid], uid: user.uid}}}),
		...(mounts.length > 0 && {
			volumeMounts: mounts.map(({mountPath, name, readOnly}) => ({
				mountPath,
				name,
				...(readOnly && {readOnly, recursiveReadOnly: 'Disabled'}),
			})),
		}),
	};
}

/** getPhase in pkg/kubelet/kubelet_pods.go. */
function phaseOf(pod: Pod, inits: ContainerRecord[], mains: ContainerRecord[], terminal: boolean): PodStatus['phase'] {
	const policy = pod.spec.restartPolicy ?? 'Always';
	const begun = mains.some(({state, last}) => !state.waiting || last.terminated);
	if (!begun && !inits.every(initDone)) {
		const failed = inits.some(record => !isSidecar(record) && (record.state.terminated?.exitCode ?? 0) !== 0);
		return failed && (terminal || policy === 'Never') ? 'Failed' : 'Pending';
	}
	let running = 0;
	let waiting = 0;
	let stopped = 0;
	let succeeded = 0;
	for (const {state, last} of mains) {
		if (state.running) running++;
		else if (state.terminated) {
			stopped++;
			if (state.terminated.exitCode === 0) succeeded++;
		} else if (last.terminated) stopped++;
		else waiting++;
	}
	if (waiting > 0) return terminal ? 'Failed' : 'Pending';
	if (running > 0) return 'Running';
	if (terminal || policy !== 'Always') {
		if (stopped === succeeded) return 'Succeeded';
		if (terminal || policy === 'Never') return 'Failed';
	}
	return 'Running';
}

function conditions(
	pod: Pod,
	{containers, sandboxReady}: PodRuntime,
	phase: PodStatus['phase'],
	initialized: boolean,
	observedGeneration: number,
	now: number,
): Condition[] {
	const known = new Map((pod.status.conditions ?? []).map(condition => [condition.type, condition]));
	const make = (type: string, status: boolean, why?: {reason: string; message?: string}): Condition => {
		const before = known.get(type);
		const value = status ? 'True' : 'False';
		const changed = before?.status !== value;
		return {
			type,
			observedGeneration,
			status: value,
			lastProbeTime: null,
			lastTransitionTime: changed ? timestamp(now) : before.lastTransitionTime,
			...why,
		};
	};
	const inits = containers.filter(({init}) => init);
	const unready = containers.filter(record => (!record.init || isSidecar(record)) && !isReady(record));
	const finished = phase === 'Succeeded' ? 'PodCompleted' : phase === 'Failed' ? 'PodFailed' : undefined;
	const containersReady =
		finished !== undefined
			? {status: false, why: {reason: finished}}
			: unready.length > 0
				? {status: false, why: notReady('ContainersNotReady', 'unready', unready)}
				: {status: true, why: undefined};
	const gate = containersReady.status ? closedGate(pod, known) : undefined;
	const own = [
		make('PodReadyToStartContainers', sandboxReady),
		make(
			'Initialized',
			initialized || phase === 'Succeeded',
			phase === 'Succeeded'
				? {reason: 'PodCompleted'}
				: initialized
					? undefined
					: notReady(
							'ContainersNotInitialized',
							'incomplete',
							inits.filter(record => !initDone(record)),
						),
		),
		make('Ready', containersReady.status && !gate, gate ?? containersReady.why),
		make('ContainersReady', containersReady.status, containersReady.why),
		{...make('PodScheduled', true), ...pick(known.get('PodScheduled'))},
	];
	const types = new Set(own.map(({type}) => type));
	// Conditions that others set, for readiness gates, stay and come first.
	return [...known.values()].filter(({type}) => !types.has(type)).concat(own);
}

const pick = (scheduled: Condition | undefined) =>
	scheduled?.status === 'True' ? {lastTransitionTime: scheduled.lastTransitionTime} : {};

const notReady = (reason: string, what: string, records: ContainerRecord[]) => ({
	reason,
	message: `containers with ${what} status: [${records.map(({spec}) => spec.name).join(' ')}]`,
});

/** The first readiness gates that keep a Pod from being ready. */
function closedGate(pod: Pod, known: Map<string, Condition>): {reason: string; message: string} | undefined {
	const messages: string[] = [];
	for (const {conditionType} of pod.spec.readinessGates ?? []) {
		const condition = known.get(conditionType);
		if (!condition) messages.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
		else if (condition.status !== 'True')
			messages.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${condition.status}`);
	}
	return messages.length > 0 ? {reason: 'ReadinessGatesNotReady', message: messages.join(', ')} : undefined;
}
