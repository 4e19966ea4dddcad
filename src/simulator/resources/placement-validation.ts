import type {Cause} from '../errors.ts';
import type {LabelSelector, PodSpec} from '../types.ts';
import {duplicate, forbidden, invalidValue, notSupported, required} from './field-error.ts';
import {dnsLabelErrors, labelValueErrors, qualifiedNameErrors} from './names.ts';
import {validateSelector} from './object-meta.ts';

// What a client can get wrong in where a Pod may run: affinity, spreading, gates (k/k pkg/apis/core/validation/validation.go).

type Requirement = {key?: string; operator?: string; values?: string[]};
type NodeTerm = {matchExpressions?: Requirement[]; matchFields?: Requirement[]};
type PodTerm = {
	labelSelector?: LabelSelector;
	namespaceSelector?: LabelSelector;
	namespaces?: string[];
	topologyKey?: string;
	matchLabelKeys?: string[];
	mismatchLabelKeys?: string[];
};
type Affinity = {
	nodeAffinity?: {
		requiredDuringSchedulingIgnoredDuringExecution?: {nodeSelectorTerms?: NodeTerm[]};
		preferredDuringSchedulingIgnoredDuringExecution?: {weight?: number; preference?: NodeTerm}[];
	};
	podAffinity?: PodAffinity;
	podAntiAffinity?: PodAffinity;
};
type PodAffinity = {
	requiredDuringSchedulingIgnoredDuringExecution?: PodTerm[];
	preferredDuringSchedulingIgnoredDuringExecution?: {weight?: number; podAffinityTerm?: PodTerm}[];
};
type Constraint = {
	maxSkew?: number;
	topologyKey?: string;
	whenUnsatisfiable?: string;
	labelSelector?: LabelSelector;
	minDomains?: number;
	nodeAffinityPolicy?: string;
	nodeTaintsPolicy?: string;
	matchLabelKeys?: string[];
};

const must = 'requiredDuringSchedulingIgnoredDuringExecution';
const should = 'preferredDuringSchedulingIgnoredDuringExecution';

const validateKey = (key: string, field: string): Cause[] =>
	qualifiedNameErrors(key).map(text => invalidValue(field, key, text));

const validateWeight = (weight = 0, field: string): Cause[] =>
	weight <= 0 || weight > 100 ? [invalidValue(field, weight, 'must be in the range 1-100')] : [];

