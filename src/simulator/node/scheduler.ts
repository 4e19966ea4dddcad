import {timestamp} from '../clock.ts';
import {createSeriesRecorder} from '../controllers/events.ts';
import {StatusError} from '../errors.ts';
import {workQueue} from '../queue.ts';
import {isGated} from '../resources/pods.ts';
import type {Part, Simulation} from '../simulation.ts';
import type {Change} from '../store.ts';
import type {Node, Pod} from '../types.ts';
import {bindPod} from './binding.ts';
import {type NodeAffinity, nodePreference} from './node-affinity.ts';
import {countRequests, portsFilter, resourcesFilter} from './node-resources.ts';
import {looksAtPods, podAffinityFilter, podPreference, repels} from './pod-affinity.ts';
import {type ClusterView, type Misfit, type NodeLoad, nodeFilter, tolerates} from './scheduler-filter.ts';
import {isSpread, spreadFilter, spreadPreference} from './topology-spread.ts';

/** In the order in which the default profile asks them; the first that objects to a node has the word. */
const plugins = [nodeFilter, portsFilter, resourcesFilter, spreadFilter, podAffinityFilter];

const isTerminal = ({status}: Pod) => status.phase === 'Succeeded' || status.phase === 'Failed';
const keyOf = ({metadata}: Pod) => `${metadata.namespace}/${metadata.name}`;

/**
 * The default scheduler in a small cluster: it filters nodes as the plugins of the default profile do, and of the rest
 * takes the one that the Pod prefers, then the one with the fewest Pods of its owner, then with the fewest Pods; chance
 * decides between equals.
 */
export function startScheduler(simulation: Simulation): Part {
	const {clock, random, store, registry} = simulation;
	const recorder = createSeriesRecorder(simulation, {
		component: 'default-scheduler',
		instance: 'default-scheduler-lab',
	});
	const load = new Map<string, NodeLoad>();
	const unschedulable = new Set<string>();
	const repelling = new Map<string, Pod>();
	function* assigned() {
		for (const pod of store.list<Pod>('pods')) if (pod.spec.nodeName && !isTerminal(pod)) yield pod;
	}

	const account = (pod: Pod, step: 1 | -1) => {
		const {nodeName} = pod.spec;
		if (!nodeName || isTerminal(pod)) return;
		let node = load.get(nodeName);
		if (!node) {
			node = {pods: 0, owners: new Map(), requested: new Map()};
			load.set(nodeName, node);
		}
		node.pods += step;
		countRequests(node, pod, step);
		if (repels(pod)) {
			if (step > 0) repelling.set(keyOf(pod), pod);
			else repelling.delete(keyOf(pod));
		}
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
		const view: ClusterView = {
			nodes,
			assigned,
			repelling: [...repelling.values()],
			load: name => load.get(name),
			namespaceLabels: name => store.get('namespaces', undefined, name)?.metadata.labels,
		};
		const filters = plugins.map(plugin => plugin(pod, view));
		const misfits: Misfit[] = [];
		const fitting: Node[] = [];
		for (const node of nodes) {
			let misfit: Misfit | undefined;
			for (const filter of filters) {
				misfit = filter?.(node);
				if (misfit) break;
			}
			if (misfit) misfits.push(misfit);
			else fitting.push(node);
		}
		const {namespace = '', name} = pod.metadata;
		if (fitting.length === 0) {
			refuse(pod, failureText(misfits));
			return;
		}
		const score = scoring(pod, view);
		const scores = fitting.map(score);
		const best = Math.max(...scores);
		const equals = fitting.filter((_, i) => scores[i] === best);
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
		if (type === 'DELETED' || !previous || weighsOtherwise(object, previous)) {
			if (previous) account(previous, -1);
			if (type !== 'DELETED') account(object, 1);
		}
		if (type === 'DELETED') unschedulable.delete(keyOf(object));
		else if (!object.spec.nodeName && (type === 'ADDED' || podSpecChanged(object, previous))) queue.add(keyOf(object));
		if (unschedulable.size === 0) return;
		// Room became free: whoever waits is looked at again.
		const freed = previous?.spec.nodeName && (type === 'DELETED' || (isTerminal(object) && !isTerminal(previous)));
		if (freed) retry();
		// Somebody to be near, or no longer somebody to be far from.
		else if (object.spec.nodeName && (!previous?.spec.nodeName || object.metadata.labels !== previous.metadata.labels))
			retry(pod => looksAtPods(pod) || isSpread(pod));
	};
	const retry = (concerned: (pod: Pod) => boolean = () => true) => {
		for (const key of unschedulable) {
			const [namespace, name] = key.split('/') as [string, string];
			const pod = store.get<Pod>('pods', namespace, name);
			if (pod && concerned(pod)) queue.add(key);
		}
	};

	for (const pod of store.list<Pod>('pods')) onPod({object: pod, previous: undefined, type: 'ADDED'});
	const subscriptions = [store.subscribe('pods', onPod), store.subscribe('nodes', () => retry())];
	return {
		stop() {
			queue.stop();
			for (const unsubscribe of subscriptions) unsubscribe();
		},
	};
}

const ownerOf = ({metadata}: Pod) => metadata.ownerReferences?.find(({controller}) => controller)?.uid ?? '';
/** Whether a Pod takes other room than before; most changes are of its status alone. */
const weighsOtherwise = (pod: Pod, previous: Pod) =>
	pod.spec !== previous.spec ||
	pod.metadata.ownerReferences !== previous.metadata.ownerReferences ||
	isTerminal(pod) !== isTerminal(previous);
const podSpecChanged = (pod: Pod, previous: Pod | undefined) =>
	previous?.metadata.generation !== pod.metadata.generation;

/** How well a node that fits suits a Pod: what the Pod prefers comes first, then the fewest of its kind, then the fewest. */
function scoring(pod: Pod, view: ClusterView): (node: Node) => number {
	const {nodeAffinity} = (pod.spec.affinity ?? {}) as {nodeAffinity?: NodeAffinity};
	const near = podPreference(pod, view);
	const spread = spreadPreference(pod, view);
	const owner = ownerOf(pod);
	return node => {
		const unwanted = (node.spec?.taints ?? []).filter(
			taint => taint.effect === 'PreferNoSchedule' && !tolerates(pod.spec, taint),
		).length;
		const liked = nodePreference(nodeAffinity, node) + (near?.(node) ?? 0) + (spread?.(node) ?? 0) - 1000 * unwanted;
		const load = view.load(node.metadata.name);
		return liked * 1e12 - (load?.owners.get(owner) ?? 0) * 1e6 - (load?.pods ?? 0);
	};
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
 * have made room say: dynamic resources and preemption. All Pods have one priority, so nobody has to go for another.
 */
function failureText(misfits: Misfit[]): string {
	const total = misfits.length;
	if (total === 0) return 'no nodes available to schedule pods';
	const counts = new Map<string, number>();
	for (const reason of misfits.flatMap(({reasons}) => reasons)) counts.set(reason, (counts.get(reason) ?? 0) + 1);
	const parts = [...counts].map(([reason, count]) => `${count} ${reason}`).sort();
	const full = misfits.filter(({resolvable}) => resolvable).length;
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
