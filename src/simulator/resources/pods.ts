import {StatusError} from '../errors.ts';
import type {Pod} from '../types.ts';
import {columnsOf} from './columns.ts';
import type {ResourceDefinition, StrategyContext} from './definition.ts';
import {isTerminal, podCells, podRowConditions} from './pod-row.ts';
import {defaultPodSpec, qosClass} from './pod-spec.ts';
import {validatePod, validatePodUpdate} from './pod-validation.ts';
import {nameWarnings, podSpecWarnings} from './pod-warnings.ts';
import {deepEqual, standardVerbs} from './shared.ts';

const tokenMountPath = '/var/run/secrets/kubernetes.io/serviceaccount';

// One object for all Pods: ten thousand of them would hold ten thousand equal copies.
const tokenVolume = {
	defaultMode: 0o644,
	sources: [
		{serviceAccountToken: {expirationSeconds: 3607, path: 'token'}},
		{configMap: {items: [{key: 'ca.crt', path: 'ca.crt'}], name: 'kube-root-ca.crt'}},
		{downwardAPI: {items: [{fieldRef: {apiVersion: 'v1', fieldPath: 'metadata.namespace'}, path: 'namespace'}]}},
	],
};

/** Marks the image in the API of a Pod that a kubelet runs of its own accord. */
export const mirrorAnnotation = 'kubernetes.io/config.mirror';

/** Whether the API only mirrors this Pod: what is done to it there does not reach the kubelet's own. */
export const isMirrorPod = ({metadata}: Pod): boolean => metadata.annotations?.[mirrorAnnotation] !== undefined;

/** What the ServiceAccount admission plugin adds: the account, and its token where no container brings its own. */
function admitServiceAccount(pod: Pod, {store, random}: StrategyContext) {
	const {spec, metadata} = pod;
	const name = spec.serviceAccountName || 'default';
	const account = store.get<Pod & {automountServiceAccountToken?: boolean}>(
		'serviceaccounts',
		metadata.namespace,
		name,
	);
	if (!account && name !== 'default') {
		const why = `error looking up service account ${metadata.namespace}/${name}: serviceaccount "${name}" not found`;
		throw forbidden(pod, why);
	}
	spec.serviceAccountName = name;
	spec.serviceAccount = name;
	const automount = spec.automountServiceAccountToken ?? account?.automountServiceAccountToken ?? true;
	if (!automount) return;
	const containers = [...(spec.initContainers ?? []), ...spec.containers];
	const missing = containers.filter(
		({volumeMounts}) => !volumeMounts?.some(({mountPath}) => mountPath === tokenMountPath),
	);
	if (missing.length === 0) return;
	const volume = `kube-api-access-${random.suffix(5)}`;
	for (const container of missing) {
		container.volumeMounts = [
			...(container.volumeMounts ?? []),
			{mountPath: tokenMountPath, name: volume, readOnly: true},
		];
	}
	spec.volumes = [...(spec.volumes ?? []), {name: volume, projected: tokenVolume}];
}

const defaultTolerations = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].map(key => ({
	effect: 'NoExecute',
	key,
	operator: 'Exists',
	tolerationSeconds: 300,
}));

/** The DefaultTolerationSeconds admission plugin: a Pod stays five minutes on a node that is gone. */
function admitTolerations(pod: Pod) {
	for (const toleration of defaultTolerations) {
		const tolerated = pod.spec.tolerations?.some(
			({key, effect}) => (!key || key === toleration.key) && (!effect || effect === 'NoExecute'),
		);
		if (tolerated) continue;
		pod.spec.tolerations = [...(pod.spec.tolerations ?? []), toleration];
	}
}

/** The two PriorityClasses that every cluster has (the Priority admission plugin). */
const systemPriorities: Record<string, number> = {
	'system-cluster-critical': 2_000_000_000,
	'system-node-critical': 2_000_001_000,
};

const forbidden = ({metadata}: Pod, why: string) => {
	// In a real cluster admission comes before a name is made, and knows only its beginning.
	const shown = metadata.generateName ?? metadata.name;
	return new StatusError(403, 'Forbidden', `pods "${shown}" is forbidden: ${why}`, {name: shown, kind: 'pods'});
};

