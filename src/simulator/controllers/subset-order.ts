import type {EndpointPort, EndpointSubset} from '../types.ts';

/** Sorts the ports of each subset and the subsets by their hashes. */
export function subsetOrder(subsets: EndpointSubset[]): EndpointSubset[] {
	const portsSorted = subsets.map(subset =>
		subset.ports && subset.ports.length > 1 ? {...subset, ports: sortByHash(subset.ports, goPort)} : subset,
	);
	return portsSorted.length > 1 ? sortByHash(portsSorted, goSubset) : portsSorted;
}

function sortByHash<T>(items: T[], dump: (item: T) => string): T[] {
	const hashed = items.map(item => ({item, hash: fnv128a(dump(item))}));
	return hashed.sort((a, b) => (a.hash < b.hash ? -1 : a.hash > b.hash ? 1 : 0)).map(({item}) => item);
}

// The hashes are taken over Go's dump of the values (pkg/util/hash DeepHashObject), which this spells.
const pointer = (type: string, value: string | undefined) => `(*${type})${value === undefined ? '<nil>' : value}`;

const goPort = ({name = '', port, protocol = 'TCP', appProtocol}: EndpointPort) =>
	`(v1.EndpointPort){Name:(string)${name} Port:(int32)${port ?? 0} Protocol:(v1.Protocol)${protocol} AppProtocol:${pointer('string', appProtocol)}}`;

const goAddress = ({ip, hostname = '', nodeName, targetRef}: NonNullable<EndpointSubset['addresses']>[number]) => {
	const {
		kind = '',
		namespace = '',
		name = '',
		uid = '',
		apiVersion = '',
		resourceVersion = '',
		fieldPath = '',
	} = targetRef ?? {};
	const target = targetRef
		? `{Kind:(string)${kind} Namespace:(string)${namespace} Name:(string)${name} UID:(types.UID)${uid} APIVersion:(string)${apiVersion} ResourceVersion:(string)${resourceVersion} FieldPath:(string)${fieldPath}}`
		: undefined;
	return `{IP:(string)${ip} Hostname:(string)${hostname} NodeName:${pointer('string', nodeName)} TargetRef:${pointer('v1.ObjectReference', target)}}`;
};

const list = (type: string, items: string[] | undefined) => `([]${type})${items ? `[${items.join(' ')}]` : '<nil>'}`;

const goSubset = ({addresses, notReadyAddresses, ports}: EndpointSubset) =>
	`(v1.EndpointSubset){Addresses:${list('v1.EndpointAddress', addresses?.map(goAddress))} NotReadyAddresses:${list('v1.EndpointAddress', notReadyAddresses?.map(goAddress))} Ports:${list(
		'v1.EndpointPort',
		ports?.map(port => goPort(port).slice('(v1.EndpointPort)'.length)),
	)}}`;

const prime = 0x0000000001000000000000000000013bn;
const offset = 0x6c62272e07bb014262b821756295c58dn;
const mask = (1n << 128n) - 1n;

function fnv128a(text: string): bigint {
	let hash = offset;
	for (const byte of new TextEncoder().encode(text)) hash = ((hash ^ BigInt(byte)) * prime) & mask;
	return hash;
}
