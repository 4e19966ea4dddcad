import type {Cause} from '../errors.ts';
import type {EndpointAddress, EndpointPort, Endpoints} from '../types.ts';
import {columnsOf} from './columns.ts';
import type {ResourceDefinition} from './definition.ts';
import {age} from './duration.ts';
import {invalidValue, notSupported, required} from './field-error.ts';
import {endpointIpErrors, ipErrors} from './ip.ts';
import {dnsLabelErrors, dnsSubdomainErrors, portNumberErrors, qualifiedNameErrors} from './names.ts';
import {validateMeta} from './object-meta.ts';
import {deepEqual, standardVerbs} from './shared.ts';

const protocols = ['SCTP', 'TCP', 'UDP'];

/** The ENDPOINTS cell: ready `ip:port` pairs, three at most, and how many more there are. */
export function formatEndpoints({subsets}: Endpoints): string {
	if (!subsets?.length) return '<none>';
	const shown: string[] = [];
	let count = 0;
	const add = (text: () => string) => {
		if (count++ < 3) shown.push(text());
	};
	for (const {ports = [], addresses = []} of subsets) {
		if (ports.length === 0) for (const {ip} of addresses) add(() => ip);
		for (const {port} of ports) {
			for (const {ip} of addresses) add(() => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`));
		}
	}
	const list = shown.join(',');
	return count > shown.length ? `${list} + ${count - shown.length} more...` : list;
}

function validateAddress({ip, hostname, nodeName}: EndpointAddress, at: string): Cause[] {
	const address = ip ?? '';
	return [
		...ipErrors(address).map(text => invalidValue(`${at}.ip`, address, text)),
		...(hostname ? dnsLabelErrors(hostname).map(text => invalidValue(`${at}.hostname`, hostname, text)) : []),
		...(nodeName ? dnsSubdomainErrors(nodeName).map(text => invalidValue(`${at}.nodeName`, nodeName, text)) : []),
		...endpointIpErrors(address).map(text => invalidValue(`${at}.ip`, address, text)),
	];
}

function validatePort(port: EndpointPort, at: string, nameRequired: boolean): Cause[] {
	const {name, protocol, appProtocol} = port;
	const causes: Cause[] = [];
	if (nameRequired && !name) causes.push(required(`${at}.name`));
	else if (name) causes.push(...dnsLabelErrors(name).map(text => invalidValue(`${at}.name`, name, text)));
	const number = port.port ?? 0;
	for (const text of portNumberErrors(number)) causes.push(invalidValue(`${at}.port`, number, text));
	if (!protocol) causes.push(required(`${at}.protocol`));
	else if (!protocols.includes(protocol)) causes.push(notSupported(`${at}.protocol`, protocol, protocols));
	if (appProtocol) {
		for (const text of qualifiedNameErrors(appProtocol))
			causes.push(invalidValue(`${at}.appProtocol`, appProtocol, text));
	}
	return causes;
}

function validateSubsets({subsets = []}: Endpoints): Cause[] {
	const causes: Cause[] = [];
	for (const [i, {addresses = [], notReadyAddresses = [], ports = []}] of subsets.entries()) {
		const at = `subsets[${i}]`;
		if (addresses.length + notReadyAddresses.length === 0)
			causes.push(required(at, 'must specify `addresses` or `notReadyAddresses`'));
		for (const [j, address] of addresses.entries()) causes.push(...validateAddress(address, `${at}.addresses[${j}]`));
		for (const [j, address] of notReadyAddresses.entries())
			causes.push(...validateAddress(address, `${at}.notReadyAddresses[${j}]`));
		for (const [j, port] of ports.entries()) causes.push(...validatePort(port, `${at}.ports[${j}]`, ports.length > 1));
	}
	return causes;
}

/** core/v1 Endpoints (pkg/registry/core/endpoint/strategy.go), deprecated since 1.33 and still there. */
export const endpoints: ResourceDefinition<Endpoints> = {
	group: '',
	version: 'v1',
	kind: 'Endpoints',
	listKind: 'EndpointsList',
	plural: 'endpoints',
	singular: 'endpoints',
	shortNames: ['ep'],
	namespaced: true,
	verbs: standardVerbs,
	deprecation: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
	applyDefaults(draft) {
		for (const {ports} of draft.subsets ?? []) for (const port of ports ?? []) port.protocol ||= 'TCP';
	},
	validate(draft, old) {
		const unchanged = old && deepEqual(draft.subsets, old.subsets);
		return [...validateMeta(draft, old), ...(unchanged ? [] : validateSubsets(draft))];
	},
	columns: columnsOf('endpoints'),
	cells: (object, now) => [object.metadata.name, formatEndpoints(object), age(object.metadata.creationTimestamp, now)],
};
