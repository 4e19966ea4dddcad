import type {V1DaemonSet} from '@kubernetes/client-node';
import type {Wire} from '../objects.ts';
import {describeAnnotations, describeLabels, formatSelector} from './common.ts';
import type {Describer} from './describer.ts';
import {describeEvents} from './events.ts';
import {describePodTemplate} from './pod-template.ts';
import {podsStatus} from './pods-status.ts';
import {DescriptionWriter} from './writer.ts';

/** A DaemonSet as text (describe.describeDaemonSet). */
export const describe: Describer = async (object, {client, events, now}) => {
	const {metadata, spec, status} = object as unknown as Wire<V1DaemonSet>;
	const selector = formatSelector(spec?.selector);
	const pods = await podsStatus(metadata, selector, client);
	const out = new DescriptionWriter();
	out.line(0, `Name:\t${metadata?.name}`);
	out.line(0, `Namespace:\t${metadata?.namespace}`);
	out.line(0, `Selector:\t${selector}`);
	out.line(0, `Node-Selector:\t${formatSelector({matchLabels: spec?.template.spec?.nodeSelector ?? {}})}`);
	describeLabels(out, 'Labels', metadata?.labels);
	describeAnnotations(out, metadata?.annotations);
	const {desiredNumberScheduled = 0, currentNumberScheduled = 0, numberMisscheduled = 0} = status ?? {};
	out.line(0, `Desired Number of Nodes Scheduled: ${desiredNumberScheduled}`);
	out.line(0, `Current Number of Nodes Scheduled: ${currentNumberScheduled}`);
	out.line(0, `Number of Nodes Scheduled with Up-to-date Pods: ${status?.updatedNumberScheduled ?? 0}`);
	out.line(0, `Number of Nodes Scheduled with Available Pods: ${status?.numberAvailable ?? 0}`);
	out.line(0, `Number of Nodes Misscheduled: ${numberMisscheduled}`);
	out.line(0, pods);
	if (spec?.template) describePodTemplate(out, spec.template);
	if (events) describeEvents(out, events, now);
	return out.toString();
};
