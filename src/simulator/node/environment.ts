import {type Environment, extendEnvironment} from '../programs/environment.ts';
import type {ImageContents} from '../programs/image.ts';
import type {Store} from '../store.ts';
import type {ConfigMap, Container, KubeObject, Pod} from '../types.ts';
import {expandVariables} from './container.ts';
import {fieldValue} from './field-value.ts';
import {type ResourceField, resourceFieldValue} from './resource-field.ts';
import type {ServiceVariables} from './service-variables.ts';

/** A container cannot be made from its configuration; the kubelet shows this as CreateContainerConfigError. */
export class ContainerConfigError extends Error {}

type KeyRef = {name: string; key: string; optional?: boolean};
type Secret = KubeObject & {data?: Record<string, string>};
type Source = {
	fieldRef?: {fieldPath: string};
	configMapKeyRef?: KeyRef;
	secretKeyRef?: KeyRef;
	resourceFieldRef?: ResourceField;
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
	{store, services}: {store: Store; services: ServiceVariables},
	pod: Pod,
	spec: Container,
	image: ImageContents,
): Environment {
	const namespace = pod.metadata.namespace ?? '';
	const environment = extendEnvironment(services.of(namespace, pod.spec.enableServiceLinks !== false), {
		...image.environment,
		HOSTNAME: pod.spec.hostname ?? pod.metadata.name,
	});
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
		const text = valueFrom
			? sourceValue(store, pod, spec, valueFrom as Source)
			: expandVariables(value ?? '', environment);
		if (text !== undefined) environment[name] = text;
	}
	environment.HOME ??= image.user.uid === 0 ? '/root' : '/';
	return environment;
}

function sourceValue(store: Store, pod: Pod, container: Container, source: Source): string | undefined {
	const namespace = pod.metadata.namespace ?? '';
	if (source.fieldRef) return fieldValue(pod, source.fieldRef.fieldPath);
	if (source.resourceFieldRef) return resourceFieldValue(store, pod, container, source.resourceFieldRef);
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
