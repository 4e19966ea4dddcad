import type {
	V1Container,
	V1ContainerState,
	V1ContainerStatus,
	V1Probe,
	V1ResourceRequirements,
} from '@kubernetes/client-node';
import {rfc1123} from '../duration.ts';
import type {KubeObject, Wire} from '../objects.ts';
import {valuesAt} from '../printers/jsonpath.ts';
import {parseQuantity, quantityText} from '../quantity.ts';
import type {DescriptionWriter} from './writer.ts';

type Container = Wire<V1Container>;

/** Quantities of resources under a title. */
function describeResources(
	out: DescriptionWriter,
	resources: Wire<V1ResourceRequirements> | undefined,
	level: number,
): void {
	for (const [title, quantities] of [
		['Limits', resources?.limits],
		['Requests', resources?.requests],
	] as const) {
		const names = Object.keys(quantities ?? {}).sort();
		if (names.length > 0) out.line(level, `${title}:`);
		for (const name of names) out.line(level + 1, `${name}:\t${quantityText(parseQuantity(quantities![name]))}`);
	}
}

const trueOrFalse = (value: boolean) => (value ? 'True' : 'False');

function describeState(out: DescriptionWriter, title: string, state: Wire<V1ContainerState>): void {
	const {running, waiting, terminated} = state;
	if (running) {
		out.line(2, `${title}:\tRunning`);
		if (running.startedAt) out.line(3, `Started:\t${rfc1123(running.startedAt)}`);
	} else if (terminated && !waiting) {
		out.line(2, `${title}:\tTerminated`);
		if (terminated.reason) out.line(3, `Reason:\t${terminated.reason}`);
		if (terminated.message) out.line(3, `Message:\t${terminated.message}`);
		out.line(3, `Exit Code:\t${terminated.exitCode}`);
		if (terminated.signal) out.line(3, `Signal:\t${terminated.signal}`);
		// Go's zero time: what kubectl prints for a container that never ran.
		out.line(
			3,
			`Started:\t${terminated.startedAt ? rfc1123(terminated.startedAt) : 'Mon, 01 Jan 0001 00:00:00 +0000'}`,
		);
		out.line(
			3,
			`Finished:\t${terminated.finishedAt ? rfc1123(terminated.finishedAt) : 'Mon, 01 Jan 0001 00:00:00 +0000'}`,
		);
	} else {
		out.line(2, `${title}:\tWaiting`);
		if (waiting?.reason) out.line(3, `Reason:\t${waiting.reason}`);
	}
}

/** A probe on one line (describe.DescribeProbe). */
function describeProbe(probe: Wire<V1Probe>): string {
	const {
		initialDelaySeconds = 0,
		timeoutSeconds = 0,
		periodSeconds = 0,
		successThreshold = 0,
		failureThreshold = 0,
	} = probe;
	const attributes = `delay=${initialDelaySeconds}s timeout=${timeoutSeconds}s period=${periodSeconds}s #success=${successThreshold} #failure=${failureThreshold}`;
	if (probe.exec) return `exec [${(probe.exec.command ?? []).join(' ')}] ${attributes}`;
	if (probe.httpGet) {
		const {scheme = '', host = '', port, path = ''} = probe.httpGet;
		const slash = path && !path.startsWith('/') ? '/' : '';
		return `http-get ${scheme.toLowerCase()}://${host}:${port}${slash}${path} ${attributes}`;
	}
	if (probe.tcpSocket) return `tcp-socket ${probe.tcpSocket.host ?? ''}:${probe.tcpSocket.port} ${attributes}`;
	if (probe.grpc) return `grpc <pod>:${probe.grpc.port} ${probe.grpc.service ?? ''} ${attributes}`;
	return `unknown ${attributes}`;
}

function describePorts(out: DescriptionWriter, title: string, ports: string[]): void {
	out.line(2, ports.length > 1 ? `${title}s:\t${ports.join(', ')}` : `${title}:\t${ports[0] ?? '<none>'}`);
}

