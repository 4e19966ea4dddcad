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

/** The selector and the template that it must match (ValidatePodTemplateSpecForReplicaSet). */
export function validateSelectorAndTemplate<T extends Workload>({spec}: T): Cause[] {
	const {selector, template} = spec;
	const faults = validateSelector(selector, 'spec.selector');
	const causes = selector ? [...faults] : [required('spec.selector')];
	// The text says deployment for ReplicaSets too.
	if (selector && isEmpty(selector))
		causes.push(invalidValue('spec.selector', selector, 'empty selector is invalid for deployment'));
	// Without a selector to go by, the template is not looked at.
	if (faults.length > 0) return [...causes, invalidValue('spec.selector', selector, 'invalid label selector')];
	const labels = template.metadata?.labels;
	// A missing selector matches nothing, an empty one is not compared.
	if (!selector || (!isEmpty(selector) && !matchesSelector(selector, labels))) {
		causes.push(
			invalidValue('spec.template.metadata.labels', labels ?? null, '`selector` does not match template `labels`'),
		);
	}
	return [...causes, ...validateTemplate(template, 'spec.template')];
}

/** A selector stays what it was. */
export const validateSelectorUpdate = <T extends Workload>({spec}: T, old: T | undefined): Cause[] =>
	old && !deepEqual(spec.selector, old.spec.selector)
		? [invalidValue('spec.selector', spec.selector ?? null, immutableText)]
		: [];
