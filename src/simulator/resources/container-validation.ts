import type {Cause} from '../errors.ts';
import type {Container, Probe} from '../types.ts';
import {duplicate, forbidden, invalidValue, notFoundValue, notSupported, required} from './field-error.ts';
import {
	configKeyErrors,
	dnsLabelErrors,
	dnsSubdomainErrors,
	envNameErrors,
	portNameErrors,
	portNumberErrors,
	qualifiedNameErrors,
} from './names.ts';
import {validateResources} from './resource-validation.ts';
import {validateContainerSecurity} from './security-validation.ts';
import {validateDescendingPath} from './volume-validation.ts';

// What a client can get wrong in a container (k/k pkg/apis/core/validation/validation.go).

const pullPolicies = ['Always', 'IfNotPresent', 'Never'];
const messagePolicies = ['File', 'FallbackToLogsOnError'];
const protocols = ['SCTP', 'TCP', 'UDP'];
const containerRestartPolicies = ['Always', 'Never', 'OnFailure'];
const fieldPaths = [
	'metadata.name',
	'metadata.namespace',
	'metadata.uid',
	'spec.nodeName',
	'spec.serviceAccountName',
	'status.hostIP',
	'status.hostIPs',
	'status.podIP',
	'status.podIPs',
];

const resourceFields = ['limits', 'requests'].flatMap(list =>
	['cpu', 'ephemeral-storage', 'memory'].map(name => `${list}.${name}`),
);

/** Where a container stands: its Pod's volumes, and how long it may take to end. */
export type ContainerSetting = {volumes: ReadonlySet<string>; gracePeriod: number | undefined};

/** The cause for a number below 0, or nothing. */
export const nonNegative = (value: number | undefined, field: string): Cause[] =>
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

type Reference = {name?: string; key?: string; fieldPath?: string};

function validateKeyReference({name = '', key = ''}: Reference, at: string): Cause[] {
	const causes = dnsSubdomainErrors(name).map(text => invalidValue(`${at}.name`, name, text));
	if (!key) return [...causes, required(`${at}.key`)];
	return [...causes, ...configKeyErrors(key).map(text => invalidValue(`${at}.key`, key, text))];
}

function validateFieldReference({fieldPath = ''}: Reference, at: string): Cause[] {
	if (!fieldPath) return [required(`${at}.fieldPath`)];
	const subscript = /^(metadata\.(?:annotations|labels))\['(.*)'\]$/.exec(fieldPath);
	if (subscript) return qualifiedNameErrors(subscript[2]!).map(text => invalidValue(at, subscript[2], text));
	return fieldPaths.includes(fieldPath) ? [] : [notSupported(`${at}.fieldPath`, fieldPath, fieldPaths)];
}

function validateValueFrom(from: Record<string, unknown>, value: string | undefined, at: string): Cause[] {
	const {fieldRef, configMapKeyRef, secretKeyRef} = from as Record<string, Reference | undefined>;
	const {resourceFieldRef} = from as {resourceFieldRef?: {resource?: string}};
	const causes: Cause[] = [];
	if (resourceFieldRef) {
		const {resource} = resourceFieldRef;
		if (!resource) causes.push(required(`${at}.resourceFieldRef.resource`));
		else if (!resourceFields.includes(resource) && !/^(limits|requests)\.hugepages-/.test(resource))
			causes.push(notSupported(`${at}.resourceFieldRef.resource`, resource, resourceFields));
	}
	if (fieldRef) causes.push(...validateFieldReference(fieldRef, `${at}.fieldRef`));
	if (configMapKeyRef) causes.push(...validateKeyReference(configMapKeyRef, `${at}.configMapKeyRef`));
	if (secretKeyRef) causes.push(...validateKeyReference(secretKeyRef, `${at}.secretKeyRef`));
	const count = Object.values(from).filter(Boolean).length;
	const kinds = '`fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
	if (count === 0) causes.push(invalidValue(at, '', `must specify one of: ${kinds}`));
	else if (value) causes.push(invalidValue(at, '', 'may not be specified when `value` is not empty'));
	else if (count > 1) causes.push(invalidValue(at, '', 'may not have more than one field specified at a time'));
	return causes;
}

