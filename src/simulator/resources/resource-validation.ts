import type {Cause} from '../errors.ts';
import {quantityValue} from '../schema/quantity.ts';
import type {Container} from '../types.ts';
import {invalidValue, required} from './field-error.ts';
import {qualifiedNameErrors} from './names.ts';

// What a client can get wrong in the requests and limits of a container (validateResourceRequirements).

type Amounts = Record<string, string>;

const ofContainers = ['cpu', 'memory', 'ephemeral-storage'];
/** Names that are known elsewhere, as in quotas, and yet not in a container. */
const ofQuotas = [
	...['requests.cpu', 'requests.memory', 'requests.storage', 'requests.ephemeral-storage'],
	...['limits.cpu', 'limits.memory', 'limits.ephemeral-storage', 'storage', 'pods', 'services', 'secrets'],
	...['configmaps', 'resourcequotas', 'replicationcontrollers', 'persistentvolumeclaims'],
	...['services.nodeports', 'services.loadbalancers'],
];
const hugePages = /^hugepages-./;

function validateName(name: string, at: string): Cause[] {
	const faults = qualifiedNameErrors(name);
	if (faults.length > 0) return faults.map(text => invalidValue(at, name, text));
	if (!name.includes('/')) {
		if (ofContainers.includes(name) || hugePages.test(name)) return [];
		return [
			...(ofQuotas.includes(name)
				? []
				: [invalidValue(at, name, 'must be a standard resource type or fully qualified')]),
			invalidValue(at, name, 'must be a standard resource for containers'),
		];
	}
	// What lies in Kubernetes' own domain is taken as it is; all else is an extended resource.
	if (name.includes('kubernetes.io/')) return [];
	const extended = !name.startsWith('requests.') && qualifiedNameErrors(`requests.${name}`).length === 0;
	return extended ? [] : [invalidValue(at, name, "doesn't follow extended resource name standard")];
}

function validateAmount(name: string, text: string, at: string): Cause[] {
	const value = quantityValue(text) ?? 0;
	const causes = validateName(name, at);
	if (value < 0) causes.push(invalidValue(at, text, 'must be greater than or equal to 0'));
	const whole = name.includes('/') && !name.includes('kubernetes.io/');
	if (whole && !Number.isInteger(value)) causes.push(invalidValue(at, text, 'must be an integer'));
	return causes;
}

/** Requests and limits: names, amounts, and that no request is above its limit; a limit is needed where nothing can be shared. */
export function validateResources({resources}: Container, field: string): Cause[] {
	const {requests = {}, limits = {}} = (resources ?? {}) as {requests?: Amounts; limits?: Amounts};
	const causes: Cause[] = [];
	const each = (amounts: Amounts, list: string, visit: (name: string, text: string) => void) => {
		for (const name of Object.keys(amounts).sort()) {
			const text = String(amounts[name]);
			causes.push(...validateAmount(name, text, `${field}.${list}[${name}]`));
			visit(name, text);
		}
	};
	each(limits, 'limits', () => {});
	each(requests, 'requests', (name, text) => {
		const limit = limits[name];
		const shared = !hugePages.test(name) && (!name.includes('/') || name.includes('kubernetes.io/'));
		if (limit === undefined) {
			if (!shared) causes.push(required(`${field}.limits`, 'Limit must be set for non overcommitable resources'));
			return;
		}
		const over = (quantityValue(text) ?? 0) - (quantityValue(String(limit)) ?? 0);
		if (over !== 0 && !shared)
			causes.push(invalidValue(`${field}.requests`, text, `must be equal to ${name} limit of ${limit}`));
		else if (over > 0)
			causes.push(invalidValue(`${field}.requests`, text, `must be less than or equal to ${name} limit of ${limit}`));
	});
	return causes;
}
