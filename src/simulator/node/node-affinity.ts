import type {Node, PodSpec} from '../types.ts';

type Requirement = {key: string; operator: string; values?: string[]};
type Term = {matchExpressions?: Requirement[]; matchFields?: Requirement[]};
type Affinity = {
	nodeAffinity?: {requiredDuringSchedulingIgnoredDuringExecution?: {nodeSelectorTerms?: Term[]}};
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
	const {nodeAffinity} = (spec.affinity ?? {}) as Affinity;
	const terms = nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
	if (!terms) return true;
	return terms.some(({matchExpressions = [], matchFields = []}) => {
		if (matchExpressions.length + matchFields.length === 0) return false;
		return (
			matchExpressions.every(requirement => matches(labels[requirement.key], requirement)) &&
			matchFields.every(requirement => requirement.key === 'metadata.name' && matches(metadata.name, requirement))
		);
	});
}
