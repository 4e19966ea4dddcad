import {badRequest, StatusError} from '../../errors.ts';
import type {NodeApi} from '../../node/node-api.ts';
import type {Pod} from '../../types.ts';
import type {Call} from '../context.ts';

/** The part of the server that runs Pods. Throws StatusError when this server has none. */
export function nodesOf({server}: Pick<Call, 'server'>): NodeApi {
	if (!server.nodes) throw new StatusError(503, 'ServiceUnavailable', 'this cluster has no nodes that run Pods');
	return server.nodes;
}

/** The Pod of a request. Throws StatusError. */
export const podOf = ({server, info}: Pick<Call, 'server' | 'info'>): Pod =>
	server.simulation.registry.get<Pod>('pods', info.namespace, info.name!);

/** The container that a request means, as pkg/registry/core/pod's validateContainer chooses it. Throws StatusError 400. */
export function containerOf(pod: Pod, query: URLSearchParams): string {
	const asked = query.get('container');
	const {containers, initContainers = []} = pod.spec;
	const {name} = pod.metadata;
	if (asked) {
		if ([...containers, ...initContainers].some(container => container.name === asked)) return asked;
		throw badRequest(`container ${asked} is not valid for pod ${name}`);
	}
	if (containers.length === 1) return containers[0]!.name;
	const list = (items: {name: string}[]) => `[${items.map(item => item.name).join(' ')}]`;
	const init = initContainers.length > 0 ? ` or one of the init containers: ${list(initContainers)}` : '';
	throw badRequest(`a container name must be specified for pod ${name}, choose one of: ${list(containers)}${init}`);
}

/** Throws StatusError 400 when nothing can run in the Pod because it has no node yet. */
export function requireNode(pod: Pod): void {
	if (!pod.spec.nodeName) throw badRequest(`pod ${pod.metadata.name} does not have a host assigned`);
}
