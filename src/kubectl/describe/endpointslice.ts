import type {V1EndpointSlice} from '@kubernetes/client-node';
import type {Wire} from '../objects.ts';
import {describeAnnotations, describeLabels} from './common.ts';
import type {Describer} from './describer.ts';
import {describeEvents} from './events.ts';
import {DescriptionWriter} from './writer.ts';

/** An EndpointSlice as text (describe.describeEndpointSliceV1). */
export const describe: Describer = async (object, {events, now}) => {
	const {metadata, addressType, ports, endpoints} = object as unknown as Wire<V1EndpointSlice>;
	const out = new DescriptionWriter();
	out.line(0, `Name:\t${metadata?.name}`);
	out.line(0, `Namespace:\t${metadata?.namespace}`);
	describeLabels(out, 'Labels', metadata?.labels);
	describeAnnotations(out, metadata?.annotations);
	out.line(0, `AddressType:\t${addressType}`);
	if (!ports?.length) out.line(0, 'Ports: <unset>');
	else {
		out.line(0, 'Ports:');
		out.line(1, 'Name\tPort\tProtocol');
		out.line(1, '----\t----\t--------');
		for (const {name, port, protocol} of ports) out.line(1, `${name || '<unset>'}\t${port ?? '<unset>'}\t${protocol}`);
	}
	if (!endpoints?.length) out.line(0, 'Endpoints: <none>');
	else {
		out.line(0, 'Endpoints:');
		for (const {addresses, conditions, hostname, targetRef, nodeName, zone} of endpoints) {
			out.line(1, `- Addresses:\t${addresses.join(', ') || '<none>'}`);
			out.line(2, 'Conditions:');
			out.line(3, `Ready:\t${conditions?.ready ?? '<unset>'}`);
			out.line(2, `Hostname:\t${hostname ?? '<unset>'}`);
			if (targetRef) out.line(2, `TargetRef:\t${targetRef.kind}/${targetRef.name}`);
			out.line(2, `NodeName:\t${nodeName ?? '<unset>'}`);
			out.line(2, `Zone:\t${zone ?? '<unset>'}`);
		}
	}
	if (events) describeEvents(out, events, now);
	return out.toString();
};
