import type {Cause} from '../errors.ts';
import type {Deployment} from '../types.ts';
import {columnsOf} from './columns.ts';
import {nonNegative} from './container-validation.ts';
import type {ResourceDefinition} from './definition.ts';
import {age} from './duration.ts';
import {forbidden, invalidValue} from './field-error.ts';
import {bumpGeneration, startGeneration} from './generation.ts';
import {validateMeta} from './object-meta.ts';
import {defaultPodSpec} from './pod-spec.ts';
import {workloadWarnings} from './pod-warnings.ts';
import {formatSelector, standardVerbs, templateCells} from './shared.ts';
import {isPercent, validateIntOrPercent, validateSelectorAndTemplate, validateSelectorUpdate} from './workload.ts';

// A text that is neither number nor percentage counts as 0, as in the real server.
const amount = (value: number | string) => (typeof value === 'number' ? value : Number.parseInt(value, 10) || 0);

function validateStrategy({spec: {strategy}}: Deployment): Cause[] {
	const field = 'spec.strategy';
	const {type, rollingUpdate} = strategy;
	if (type === 'Recreate') {
		if (!rollingUpdate) return [];
		return [forbidden(`${field}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'")];
	}
	const {maxUnavailable = '25%', maxSurge = '25%'} = rollingUpdate ?? {};
	if (type !== 'RollingUpdate') {
		// The real server prints its internal struct here, in the order of its fields.
		const shown = {
			Type: type,
			RollingUpdate: rollingUpdate ? {MaxUnavailable: maxUnavailable, MaxSurge: maxSurge} : null,
		};
		const message = `Unsupported value: ${JSON.stringify(shown)}: supported values: "Recreate", "RollingUpdate"`;
		return [{reason: 'FieldValueNotSupported', message, field}];
	}
	const at = `${field}.rollingUpdate`;
	const causes = [
		...validateIntOrPercent(maxUnavailable, `${at}.maxUnavailable`),
		...validateIntOrPercent(maxSurge, `${at}.maxSurge`),
	];
	if (amount(maxUnavailable) === 0 && amount(maxSurge) === 0)
		causes.push(invalidValue(`${at}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
	if (isPercent(maxUnavailable) && amount(maxUnavailable) > 100)
		causes.push(invalidValue(`${at}.maxUnavailable`, maxUnavailable, 'must not be greater than 100%'));
	return causes;
}

function validateDeadline({spec: {progressDeadlineSeconds: deadline, minReadySeconds = 0}}: Deployment): Cause[] {
	if (deadline === undefined) return [];
	const field = 'spec.progressDeadlineSeconds';
	const tooShort = invalidValue(field, deadline, 'must be greater than minReadySeconds');
	return [...nonNegative(deadline, field), ...(deadline <= minReadySeconds ? [tooShort] : [])];
}

function validate(deployment: Deployment, old: Deployment | undefined): Cause[] {
	const {replicas, minReadySeconds, revisionHistoryLimit} = deployment.spec;
	return [
		...validateMeta(deployment, old),
		...nonNegative(replicas, 'spec.replicas'),
		...validateSelectorAndTemplate(deployment),
		...validateStrategy(deployment),
		...nonNegative(minReadySeconds, 'spec.minReadySeconds'),
		...nonNegative(revisionHistoryLimit, 'spec.revisionHistoryLimit'),
		...validateDeadline(deployment),
		...validateSelectorUpdate(deployment, old),
	];
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
	warnings: workloadWarnings,
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