function describeEnvironment(
	out: DescriptionWriter,
	{env = [], envFrom = [], resources}: Container,
	pod: KubeObject | undefined,
): void {
	if (envFrom.length > 0) out.line(2, 'Environment Variables from:');
	for (const {configMapRef, secretRef, prefix} of envFrom) {
		const reference = configMapRef ?? secretRef;
		const from = `${configMapRef ? 'ConfigMap' : secretRef ? 'Secret' : ''}${prefix ? ` with prefix '${prefix}'` : ''}`;
		out.line(3, `${reference?.name ?? ''}\t${from}\tOptional: ${reference?.optional ?? false}`);
	}
	out.line(2, `Environment:${env.length === 0 ? '\t<none>' : ''}`);
	for (const {name, value = '', valueFrom} of env) {
		if (!valueFrom) {
			const [first, ...rest] = value.split('\n');
			out.line(3, `${name}:\t${first}`);
			for (const line of rest) out.line(3, `\t${line}`);
			continue;
		}
		const {fieldRef, resourceFieldRef, secretKeyRef, configMapKeyRef} = valueFrom;
		if (fieldRef) {
			// Stock kubectl looks up metadata only, whatever else the field may be.
			const known = pod && fieldRef.fieldPath.startsWith('metadata.');
			const found = known ? valuesAt(fieldRef.fieldPath)(pod)[0] : undefined;
			out.line(
				3,
				`${name}:\t${typeof found === 'string' ? found : ''} (${fieldRef.apiVersion ?? 'v1'}:${fieldRef.fieldPath})`,
			);
		} else if (resourceFieldRef) {
			const [side = '', key = ''] = resourceFieldRef.resource.split('.');
			const quantity = (side === 'limits' ? resources?.limits : resources?.requests)?.[key] ?? '0';
			const shown = quantity === '0' && side === 'limits' ? 'node allocatable' : quantity;
			out.line(3, `${name}:\t${shown} (${resourceFieldRef.resource})`);
		} else if (secretKeyRef) {
			out.line(
				3,
				`${name}:\t<set to the key '${secretKeyRef.key}' in secret '${secretKeyRef.name ?? ''}'>\tOptional: ${secretKeyRef.optional ?? false}`,
			);
		} else if (configMapKeyRef) {
			out.line(
				3,
				`${name}:\t<set to the key '${configMapKeyRef.key}' of config map '${configMapKeyRef.name ?? ''}'>\tOptional: ${configMapKeyRef.optional ?? false}`,
			);
		}
	}
}

function describeMounts(out: DescriptionWriter, {volumeMounts = []}: Container): void {
	out.line(2, `Mounts:${volumeMounts.length === 0 ? '\t<none>' : ''}`);
	for (const mount of [...volumeMounts].sort((a, b) => (a.mountPath < b.mountPath ? -1 : 1))) {
		const path = mount.subPath ? `,path=${JSON.stringify(mount.subPath)}` : '';
		out.line(3, `${mount.mountPath} from ${mount.name} (${mount.readOnly ? 'ro' : 'rw'}${path})`);
	}
}

/**
 * The containers of a Pod, with what their statuses say, or of a template (`indent` is then two spaces; describeContainers).
 * `pod` is what field references in the environment look at.
 */
export function describeContainers(
	out: DescriptionWriter,
	title: string,
	containers: Container[],
	{statuses = [], indent = '', pod}: {statuses?: Wire<V1ContainerStatus>[]; indent?: string; pod?: KubeObject} = {},
): void {
	out.line(0, `${indent}${title}:${containers.length === 0 ? ' <none>' : ''}`);
	for (const container of containers) {
		const status = statuses.find(({name}) => name === container.name);
		out.line(1, `${indent ? ' ' : ''}${container.name}:`);
		if (status) out.line(2, `Container ID:\t${status.containerID ?? ''}`);
		out.line(2, `Image:\t${container.image ?? ''}`);
		if (status) out.line(2, `Image ID:\t${status.imageID}`);
		const ports = container.ports ?? [];
		describePorts(
			out,
			'Port',
			ports.map(({containerPort, protocol}) => `${containerPort}/${protocol ?? ''}`),
		);
		describePorts(
			out,
			'Host Port',
			ports.map(({hostPort, protocol}) => `${hostPort ?? 0}/${protocol ?? ''}`),
		);
		const seccomp = container.securityContext?.seccompProfile;
		if (seccomp) out.line(2, `SeccompProfile:\t${seccomp.type}`);
		for (const [title, words] of [
			['Command', container.command],
			['Args', container.args],
		] as const) {
			if (words?.length) out.line(2, `${title}:`);
			for (const line of (words ?? []).flatMap(word => word.split('\n'))) out.line(3, line);
		}
		if (status) {
			describeState(out, 'State', status.state ?? {});
			if (status.lastState?.terminated) describeState(out, 'Last State', status.lastState);
			out.line(2, `Ready:\t${trueOrFalse(status.ready)}`);
			out.line(2, `Restart Count:\t${status.restartCount}`);
		}
		describeResources(out, container.resources, 2);
		if (container.livenessProbe) out.line(2, `Liveness:\t${describeProbe(container.livenessProbe)}`);
		if (container.readinessProbe) out.line(2, `Readiness:\t${describeProbe(container.readinessProbe)}`);
		if (container.startupProbe) out.line(2, `Startup:\t${describeProbe(container.startupProbe)}`);
		describeEnvironment(out, container, pod);
		describeMounts(out, container);
	}
}
