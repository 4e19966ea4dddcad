import type {Cause} from '../errors.ts';
import type {Container, Pod, PodSpec, PodTemplate} from '../types.ts';
import {
	type ContainerSetting,
	validateContainerCommon,
	validateHostPorts,
	validateInitOnly,
	validateRunning,
} from './container-validation.ts';
import {duplicate, forbidden, invalidValue, notSupported, required} from './field-error.ts';
import {ipErrors} from './ip.ts';
import {dnsLabelErrors, dnsSubdomainErrors, labelValueErrors, qualifiedNameErrors} from './names.ts';
import {validateAnnotations, validateLabels, validateMeta} from './object-meta.ts';
import {validateAffinity, validateSchedulingGates, validateSpread} from './placement-validation.ts';
import {specDifference} from './pod-difference.ts';
import {validatePodSecurity} from './security-validation.ts';
import {deepEqual} from './shared.ts';
import {validateVolumes} from './volume-validation.ts';

// What a client can get wrong in a Pod or a template (k/k pkg/apis/core/validation/validation.go).

const restartPolicies = ['Always', 'OnFailure', 'Never'];
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const preemptionPolicies = ['PreemptLowerPriority', 'Never'];
const taintEffects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];
const maxInt32 = 2 ** 31 - 1;

function validateTolerations(tolerations: NonNullable<PodSpec['tolerations']>, field: string): Cause[] {
	return tolerations.flatMap(({key = '', operator = '', value = '', effect = '', tolerationSeconds}, i) => {
		const at = `${field}[${i}]`;
		const causes = key ? qualifiedNameErrors(key).map(text => invalidValue(`${at}.key`, key, text)) : [];
		if (!key && operator !== 'Exists') {
			const text = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
			causes.push(invalidValue(`${at}.operator`, operator, text));
		}
		if (tolerationSeconds !== undefined && effect !== 'NoExecute')
			causes.push(invalidValue(`${at}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
		if (operator === '' || operator === 'Equal') {
			const faults = labelValueErrors(value);
			if (faults.length > 0) causes.push(invalidValue(`${at}.operator`, value, faults.join(';')));
		} else if (operator === 'Exists') {
			if (value) causes.push(invalidValue(`${at}.operator`, value, "value must be empty when `operator` is 'Exists'"));
		} else causes.push(notSupported(`${at}.operator`, operator, ['Equal', 'Exists']));
		if (effect && !taintEffects.includes(effect)) causes.push(notSupported(`${at}.effect`, effect, taintEffects));
		return causes;
	});
}

function validateContainers(spec: PodSpec, field: string, setting: ContainerSetting): Cause[] {
	const {containers = [], initContainers = []} = spec;
	const at = `${field}.containers`;
	if (containers.length === 0) return [required(at)];
	const names = new Set<string>();
	const causes: Cause[] = [];
	const once = (name: string, path: string) => {
		if (names.has(name)) causes.push(duplicate(`${path}.name`, name));
		names.add(name);
	};
	for (const [i, container] of containers.entries()) {
		const path = `${at}[${i}]`;
		causes.push(...validateContainerCommon(container, path, setting));
		once(container.name ?? '', path);
		causes.push(...validateRunning(container, path, setting));
	}
	causes.push(...validateHostPorts(containers, at));
	for (const [i, container] of initContainers.entries()) {
		const path = `${field}.initContainers[${i}]`;
		causes.push(...validateContainerCommon(container, path, setting));
		once(container.name ?? '', path);
		causes.push(...validateHostPorts([container], `${field}.initContainers`));
		const sidecar = container.restartPolicy === 'Always';
		causes.push(...(sidecar ? validateRunning(container, path, setting) : validateInitOnly(container, path)));
	}
	return causes;
}

function validateHostNetworkPorts({hostNetwork, containers = []}: PodSpec, field: string): Cause[] {
	if (!hostNetwork) return [];
	return containers.flatMap(({ports = []}, i) =>
		ports.flatMap(({hostPort = 0, containerPort}, j) =>
			hostPort === 0 || hostPort === containerPort
				? []
				: [
						invalidValue(
							`${field}.containers[${i}].ports[${j}].hostPort`,
							hostPort,
							'must match `containerPort` when `hostNetwork` is true',
						),
					],
		),
	);
}

type DnsConfig = {nameservers?: string[]; searches?: string[]; options?: {name?: string}[]};

function validateDns({dnsPolicy, dnsConfig}: PodSpec, at: string): Cause[] {
	const {nameservers = [], searches = [], options = []} = (dnsConfig ?? {}) as DnsConfig;
	if (dnsPolicy === 'None') {
		if (!dnsConfig) return [required(at, 'must provide `dnsConfig` when `dnsPolicy` is None')];
		if (nameservers.length === 0)
			return [required(`${at}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None')];
	}
	const causes: Cause[] = [];
	if (nameservers.length > 3)
		causes.push(invalidValue(`${at}.nameservers`, nameservers, 'must not have more than 3 nameservers'));
	for (const [i, ip] of nameservers.entries())
		causes.push(...ipErrors(ip).map(text => invalidValue(`${at}.nameservers[${i}]`, ip, text)));
	if (searches.length > 32)
		causes.push(invalidValue(`${at}.searches`, searches, 'must not have more than 32 search paths'));
	for (const [i, {name}] of options.entries())
		if (!name) causes.push(required(`${at}.options[${i}]`, 'must not be empty'));
	return causes;
}

const validateHostAliases = ({hostAliases}: PodSpec, field: string): Cause[] =>
	((hostAliases ?? []) as {ip?: string; hostnames?: string[]}[]).flatMap(({ip = '', hostnames = []}, i) => [
		...ipErrors(ip).map(text => invalidValue(`${field}[${i}].ip`, ip, text)),
		...hostnames.flatMap((name, j) =>
			dnsSubdomainErrors(name).map(text => invalidValue(`${field}[${i}].hostnames[${j}]`, name, text)),
		),
	]);

/** A Pod's spec; `field` is where it stands, as `spec` or `spec.template.spec`. */
function validatePodSpec(spec: PodSpec, field: string): Cause[] {
	const {causes, names: volumes} = validateVolumes(spec, `${field}.volumes`);
	const rule = (name: string, faults: (value: string) => string[]) => {
		const value = spec[name] as string | undefined;
		if (value) for (const text of faults(value)) causes.push(invalidValue(`${field}.${name}`, value, text));
	};
	const oneOf = (name: string, values: string[]) => {
		const value = (spec[name] as string | undefined) ?? '';
		if (!value) causes.push(required(`${field}.${name}`));
		else if (!values.includes(value)) causes.push(notSupported(`${field}.${name}`, value, values));
	};
	causes.push(...validateContainers(spec, field, {volumes, gracePeriod: spec.terminationGracePeriodSeconds}));
	causes.push(...validateHostNetworkPorts(spec, field));
	oneOf('restartPolicy', restartPolicies);
	oneOf('dnsPolicy', dnsPolicies);
	causes.push(...validateLabels(spec.nodeSelector, `${field}.nodeSelector`));
	causes.push(...validatePodSecurity(spec, `${field}.securityContext`));
	if (spec.affinity) causes.push(...validateAffinity(spec, `${field}.affinity`));
	if (spec.dnsConfig || spec.dnsPolicy === 'None') causes.push(...validateDns(spec, `${field}.dnsConfig`));
	for (const [i, {conditionType}] of (spec.readinessGates ?? []).entries()) {
		for (const text of qualifiedNameErrors(conditionType))
			causes.push(invalidValue(`${field}.readinessGates[${i}].conditionType`, conditionType, text));
	}
	if (spec.schedulingGates) causes.push(...validateSchedulingGates(spec, `${field}.schedulingGates`));
	if (spec.topologySpreadConstraints) causes.push(...validateSpread(spec, `${field}.topologySpreadConstraints`));
	rule('serviceAccountName', dnsSubdomainErrors);
	rule('nodeName', dnsSubdomainErrors);
	const deadline = spec.activeDeadlineSeconds as number | undefined;
	if (deadline !== undefined && (deadline < 1 || deadline > maxInt32))
		causes.push(
			invalidValue(`${field}.activeDeadlineSeconds`, deadline, `must be between 1 and ${maxInt32}, inclusive`),
		);
	rule('hostname', dnsLabelErrors);
	rule('subdomain', dnsLabelErrors);
	causes.push(...validateTolerations(spec.tolerations ?? [], `${field}.tolerations`));
	if (spec.hostAliases) causes.push(...validateHostAliases(spec, `${field}.hostAliases`));
	rule('priorityClassName', dnsSubdomainErrors);
	rule('runtimeClassName', dnsSubdomainErrors);
	if (spec.preemptionPolicy !== undefined) oneOf('preemptionPolicy', preemptionPolicies);
	return causes;
}

/** The template of a workload: its metadata and its spec, which must restart always. */
export function validateTemplate(template: PodTemplate, field: string): Cause[] {
	const causes = [
		...validateLabels(template.metadata?.labels, `${field}.labels`),
		...validateAnnotations(template.metadata?.annotations, `${field}.annotations`),
		...validatePodSpec(template.spec, `${field}.spec`),
	];
	if (template.spec.restartPolicy !== 'Always')
		causes.push(notSupported(`${field}.spec.restartPolicy`, template.spec.restartPolicy ?? '', ['Always']));
	if (template.spec.activeDeadlineSeconds !== undefined) {
		causes.push(
			forbidden(`${field}.spec.activeDeadlineSeconds`, 'activeDeadlineSeconds in ReplicaSet is not Supported'),
		);
	}
	return causes;
}

const blankImages = ({containers, initContainers = []}: PodSpec): Cause[] =>
	Object.entries({containers, initContainers}).flatMap(([list, each]) =>
		each.flatMap(({image = ''}, i) =>
			image === image.trim()
				? []
				: [invalidValue(`spec.${list}[${i}].image`, image, 'must not have leading or trailing whitespace')],
		),
	);

/** A new Pod. */
export const validatePod = (pod: Pod): Cause[] => [
	...validateMeta(pod, undefined),
	...validatePodSpec(pod.spec, 'spec'),
	...blankImages(pod.spec),
];

const updatable =
	'`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** The new spec with what may change put back as it was. */
function withoutUpdates(spec: PodSpec, old: PodSpec): PodSpec {
	const images = (list: Container[] | undefined, before: Container[] = []) =>
		list?.map((container, i) => ({...container, image: before[i]?.image ?? ''}));
	const {activeDeadlineSeconds, tolerations, schedulingGates} = old;
	const initContainers = images(spec.initContainers, old.initContainers);
	return {
		...spec,
		containers: images(spec.containers, old.containers)!,
		...(initContainers && {initContainers}),
		activeDeadlineSeconds,
		tolerations,
		schedulingGates,
	};
}

/** A changed Pod: almost nothing of its spec may change. */
export function validatePodUpdate(pod: Pod, old: Pod): Cause[] {
	const meta = validateMeta(pod, old);
	if (deepEqual(pod.spec, old.spec)) return meta;
	const causes = [...meta, ...validatePodSpec(pod.spec, 'spec'), ...blankImages(pod.spec)];
	for (const list of ['containers', 'initContainers'] as const) {
		if ((pod.spec[list]?.length ?? 0) !== (old.spec[list]?.length ?? 0)) {
			const many = list === 'containers' ? 'containers' : 'init containers';
			causes.push(forbidden(`spec.${list}`, `pod updates may not add or remove ${many}`));
			return causes;
		}
	}
	const lost = (old.spec.tolerations ?? []).some(
		({tolerationSeconds: _, ...before}) =>
			!pod.spec.tolerations?.some(({tolerationSeconds: _seconds, ...after}) => deepEqual(before, after)),
	);
	if (lost)
		causes.push(forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds'));
	const gates = (spec: PodSpec) => ((spec.schedulingGates ?? []) as {name: string}[]).map(({name}) => name);
	for (const [i, name] of gates(pod.spec).entries()) {
		const text = `only deletion is allowed, but found new scheduling gate '${name}'`;
		if (!gates(old.spec).includes(name)) causes.push(forbidden(`spec.schedulingGates[${i}].name`, text));
	}
	const fixed = withoutUpdates(pod.spec, old.spec);
	if (!deepEqual(fixed, old.spec)) {
		const text = `pod updates may not change fields other than ${updatable}\n${specDifference(old.spec, fixed)}`;
		causes.push(forbidden('spec', text));
	}
	return causes;
}
