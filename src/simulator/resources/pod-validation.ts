import type {Cause} from '../errors.ts';
import {quantityValue} from '../schema/quantity.ts';
import type {Container, Pod, PodSpec, PodTemplate, Probe} from '../types.ts';
import {duplicate, forbidden, invalidValue, notFoundValue, notSupported, required} from './field-error.ts';
import {
	dnsLabelErrors,
	dnsSubdomainErrors,
	envNameErrors,
	labelValueErrors,
	portNameErrors,
	portNumberErrors,
	qualifiedNameErrors,
} from './names.ts';
import {validateAnnotations, validateLabels, validateMeta} from './object-meta.ts';
import {deepEqual} from './shared.ts';

// What a client can get wrong in a Pod or a template (k/k pkg/apis/core/validation/validation.go).

const restartPolicies = ['Always', 'Never', 'OnFailure'];
const pullPolicies = ['Always', 'IfNotPresent', 'Never'];
const protocols = ['SCTP', 'TCP', 'UDP'];
const dnsPolicies = ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'];

const nonNegative = (value: number | undefined, field: string): Cause[] =>
	value !== undefined && value < 0 ? [invalidValue(field, value, 'must be greater than or equal to 0')] : [];

/** A port that is a number or the name of a container port. */
export function validatePortReference(port: number | string | undefined, field: string): Cause[] {
	if (typeof port === 'string') return portNameErrors(port).map(text => invalidValue(field, port, text));
	return portNumberErrors(port ?? 0).map(text => invalidValue(field, port ?? 0, text));
}

function validatePorts(container: Container, field: string): Cause[] {
	const causes: Cause[] = [];
	const names = new Set<string>();
	for (const [i, port] of (container.ports ?? []).entries()) {
		const at = `${field}[${i}]`;
		if (port.name) {
			const faults = portNameErrors(port.name);
			for (const text of faults) causes.push(invalidValue(`${at}.name`, port.name, text));
			if (faults.length === 0) {
				if (names.has(port.name)) causes.push(duplicate(`${at}.name`, port.name));
				names.add(port.name);
			}
		}
		if (!port.containerPort) causes.push(required(`${at}.containerPort`));
		else {
			for (const text of portNumberErrors(port.containerPort))
				causes.push(invalidValue(`${at}.containerPort`, port.containerPort, text));
		}
		if (port.hostPort) {
			for (const text of portNumberErrors(port.hostPort))
				causes.push(invalidValue(`${at}.hostPort`, port.hostPort, text));
		}
		if (!port.protocol) causes.push(required(`${at}.protocol`));
		else if (!protocols.includes(port.protocol)) causes.push(notSupported(`${at}.protocol`, port.protocol, protocols));
	}
	return causes;
}

function validateEnv(container: Container, field: string): Cause[] {
	const causes: Cause[] = [];
	for (const [i, variable] of (container.env ?? []).entries()) {
		const at = `${field}[${i}]`;
		if (!variable.name) causes.push(required(`${at}.name`));
		else for (const text of envNameErrors(variable.name)) causes.push(invalidValue(`${at}.name`, variable.name, text));
		if (!variable.valueFrom) continue;
		const sources = Object.keys(variable.valueFrom);
		const from = `${at}.valueFrom`;
		if (sources.length === 0) {
			causes.push(
				invalidValue(
					from,
					'',
					'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
				),
			);
		} else if (variable.value) causes.push(invalidValue(from, '', 'may not be specified when `value` is not empty'));
		else if (sources.length > 1)
			causes.push(invalidValue(from, '', 'may not have more than one field specified at a time'));
	}
	return causes;
}