/** What the Priority and RuntimeClass admission plugins add, or refuse since no other class exists. */
function admitClasses(pod: Pod) {
	const {spec} = pod;
	const {priorityClassName: name, runtimeClassName: runtime} = spec as Record<string, string | undefined>;
	const priority = name ? systemPriorities[name] : 0;
	if (priority === undefined) throw forbidden(pod, `no PriorityClass with name ${name} was found`);
	if (spec.priority !== undefined && spec.priority !== priority) {
		const computed = `priority admission controller computed ${priority} from the given PriorityClass name`;
		const given = `the integer value of priority (${spec.priority}) must not be provided in pod spec`;
		throw forbidden(pod, `${given}; ${computed}`);
	}
	spec.priority = priority;
	spec.preemptionPolicy ??= 'PreemptLowerPriority';
	if (runtime) throw forbidden(pod, `pod rejected: RuntimeClass "${runtime}" not found`);
}

/** Whether something has to be taken from a Pod before it is scheduled. */
export const isGated = ({spec}: Pod): boolean => ((spec.schedulingGates ?? []) as unknown[]).length > 0;

/** What keeps a Pod from the scheduler is said from the start (applySchedulingGatedCondition). */
const gatedCondition = {
	type: 'PodScheduled',
	status: 'False' as const,
	reason: 'SchedulingGated',
	message: 'Scheduling is blocked due to non-empty scheduling gates',
	lastProbeTime: null,
	lastTransitionTime: null,
};

/** On the host's network a container has the host's ports. */
function defaultHostPorts({spec}: Pod) {
	if (!spec.hostNetwork) return;
	for (const {ports = []} of spec.containers) for (const port of ports) port.hostPort ??= port.containerPort;
}

function defaultRequests(pod: Pod) {
	for (const container of [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]) {
		const resources = container.resources as {limits?: Record<string, string>; requests?: Record<string, string>};
		if (resources?.limits) resources.requests = {...resources.limits, ...resources.requests};
	}
}

/** core/v1 Pod (pkg/registry/core/pod/strategy.go). */
export const pods: ResourceDefinition<Pod> = {
	group: '',
	version: 'v1',
	kind: 'Pod',
	plural: 'pods',
	singular: 'pod',
	shortNames: ['po'],
	categories: ['all'],
	namespaced: true,
	verbs: standardVerbs,
	hasStatus: true,
	deleteReturnsObject: true,
	selectableFields: {
		'spec.nodeName': pod => pod.spec.nodeName ?? '',
		'spec.restartPolicy': pod => pod.spec.restartPolicy ?? '',
		'spec.schedulerName': pod => pod.spec.schedulerName ?? '',
		'spec.serviceAccountName': pod => pod.spec.serviceAccountName ?? '',
		'spec.hostNetwork': pod => String(pod.spec.hostNetwork ?? false),
		'status.phase': pod => pod.status.phase,
		'status.podIP': pod => pod.status.podIP ?? '',
		'status.nominatedNodeName': pod => pod.status.nominatedNodeName ?? '',
	},
	applyDefaults(draft) {
		draft.spec ??= {containers: []};
		draft.spec.enableServiceLinks ??= true;
		defaultPodSpec(draft.spec);
		defaultHostPorts(draft);
		defaultRequests(draft);
	},
	prepareForCreate(draft, context) {
		draft.metadata.generation = 1;
		if (!isMirrorPod(draft)) admitServiceAccount(draft, context);
		admitTolerations(draft);
		admitClasses(draft);
		draft.status = {phase: 'Pending', qosClass: qosClass(draft.spec)};
		if (isGated(draft)) draft.status.conditions = [{...gatedCondition, observedGeneration: 1}];
	},
	prepareForUpdate(draft, old) {
		if (!deepEqual(draft.spec, old.spec)) draft.metadata.generation = (old.metadata.generation ?? 0) + 1;
	},
	validate: (pod, old) => (old ? validatePodUpdate(pod, old) : validatePod(pod)),
	// Changes to Pods are many and rarely made by hand, so only new ones are warned about.
	warnings: (pod, old) =>
		old ? [] : [...nameWarnings(pod.metadata.name, "the Pod's hostname"), ...podSpecWarnings(pod.spec, 'spec')],
	gracePeriod(pod, asked) {
		const grace = asked ?? pod.spec.terminationGracePeriodSeconds ?? 30;
		// An unscheduled Pod has nobody to stop it, a finished one nothing to stop.
		if (!pod.spec.nodeName || isTerminal(pod)) return 0;
		return grace < 0 ? 1 : grace;
	},
	columns: columnsOf('pods'),
	cells: podCells,
	rowConditions: podRowConditions,
};
