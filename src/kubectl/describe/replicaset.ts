import type {V1ReplicaSet} from '@kubernetes/client-node';
import type {Wire} from '../objects.ts';
import {controllerOf, describeAnnotations, describeLabels, formatSelector} from './common.ts';
import type {Describer} from './describer.ts';
import {describeEvents} from './events.ts';
import {describePodTemplate} from './pod-template.ts';
import {podsStatus} from './pods-status.ts';
import {DescriptionWriter} from './writer.ts';

/** A ReplicaSet as text (describe.describeReplicaSet). */
export const describe: Describer = async (object, {client, events, now}) => {
	const {metadata, spec, status} = object as unknown as Wire<V1ReplicaSet>;
	const selector = formatSelector(spec?.selector);
	const pods = await podsStatus(metadata, selector, client);
	const out = new DescriptionWriter();
	out.line(0, `Name:\t${metadata?.name}`);
	out.line(0, `Namespace:\t${metadata?.namespace}`);
	out.line(0, `Selector:\t${selector}`);
	describeLabels(out, 'Labels', metadata?.labels);
	describeAnnotations(out, metadata?.annotations);
	const controller = controllerOf(object.metadata);
	if (controller) out.line(0, `Controlled By:\t${controller}`);
	out.line(0, `Replicas:\t${status?.replicas ?? 0} current / ${spec?.replicas ?? 0} desired`);
	out.line(0, pods);
	if (spec?.template) describePodTemplate(out, spec.template);
	if (status?.conditions?.length) {
		out.line(0, 'Conditions:');
		out.line(1, 'Type\tStatus\tReason');
		out.line(1, '----\t------\t------');
		for (const condition of status.conditions)
			out.line(1, `${condition.type} \t${condition.status}\t${condition.reason ?? ''}`);
	}
	if (events) describeEvents(out, events, now);
	return out.toString();
};
