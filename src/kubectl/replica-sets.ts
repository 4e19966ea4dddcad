import {isDeepStrictEqual} from 'node:util';
import type {KubeObject} from './objects.ts';

type Template = {metadata?: {labels?: Record<string, string>}};
const hashLabel = 'pod-template-hash';

/** The revision that the Deployment controller wrote on a ReplicaSet; 0 without one. */
export const revisionOf = ({metadata}: KubeObject) =>
	Number(metadata.annotations?.['deployment.kubernetes.io/revision'] ?? 0);

/** The Pod template of a Deployment or ReplicaSet. */
export const templateOf = (object: KubeObject) => (object.spec as {template?: Template} | undefined)?.template;

/** A template without the label that tells one ReplicaSet's Pods from another's. */
export function withoutHash(template: Template | undefined): Template | undefined {
	if (!template?.metadata?.labels) return template;
	const {[hashLabel]: _, ...labels} = template.metadata.labels;
	return {...template, metadata: {...template.metadata, labels}};
}

/** The ReplicaSets that a Deployment controls: the one of its present template, and the others. */
export function splitReplicaSets(
	deployment: KubeObject,
	sets: KubeObject[],
): {current: KubeObject | undefined; old: KubeObject[]} {
	const own = sets
		.filter(({metadata}) =>
			metadata.ownerReferences?.some(({controller, uid}) => controller && uid === deployment.metadata.uid),
		)
		.sort((a, b) => (a.metadata.creationTimestamp ?? '').localeCompare(b.metadata.creationTimestamp ?? ''));
	const wanted = withoutHash(templateOf(deployment));
	const current = own.find(set => isDeepStrictEqual(withoutHash(templateOf(set)), wanted));
	return {current, old: own.filter(set => set !== current)};
}
