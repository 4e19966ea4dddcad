import type {V1Endpoints} from '@kubernetes/client-node';
import type {Wire} from '../objects.ts';
import {describeAnnotations, describeLabels} from './common.ts';
import type {Describer} from './describer.ts';
import {describeEvents} from './events.ts';
import {DescriptionWriter} from './writer.ts';

/** An Endpoints object as text (describe.describeEndpoints). */
export const describe: Describer = async (object, {events, now}) => {
	const {metadata, subsets} = object as unknown as Wire<V1Endpoints>;
	const out = new DescriptionWriter();
	out.line(0, `Name:\t${metadata?.name}`);
	out.line(0, `Namespace:\t${metadata?.namespace}`);
	describeLabels(out, 'Labels', metadata?.labels);
	describeAnnotations(out, metadata?.annotations);
	out.line(0, 'Subsets:');
	for (const {addresses = [], notReadyAddresses = [], ports = []} of subsets ?? []) {
		out.line(1, `Addresses:\t${addresses.map(({ip}) => ip).join(',') || '<none>'}`);
		out.line(1, `NotReadyAddresses:\t${notReadyAddresses.map(({ip}) => ip).join(',') || '<none>'}`);
		if (ports.length > 0) {
			out.line(1, 'Ports:');
			out.line(2, 'Name\tPort\tProtocol');
			out.line(2, '----\t----\t--------');
			for (const {name, port, protocol} of ports) out.line(2, `${name || '<unset>'}\t${port}\t${protocol}`);
		}
		out.line(0, '');
	}
	if (events) describeEvents(out, events, now);
	return out.toString();
};
