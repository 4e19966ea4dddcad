import type {V1ConfigMap} from '@kubernetes/client-node';
import type {Wire} from '../objects.ts';
import {describeAnnotations, describeLabels} from './common.ts';
import type {Describer} from './describer.ts';
import {describeEvents} from './events.ts';
import {DescriptionWriter} from './writer.ts';

/** A ConfigMap as text (describe.ConfigMapDescriber), its keys sorted. */
export const describe: Describer = async (object, {events, now}) => {
	const {metadata, data, binaryData} = object as unknown as Wire<V1ConfigMap>;
	const out = new DescriptionWriter();
	out.line(0, `Name:\t${metadata?.name}`);
	out.line(0, `Namespace:\t${metadata?.namespace}`);
	describeLabels(out, 'Labels', metadata?.labels);
	describeAnnotations(out, metadata?.annotations);
	out.line(0, '\nData\n====');
	for (const [key, value] of Object.entries(data ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))) {
		out.line(0, `${key}:\n----\n${value}\n`);
	}
	out.line(0, '\nBinaryData\n====');
	for (const [key, value] of Object.entries(binaryData ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))) {
		out.line(0, `${key}: ${Buffer.from(value, 'base64').length} bytes`);
	}
	out.line(0, '');
	if (events) describeEvents(out, events, now);
	return out.toString();
};
