import type {LabelSelector} from './types.ts';

type Labels = Readonly<Record<string, string>> | undefined;

/** True when every pair of a Service-style selector is among the labels. */
export function matchesPairs(selector: Readonly<Record<string, string>>, labels: Labels): boolean {
	for (const key in selector) if (labels?.[key] !== selector[key]) return false;
	return true;
}

/** metav1.LabelSelector as in apimachinery's LabelSelectorAsSelector: an empty one selects everything. */
export function matchesSelector(selector: LabelSelector, labels: Labels): boolean {
	if (!matchesPairs(selector.matchLabels ?? {}, labels)) return false;
	return (selector.matchExpressions ?? []).every(({key, operator, values = []}) => {
		const value = labels?.[key];
		if (operator === 'Exists') return value !== undefined;
		if (operator === 'DoesNotExist') return value === undefined;
		return operator === 'In'
			? value !== undefined && values.includes(value)
			: value === undefined || !values.includes(value);
	});
}
