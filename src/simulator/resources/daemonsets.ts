import type {Cause} from '../errors.ts';
import type {DaemonSet} from '../types.ts';
import {columnsOf} from './columns.ts';
import {nonNegative} from './container-validation.ts';
import type {ResourceDefinition} from './definition.ts';
import {age} from './duration.ts';
import {invalidValue, notSupported} from './field-error.ts';
import {bumpGeneration, startGeneration} from './generation.ts';
import {validateMeta} from './object-meta.ts';
import {defaultPodSpec} from './pod-spec.ts';
import {workloadWarnings} from './pod-warnings.ts';
import {deepEqual, formatLabels, formatSelector, standardVerbs, templateCells} from './shared.ts';
import {validateIntOrPercent, validateSelectorAndTemplate, validateSelectorUpdate} from './workload.ts';

/** Counts the changes of the template; the Pods carry it in a label of their own (apps.DeprecatedTemplateGeneration). */
export const templateGeneration = 'deprecated.daemonset.template.generation';

const withGeneration = (draft: DaemonSet, generation: number) => {
	draft.metadata.annotations = {...draft.metadata.annotations, [templateGeneration]: String(generation)};
};

// A text that is neither number nor percentage counts as 0, as in the real server.
const amount = (value: number | string) => (typeof value === 'number' ? value : Number.parseInt(value, 10) || 0);

function validateStrategy({spec: {updateStrategy}}: DaemonSet): Cause[] {
	const field = 'spec.updateStrategy';
	const {type, rollingUpdate} = updateStrategy;
	if (type === 'OnDelete') return [];
	if (type !== 'RollingUpdate')
		return [notSupported(field, {Type: type, RollingUpdate: null}, ['RollingUpdate', 'OnDelete'])];
	const {maxUnavailable = 1, maxSurge = 0} = rollingUpdate ?? {};
	const at = `${field}.rollingUpdate`;
	const causes = [
		...validateIntOrPercent(maxUnavailable, `${at}.maxUnavailable`),
		...validateIntOrPercent(maxSurge, `${at}.maxSurge`),
	];
	if (amount(maxSurge) !== 0) {
		const text = 'the embedded cluster does not simulate updates of DaemonSets that surge; use maxUnavailable';
		causes.push(invalidValue(`${at}.maxSurge`, maxSurge, text));
	} else if (amount(maxUnavailable) === 0)
		causes.push(invalidValue(`${at}.maxUnavailable`, maxUnavailable, 'cannot be 0 when maxSurge is 0'));
	return causes;
}

function validate(set: DaemonSet, old: DaemonSet | undefined): Cause[] {
	const {template, minReadySeconds, revisionHistoryLimit} = set.spec;
	const {restartPolicy} = template.spec;
	return [
		...validateMeta(set, old),
		...validateSelectorAndTemplate(set, 'daemonset'),
		...(restartPolicy === 'Always'
			? []
			: [notSupported('spec.template.spec.restartPolicy', restartPolicy, ['Always'])]),
		...nonNegative(minReadySeconds, 'spec.minReadySeconds'),
		...validateStrategy(set),
		...nonNegative(revisionHistoryLimit, 'spec.revisionHistoryLimit'),
		...validateSelectorUpdate(set, old),
	];
}

/** apps/v1 DaemonSet (pkg/registry/apps/daemonset/strategy.go). */
export const daemonsets: ResourceDefinition<DaemonSet> = {
	group: 'apps',
	version: 'v1',
	kind: 'DaemonSet',
	plural: 'daemonsets',
	singular: 'daemonset',
	shortNames: ['ds'],
	categories: ['all'],
	namespaced: true,
	verbs: standardVerbs,
	hasStatus: true,
	applyDefaults(draft) {
		draft.spec ??= {} as DaemonSet['spec'];
		const {spec} = draft;
		spec.updateStrategy ??= {type: 'RollingUpdate'};
		spec.updateStrategy.type ||= 'RollingUpdate';
		if (spec.updateStrategy.type === 'RollingUpdate')
			spec.updateStrategy.rollingUpdate = {maxSurge: 0, maxUnavailable: 1, ...spec.updateStrategy.rollingUpdate};
		spec.revisionHistoryLimit ??= 10;
		spec.template ??= {spec: {containers: []}};
		spec.template.spec ??= {containers: []};
		defaultPodSpec(spec.template.spec);
	},
	prepareForCreate(draft) {
		startGeneration(draft);
		withGeneration(draft, 1);
		draft.status = {currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0};
	},
	prepareForUpdate(draft, old) {
		const before = Number(old.metadata.annotations?.[templateGeneration] ?? 1);
		withGeneration(draft, deepEqual(draft.spec.template, old.spec.template) ? before : before + 1);
		bumpGeneration(draft, old, ({spec}) => spec);
	},
	validate,
	warnings: workloadWarnings,
	columns: columnsOf('daemonsets'),
	cells({metadata, spec, status}, now) {
		return [
			metadata.name,
			status.desiredNumberScheduled,
			status.currentNumberScheduled,
			status.numberReady,
			status.updatedNumberScheduled ?? 0,
			status.numberAvailable ?? 0,
			formatLabels(spec.template.spec.nodeSelector),
			age(metadata.creationTimestamp, now),
			...templateCells(spec.template),
			formatSelector(spec.selector),
		];
	},
};
