import type {V1Lease, V1Node, V1Pod} from '@kubernetes/client-node';
import type {Client} from '../client.ts';
import {ageOf, rfc1123} from '../duration.ts';
import type {Wire} from '../objects.ts';
import {addQuantities, parseQuantity, percentOf, type Quantity, quantityText} from '../quantity.ts';
import {describeAnnotations, describeLabels} from './common.ts';
import {type Describer, itemsAt} from './describer.ts';
import {describeEvents} from './events.ts';
import {DescriptionWriter} from './writer.ts';

type Pod = Wire<V1Pod>;
type Node = Wire<V1Node>;

const rolesOf = (labels: Record<string, string>) =>
	Object.entries(labels)
		.flatMap(([key, value]) =>
			key.startsWith('node-role.kubernetes.io/')
				? [key.slice('node-role.kubernetes.io/'.length)]
				: key === 'kubernetes.io/role'
					? [value]
					: [],
		)
		.filter(Boolean)
		.sort()
		.join(',') || '<none>';

/** What a Pod asks for or may use of a resource, its containers together; an init container counts where it is larger. */
function podQuantity({spec}: Pod, side: 'requests' | 'limits', resource: string): Quantity {
	const zero: Quantity = {milli: 0n, binary: resource !== 'cpu'};
	const sum = (spec?.containers ?? [])
		.map(({resources}) => parseQuantity(resources?.[side]?.[resource]))
		.reduce(addQuantities, zero);
	return (spec?.initContainers ?? [])
		.map(({resources}) => parseQuantity(resources?.[side]?.[resource]))
		.reduce((largest, quantity) => (quantity.milli > largest.milli ? quantity : largest), sum);
}

function describeLease(out: DescriptionWriter, lease: Wire<V1Lease>): void {
	const {holderIdentity, acquireTime, renewTime} = lease.spec ?? {};
	out.line(0, 'Lease:');
	out.line(1, `HolderIdentity:\t${holderIdentity ?? '<unset>'}`);
	out.line(1, `AcquireTime:\t${acquireTime ? rfc1123(acquireTime) : '<unset>'}`);
	out.line(1, `RenewTime:\t${renewTime ? rfc1123(renewTime) : '<unset>'}`);
}

