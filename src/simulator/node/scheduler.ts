import {timestamp} from '../clock.ts';
import {createSeriesRecorder} from '../controllers/events.ts';
import {StatusError} from '../errors.ts';
import {workQueue} from '../queue.ts';
import {isGated} from '../resources/pods.ts';
import type {Part, Simulation} from '../simulation.ts';
import type {Change} from '../store.ts';
import type {Node, Pod} from '../types.ts';
import {bindPod} from './binding.ts';
import {allowsNode} from './node-affinity.ts';

type Why = string;
const untolerated: Why = 'node(s) had untolerated taint(s)';
const tooManyPods: Why = 'Too many pods';

const isTerminal = ({status}: Pod) => status.phase === 'Succeeded' || status.phase === 'Failed';
const keyOf = ({metadata}: Pod) => `${metadata.namespace}/${metadata.name}`;

/**
 * The default scheduler in a small cluster: it filters nodes by readiness, taints, node selector, required node affinity
 * and room for Pods, and of the rest takes the one with the fewest Pods of the same owner, then the fewest Pods; chance decides between equals.
 */
export function startScheduler(simulation: Simulation): Part {
	const {clock, random, store, registry} = simulation;
	const recorder = createSeriesRecorder(simulation, {
		component: 'default-scheduler',
		instance: 'default-scheduler-lab',
	});
	/** Pods that take room, by node: how many, and how many of each owner. */
	const load = new Map<string, {pods: number; owners: Map<string, number>}>();
	const unschedulable = new Set<string>();

	const account = (pod: Pod, step: 1 | -1) => {
		const {nodeName} = pod.spec;
		if (!nodeName || isTerminal(pod)) return;
		let node = load.get(nodeName);
		if (!node) {
			node = {pods: 0, owners: new Map()};
			load.set(nodeName, node);
		}
		node.pods += step;
		const owner = ownerOf(pod);
		node.owners.set(owner, (node.owners.get(owner) ?? 0) + step);
		if (node.owners.get(owner) === 0) node.owners.delete(owner);
	};

	const queue = workQueue(
		clock,
		() => 12 + random.below(14),
		key => {
			const [namespace, name] = key.split('/') as [string, string];
			const pod = store.get<Pod>('pods', namespace, name);
			if (!pod || pod.spec.nodeName || pod.metadata.deletionTimestamp || isGated(pod)) return;
			if ((pod.spec.schedulerName ?? 'default-scheduler') !== 'default-scheduler') return;
			schedule(pod);
		},
	);

	function schedule(pod: Pod) {
		const nodes = [...store.list<Node>('nodes')];
		const claim = missingClaim(pod);
		if (claim !== undefined) {
			refuse(pod, claimText(nodes.length, claim));
			return;
		}
		const reasons = new Map<Why, number>();
		const fitting: Node[] = [];
		for (const node of nodes) {
			const why = misfit(pod, node, load.get(node.metadata.name)?.pods ?? 0);
			if (why === undefined) fitting.push(node);
			else reasons.set(why, (reasons.get(why) ?? 0) + 1);
		}
		const {namespace = '', name} = pod.metadata;
		if (fitting.length === 0) {
			refuse(pod, failureText(nodes.length, reasons));
			return;
		}
		const owner = ownerOf(pod);
		const score = ({metadata}: Node) => {
			const known = load.get(metadata.name);
			return (known?.owners.get(owner) ?? 0) * 1_000_000 + (known?.pods ?? 0);
		};
		const best = Math.min(...fitting.map(score));
		const equals = fitting.filter(node => score(node) === best);
		const chosen = equals[random.below(equals.length)]!.metadata.name;
		unschedulable.delete(keyOf(pod));
		const bound = bindPod(simulation, namespace, name, chosen);
		recorder.event(bound, 'Normal', 'Scheduled', 'Binding', `Successfully assigned ${namespace}/${name} to ${chosen}`);
	}

	function refuse(pod: Pod, message: string) {
		unschedulable.add(keyOf(pod));
		recorder.event(pod, 'Warning', 'FailedScheduling', 'Scheduling', message);
		markUnschedulable(pod, message);
	}

	function markUnschedulable(pod: Pod, message: string) {
		const {namespace = '', name} = pod.metadata;
		const before = pod.status.conditions?.find(({type}) => type === 'PodScheduled');
		if (before?.message === message) return;
		const condition = {
			type: 'PodScheduled',
			observedGeneration: pod.metadata.generation,
			status: 'False' as const,
			reason: 'Unschedulable',
			message,
			lastProbeTime: null,
			lastTransitionTime: before?.lastTransitionTime ?? timestamp(clock.now()),
		};
		try {
			registry.modify<Pod>(
				'pods',
				namespace,
				name,
				old => ({
					...old,
					status: {
						...old.status,
						conditions: [...(old.status.conditions ?? []).filter(({type}) => type !== 'PodScheduled'), condition],
					},
				}),
				{subresource: 'status'},
			);
		} catch (error) {
			if (!(error instanceof StatusError)) throw error;
		}
	}

	const onPod = ({object, previous, type}: Pick<Change<Pod>, 'object' | 'previous' | 'type'>) => {
		if (previous) account(previous, -1);
		if (type !== 'DELETED') account(object, 1);
		if (type === 'DELETED') unschedulable.delete(keyOf(object));
		else if (!object.spec.nodeName && (type === 'ADDED' || podSpecChanged(object, previous))) queue.add(keyOf(object));
		// Room became free: whoever waits is looked at again.
		const freed = previous?.spec.nodeName && (type === 'DELETED' || (isTerminal(object) && !isTerminal(previous)));
		if (freed) retry();
	};
	const retry = () => {
		for (const key of unschedulable) queue.add(key);
	};

	for (const pod of store.list<Pod>('pods')) onPod({object: pod, previous: undefined, type: 'ADDED'});
	const subscriptions = [store.subscribe('pods', onPod), store.subscribe('nodes', retry)];
	return {
		stop() {
			queue.stop();
			for (const unsubscribe of subscriptions) unsubscribe();
		},
	};
}

