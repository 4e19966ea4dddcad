import type {Cause} from '../errors.ts';
import type {Deployment} from '../types.ts';
import {columnsOf} from './columns.ts';
import type {ResourceDefinition} from './definition.ts';
import {age} from './duration.ts';
import {forbidden, invalidValue, notSupported} from './field-error.ts';
import {bumpGeneration, startGeneration} from './generation.ts';
import {validateMeta} from './object-meta.ts';
import {defaultPodSpec} from './pod-spec.ts';
import {formatSelector, standardVerbs, templateCells} from './shared.ts';
import {validateWorkload} from './workload.ts';

const isPercent = (value: unknown): value is string => typeof value === 'string' && /^[0-9]+%$/.test(value);

function validateIntOrPercent(value: number | string, field: string): Cause[] {
	if (typeof value === 'string') {
		if (!isPercent(value)) {
			return [
				invalidValue(
					field,
					value,
					"a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')",
				),
			];
		}
		return [];
	}
	return value < 0 ? [invalidValue(field, value, 'must be greater than or equal to 0')] : [];
}

const amount = (value: number | string) => (isPercent(value) ? Number.parseInt(value, 10) : Number(value));

function validateStrategy({spec: {strategy}}: Deployment): Cause[] {
	const field = 'spec.strategy';
	const causes: Cause[] = [];
	const {type, rollingUpdate} = strategy;
	if (type === 'Recreate') {
		if (rollingUpdate) {
			causes.push(forbidden(`${field}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'"));
		}
		return causes;
	}
	if (type !== 'RollingUpdate') return [notSupported(`${field}.type`, type ?? '', ['Recreate', 'RollingUpdate'])];
	const {maxUnavailable = '25%', maxSurge = '25%'} = rollingUpdate ?? {};
	const at = `${field}.rollingUpdate`;
	causes.push(...validateIntOrPercent(maxUnavailable, `${at}.maxUnavailable`));
	causes.push(...validateIntOrPercent(maxSurge, `${at}.maxSurge`));
	if (causes.length === 0 && amount(maxUnavailable) === 0 && amount(maxSurge) === 0)
		causes.push(invalidValue(`${at}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
	if (isPercent(maxUnavailable) && amount(maxUnavailable) > 100)
		causes.push(invalidValue(`${at}.maxUnavailable`, maxUnavailable, 'must not be greater than 100%'));
	return causes;
}

function validate(deployment: Deployment, old: Deployment | undefined): Cause[] {
	const {spec} = deployment;
	const causes = [
		...validateMeta(deployment, old),
		...validateWorkload(deployment, old),
		...validateStrategy(deployment),
	];
	for (const key of ['revisionHistoryLimit', 'progressDeadlineSeconds'] as const) {
		const value = spec[key];
		if (value !== undefined && value < 0)
			causes.push(invalidValue(`spec.${key}`, value, 'must be greater than or equal to 0'));
	}
	const {progressDeadlineSeconds: deadline, minReadySeconds = 0} = spec;
	if (deadline !== undefined && deadline <= minReadySeconds)
		causes.push(invalidValue('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds'));
	return causes;
}

/** apps/v1 Deployment (pkg/registry/apps/deployment/strategy.go). */
export const deployments: ResourceDefinition<Deployment> = {
	group: 'apps',
	version: 'v1',
	kind: 'Deployment',
	plural: 'deployments',
	singular: 'deployment',
	shortNames: ['deploy'],
	categories: ['all'],
	namespaced: true,
	verbs: standardVerbs,
	hasStatus: true,
	applyDefaults(draft) {
		draft.spec ??= {} as Deployment['spec'];
		const {spec} = draft;
		spec.replicas ??= 1;
		spec.strategy ??= {type: 'RollingUpdate'};
		spec.strategy.type ||= 'RollingUpdate';
		if (spec.strategy.type === 'RollingUpdate') {
			spec.strategy.rollingUpdate = {maxSurge: '25%', maxUnavailable: '25%', ...spec.strategy.rollingUpdate};
		}
		spec.revisionHistoryLimit ??= 10;
		spec.progressDeadlineSeconds ??= 600;
		spec.template ??= {spec: {containers: []}};
		spec.template.spec ??= {containers: []};
		defaultPodSpec(spec.template.spec);
	},
	prepareForCreate(draft) {
		startGeneration(draft);
		draft.status = {};
	},
	prepareForUpdate(draft, old) {
		// Annotations count: the controller copies them to the ReplicaSets.
		bumpGeneration(draft, old, ({spec, metadata}) => ({spec, annotations: metadata.annotations ?? {}}));
	},
	validate,
	columns: columnsOf('deployments'),
	cells({metadata, spec, status}, now) {
		const {readyReplicas = 0, updatedReplicas = 0, availableReplicas = 0} = status ?? {};
		return [
			metadata.name,
			`${readyReplicas}/${spec.replicas}`,
			updatedReplicas,
			availableReplicas,
			age(metadata.creationTimestamp, now),
			...templateCells(spec.template),
			formatSelector(spec.selector),
		];
	},
};