async function describeLeaseOf(out: DescriptionWriter, client: Client, name: string): Promise<void> {
	const path = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${name}`;
	try {
		describeLease(out, await client.json<Wire<V1Lease>>({path}));
	} catch (error) {
		out.line(0, `Lease:\tFailed to get lease: ${(error as Error).message}`);
	}
}

function describePods(out: DescriptionWriter, pods: Pod[], allocatable: Record<string, string>, now: number): void {
	const share = (quantity: Quantity, resource: string) =>
		`${quantityText(quantity)} (${percentOf(quantity, parseQuantity(allocatable[resource]))}%)`;
	out.line(0, `Non-terminated Pods:\t(${pods.length} in total)`);
	out.line(1, 'Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge');
	out.line(1, '---------\t----\t\t------------\t----------\t---------------\t-------------\t---');
	for (const pod of pods) {
		const cells = (['cpu', 'memory'] as const).flatMap(resource =>
			(['requests', 'limits'] as const).map(side => share(podQuantity(pod, side, resource), resource)),
		);
		out.line(
			1,
			`${pod.metadata?.namespace}\t${pod.metadata?.name}\t\t${cells.join('\t')}\t${ageOf(pod.metadata?.creationTimestamp, now)}`,
		);
	}
	out.line(0, 'Allocated resources:');
	out.line(0, '  (Total limits may be over 100 percent, i.e., overcommitted.)');
	out.line(1, 'Resource\tRequests\tLimits');
	out.line(1, '--------\t--------\t------');
	const huge = Object.keys(allocatable)
		.filter(name => name.startsWith('hugepages-'))
		.sort();
	const extended = Object.keys(allocatable)
		.filter(name => name.includes('/'))
		.sort();
	for (const resource of ['cpu', 'memory', 'ephemeral-storage', ...huge, ...extended]) {
		const total = (side: 'requests' | 'limits') =>
			pods.map(pod => podQuantity(pod, side, resource)).reduce(addQuantities, {milli: 0n, binary: resource !== 'cpu'});
		const text = (side: 'requests' | 'limits') =>
			extended.includes(resource) ? quantityText(total(side)) : share(total(side), resource);
		out.line(1, `${resource}\t${text('requests')}\t${text('limits')}`);
	}
}

function describeSystem(out: DescriptionWriter, {spec, status}: Node): void {
	const info = status?.nodeInfo;
	out.line(0, 'Addresses:');
	for (const {type, address} of status?.addresses ?? []) out.line(1, `${type}:\t${address}`);
	for (const [title, resources] of [
		['Capacity', status?.capacity],
		['Allocatable', status?.allocatable],
	] as const) {
		const names = Object.keys(resources ?? {}).sort();
		if (names.length > 0) out.line(0, `${title}:`);
		for (const name of names) out.line(1, `${name}:\t${quantityText(parseQuantity(resources![name]))}`);
	}
	out.line(0, 'System Info:');
	out.line(1, `Machine ID:\t${info?.machineID ?? ''}`);
	out.line(1, `System UUID:\t${info?.systemUUID ?? ''}`);
	out.line(1, `Boot ID:\t${info?.bootID ?? ''}`);
	out.line(1, `Kernel Version:\t${info?.kernelVersion ?? ''}`);
	out.line(1, `OS Image:\t${info?.osImage ?? ''}`);
	out.line(1, `Operating System:\t${info?.operatingSystem ?? ''}`);
	out.line(1, `Architecture:\t${info?.architecture ?? ''}`);
	out.line(1, `Container Runtime Version:\t${info?.containerRuntimeVersion ?? ''}`);
	out.line(1, `Kubelet Version:\t${info?.kubeletVersion ?? ''}`);
	out.line(1, `Kube-Proxy Version:\t${info?.kubeProxyVersion ?? ''}`);
	if (spec?.podCIDR) out.line(0, `PodCIDR:\t${spec.podCIDR}`);
	if (spec?.podCIDRs?.length) out.line(0, `PodCIDRs:\t${spec.podCIDRs.join(',')}`);
	if (spec?.providerID) out.line(0, `ProviderID:\t${spec.providerID}`);
}

/** A Node as text (describe.describeNode). */
export const describe: Describer = async (object, {client, events, now}) => {
	const node = object as unknown as Node;
	const {metadata, spec, status} = node;
	const out = new DescriptionWriter();
	out.line(0, `Name:\t${metadata?.name}`);
	out.line(0, `Roles:\t${rolesOf(metadata?.labels ?? {})}`);
	describeLabels(out, 'Labels', metadata?.labels);
	describeAnnotations(out, metadata?.annotations);
	out.line(0, `CreationTimestamp:\t${rfc1123(metadata?.creationTimestamp ?? '')}`);
	const taints = [...(spec?.taints ?? [])]
		.sort((a, b) => (`${a.effect},${a.key}` < `${b.effect},${b.key}` ? -1 : 1))
		.map(({key, value, effect}) => `${key}${value ? `=${value}` : ''}:${effect}`);
	out.line(0, `Taints:\t${taints[0] ?? '<none>'}`);
	for (const taint of taints.slice(1)) out.line(0, `\t${taint}`);
	out.line(0, `Unschedulable:\t${spec?.unschedulable ?? false}`);
	await describeLeaseOf(out, client, metadata?.name ?? '');
	if (status?.conditions?.length) {
		out.line(0, 'Conditions:');
		out.line(1, 'Type\tStatus\tLastHeartbeatTime\tLastTransitionTime\tReason\tMessage');
		out.line(1, '----\t------\t-----------------\t------------------\t------\t-------');
		const time = (text: string | undefined) => (text ? rfc1123(text) : 'Mon, 01 Jan 0001 00:00:00 +0000');
		for (const {
			type,
			status: value,
			lastHeartbeatTime,
			lastTransitionTime,
			reason = '',
			message = '',
		} of status.conditions) {
			out.line(
				1,
				`${type} \t${value} \t${time(lastHeartbeatTime)} \t${time(lastTransitionTime)} \t${reason} \t${message}`,
			);
		}
	}
	describeSystem(out, node);
	const pods = await itemsAt<Pod>(client, '/api/v1/pods', {
		fieldSelector: `spec.nodeName=${metadata?.name},status.phase!=Succeeded,status.phase!=Failed`,
	});
	describePods(out, pods, status?.allocatable ?? status?.capacity ?? {}, now);
	if (events) describeEvents(out, events, now);
	return out.toString();
};
