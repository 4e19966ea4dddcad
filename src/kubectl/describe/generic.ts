import {describeAnnotations, describeLabels} from './common.ts';
import type {Describer} from './describer.ts';
import {describeEvents} from './events.ts';
import {DescriptionWriter} from './writer.ts';

const initials = new Set(['api', 'cpu', 'dns', 'id', 'ip', 'ips', 'tls', 'uid', 'uri', 'url']);

/** `observedGeneration` → `Observed Generation` (describe.smartLabelFor). */
function labelFor(field: string): string {
	if (/[^A-Za-z0-9]/.test(field)) return field;
	return (field.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+|[A-Z]/g) ?? [field])
		.map(word => (initials.has(word.toLowerCase()) ? word.toUpperCase() : word[0]!.toUpperCase() + word.slice(1)))
		.join(' ');
}

const hidden = new Set([
	'metadata.name',
	'metadata.namespace',
	'metadata.labels',
	'metadata.annotations',
	'metadata.managedFields',
]);

function describeFields(out: DescriptionWriter, fields: Record<string, unknown>, level: number, path: string): void {
	for (const [name, value] of Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : 1))) {
		if (hidden.has(path + name) || value === undefined) continue;
		const label = labelFor(name);
		if (Array.isArray(value)) {
			out.line(level, `${label}:`);
			for (const item of value) {
				if (typeof item === 'object' && item !== null)
					describeFields(out, item as Record<string, unknown>, level + 1, `${path}${name}.`);
				else out.line(level + 1, String(item));
			}
		} else if (typeof value === 'object' && value !== null) {
			out.line(level, `${label}:`);
			describeFields(out, value as Record<string, unknown>, level + 1, `${path}${name}.`);
		} else out.line(level, `${label}:\t${value ?? '<nil>'}`);
	}
}

/** An object of a kind that has no description of its own: field by field (describe.genericDescriber). */
export const describe: Describer = async (object, {events, now}) => {
	const {metadata, ...rest} = object;
	const out = new DescriptionWriter();
	out.line(0, `Name:\t${metadata.name}`);
	out.line(0, `Namespace:\t${metadata.namespace ?? ''}`);
	describeLabels(out, 'Labels', metadata.labels);
	describeAnnotations(out, metadata.annotations);
	describeFields(out, {metadata, ...rest}, 0, '');
	if (events) describeEvents(out, events, now);
	return out.toString();
};
