import type {Node, PodSpec} from '../types.ts';

type Requirement = {key: string; operator: string; values?: string[]};
type Term = {matchExpressions?: Requirement[]; matchFields?: Requirement[]};
/** Which nodes a Pod has to run on, and which it likes. */
export type NodeAffinity = {
	requiredDuringSchedulingIgnoredDuringExecution?: {nodeSelectorTerms?: Term[]};
	preferredDuringSchedulingIgnoredDuringExecution?: {weight: number; preference: Term}[];
};

function matches(value: string | undefined, {operator, values = []}: Requirement): boolean {
	switch (operator) {
		case 'In':
			return value !== undefined && values.includes(value);
		case 'NotIn':
			return value === undefined || !values.includes(value);
		case 'Exists':
			return value !== undefined;
		case 'DoesNotExist':
			return value === undefined;
		case 'Gt':
			return value !== undefined && Number(value) > Number(values[0]);
		case 'Lt':
			return value !== undefined && Number(value) < Number(values[0]);
		default:
			return false;
	}
}

/**
 * Whether a node is one of those that a Pod's nodeSelector and required node affinity allow
 * (component-helpers/scheduling/corev1/nodeaffinity). One term is enough, and an empty one matches nothing.
 */
export function allowsNode(spec: PodSpec, {metadata}: Pick<Node, 'metadata'>): boolean {
	const labels = metadata.labels ?? {};
	for (const [key, value] of Object.entries(spec.nodeSelector ?? {})) if (labels[key] !== value) return false;
	const {nodeAffinity} = (spec.affinity ?? {}) as {nodeAffinity?: NodeAffinity};
	const terms = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
	return !terms || terms.some(term => matchesTerm(term, metadata));
}

/** The weights of the preferred terms that a node matches, together. */
export function nodePreference(affinity: NodeAffinity | undefined, {metadata}: Pick<Node, 'metadata'>): number {
	let sum = 0;
	for (const {weight, preference} of affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [])
		if (matchesTerm(preference, metadata)) sum += weight;
	return sum;
}

function matchesTerm({matchExpressions = [], matchFields = []}: Term, {name, labels = {}}: Node['metadata']): boolean {
	if (matchExpressions.length + matchFields.length === 0) return false;
	return (
		matchExpressions.every(requirement => matches(labels[requirement.key], requirement)) &&
		matchFields.every(requirement => requirement.key === 'metadata.name' && matches(name, requirement))
	);
}