function validateEnvFrom(container: Container, field: string): Cause[] {
	const sources = (container.envFrom ?? []) as {prefix?: string; configMapRef?: Reference; secretRef?: Reference}[];
	return sources.flatMap(({prefix, configMapRef, secretRef}, i) => {
		const at = `${field}[${i}]`;
		const causes = prefix ? envNameErrors(prefix).map(text => invalidValue(`${at}.prefix`, prefix, text)) : [];
		for (const [kind, reference] of Object.entries({configMapRef, secretRef})) {
			if (!reference) continue;
			if (!reference.name) causes.push(required(`${at}.${kind}.name`));
			else
				for (const text of dnsSubdomainErrors(reference.name))
					causes.push(invalidValue(`${at}.${kind}.name`, reference.name, text));
		}
		if (!configMapRef && !secretRef)
			causes.push(invalidValue(field, '', 'must specify one of: `configMapRef` or `secretRef`'));
		else if (configMapRef && secretRef)
			causes.push(invalidValue(field, '', 'may not have more than one field specified at a time'));
		return causes;
	});
}

function validateEnv(container: Container, field: string): Cause[] {
	const causes: Cause[] = [];
	for (const [i, variable] of (container.env ?? []).entries()) {
		const at = `${field}[${i}]`;
		if (!variable.name) causes.push(required(`${at}.name`));
		else for (const text of envNameErrors(variable.name)) causes.push(invalidValue(`${at}.name`, variable.name, text));
		if (variable.valueFrom) causes.push(...validateValueFrom(variable.valueFrom, variable.value, `${at}.valueFrom`));
	}
	return causes;
}

type Handler = {
	exec?: {command?: string[]};
	httpGet?: NonNullable<Probe['httpGet']>;
	tcpSocket?: NonNullable<Probe['tcpSocket']>;
	grpc?: {port: number};
	sleep?: {seconds: number};
};

function validateHttpGet({path, port, scheme, httpHeaders = []}: NonNullable<Handler['httpGet']>, at: string): Cause[] {
	const causes: Cause[] = path ? [] : [required(`${at}.path`)];
	causes.push(...validatePortReference(port, `${at}.port`));
	if (!['HTTP', 'HTTPS'].includes(scheme ?? ''))
		causes.push(notSupported(`${at}.scheme`, scheme ?? '', ['HTTP', 'HTTPS']));
	for (const {name} of httpHeaders) {
		if (/^[-A-Za-z0-9]+$/.test(name)) continue;
		const text =
			"a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";
		causes.push(invalidValue(`${at}.httpHeaders`, name, text));
	}
	return causes;
}

// Only the first handler counts; any other one is one too many.
function validateHandler(handler: Handler, field: string, gracePeriod?: number): Cause[] {
	const {exec, httpGet, tcpSocket, grpc, sleep} = handler;
	const found: [string, (at: string) => Cause[]][] = [];
	if (exec) found.push(['exec', at => (exec.command?.length ? [] : [required(`${at}.command`)])]);
	if (httpGet) found.push(['httpGet', at => validateHttpGet(httpGet, at)]);
	if (tcpSocket) found.push(['tcpSocket', at => validatePortReference(tcpSocket.port, `${at}.port`)]);
	if (grpc) found.push(['grpc', at => validatePortReference(grpc.port, `${at}.port`)]);
	if (sleep) {
		found.push([
			'sleep',
			at => {
				if (gracePeriod === undefined || (sleep.seconds >= 0 && sleep.seconds <= gracePeriod)) return [];
				const text = `must be non-negative and less than terminationGracePeriodSeconds (${gracePeriod})`;
				return [invalidValue(at, sleep.seconds, text)];
			},
		]);
	}
	const [first, ...others] = found;
	if (!first) return [required(field, 'must specify a handler type')];
	const extra = others.map(([kind]) => forbidden(`${field}.${kind}`, 'may not specify more than 1 handler type'));
	return [...first[1](`${field}.${first[0]}`), ...extra];
}

