import {formatSelector} from './describe/common.ts';
import type {Resource} from './discovery.ts';
import {KubectlError} from './errors.ts';
import {getObject, listObjects} from './fetch.ts';
import type {KubeObject} from './objects.ts';
import {readTargets} from './resource-arguments.ts';
import type {Session} from './session.ts';

type PodStatus = {
	phase?: string;
	conditions?: {type: string; status: string; lastTransitionTime?: string}[];
	containerStatuses?: {restartCount: number}[];
};

const statusOf = (pod: KubeObject) => (pod.status ?? {}) as PodStatus;
const isReady = (pod: KubeObject) =>
	statusOf(pod).conditions?.some(({type, status}) => type === 'Ready' && status === 'True') ?? false;
const phases = ['Pending', 'Unknown', 'Running'];

/** Orders Pods so that the one most worth talking to is first (controller.ActivePods). */
function byActivity(a: KubeObject, b: KubeObject): number {
	const assigned = (pod: KubeObject) => ((pod.spec as {nodeName?: string}).nodeName ? 1 : 0);
	const phase = (pod: KubeObject) => phases.indexOf(statusOf(pod).phase ?? '');
	const restarts = (pod: KubeObject) =>
		Math.max(0, ...(statusOf(pod).containerStatuses ?? []).map(({restartCount}) => restartCount));
	return (
		assigned(b) - assigned(a) ||
		phase(b) - phase(a) ||
		Number(isReady(b)) - Number(isReady(a)) ||
		restarts(a) - restarts(b) ||
		(a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? '')
	);
}

/** The label selector of the Pods behind an object. Throws KubectlError, beginning with `cannot`, where there is none. */
function podSelectorOf(resource: Resource, object: KubeObject, cannot: string): string {
	const {selector} = (object.spec ?? {}) as {
		selector?: Record<string, string> & {matchLabels?: Record<string, string>};
	};
	if (resource.kind === 'Service') {
		if (!selector || Object.keys(selector).length === 0) {
			throw new KubectlError(
				`${cannot} *v1.Service: invalid service '${object.metadata.name}': Service is defined without a selector`,
			);
		}
		return formatSelector({matchLabels: selector});
	}
	if (!selector?.matchLabels)
		throw new KubectlError(`${cannot} *v1.${resource.kind}: selector for *v1.${resource.kind} not implemented`);
	return formatSelector(selector);
}

/** The Pod that `NAME` or `TYPE/NAME` means, and the object that it was found through; `cannot` begins kubectl's sentence. */
export async function podOf(
	session: Session,
	target: string,
	cannot: string,
): Promise<{pod: KubeObject; others: number; through: {resource: Resource; object: KubeObject}}> {
	const discovery = await session.discovery();
	const pods = discovery.get('pods');
	const {client, namespace} = session;
	const read = readTargets(discovery, target.includes('/') ? [target] : ['pods', target], 'kubectl');
	if (!read.named) throw new KubectlError(`a name is needed after ${target}`);
	const [{resource, name}] = read.targets as [{resource: Resource; name: string}];
	const object = await getObject(client, resource, namespace, name);
	if (resource === pods) return {pod: object, others: 0, through: {resource, object}};
	const found = await listObjects(client, pods, namespace, {labelSelector: podSelectorOf(resource, object, cannot)});
	const [first] = found.sort(byActivity);
	if (!first) throw new KubectlError(`timed out waiting for the condition`);
	return {pod: first, others: found.length - 1, through: {resource, object}};
}

/** The names of a Pod's containers, init containers last. */
export function containersOf(pod: KubeObject): {names: string[]; init: string[]} {
	const {containers = [], initContainers = []} = (pod.spec ?? {}) as {
		containers?: {name: string}[];
		initContainers?: {name: string}[];
	};
	return {names: containers.map(({name}) => name), init: initContainers.map(({name}) => name)};
}

/** Which container is meant when none is named; `note` tells that there was a choice (podcmd.FindOrDefaultContainerByName). */
export function defaultContainer(pod: KubeObject): {name: string; note?: string} {
	const {names, init} = containersOf(pod);
	const annotated = pod.metadata.annotations?.['kubectl.kubernetes.io/default-container'];
	if (annotated && names.includes(annotated)) return {name: annotated};
	const [first = ''] = names;
	if (names.length + init.length <= 1) return {name: first};
	return {
		name: first,
		note: `Defaulted container "${first}" out of: ${[...names, ...init.map(name => `${name} (init)`)].join(', ')}`,
	};
}