function validateExpression({key = '', operator = '', values = []}: Requirement, at: string, strict: boolean): Cause[] {
	const causes: Cause[] = [];
	switch (operator) {
		case 'In':
		case 'NotIn':
			if (values.length === 0)
				causes.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
			break;
		case 'Exists':
		case 'DoesNotExist':
			if (values.length > 0)
				causes.push(forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
			break;
		case 'Gt':
		case 'Lt':
			if (values.length !== 1)
				causes.push(required(`${at}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
			break;
		default:
			causes.push(invalidValue(`${at}.operator`, operator, 'not a valid selector operator'));
	}
	causes.push(...validateKey(key, `${at}.key`));
	if (!strict) return causes;
	for (const [i, value] of values.entries())
		causes.push(...labelValueErrors(value).map(text => invalidValue(`${at}.values[${i}]`, value, text)));
	return causes;
}

function validateField({key = '', operator = '', values = []}: Requirement, at: string): Cause[] {
	const causes: Cause[] = [];
	const single = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
	if (operator !== 'In' && operator !== 'NotIn')
		causes.push(invalidValue(`${at}.operator`, operator, 'not a valid selector operator'));
	else if (values.length !== 1) causes.push(required(`${at}.values`, single));
	if (key !== 'metadata.name') causes.push(invalidValue(`${at}.key`, key, 'not a valid field selector key'));
	return causes;
}

const validateNodeTerm = (
	{matchExpressions = [], matchFields = []}: NodeTerm,
	at: string,
	strict: boolean,
): Cause[] => [
	...matchExpressions.flatMap((each, i) => validateExpression(each, `${at}.matchExpressions[${i}]`, strict)),
	...matchFields.flatMap((each, i) => validateField(each, `${at}.matchFields[${i}]`)),
];

function validateNodeAffinity(affinity: NonNullable<Affinity['nodeAffinity']>, field: string): Cause[] {
	const causes: Cause[] = [];
	if (affinity[must]) {
		const {nodeSelectorTerms: terms = []} = affinity[must];
		const at = `${field}.${must}.nodeSelectorTerms`;
		if (terms.length === 0) causes.push(required(at, 'must have at least one node selector term'));
		causes.push(...terms.flatMap((term, i) => validateNodeTerm(term, `${at}[${i}]`, true)));
	}
	for (const [i, {weight, preference = {}}] of (affinity[should] ?? []).entries()) {
		const at = `${field}.${should}[${i}]`;
		causes.push(...validateWeight(weight, `${at}.weight`), ...validateNodeTerm(preference, `${at}.preference`, false));
	}
	return causes;
}

/** Keys whose values are the Pod's own: they need a selector to be added to (validateLabelKeys). */
function validateLabelKeys(keys: string[] | undefined, selector: LabelSelector | undefined, field: string): Cause[] {
	if (!keys?.length) return [];
	if (!selector) return [forbidden(field, 'must not be specified when labelSelector is not set')];
	return keys.flatMap((key, i) => validateKey(key, `${field}[${i}]`));
}

function validatePodTerm(term: PodTerm, at: string): Cause[] {
	const {labelSelector, namespaceSelector, namespaces = [], topologyKey = ''} = term;
	const causes = validateSelector(labelSelector, `${at}.labelSelector`);
	causes.push(...validateSelector(namespaceSelector, `${at}.namespaceSelector`));
	for (const name of namespaces)
		causes.push(...dnsLabelErrors(name).map(text => invalidValue(`${at}.namespace`, name, text)));
	causes.push(...validateLabelKeys(term.matchLabelKeys, labelSelector, `${at}.matchLabelKeys`));
	causes.push(...validateLabelKeys(term.mismatchLabelKeys, labelSelector, `${at}.mismatchLabelKeys`));
	if (!topologyKey) causes.push(required(`${at}.topologyKey`, 'can not be empty'));
	return [...causes, ...validateKey(topologyKey, `${at}.topologyKey`)];
}

function validatePodAffinity(affinity: PodAffinity, field: string): Cause[] {
	const causes = (affinity[must] ?? []).flatMap((term, i) => validatePodTerm(term, `${field}.${must}[${i}]`));
	for (const [i, {weight, podAffinityTerm = {}}] of (affinity[should] ?? []).entries()) {
		const at = `${field}.${should}[${i}]`;
		causes.push(...validateWeight(weight, `${at}.weight`));
		causes.push(...validatePodTerm(podAffinityTerm, `${at}.podAffinityTerm`));
	}
	return causes;
}

/** Affinity to nodes and to other Pods (validateAffinity). */
export function validateAffinity(spec: PodSpec, field: string): Cause[] {
	const {nodeAffinity, podAffinity, podAntiAffinity} = (spec.affinity ?? {}) as Affinity;
	return [
		...(nodeAffinity ? validateNodeAffinity(nodeAffinity, `${field}.nodeAffinity`) : []),
		...(podAffinity ? validatePodAffinity(podAffinity, `${field}.podAffinity`) : []),
		...(podAntiAffinity ? validatePodAffinity(podAntiAffinity, `${field}.podAntiAffinity`) : []),
	];
}

/** What keeps a Pod from being scheduled until it is taken away (validateSchedulingGates). */
export function validateSchedulingGates(spec: PodSpec, field: string): Cause[] {
	const gates = (spec.schedulingGates ?? []) as {name?: string}[];
	return gates.flatMap(({name = ''}, i) => [
		...validateKey(name, `${field}[${i}]`),
		...(gates.findIndex(gate => gate.name === name) < i ? [duplicate(`${field}[${i}]`, name)] : []),
	]);
}

function validateConstraint(constraint: Constraint, rest: Constraint[], at: string): Cause[] {
	const {maxSkew = 0, topologyKey = '', whenUnsatisfiable: action = '', labelSelector, minDomains} = constraint;
	const positive = 'must be greater than zero';
	const actions = ['DoNotSchedule', 'ScheduleAnyway'];
	const causes: Cause[] = [];
	if (maxSkew <= 0) causes.push(invalidValue(`${at}.maxSkew`, maxSkew, positive));
	if (!topologyKey) causes.push(required(`${at}.topologyKey`, 'can not be empty'));
	if (!actions.includes(action)) causes.push(notSupported(`${at}.whenUnsatisfiable`, action, actions));
	if (rest.some(other => other.topologyKey === topologyKey && other.whenUnsatisfiable === action))
		causes.push(duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${action}}`));
	if (minDomains !== undefined) {
		if (minDomains <= 0) causes.push(invalidValue(`${at}.minDomains`, minDomains, positive));
		if (action !== 'DoNotSchedule') {
			const text = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`;
			causes.push(invalidValue(`${at}.minDomains`, minDomains, text));
		}
	}
	for (const name of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
		const policy = constraint[name];
		const policies = ['Honor', 'Ignore'];
		if (policy !== undefined && !policies.includes(policy))
			causes.push(notSupported(`${at}.${name}`, policy, policies));
	}
	causes.push(...validateLabelKeys(constraint.matchLabelKeys, labelSelector, `${at}.matchLabelKeys`));
	return [...causes, ...validateSelector(labelSelector, `${at}.labelSelector`)];
}

/** How Pods are spread (validateTopologySpreadConstraints). */
export function validateSpread(spec: PodSpec, field: string): Cause[] {
	const constraints = (spec.topologySpreadConstraints ?? []) as Constraint[];
	return constraints.flatMap((each, i) => validateConstraint(each, constraints.slice(i + 1), `${field}[${i}]`));
}
