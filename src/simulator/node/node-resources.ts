import {thousandths} from '../schema/quantity.ts';
import type {Container, Node, Pod, PodSpec} from '../types.ts';
import type {ClusterView, Filter, NodeLoad} from './scheduler-filter.ts';

const nothing: ReadonlyMap<string, number> = new Map();
const known = new WeakMap<PodSpec, ReadonlyMap<string, number>>();

const requestsOf = ({resources}: Container) =>
	Object.entries((resources as {requests?: Record<string, string>} | undefined)?.requests ?? {});

/**
 * What a Pod asks of its node, in thousandths, by resource: all its containers together, or an init container that asks
 * for more while it runs beside the sidecars before it (resourcehelper.PodRequests).
 */
function podRequests(spec: PodSpec): ReadonlyMap<string, number> {
	const asks = ({resources}: Container) => (resources as {requests?: object} | undefined)?.requests !== undefined;
	if (!spec.containers.some(asks) && !spec.initContainers?.some(asks)) return nothing;
	let sum = known.get(spec) as Map<string, number> | undefined;
	if (sum) return sum;
	sum = new Map();
	const add = (container: Container) => {
		for (const [name, text] of requestsOf(container)) sum!.set(name, (sum!.get(name) ?? 0) + thousandths(text));
	};
	const peaks = new Map<string, number>();
	const sidecars = new Map<string, number>();
	for (const container of spec.initContainers ?? []) {
		const stays = container.restartPolicy === 'Always';
		if (stays) add(container);
		for (const [name, text] of requestsOf(container)) {
			const beside = sidecars.get(name) ?? 0;
			peaks.set(name, Math.max(peaks.get(name) ?? 0, beside + thousandths(text)));
			if (stays) sidecars.set(name, beside + thousandths(text));
		}
	}
	spec.containers.forEach(add);
	for (const [name, peak] of peaks) sum.set(name, Math.max(sum.get(name) ?? 0, peak));
	known.set(spec, sum);
	return sum;
}

/** Adds what a Pod asks for to what its node has to give, or takes it away again. */
export function countRequests({requested}: NodeLoad, {spec}: Pod, step: 1 | -1): void {
	for (const [name, amount] of podRequests(spec)) requested.set(name, (requested.get(name) ?? 0) + step * amount);
}

/** The plugin NodeResourcesFit: room for one more Pod, and for what it asks for beside what others have asked for. */
export function resourcesFilter({spec}: Pod, view: ClusterView): Filter {
	const wanted = podRequests(spec);
	return ({metadata, status}: Node) => {
		const {allocatable = {}} = status ?? {};
		const load = view.load(metadata.name);
		const reasons: string[] = [];
		let resolvable = true;
		if ((load?.pods ?? 0) >= Number(allocatable.pods ?? 110)) reasons.push('Too many pods');
		for (const [name, amount] of wanted) {
			if (amount === 0) continue;
			const all = thousandths(allocatable[name] ?? '0');
			if (amount <= all - (load?.requested.get(name) ?? 0)) continue;
			reasons.push(`Insufficient ${name}`);
			// More than the whole node has: it does not help that others go.
			if (amount > all) resolvable = false;
		}
		return reasons.length > 0 ? {reasons, resolvable} : undefined;
	};
}

type HostPort = {hostPort: number; protocol: string; hostIP: string};

function hostPorts({containers, initContainers = []}: PodSpec): HostPort[] {
	const running = [...containers, ...initContainers.filter(({restartPolicy}) => restartPolicy === 'Always')];
	return running.flatMap(({ports = []}) =>
		ports.flatMap(port => {
			const {hostPort, protocol = 'TCP', hostIP} = port as typeof port & {hostIP?: string};
			return hostPort ? [{hostPort, protocol, hostIP: hostIP || '0.0.0.0'}] : [];
		}),
	);
}

const collide = (a: HostPort, b: HostPort) =>
	a.hostPort === b.hostPort &&
	a.protocol === b.protocol &&
	(a.hostIP === b.hostIP || a.hostIP === '0.0.0.0' || b.hostIP === '0.0.0.0');

/** The plugin NodePorts: a port of the host is for one Pod. Nothing for a Pod that wants none. */
export function portsFilter({spec}: Pod, view: ClusterView): Filter | undefined {
	const wanted = hostPorts(spec);
	if (wanted.length === 0) return undefined;
	const taken = new Set<string>();
	for (const {spec: other} of view.assigned())
		if (hostPorts(other).some(port => wanted.some(mine => collide(port, mine)))) taken.add(other.nodeName!);
	const reasons = ["node(s) didn't have free ports for the requested pod ports"];
	return ({metadata}) => (taken.has(metadata.name) ? {reasons, resolvable: true} : undefined);
}
