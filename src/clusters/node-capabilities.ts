import type {Capability} from './cluster.ts';

/** A GET of the API server; undefined where the user may not read it or it is not there. */
export type Look = <T>(path: string) => Promise<T | undefined>;

type Node = {
	spec: {unschedulable?: boolean; taints?: {effect: string}[]};
	status: {allocatable?: {pods?: string}};
};
/** The first page of a list that may be long. */
type Counted = {items: unknown[]; metadata: {remainingItemCount?: number}};

/** As many Pods as a lesson of a hundred and more may have at a time, with those that are still stopping. */
const hundredAndMore = 150;

/** What a cluster that is not simulated can do with its nodes: asked of its API, and not claimed where that does not tell. */
export async function nodeCapabilities(look: Look): Promise<Capability[]> {
	const [nodes, pods, quotas] = await Promise.all([
		look<{items: Node[]}>('/api/v1/nodes'),
		look<Counted>('/api/v1/pods?limit=1'),
		look<Counted>('/api/v1/resourcequotas?limit=1'),
	]);
	if (!nodes) return [];
	const open = nodes.items.filter(
		({spec}) => !spec.unschedulable && !spec.taints?.some(({effect}) => effect !== 'PreferNoSchedule'),
	);
	const found: Capability[] = [];
	if (open.length > 1) found.push('nodes');
	if (!pods || !quotas || quotas.items.length > 0) return found;
	const room = open.reduce((sum, {status}) => sum + Number(status.allocatable?.pods ?? 0), 0);
	const taken = pods.items.length + (pods.metadata.remainingItemCount ?? 0);
	if (room - taken >= hundredAndMore) found.push('hundred-pods');
	return found;
}

/** Whether a DaemonSet `kube-proxy` writes the rules of every node with iptables; its Pods have the tools to read them. */
export async function hasKubeProxy(look: Look): Promise<boolean> {
	const path = '/apis/apps/v1/namespaces/kube-system/daemonsets/kube-proxy';
	const [daemons, settings] = await Promise.all([
		look(path),
		look<{data?: Record<string, string>}>('/api/v1/namespaces/kube-system/configmaps/kube-proxy'),
	]);
	const mode = /^mode: *"?([a-z]*)/m.exec(settings?.data?.['config.conf'] ?? '')?.[1];
	return daemons !== undefined && (mode === '' || mode === 'iptables');
}
