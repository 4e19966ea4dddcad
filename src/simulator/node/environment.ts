import type {ImageContents} from '../programs/image.ts';
import type {Store} from '../store.ts';
import type {ConfigMap, Container, KubeObject, Pod, Service} from '../types.ts';
import {expandVariables} from './container.ts';
import {fieldValue} from './field-value.ts';

/** A container cannot be made from its configuration; the kubelet shows this as CreateContainerConfigError. */
export class ContainerConfigError extends Error {}

type KeyRef = {name: string; key: string; optional?: boolean};
type Secret = KubeObject & {data?: Record<string, string>};
type Source = {
	fieldRef?: {fieldPath: string};
	configMapKeyRef?: KeyRef;
	secretKeyRef?: KeyRef;
	resourceFieldRef?: unknown;
};
type FromSource = {
	prefix?: string;
	configMapRef?: {name: string; optional?: boolean};
	secretRef?: {name: string; optional?: boolean};
};

/**
 * The variables of a container: the image's, then one set for each Service of the namespace, then its own
 * (makeEnvironmentVariables in pkg/kubelet). Throws ContainerConfigError for a missing ConfigMap, Secret or key.
 */
export function containerEnvironment(
	store: Store,
	pod: Pod,
	spec: Container,
	image: ImageContents,
): Record<string, string> {
	const namespace = pod.metadata.namespace ?? '';
	const environment: Record<string, string> = {
		...image.environment,
		HOSTNAME: pod.spec.hostname ?? pod.metadata.name,
		...serviceVariables(store, namespace, pod.spec.enableServiceLinks !== false),
	};
	for (const {prefix = '', configMapRef, secretRef} of (spec.envFrom as FromSource[] | undefined) ?? []) {
		const reference = configMapRef ?? secretRef;
		if (!reference) continue;
		const values = configMapRef
			? configMapData(store, namespace, reference.name)
			: secretData(store, namespace, reference.name);
		if (values) for (const [key, value] of Object.entries(values)) environment[prefix + key] = value;
		else if (!reference.optional)
			throw new ContainerConfigError(`${configMapRef ? 'configmap' : 'secret'} "${reference.name}" not found`);
	}
	for (const {name, value, valueFrom} of spec.env ?? []) {
		const text = valueFrom ? sourceValue(store, pod, valueFrom as Source) : expandVariables(value ?? '', environment);
		if (text !== undefined) environment[name] = text;
	}
	environment.HOME ??= image.user.uid === 0 ? '/root' : '/';
	return environment;
}

function sourceValue(store: Store, pod: Pod, source: Source): string | undefined {
	const namespace = pod.metadata.namespace ?? '';
	if (source.fieldRef) return fieldValue(pod, source.fieldRef.fieldPath);
	const reference = source.configMapKeyRef ?? source.secretKeyRef;
	if (!reference) throw new ContainerConfigError('this source of a variable is not supported by the embedded cluster');
	const {name, key, optional} = reference;
	const kind = source.configMapKeyRef ? 'configmap' : 'secret';
	const data = kind === 'configmap' ? configMapData(store, namespace, name) : secretData(store, namespace, name);
	if (data?.[key] !== undefined) return data[key];
	if (optional) return undefined;
	if (!data) throw new ContainerConfigError(`${kind} "${name}" not found`);
	const what = kind === 'configmap' ? 'ConfigMap' : 'Secret';
	throw new ContainerConfigError(`couldn't find key ${key} in ${what} ${namespace}/${name}`);
}

const configMapData = (store: Store, namespace: string, name: string) => {
	const found = store.get<ConfigMap>('configmaps', namespace, name);
	return found && (found.data ?? {});
};

const secretData = (store: Store, namespace: string, name: string) => {
	const found = store.get<Secret>('secrets', namespace, name);
	if (!found) return undefined;
	return Object.fromEntries(
		Object.entries(found.data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
	);
};

/** `MY_SERVICE_SERVICE_HOST` and its kin, for the Services that exist when the container starts. */
function serviceVariables(store: Store, namespace: string, links: boolean): Record<string, string> {
	const variables: Record<string, string> = {};
	const add = ({metadata, spec}: Service) => {
		const {clusterIP = '', ports = []} = spec;
		const [first] = ports;
		if (!clusterIP || clusterIP === 'None' || !first) return;
		const prefix = metadata.name.toUpperCase().replaceAll('-', '_');
		variables[`${prefix}_SERVICE_HOST`] = clusterIP;
		variables[`${prefix}_SERVICE_PORT`] = String(first.port);
		for (const {name, port} of ports)
			if (name) variables[`${prefix}_SERVICE_PORT_${name.toUpperCase().replaceAll('-', '_')}`] = String(port);
		variables[`${prefix}_PORT`] = `${first.protocol.toLowerCase()}://${clusterIP}:${first.port}`;
		for (const {port, protocol} of ports) {
			const one = `${prefix}_PORT_${port}_${protocol}`;
			variables[one] = `${protocol.toLowerCase()}://${clusterIP}:${port}`;
			variables[`${one}_PROTO`] = protocol.toLowerCase();
			variables[`${one}_PORT`] = String(port);
			variables[`${one}_ADDR`] = clusterIP;
		}
	};
	const api = store.get<Service>('services', 'default', 'kubernetes');
	if (api) add(api);
	if (links) for (const service of store.list<Service>('services', namespace)) add(service);
	return variables;
}
