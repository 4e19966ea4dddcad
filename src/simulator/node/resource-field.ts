import {thousandths} from '../schema/quantity.ts';
import type {Store} from '../store.ts';
import type {Container, Node, Pod} from '../types.ts';

/** A request or a limit of a container, in the downward API; without a name it is the container's own. */
export type ResourceField = {containerName?: string; resource: string; divisor?: string};

/**
 * What a container asks for or is limited to, such as `limits.memory`, in whole divisors, rounded up. Where there is no
 * limit it is what the node can give (resource.ExtractResourceValueByContainerNameAndNodeAllocatable).
 */
export function resourceFieldValue(store: Store, pod: Pod, own: Container | undefined, field: ResourceField): string {
	const {containerName, resource, divisor = '0'} = field;
	const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])];
	const container = containerName ? all.find(({name}) => name === containerName) : own;
	const dot = resource.indexOf('.');
	const list = resource.slice(0, dot) as 'limits' | 'requests';
	const name = resource.slice(dot + 1);
	const {[list]: amounts = {}} = (container?.resources ?? {}) as Record<'limits' | 'requests', Record<string, string>>;
	const node = store.get<Node>('nodes', undefined, pod.spec.nodeName ?? '');
	const text = amounts[name] ?? (list === 'limits' ? node?.status.allocatable?.[name] : undefined) ?? '0';
	return String(Math.ceil(thousandths(text) / (thousandths(divisor) || 1000)));
}
