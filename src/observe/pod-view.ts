import type {V1ContainerState, V1ContainerStatus, V1Pod} from '@kubernetes/client-node';
import {timeOf} from './object-time.ts';
import type {PodView} from './snapshot.ts';
import {podCells} from './table-cells.ts';

/** A Pod object as the lab shows it. */
export function podView(pod: V1Pod): PodView {
	const {metadata, spec, status} = pod;
	const ready = status?.conditions?.find(({type}) => type === 'Ready');
	const owner = metadata?.ownerReferences?.find(({controller}) => controller);
	return {
		name: metadata?.name ?? '',
		namespace: metadata?.namespace ?? '',
		uid: metadata?.uid ?? '',
		ip: status?.podIP ?? '',
		node: spec?.nodeName ?? '',
		phase: status?.phase ?? 'Pending',
		status: podStatus(pod),
		ready: ready?.status === 'True',
		readyChangedAt: timeOf(ready?.lastTransitionTime),
		terminating: metadata?.deletionTimestamp !== undefined,
		restarts: (status?.containerStatuses ?? []).reduce((sum, {restartCount}) => sum + restartCount, 0),
		labels: metadata?.labels ?? {},
		ports: (spec?.containers ?? []).flatMap(({ports = []}) =>
			ports.map(({name = '', containerPort, protocol = 'TCP'}) => ({name, port: containerPort, protocol})),
		),
		createdAt: timeOf(metadata?.creationTimestamp) ?? 0,
		image: spec?.containers?.[0]?.image ?? '',
		...(spec?.containers?.some(({readinessProbe}) => readinessProbe) && {readinessProbe: true}),
		...(spec?.containers?.some(({lifecycle}) => lifecycle?.preStop) && {preStop: true}),
		...(owner && {owner: owner.name, ownerUid: owner.uid}),
		cells: podCells(pod),
	};
}

/** kubectl's STATUS column, as printPod in pkg/printers/internalversion/printers.go makes it. */
export function podStatus(pod: V1Pod): string {
	const {spec, status, metadata} = pod;
	const phase = status?.phase ?? 'Pending';
	const gated = status?.conditions?.some(({type, reason}) => type === 'PodScheduled' && reason === 'SchedulingGated');
	const initial = gated ? 'SchedulingGated' : status?.reason || phase;
	const initializing = initReason(pod);
	const initialized = status?.conditions?.some(({type, status}) => type === 'Initialized' && status === 'True');
	const reason = initializing && !initialized ? initializing : containersReason(pod, initializing ?? initial);

	const terminal = phase === 'Succeeded' || phase === 'Failed';
	if (metadata?.deletionTimestamp !== undefined) {
		if (status?.reason === 'NodeLost') return 'Unknown';
		if (!terminal) return 'Terminating';
	}
	return spec ? reason : phase;
}

/** What the first init container that is not done says; undefined when all are done. */
function initReason({spec, status}: V1Pod): string | undefined {
	const containers = spec?.initContainers ?? [];
	for (const [index, container] of (status?.initContainerStatuses ?? []).entries()) {
		const {terminated, waiting} = container.state ?? {};
		if (terminated?.exitCode === 0) continue;
		const sidecar = containers.find(({name}) => name === container.name)?.restartPolicy === 'Always';
		if (sidecar && container.started) continue;
		if (terminated) return `Init:${terminationReason(terminated)}`;
		if (waiting?.reason && waiting.reason !== 'PodInitializing') return `Init:${waiting.reason}`;
		return `Init:${index}/${containers.length}`;
	}
	return undefined;
}

/** The first container with something to say wins; one that still runs outweighs completed ones. */
function containersReason({status}: V1Pod, fallback: string): string {
	const statuses: V1ContainerStatus[] = status?.containerStatuses ?? [];
	let reason = fallback;
	for (const {state} of statuses.toReversed()) {
		if (state?.waiting?.reason) reason = state.waiting.reason;
		else if (state?.terminated) reason = terminationReason(state.terminated);
	}
	if (reason === 'Completed' && statuses.some(({ready, state}) => ready && state?.running)) {
		const ready = status?.conditions?.some(({type, status}) => type === 'Ready' && status === 'True');
		return ready ? 'Running' : 'NotReady';
	}
	return reason;
}

function terminationReason({reason, signal, exitCode}: NonNullable<V1ContainerState['terminated']>): string {
	if (reason) return reason;
	return signal ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}