function validateHandler(handler: Record<string, unknown>, field: string, allowed: string[]): Cause[] {
	const causes: Cause[] = [];
	const kinds = allowed.filter(kind => handler[kind]);
	for (const extra of kinds.slice(1))
		causes.push(forbidden(`${field}.${extra}`, 'may not specify more than 1 handler type'));
	if (kinds.length === 0) causes.push(required(field, 'must specify a handler type'));
	const {httpGet, tcpSocket, exec, grpc, sleep} = handler as {
		httpGet?: NonNullable<Probe['httpGet']>;
		tcpSocket?: NonNullable<Probe['tcpSocket']>;
		exec?: {command?: string[]};
		grpc?: {port: number};
		sleep?: {seconds: number};
	};
	if (exec && !exec.command?.length) causes.push(required(`${field}.exec.command`));
	if (httpGet) {
		if (!httpGet.path) causes.push(required(`${field}.httpGet.path`));
		causes.push(...validatePortReference(httpGet.port, `${field}.httpGet.port`));
		if (httpGet.scheme && !['HTTP', 'HTTPS'].includes(httpGet.scheme))
			causes.push(notSupported(`${field}.httpGet.scheme`, httpGet.scheme, ['HTTP', 'HTTPS']));
	}
	if (tcpSocket) causes.push(...validatePortReference(tcpSocket.port, `${field}.tcpSocket.port`));
	if (grpc) causes.push(...validatePortReference(grpc.port, `${field}.grpc.port`));
	if (sleep && sleep.seconds < 0)
		causes.push(invalidValue(`${field}.sleep`, sleep.seconds, 'must be greater than or equal to 0'));
	return causes;
}

function validateProbe(probe: Probe | undefined, field: string, once: boolean): Cause[] {
	if (!probe) return [];
	const causes = validateHandler(probe as Record<string, unknown>, field, ['exec', 'httpGet', 'tcpSocket', 'grpc']);
	for (const key of [
		'initialDelaySeconds',
		'timeoutSeconds',
		'periodSeconds',
		'successThreshold',
		'failureThreshold',
	] as const) {
		causes.push(...nonNegative(probe[key], `${field}.${key}`));
	}
	if (probe.terminationGracePeriodSeconds !== undefined && probe.terminationGracePeriodSeconds <= 0) {
		causes.push(
			invalidValue(
				`${field}.terminationGracePeriodSeconds`,
				probe.terminationGracePeriodSeconds,
				'must be greater than 0',
			),
		);
	}
	if (once && probe.successThreshold !== undefined && probe.successThreshold !== 1)
		causes.push(invalidValue(`${field}.successThreshold`, probe.successThreshold, 'must be 1'));
	return causes;
}

function validateMounts(container: Container, volumes: Set<string>, field: string): Cause[] {
	const causes: Cause[] = [];
	const paths = new Set<string>();
	for (const [i, mount] of (container.volumeMounts ?? []).entries()) {
		const at = `${field}[${i}]`;
		if (!mount.name) causes.push(required(`${at}.name`));
		if (!volumes.has(mount.name)) causes.push(notFoundValue(`${at}.name`, mount.name ?? ''));
		if (!mount.mountPath) causes.push(required(`${at}.mountPath`));
		if (paths.has(mount.mountPath)) causes.push(invalidValue(`${at}.mountPath`, mount.mountPath, 'must be unique'));
		paths.add(mount.mountPath);
	}
	return causes;
}

function validateResources(container: Container, field: string): Cause[] {
	const causes: Cause[] = [];
	const {requests = {}, limits = {}} = (container.resources ?? {}) as Record<string, Record<string, string>>;
	for (const [name, text] of Object.entries(requests)) {
		const wanted = quantityValue(String(text));
		const limit = limits[name] === undefined ? undefined : quantityValue(String(limits[name]));
		if (wanted !== undefined && wanted < 0)
			causes.push(invalidValue(`${field}.requests.${name}`, String(text), 'must be greater than or equal to 0'));
		if (wanted !== undefined && limit !== undefined && wanted > limit) {
			causes.push(
				invalidValue(
					`${field}.requests`,
					String(text),
					`must be less than or equal to ${name} limit of ${limits[name]}`,
				),
			);
		}
	}
	return causes;
}

