import {deepEqual as equal} from '../registry.ts';
import type {Container, LabelSelector, PodTemplate} from '../types.ts';

/** Equality of JSON values; undefined members count as absent. */
export const deepEqual = equal;

/** The verbs of a resource that clients may do everything with. */
export const standardVerbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

/** A map as `a=1,b=2`, keys in order, `<none>` when empty. */
export function formatLabels(labels: Record<string, string> | undefined): string {
	const pairs = Object.entries(labels ?? {}).map(([key, value]) => `${key}=${value}`);
	return pairs.length === 0 ? '<none>' : pairs.sort().join(',');
}

/** A selector as metav1.FormatLabelSelector writes it. */
export function formatSelector({matchLabels = {}, matchExpressions = []}: LabelSelector): string {
	const requirements: {key: string; text: string}[] = Object.entries(matchLabels).map(([key, value]) => ({
		key,
		text: `${key}=${value}`,
	}));
	for (const {key, operator, values = []} of matchExpressions) {
		if (operator === 'Exists') requirements.push({key, text: key});
		else if (operator === 'DoesNotExist') requirements.push({key, text: `!${key}`});
		else
			requirements.push({key, text: `${key} ${operator === 'In' ? 'in' : 'notin'} (${[...values].sort().join(',')})`});
	}
	if (requirements.length === 0) return '<none>';
	return requirements
		.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
		.map(({text}) => text)
		.join(',');
}

const names = (containers: Container[]) => containers.map(({name}) => name).join(',');
const images = (containers: Container[]) => containers.map(({image}) => image).join(',');

/** The Containers and Images cells of a template. */
export const templateCells = ({spec}: PodTemplate): [string, string] => [
	names(spec.containers),
	images(spec.containers),
];
