import type {V1Pod} from '@kubernetes/client-node';
import {ageOf, rfc1123} from '../duration.ts';
import type {ObjectMeta, Wire} from '../objects.ts';
import {controllerOf, describeAnnotations, describeLabels} from './common.ts';
import {describeContainers} from './containers.ts';
import type {Describer} from './describer.ts';
import {describeEvents} from './events.ts';
import {describeTolerations} from './pod-template.ts';
import {describeVolumes} from './volumes.ts';
import {DescriptionWriter} from './writer.ts';

function describeStatus(out: DescriptionWriter, {metadata, status}: Wire<V1Pod>, now: number): void {
	const over = status?.phase === 'Failed' || status?.phase === 'Succeeded';
	if (metadata?.deletionTimestamp && !over) {
		out.line(0, `Status:\tTerminating (lasts ${ageOf(metadata.deletionTimestamp, now)})`);
		out.line(0, `Termination Grace Period:\t${metadata.deletionGracePeriodSeconds ?? 0}s`);
	} else out.line(0, `Status:\t${status?.phase ?? ''}`);
	if (status?.reason) out.line(0, `Reason:\t${status.reason}`);
	if (status?.message) out.line(0, `Message:\t${status.message}`);
}

function describeAddresses(out: DescriptionWriter, status: Wire<V1Pod>['status']): void {
	out.line(0, `IP:\t${status?.podIP ?? ''}`);
	const ips = status?.podIPs ?? [];
	out.line(0, ips.length === 0 ? 'IPs:\t<none>' : 'IPs:');
	for (const {ip} of ips) out.line(1, `IP:\t${ip}`);
}

function describeConditions(out: DescriptionWriter, {spec, status}: Wire<V1Pod>): void {
	const conditions = status?.conditions ?? [];
	const gates = spec?.readinessGates ?? [];
	if (gates.length > 0) {
		out.line(0, 'Readiness Gates:');
		out.line(1, 'Type\tStatus');
		for (const {conditionType} of gates) {
			out.line(1, `${conditionType} \t${conditions.find(({type}) => type === conditionType)?.status ?? '<none>'} `);
		}
	}
	if (conditions.length > 0) {
		out.line(0, 'Conditions:');
		out.line(1, 'Type\tStatus');
		for (const condition of conditions) out.line(1, `${condition.type} \t${condition.status} `);
	}
}

/** A Pod as text (describe.describePod). */
export const describe: Describer = async (object, {events, now}) => {
	const pod = object as unknown as Wire<V1Pod>;
	const {metadata, spec, status} = pod;
	const out = new DescriptionWriter();
	out.line(0, `Name:\t${metadata?.name}`);
	out.line(0, `Namespace:\t${metadata?.namespace}`);
	if (spec?.priority !== undefined) out.line(0, `Priority:\t${spec.priority}`);
	if (spec?.priorityClassName) out.line(0, `Priority Class Name:\t${spec.priorityClassName}`);
	if (spec?.runtimeClassName) out.line(0, `Runtime Class Name:\t${spec.runtimeClassName}`);
	if (spec?.serviceAccountName) out.line(0, `Service Account:\t${spec.serviceAccountName}`);
	out.line(0, `Node:\t${spec?.nodeName ? `${spec.nodeName}/${status?.hostIP ?? ''}` : '<none>'}`);
	if (status?.startTime) out.line(0, `Start Time:\t${rfc1123(status.startTime)}`);
	describeLabels(out, 'Labels', metadata?.labels);
	describeAnnotations(out, metadata?.annotations);
	describeStatus(out, pod, now);
	const seccomp = spec?.securityContext?.seccompProfile;
	if (seccomp) out.line(0, `SeccompProfile:\t${seccomp.type}`);
	describeAddresses(out, status);
	const controller = controllerOf(object.metadata as ObjectMeta);
	if (controller) out.line(0, `Controlled By:\t${controller}`);
	if (status?.nominatedNodeName) out.line(0, `NominatedNodeName:\t${status.nominatedNodeName}`);
	if (spec?.initContainers?.length) {
		describeContainers(out, 'Init Containers', spec.initContainers, {
			statuses: status?.initContainerStatuses,
			pod: object,
		});
	}
	describeContainers(out, 'Containers', spec?.containers ?? [], {statuses: status?.containerStatuses, pod: object});
	describeConditions(out, pod);
	describeVolumes(out, spec?.volumes);
	out.line(0, `QoS Class:\t${status?.qosClass ?? 'BestEffort'}`);
	describeLabels(out, 'Node-Selectors', spec?.nodeSelector);
	describeTolerations(out, spec?.tolerations);
	if (events) describeEvents(out, events, now);
	return out.toString();
};