const ownerOf = ({metadata}: Pod) => metadata.ownerReferences?.find(({controller}) => controller)?.uid ?? '';
const podSpecChanged = (pod: Pod, previous: Pod | undefined) =>
	previous?.metadata.generation !== pod.metadata.generation;

/** Why a node does not take a Pod, in the scheduler's words; undefined when it does. */
function misfit(pod: Pod, node: Node, podsThere: number): Why | undefined {
	const {taints = [], unschedulable} = node.spec ?? {};
	if (unschedulable && !tolerates(pod, {key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule'}))
		return 'node(s) were unschedulable';
	for (const taint of taints) {
		if (taint.effect === 'PreferNoSchedule' || tolerates(pod, taint)) continue;
		// The NodeUnschedulable plugin speaks first of a cordoned node.
		return taint.key === 'node.kubernetes.io/unschedulable' ? 'node(s) were unschedulable' : untolerated;
	}
	const ready = node.status?.conditions?.find(({type}) => type === 'Ready')?.status === 'True';
	if (!ready && taints.length === 0) return untolerated;
	if (!allowsNode(pod.spec, node)) return "node(s) didn't match Pod's node affinity/selector";
	if (podsThere >= Number(node.status?.allocatable?.pods ?? 110)) return tooManyPods;
	return insufficient(pod, node);
}

/** A single Pod that asks for more than a whole node has; what other Pods use is not counted. */
function insufficient(pod: Pod, node: Node): Why | undefined {
	for (const resource of ['cpu', 'memory'] as const) {
		let wanted = 0;
		for (const {resources} of pod.spec.containers) {
			const {requests} = (resources ?? {}) as {requests?: Record<string, string>};
			wanted += quantity(requests?.[resource] ?? '0');
		}
		if (wanted > quantity(node.status?.allocatable?.[resource] ?? '1e30')) return `Insufficient ${resource}`;
	}
	return undefined;
}

const units: Record<string, number> = {
	m: 1e-3,
	k: 1e3,
	M: 1e6,
	G: 1e9,
	T: 1e12,
	Ki: 2 ** 10,
	Mi: 2 ** 20,
	Gi: 2 ** 30,
	Ti: 2 ** 40,
	'': 1,
};

function quantity(text: string): number {
	const match = /^([\d.e+]+)([A-Za-z]*)$/.exec(String(text));
	return match ? Number(match[1]) * (units[match[2] ?? ''] ?? 1) : 0;
}

function tolerates(pod: Pod, taint: {key: string; value?: string; effect: string}): boolean {
	return (pod.spec.tolerations ?? []).some(({key, operator = 'Equal', value, effect}) => {
		if (effect && effect !== taint.effect) return false;
		if (key && key !== taint.key) return false;
		return operator === 'Exists' || (value ?? '') === (taint.value ?? '');
	});
}

/** The first claim that a Pod's volumes name: none exists, since the embedded cluster has no persistent volumes. */
function missingClaim({spec}: Pod): string | undefined {
	const volumes = (spec.volumes ?? []) as {persistentVolumeClaim?: {claimName?: string}}[];
	return volumes.find(({persistentVolumeClaim}) => persistentVolumeClaim)?.persistentVolumeClaim?.claimName;
}

/** What the VolumeBinding plugin says before it looks at any node. */
function claimText(total: number, claim: string): string {
	if (total === 0) return 'no nodes available to schedule pods';
	const available = `0/${total} nodes are available:`;
	return (
		`${available} persistentvolumeclaim "${claim}" not found. no new claims to deallocate, preemption: ` +
		`${available} ${total} Preemption is not helpful for scheduling.`
	);
}

/**
 * `0/3 nodes are available: …`, with the reasons sorted as FitError.Error sorts them, then what the plugins that could
 * have made room say: dynamic resources and preemption. Only a node that is full could be helped by evicting Pods.
 */
function failureText(total: number, reasons: Map<Why, number>): string {
	if (total === 0) return 'no nodes available to schedule pods';
	const parts = [...reasons].map(([why, count]) => `${count} ${why}`).sort();
	const full = reasons.get(tooManyPods) ?? 0;
	const preemption = [
		...(full > 0 ? [`${full} No preemption victims found for incoming pod`] : []),
		...(full < total ? [`${total - full} Preemption is not helpful for scheduling`] : []),
	].sort();
	const available = `0/${total} nodes are available:`;
	return (
		`${available} ${parts.join(', ')}. no new claims to deallocate, preemption: ` +
		`${available} ${preemption.join(', ')}.`
	);
}
