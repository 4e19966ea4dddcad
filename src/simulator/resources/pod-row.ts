import type {ContainerStatus, Pod} from '../types.ts';
import type {Cell} from './definition.ts';
import {age} from './duration.ts';

// The row of a Pod, as printPod in k/k pkg/printers/internalversion/printers.go.

/** True for a Pod whose containers have all ended for good. */
export const isTerminal = (pod: Pod): boolean => pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';

const conditionIsTrue = (pod: Pod, type: string) =>
	pod.status.conditions?.some(condition => condition.type === type && condition.status === 'True') ?? false;

const signalOrCode = ({signal, exitCode}: {signal?: number; exitCode: number}) =>
	signal ? `Signal:${signal}` : `ExitCode:${exitCode}`;

type Restarts = {count: number; last: string | undefined};

function addRestarts(restarts: Restarts, status: ContainerStatus) {
	restarts.count += status.restartCount;
	const finished = status.lastState?.terminated?.finishedAt;
	if (finished && (!restarts.last || finished > restarts.last)) restarts.last = finished;
}

/** The words of the STATUS column, the ready count and the restarts. */
function podState(pod: Pod): {status: string; ready: number; total: number; restarts: Restarts} {
	const {spec, status, metadata} = pod;
	const sidecars = new Set(
		(spec.initContainers ?? []).filter(container => container.restartPolicy === 'Always').map(({name}) => name),
	);
	const total = spec.containers.length + sidecars.size;
	let ready = 0;
	let reason: string = status.reason || status.phase;
	let restarts: Restarts = {count: 0, last: undefined};
	const sidecarRestarts: Restarts = {count: 0, last: undefined};

	const gated = status.conditions?.some(({type, reason}) => type === 'PodScheduled' && reason === 'SchedulingGated');
	if (gated) reason = 'SchedulingGated';

	let initializing = false;
	for (const [i, container] of (status.initContainerStatuses ?? []).entries()) {
		addRestarts(restarts, container);
		const sidecar = sidecars.has(container.name);
		if (sidecar) addRestarts(sidecarRestarts, container);
		const {terminated, waiting} = container.state ?? {};
		if (terminated?.exitCode === 0) continue;
		if (sidecar && container.started) {
			if (container.ready) ready++;
			continue;
		}
		if (terminated) reason = `Init:${terminated.reason || signalOrCode(terminated)}`;
		else if (waiting?.reason && waiting.reason !== 'PodInitializing') reason = `Init:${waiting.reason}`;
		else reason = `Init:${i}/${spec.initContainers?.length ?? 0}`;
		initializing = true;
		break;
	}

	if (!initializing || conditionIsTrue(pod, 'Initialized')) {
		restarts = sidecarRestarts;
		let running = false;
		for (const container of [...(status.containerStatuses ?? [])].reverse()) {
			addRestarts(restarts, container);
			const {waiting, terminated} = container.state ?? {};
			if (waiting?.reason) reason = waiting.reason;
			else if (terminated) reason = terminated.reason || signalOrCode(terminated);
			else if (container.ready && container.state?.running) {
				running = true;
				ready++;
			}
		}
		if (reason === 'Completed' && running) reason = conditionIsTrue(pod, 'Ready') ? 'Running' : 'NotReady';
	}

	if (metadata.deletionTimestamp && status.reason === 'NodeLost') reason = 'Unknown';
	else if (metadata.deletionTimestamp && !isTerminal(pod)) reason = 'Terminating';
	return {status: reason, ready, total, restarts};
}

const readinessGates = ({spec, status}: Pod) => {
	const gates = spec.readinessGates ?? [];
	if (gates.length === 0) return '<none>';
	const passed = gates.filter(({conditionType}) =>
		status.conditions?.some(({type, status}) => type === conditionType && status === 'True'),
	);
	return `${passed.length}/${gates.length}`;
};

/** The cells of a Pod's row. */
export function podCells(pod: Pod, now: number): Cell[] {
	const {status, ready, total, restarts} = podState(pod);
	const {metadata, spec} = pod;
	const restartText =
		restarts.count > 0 && restarts.last ? `${restarts.count} (${age(restarts.last, now)} ago)` : `${restarts.count}`;
	return [
		metadata.name,
		`${ready}/${total}`,
		status,
		restartText,
		age(metadata.creationTimestamp, now),
		pod.status.podIPs?.[0]?.ip || '<none>',
		spec.nodeName || '<none>',
		pod.status.nominatedNodeName || '<none>',
		readinessGates(pod),
	];
}

/** The condition that marks the row of a finished Pod. */
export function podRowConditions({status}: Pod) {
	const condition = (reason: string, message: string) => [{type: 'Completed', status: 'True', reason, message}];
	if (status.phase === 'Succeeded') return condition('Succeeded', 'The pod has completed successfully.');
	if (status.phase === 'Failed') return condition('Failed', 'The pod failed.');
	return [];
}