function validateContainer(container: Container, volumes: Set<string>, at: string, init: boolean): Cause[] {
	const causes: Cause[] = [];
	if (!container.image) causes.push(required(`${at}.image`));
	else if (container.image !== container.image.trim())
		causes.push(invalidValue(`${at}.image`, container.image, 'must not have leading or trailing whitespace'));
	if (!pullPolicies.includes(container.imagePullPolicy ?? ''))
		causes.push(notSupported(`${at}.imagePullPolicy`, container.imagePullPolicy ?? '', pullPolicies));
	causes.push(...validatePorts(container, `${at}.ports`));
	causes.push(...validateEnv(container, `${at}.env`));
	causes.push(...validateMounts(container, volumes, `${at}.volumeMounts`));
	causes.push(...validateResources(container, `${at}.resources`));
	const plainInit = init && container.restartPolicy !== 'Always';
	for (const name of ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const) {
		if (plainInit && container[name])
			causes.push(forbidden(`${at}.${name}`, 'may not be set for init containers without restartPolicy=Always'));
	}
	if (plainInit) return causes;
	const {preStop, postStart} = (container.lifecycle ?? {}) as Record<string, Record<string, unknown> | undefined>;
	const handlers = ['exec', 'httpGet', 'tcpSocket', 'sleep'];
	if (postStart) causes.push(...validateHandler(postStart, `${at}.lifecycle.postStart`, handlers));
	if (preStop) causes.push(...validateHandler(preStop, `${at}.lifecycle.preStop`, handlers));
	causes.push(...validateProbe(container.livenessProbe, `${at}.livenessProbe`, true));
	causes.push(...validateProbe(container.readinessProbe, `${at}.readinessProbe`, false));
	causes.push(...validateProbe(container.startupProbe, `${at}.startupProbe`, true));
	return causes;
}

function validateVolumes(spec: PodSpec, field: string): Cause[] {
	const causes: Cause[] = [];
	const names = new Set<string>();
	for (const [i, volume] of (spec.volumes ?? []).entries()) {
		const at = `${field}[${i}]`;
		const name = (volume.name as string) ?? '';
		const sources = Object.keys(volume).filter(key => key !== 'name' && volume[key]);
		for (const extra of sources.slice(1))
			causes.push(forbidden(`${at}.${extra}`, 'may not specify more than 1 volume type'));
		if (sources.length === 0) causes.push(required(at, 'must specify a volume type'));
		const {configMap, secret} = volume as {configMap?: {name?: string}; secret?: {secretName?: string}};
		if (configMap && !configMap.name) causes.push(required(`${at}.configMap.name`));
		if (secret && !secret.secretName) causes.push(required(`${at}.secret.secretName`));
		if (!name) causes.push(required(`${at}.name`));
		else {
			for (const text of dnsLabelErrors(name)) causes.push(invalidValue(`${at}.name`, name, text));
			if (names.has(name)) causes.push(duplicate(`${at}.name`, name));
		}
		names.add(name);
	}
	return causes;
}

