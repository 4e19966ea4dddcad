import {isGatewayPod} from '../clusters/gateway-config.ts';
import {ApiError, type KubeConnection} from '../observe/kube-connection.ts';

type ResourceList = {groupVersion: string; resources?: {name: string; namespaced: boolean; verbs: string[]}[]};

/**
 * Every object in a namespace as `resource.group/name`, whatever its kind: asked from the server's own discovery, so that
 * nothing a lesson leaves behind escapes. Events and metrics are not counted, since they tell of things and expire by themselves,
 * nor are the Pods of the lab's gateway.
 */
export async function inventory(
	connection: KubeConnection,
	namespace: string,
	signal: AbortSignal,
): Promise<Set<string>> {
	const {groups} = await connection.get<{groups: {preferredVersion: {groupVersion: string}}[]}>('/apis', signal);
	const apis = ['/api/v1', ...groups.map(({preferredVersion}) => `/apis/${preferredVersion.groupVersion}`)];
	const found = new Set<string>();
	for (const api of apis.filter(api => !api.includes('/metrics.k8s.io/'))) {
		const {groupVersion, resources = []} = await connection.get<ResourceList>(api, signal);
		const group = groupVersion.includes('/') ? `.${groupVersion.split('/')[0]}` : '';
		for (const {name, namespaced, verbs} of resources) {
			if (!namespaced || !verbs.includes('list') || name === 'events') continue;
			const items = await listNames(connection, `${api}/namespaces/${namespace}/${name}`, signal);
			for (const item of items) if (name !== 'pods' || !isGatewayPod(item)) found.add(`${name}${group}/${item}`);
		}
	}
	return found;
}

async function listNames(connection: KubeConnection, path: string, signal: AbortSignal): Promise<string[]> {
	try {
		const {items = []} = await connection.get<{items?: {metadata: {name: string}}[]}>(path, signal);
		return items.map(({metadata}) => metadata.name);
	} catch (error) {
		// Metrics and the like are listed in discovery, but not always to be had.
		if (error instanceof ApiError && [403, 404, 405, 503].includes(error.code)) return [];
		throw error;
	}
}
