import type {V1Deployment, V1ReplicaSet} from '@kubernetes/client-node';
import {rfc1123} from '../duration.ts';
import type {KubeObject, Wire} from '../objects.ts';
import {splitReplicaSets} from '../replica-sets.ts';
import {describeAnnotations, describeLabels, formatSelector} from './common.ts';
import {type Describer, itemsAt} from './describer.ts';
import {describeEvents} from './events.ts';
import {describePodTemplate} from './pod-template.ts';
import {DescriptionWriter} from './writer.ts';

const replicaSetTexts = (sets: Wire<V1ReplicaSet>[]) =>
	sets
		.map(
			({metadata, spec, status}) =>
				`${metadata?.name} (${status?.replicas ?? 0}/${spec?.replicas ?? 0} replicas created)`,
		)
		.join(', ') || '<none>';

/** A Deployment as text (describe.describeDeployment). */
export const describe: Describer = async (object, {client, events, now}) => {
	const {metadata, spec, status} = object as unknown as Wire<V1Deployment>;
	const sets = await itemsAt<KubeObject>(client, `/apis/apps/v1/namespaces/${metadata?.namespace}/replicasets`, {
		labelSelector: formatSelector(spec?.selector, ''),
	}).catch(() => []);
	const {old, current} = splitReplicaSets(object, sets);
	const out = new DescriptionWriter();
	out.line(0, `Name:\t${metadata?.name}`);
	out.line(0, `Namespace:\t${metadata?.namespace}`);
	out.line(0, `CreationTimestamp:\t${rfc1123(metadata?.creationTimestamp ?? '')}`);
	describeLabels(out, 'Labels', metadata?.labels);
	describeAnnotations(out, metadata?.annotations);
	out.line(0, `Selector:\t${formatSelector(spec?.selector, '')}`);
	const {updatedReplicas = 0, replicas = 0, availableReplicas = 0, unavailableReplicas = 0} = status ?? {};
	out.line(
		0,
		`Replicas:\t${spec?.replicas ?? 0} desired | ${updatedReplicas} updated | ${replicas} total | ${availableReplicas} available | ${unavailableReplicas} unavailable`,
	);
	out.line(0, `StrategyType:\t${spec?.strategy?.type ?? ''}`);
	out.line(0, `MinReadySeconds:\t${spec?.minReadySeconds ?? 0}`);
	const rolling = spec?.strategy?.rollingUpdate;
	if (rolling)
		out.line(0, `RollingUpdateStrategy:\t${rolling.maxUnavailable} max unavailable, ${rolling.maxSurge} max surge`);
	if (spec) describePodTemplate(out, spec.template);
	if (status?.conditions?.length) {
		out.line(0, 'Conditions:');
		out.line(1, 'Type\tStatus\tReason');
		out.line(1, '----\t------\t------');
		for (const condition of status.conditions)
			out.line(1, `${condition.type} \t${condition.status}\t${condition.reason ?? ''}`);
	}
	if (old.length > 0 || current) {
		out.line(0, `OldReplicaSets:\t${replicaSetTexts(old as unknown as Wire<V1ReplicaSet>[])}`);
		out.line(0, `NewReplicaSet:\t${replicaSetTexts((current ? [current] : []) as unknown as Wire<V1ReplicaSet>[])}`);
	}
	if (events) describeEvents(out, events, now);
	return out.toString();
};