/** A Pod's spec; `field` is where it stands, as `spec` or `spec.template.spec`. */
export function validatePodSpec(spec: PodSpec, field: string): Cause[] {
	const causes = validateVolumes(spec, `${field}.volumes`);
	const volumes = new Set((spec.volumes ?? []).map(({name}) => name as string));
	if (!spec.containers?.length) causes.push(required(`${field}.containers`));
	const names = new Set<string>();
	const check = (containers: Container[], at: string, init: boolean) => {
		for (const [i, container] of containers.entries()) {
			const path = `${at}[${i}]`;
			if (!container.name) causes.push(required(`${path}.name`));
			else
				for (const text of dnsLabelErrors(container.name))
					causes.push(invalidValue(`${path}.name`, container.name, text));
			if (container.name && names.has(container.name)) causes.push(duplicate(`${path}.name`, container.name));
			names.add(container.name);
			causes.push(...validateContainer(container, volumes, path, init));
		}
	};
	check(spec.containers ?? [], `${field}.containers`, false);
	check(spec.initContainers ?? [], `${field}.initContainers`, true);
	const ports = new Set<string>();
	for (const [i, container] of (spec.containers ?? []).entries()) {
		for (const [j, port] of (container.ports ?? []).entries()) {
			if (!port.hostPort) continue;
			const key = `${port.protocol}/${(port as {hostIP?: string}).hostIP ?? ''}/${port.hostPort}`;
			if (ports.has(key)) causes.push(duplicate(`${field}.containers[${i}].ports[${j}].hostPort`, key));
			ports.add(key);
		}
	}
	if (!spec.restartPolicy) causes.push(required(`${field}.restartPolicy`));
	else if (!restartPolicies.includes(spec.restartPolicy))
		causes.push(notSupported(`${field}.restartPolicy`, spec.restartPolicy, restartPolicies));
	const dnsPolicy = spec.dnsPolicy as string | undefined;
	if (dnsPolicy && !dnsPolicies.includes(dnsPolicy))
		causes.push(notSupported(`${field}.dnsPolicy`, dnsPolicy, dnsPolicies));
	for (const [key, value] of Object.entries(spec.nodeSelector ?? {})) {
		for (const text of qualifiedNameErrors(key)) causes.push(invalidValue(`${field}.nodeSelector`, key, text));
		for (const text of labelValueErrors(value)) causes.push(invalidValue(`${field}.nodeSelector`, value, text));
	}
	for (const [i, {conditionType}] of (spec.readinessGates ?? []).entries()) {
		for (const text of qualifiedNameErrors(conditionType))
			causes.push(invalidValue(`${field}.readinessGates[${i}].conditionType`, conditionType, text));
	}
	if (spec.serviceAccountName) {
		for (const text of dnsSubdomainErrors(spec.serviceAccountName))
			causes.push(invalidValue(`${field}.serviceAccountName`, spec.serviceAccountName, text));
	}
	if (spec.nodeName) {
		for (const text of dnsSubdomainErrors(spec.nodeName))
			causes.push(invalidValue(`${field}.nodeName`, spec.nodeName, text));
	}
	if (spec.hostname) {
		for (const text of dnsLabelErrors(spec.hostname))
			causes.push(invalidValue(`${field}.hostname`, spec.hostname, text));
	}
	if (spec.subdomain) {
		for (const text of dnsLabelErrors(spec.subdomain))
			causes.push(invalidValue(`${field}.subdomain`, spec.subdomain, text));
	}
	causes.push(...nonNegative(spec.terminationGracePeriodSeconds, `${field}.terminationGracePeriodSeconds`));
	return causes;
}

/** The template of a workload: its metadata and its spec, which must restart always. */
export function validateTemplate(template: PodTemplate, field: string): Cause[] {
	const causes = [
		...validateLabels(template.metadata?.labels, `${field}.labels`),
		...validateAnnotations(template.metadata?.annotations, `${field}.annotations`),
		...validatePodSpec(template.spec, `${field}.spec`),
	];
	if (template.spec.restartPolicy !== 'Always' && restartPolicies.includes(template.spec.restartPolicy ?? ''))
		causes.push(notSupported(`${field}.spec.restartPolicy`, template.spec.restartPolicy, ['Always']));
	return causes;
}

/** A new Pod. */
export const validatePod = (pod: Pod): Cause[] => [
	...validateMeta(pod, undefined),
	...validatePodSpec(pod.spec, 'spec'),
];

const mutableText =
	'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

const withoutMutable = ({containers, initContainers, ...spec}: PodSpec) => {
	const {activeDeadlineSeconds: _, tolerations: _t, ...rest} = spec;
	const strip = (list: Container[] | undefined) => list?.map(({image: _image, ...container}) => container);
	return {...rest, containers: strip(containers), initContainers: strip(initContainers)};
};

/** A changed Pod: almost nothing of its spec may change. */
export function validatePodUpdate(pod: Pod, old: Pod): Cause[] {
	const causes = validateMeta(pod, old);
	if (deepEqual(pod.spec, old.spec)) return causes;
	if (pod.spec.containers.length !== old.spec.containers.length) {
		causes.push(forbidden('spec.containers', 'pod updates may not add or remove containers'));
		return causes;
	}
	for (const [i, container] of pod.spec.containers.entries()) {
		if (!container.image) causes.push(required(`spec.containers[${i}].image`));
	}
	for (const toleration of old.spec.tolerations ?? []) {
		if (
			!pod.spec.tolerations?.some(other =>
				deepEqual({...other, tolerationSeconds: 0}, {...toleration, tolerationSeconds: 0}),
			)
		) {
			causes.push(
				forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds'),
			);
		}
	}
	if (!deepEqual(withoutMutable(pod.spec), withoutMutable(old.spec))) causes.push(forbidden('spec', mutableText));
	return causes;
}
