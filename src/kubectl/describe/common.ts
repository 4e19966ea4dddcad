import type {ObjectMeta} from '../objects.ts';
import type {DescriptionWriter} from './writer.ts';

const hiddenAnnotations = new Set(['kubectl.kubernetes.io/last-applied-configuration']);

const sortedEntries = <T>(record: Record<string, T> | undefined) =>
	Object.entries(record ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));

/** Labels, one a line, the title before the first; `indent` stands before the title (printLabelsMultiline). */
export function describeLabels(
	out: DescriptionWriter,
	title: string,
	labels: Record<string, string> | undefined,
	indent = '',
): void {
	const entries = sortedEntries(labels);
	if (entries.length === 0) out.line(0, `${indent}${title}:\t<none>`);
	entries.forEach(([key, value], index) => {
		out.line(0, `${index === 0 ? `${indent}${title}:` : ''}\t${key}=${value}`);
	});
}

/** The longest line that an annotation's value may make with its key before it goes on lines of its own. */
const maximumAnnotation = 140;

/** Annotations without kubectl's own (printAnnotationsMultiline). */
export function describeAnnotations(out: DescriptionWriter, annotations: ObjectMeta['annotations'], indent = ''): void {
	const entries = sortedEntries(annotations).filter(([key]) => !hiddenAnnotations.has(key));
	if (entries.length === 0) out.line(0, `${indent}Annotations:\t<none>`);
	entries.forEach(([key, text], index) => {
		const value = text.replace(/\n$/, '');
		const lead = index === 0 ? `${indent}Annotations:\t` : '\t';
		if (value.length + key.length + 2 <= maximumAnnotation && !value.includes('\n')) {
			out.line(0, `${lead}${key}: ${value}`);
			return;
		}
		out.line(0, `${lead}${key}:`);
		for (const line of value.split('\n')) {
			out.line(0, `\t  ${line.length > maximumAnnotation - 2 ? `${line.slice(0, maximumAnnotation - 2)}...` : line}`);
		}
	});
}

/** The object that controls this one, `ReplicaSet/x` (printController). */
export function controllerOf(metadata: ObjectMeta): string {
	const owner = metadata.ownerReferences?.find(({controller}) => controller);
	return owner ? `${owner.kind}/${owner.name}` : '';
}

/** `a=b,c=d` in the order of the keys, `<none>` without any (labels.FormatLabels). */
export const formatLabels = (labels: Record<string, string> | undefined) =>
	sortedEntries(labels)
		.map(([key, value]) => `${key}=${value}`)
		.join(',') || '<none>';

/** A label selector as text (metav1.FormatLabelSelector); `empty` for one that says nothing. */
export function formatSelector(
	selector:
		| {matchLabels?: Record<string, string>; matchExpressions?: {key: string; operator: string; values?: string[]}[]}
		| undefined,
	empty = '<none>',
): string {
	const requirements = [
		...Object.entries(selector?.matchLabels ?? {}).map(([key, value]) => ({key, text: `${key}=${value}`})),
		...(selector?.matchExpressions ?? []).map(({key, operator, values = []}) => {
			const list = `(${[...values].sort().join(',')})`;
			const texts: Record<string, string> = {
				In: `${key} in ${list}`,
				NotIn: `${key} notin ${list}`,
				Exists: key,
				DoesNotExist: `!${key}`,
			};
			return {key, text: texts[operator] ?? key};
		}),
	];
	return (
		requirements
			.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
			.map(({text}) => text)
			.join(',') || empty
	);
}
