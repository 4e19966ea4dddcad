import type {ReplicaSet} from '../types.ts';
import {columnsOf} from './columns.ts';
import {nonNegative} from './container-validation.ts';
import type {ResourceDefinition} from './definition.ts';
import {age} from './duration.ts';
import {bumpGeneration, startGeneration} from './generation.ts';
import {validateMeta} from './object-meta.ts';
import {defaultPodSpec} from './pod-spec.ts';
import {workloadWarnings} from './pod-warnings.ts';
import {formatSelector, standardVerbs, templateCells} from './shared.ts';
import {validateSelectorAndTemplate, validateSelectorUpdate} from './workload.ts';

/** apps/v1 ReplicaSet (pkg/registry/apps/replicaset/strategy.go). */
export const replicasets: ResourceDefinition<ReplicaSet> = {
	group: 'apps',
	version: 'v1',
	kind: 'ReplicaSet',
	plural: 'replicasets',
	singular: 'replicaset',
	shortNames: ['rs'],
	categories: ['all'],
	namespaced: true,
	verbs: standardVerbs,
	hasStatus: true,
	selectableFields: {'status.replicas': ({status}) => String(status?.replicas ?? 0)},
	applyDefaults(draft) {
		draft.spec ??= {} as ReplicaSet['spec'];
		const {spec} = draft;
		spec.replicas ??= 1;
		spec.template ??= {spec: {containers: []}};
		spec.template.spec ??= {containers: []};
		defaultPodSpec(spec.template.spec);
	},
	prepareForCreate(draft) {
		startGeneration(draft);
		draft.status = {replicas: 0};
	},
	prepareForUpdate(draft, old) {
		bumpGeneration(draft, old, ({spec}) => spec);
	},
	validate: (set, old) => [
		...validateMeta(set, old),
		...nonNegative(set.spec.replicas, 'spec.replicas'),
		...nonNegative(set.spec.minReadySeconds, 'spec.minReadySeconds'),
		...validateSelectorAndTemplate(set),
		...validateSelectorUpdate(set, old),
	],
	warnings: workloadWarnings,
	columns: columnsOf('replicasets'),
	cells({metadata, spec, status}, now) {
		return [
			metadata.name,
			spec.replicas,
			status?.replicas ?? 0,
			status?.readyReplicas ?? 0,
			age(metadata.creationTimestamp, now),
			...templateCells(spec.template),
			formatSelector(spec.selector),
		];
	},
};
