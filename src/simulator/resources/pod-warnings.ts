import {canonicalQuantity, quantityValue} from '../schema/quantity.ts';
import type {Container, KubeObject, PodSpec, PodTemplate} from '../types.ts';
import {dnsLabelErrors} from './names.ts';

// What the API server accepts and yet warns about (k/k pkg/api/pod/warnings.go).

type Port = NonNullable<Container['ports']>[number] & {hostIP?: string};

const deprecatedLabels: Record<string, string> = {
	'beta.kubernetes.io/arch': 'deprecated since v1.14; use "kubernetes.io/arch" instead',
	'beta.kubernetes.io/os': 'deprecated since v1.14; use "kubernetes.io/os" instead',
	'failure-domain.beta.kubernetes.io/region': 'deprecated since v1.17; use "topology.kubernetes.io/region" instead',
	'failure-domain.beta.kubernetes.io/zone': 'deprecated since v1.17; use "topology.kubernetes.io/zone" instead',
	'beta.kubernetes.io/instance-type': 'deprecated since v1.17; use "node.kubernetes.io/instance-type" instead',
};

function fractionalBytes({resources}: Container, at: string): string[] {
	const warnings: string[] = [];
	const {limits = {}, requests = {}} = (resources ?? {}) as Record<string, Record<string, string>>;
	for (const name of ['memory', 'ephemeral-storage']) {
		for (const [list, values] of Object.entries({limits, requests})) {
			const bytes = values[name] === undefined ? 0 : (quantityValue(values[name]) ?? 0);
			if (Number.isInteger(bytes)) continue;
			const shown = canonicalQuantity(values[name]!);
			const text = 'text' in shown ? shown.text : values[name];
			warnings.push(
				`${at}.resources.${list}[${name}]: fractional byte value ${JSON.stringify(text)} is invalid, must be an integer`,
			);
		}
	}
	return warnings;
}

function hiddenVariables({env = []}: Container, at: string): string[] {
	const seen = new Set<string>();
	return env.flatMap(({name, value = '', valueFrom}, i) => {
		if (!seen.has(name)) {
			seen.add(name);
			return [];
		}
		// A value built on the one before it is no accident.
		const reference = `$(${name})`;
		if (!valueFrom && value !== reference && value.includes(reference)) return [];
		const text = 'which may be dropped when using apply';
		return [`${at}.env[${i}]: hides previous definition of ${JSON.stringify(name)}, ${text}`];
	});
}

function repeatedPorts(containers: [string, Container][]): string[] {
	const seen = new Map<string, {at: string; port: Port}[]>();
	const warnings: string[] = [];
	for (const [path, {ports = []}] of containers) {
		for (const [i, port] of (ports as Port[]).entries()) {
			const at = `${path}.ports[${i}]`;
			const key = `${port.containerPort}/${port.protocol}`;
			const others = seen.get(key) ?? [];
			for (const other of others) {
				const same =
					(port.hostIP ?? '') === (other.port.hostIP ?? '') && (port.hostPort ?? 0) === (other.port.hostPort ?? 0);
				if (same) warnings.push(`${at}: duplicate port definition with ${other.at}`);
				else if (!port.hostPort || !other.port.hostPort)
					warnings.push(`${at}: overlapping port definition with ${other.at}`);
				else if (port.hostPort === other.port.hostPort && !port.hostIP !== !other.port.hostIP)
					warnings.push(`${at}: dangerously ambiguous port definition with ${other.at}`);
			}
			seen.set(key, [...others, {at, port}]);
		}
	}
	return warnings;
}

/** Warnings about a Pod's spec; `field` is where it stands, as `spec` or `spec.template.spec`. */
export function podSpecWarnings(spec: PodSpec, field: string): string[] {
	const warnings: string[] = [];
	for (const key of Object.keys(spec.nodeSelector ?? {}))
		if (deprecatedLabels[key]) warnings.push(`${field}.nodeSelector[${key}]: ${deprecatedLabels[key]}`);
	const containers: [string, Container][] = [
		...(spec.initContainers ?? []).map((each, i): [string, Container] => [`${field}.initContainers[${i}]`, each]),
		...spec.containers.map((each, i): [string, Container] => [`${field}.containers[${i}]`, each]),
	];
	for (const [at, container] of containers)
		warnings.push(...fractionalBytes(container, at), ...hiddenVariables(container, at));
	warnings.push(...repeatedPorts(containers));
	if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
		const text = 'must be >= 0; negative values are invalid and will be treated as 1';
		warnings.push(`${field}.terminationGracePeriodSeconds: ${text}`);
	}
	return warnings;
}

/** Warns about a name that becomes part of a hostname and makes a bad one. */
export function nameWarnings(name: string, use: "the Pod's hostname" | 'Pod names and hostnames'): string[] {
	const faults = dnsLabelErrors(name);
	if (faults.length === 0) return [];
	const text = `this is used in ${use}, which can result in surprising behavior; a DNS label is recommended`;
	return [`metadata.name: ${text}: [${faults.join(' ')}]`];
}

/** Warnings about a workload: its name when it is new, its template when it has changed. */
export function workloadWarnings<T extends KubeObject & {spec: {template: PodTemplate}}>(
	workload: T,
	old: T | undefined,
): string[] {
	const changed = workload.metadata.generation !== old?.metadata.generation;
	return [
		...(old ? [] : nameWarnings(workload.metadata.name, 'Pod names and hostnames')),
		...(changed ? podSpecWarnings(workload.spec.template.spec, 'spec.template.spec') : []),
	];
}
