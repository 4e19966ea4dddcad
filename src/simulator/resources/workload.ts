import type {Cause} from '../errors.ts';
import {matchesSelector} from '../selectors.ts';
import type {KubeObject, LabelSelector, PodTemplate} from '../types.ts';
import {nonNegative} from './container-validation.ts';
import {immutableText, invalidValue, required} from './field-error.ts';
import {validateSelector} from './object-meta.ts';
import {validateTemplate} from './pod-validation.ts';
import {deepEqual} from './shared.ts';

type Workload = KubeObject & {
	spec: {minReadySeconds?: number; selector: LabelSelector; template: PodTemplate};
};

const isEmpty = ({matchLabels = {}, matchExpressions = []}: LabelSelector) =>
	Object.keys(matchLabels).length + matchExpressions.length === 0;

/** `25%`. */
export const isPercent = (value: unknown): value is string => typeof value === 'string' && /^[0-9]+%$/.test(value);

const percentText =
	"a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";

/** How many Pods an update may touch at once, as a number or as a share (ValidatePositiveIntOrPercent). */
export function validateIntOrPercent(value: number | string, field: string): Cause[] {
	if (typeof value === 'number') return nonNegative(value, field);
	return isPercent(value) ? [] : [invalidValue(field, value, percentText)];
}

/**
 * The selector and the template that it must match (ValidatePodTemplateSpecForReplicaSet). The text about an empty
 * selector says deployment for ReplicaSets too.
 */
export function validateSelectorAndTemplate<T extends Workload>({spec}: T, kind = 'deployment'): Cause[] {
	const {selector, template} = spec;
	const faults = validateSelector(selector, 'spec.selector');
	const causes = selector ? [...faults] : [required('spec.selector')];
	if (selector && isEmpty(selector))
		causes.push(invalidValue('spec.selector', selector, `empty selector is invalid for ${kind}`));
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
