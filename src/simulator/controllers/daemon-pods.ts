import {templateGeneration} from '../resources/daemonsets.ts';
import type {DaemonSet, Pod, PodTemplate} from '../types.ts';
import {controllerReference} from './owners.ts';
import {podTemplateHash} from './pod-template-hash.ts';

/** The label of a DaemonSet's Pods that tells which template they were made from. */
export const revisionLabel = 'controller-revision-hash';

// A template of the store is never changed in place.
const hashes = new WeakMap<PodTemplate, string>();

/** What Pods made from the present template have under that label. */
export function daemonSetHash({spec: {template}}: DaemonSet): string {
	let hash = hashes.get(template);
	if (hash === undefined) {
		hash = podTemplateHash(template);
		hashes.set(template, hash);
	}
	return hash;
}

/** Troubles of a node that do not drive its daemons away (pkg/controller/daemon/util, AddOrUpdateDaemonPodTolerations). */
const toleratedTaints: [key: string, effect: string][] = [
	['node.kubernetes.io/not-ready', 'NoExecute'],
	['node.kubernetes.io/unreachable', 'NoExecute'],
	['node.kubernetes.io/disk-pressure', 'NoSchedule'],
	['node.kubernetes.io/memory-pressure', 'NoSchedule'],
	['node.kubernetes.io/pid-pressure', 'NoSchedule'],
	['node.kubernetes.io/unschedulable', 'NoSchedule'],
];

/** The tolerations of a DaemonSet's Pods: those of its template and those that every daemon gets. */
export function daemonTolerations({
	tolerations = [],
	hostNetwork,
}: Pod['spec']): NonNullable<Pod['spec']['tolerations']> {
	const taints = [...toleratedTaints];
	if (hostNetwork) taints.push(['node.kubernetes.io/network-unavailable', 'NoSchedule']);
	const missing = taints.filter(
		([key, effect]) => !tolerations.some(own => own.key === key && own.effect === effect && own.operator === 'Exists'),
	);
	return [...tolerations, ...missing.map(([key, effect]) => ({key, operator: 'Exists', effect}))];
}

/** A new Pod of a DaemonSet, which only one node will do for. */
export function daemonPod(set: DaemonSet, node: string, hash: string): Pod {
	const {metadata, spec} = set.spec.template;
	const draft = {
		apiVersion: 'v1',
		kind: 'Pod',
		metadata: {
			generateName: `${set.metadata.name}-`,
			namespace: set.metadata.namespace,
			labels: {
				...metadata?.labels,
				[revisionLabel]: hash,
				'pod-template-generation': set.metadata.annotations?.[templateGeneration] ?? '1',
			},
			annotations: metadata?.annotations,
			finalizers: metadata?.finalizers,
			ownerReferences: [controllerReference(set)],
		},
		spec: {
			...spec,
			affinity: {
				...(spec.affinity as object | undefined),
				nodeAffinity: {
					requiredDuringSchedulingIgnoredDuringExecution: {
						nodeSelectorTerms: [{matchFields: [{key: 'metadata.name', operator: 'In', values: [node]}]}],
					},
				},
			},
			tolerations: daemonTolerations(spec),
		},
	};
	return JSON.parse(JSON.stringify(draft)) as Pod;
}
