import type {Cause} from '../errors.ts';
import {matchesSelector} from '../selectors.ts';
import type {KubeObject, LabelSelector, PodTemplate} from '../types.ts';
import {immutableText, invalidValue, required} from './field-error.ts';
import {validateSelector} from './object-meta.ts';
import {validateTemplate} from './pod-validation.ts';
import {deepEqual} from './shared.ts';

type Workload = KubeObject & {
	spec: {replicas: number; minReadySeconds?: number; selector: LabelSelector; template: PodTemplate};
};

const isEmpty = ({matchLabels = {}, matchExpressions = []}: LabelSelector) =>
	Object.keys(matchLabels).length + matchExpressions.length === 0;

/** What Deployments and ReplicaSets share: replicas, a selector that never changes and a template that it matches. */
export function validateWorkload<T extends Workload>({spec}: T, old: T | undefined): Cause[] {
	const causes: Cause[] = [];
	for (const key of ['replicas', 'minReadySeconds'] as const) {
		const value = spec[key];
		if (value !== undefined && value < 0)
			causes.push(invalidValue(`spec.${key}`, value, 'must be greater than or equal to 0'));
	}
	if (!spec.selector) causes.push(required('spec.selector'));
	else {
		causes.push(...validateSelector(spec.selector, 'spec.selector'));
		if (isEmpty(spec.selector))
			causes.push(invalidValue('spec.selector', spec.selector, 'empty selector is invalid for deployment'));
	}
	const labels = spec.template.metadata?.labels;
	if (spec.selector && !isEmpty(spec.selector) && !matchesSelector(spec.selector, labels)) {
		causes.push(
			invalidValue('spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`'),
		);
	}
	causes.push(...validateTemplate(spec.template, 'spec.template'));
	if (old && !deepEqual(spec.selector, old.spec.selector))
		causes.push(invalidValue('spec.selector', spec.selector, immutableText));
	return causes;
}