function validateProbe(probe: Probe | undefined, field: string, once: boolean): Cause[] {
	if (!probe) return [];
	const causes = validateHandler(probe as Handler, field);
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

function validateMounts(container: Container, volumes: ReadonlySet<string>, field: string): Cause[] {
	const causes: Cause[] = [];
	const paths = new Set<string>();
	for (const [i, mount] of (container.volumeMounts ?? []).entries()) {
		const at = `${field}[${i}]`;
		if (!mount.name) causes.push(required(`${at}.name`));
		if (!volumes.has(mount.name)) causes.push(notFoundValue(`${at}.name`, mount.name ?? ''));
		if (!mount.mountPath) causes.push(required(`${at}.mountPath`));
		if (paths.has(mount.mountPath)) causes.push(invalidValue(`${at}.mountPath`, mount.mountPath, 'must be unique'));
		paths.add(mount.mountPath);
		// The real server names no index here.
		if (mount.subPath) causes.push(...validateDescendingPath(mount.subPath, `${field}.subPath`));
	}
	return causes;
}

function validateLifecycle({lifecycle}: Container, at: string, gracePeriod: number | undefined): Cause[] {
	const {postStart, preStop} = (lifecycle ?? {}) as {postStart?: Handler; preStop?: Handler};
	return [
		...(postStart ? validateHandler(postStart, `${at}.postStart`, gracePeriod) : []),
		...(preStop ? validateHandler(preStop, `${at}.preStop`, gracePeriod) : []),
	];
}

const runningOnly = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const;

/** What every kind of container has (validateContainerCommon). */
export function validateContainerCommon(container: Container, at: string, {volumes}: ContainerSetting): Cause[] {
	const {name, image, terminationMessagePolicy: policy, imagePullPolicy} = container;
	const causes: Cause[] = name
		? dnsLabelErrors(name).map(text => invalidValue(`${at}.name`, name, text))
		: [required(`${at}.name`)];
	if (!image) causes.push(required(`${at}.image`));
	if (!messagePolicies.includes(policy as string))
		causes.push(notSupported(`${at}.terminationMessagePolicy`, policy, messagePolicies));
	causes.push(...validatePorts(container, `${at}.ports`));
	causes.push(...validateEnv(container, `${at}.env`), ...validateEnvFrom(container, `${at}.envFrom`));
	causes.push(...validateMounts(container, volumes, `${at}.volumeMounts`));
	if (!pullPolicies.includes(imagePullPolicy ?? ''))
		causes.push(notSupported(`${at}.imagePullPolicy`, imagePullPolicy ?? '', pullPolicies));
	if (container.resources) causes.push(...validateResources(container, `${at}.resources`));
	if (container.securityContext) causes.push(...validateContainerSecurity(container, `${at}.securityContext`));
	return causes;
}

/** What a container has that runs beside others: hooks and probes. */
export function validateRunning(container: Container, at: string, {gracePeriod}: ContainerSetting): Cause[] {
	const {restartPolicy, livenessProbe, readinessProbe, startupProbe} = container;
	const causes = [
		...validateLifecycle(container, `${at}.lifecycle`, gracePeriod),
		...validateProbe(livenessProbe, `${at}.livenessProbe`, true),
		...validateProbe(readinessProbe, `${at}.readinessProbe`, false),
		...validateProbe(startupProbe, `${at}.startupProbe`, true),
	];
	if (restartPolicy && !containerRestartPolicies.includes(restartPolicy))
		causes.push(notSupported(`${at}.restartPolicy`, restartPolicy, containerRestartPolicies));
	return causes;
}

/** What an init container may not have unless it goes on running beside the others. */
export const validateInitOnly = (container: Container, at: string): Cause[] =>
	runningOnly
		.filter(name => container[name])
		.map(name => forbidden(`${at}.${name}`, 'may not be set for init containers without restartPolicy=Always'));

/** Host ports that two containers, or one container twice, would take. */
export function validateHostPorts(containers: Container[], field: string): Cause[] {
	const seen = new Set<string>();
	const causes: Cause[] = [];
	for (const [i, {ports = []}] of containers.entries()) {
		for (const [j, port] of ports.entries()) {
			if (!port.hostPort) continue;
			const key = `${port.protocol}/${(port as {hostIP?: string}).hostIP ?? ''}/${port.hostPort}`;
			if (seen.has(key)) causes.push(duplicate(`${field}[${i}].ports[${j}].hostPort`, key));
			seen.add(key);
		}
	}
	return causes;
}
