import type {Cause} from '../errors.ts';
import type {Endpoint, EndpointPort, EndpointSlice} from '../types.ts';
import {columnsOf} from './columns.ts';
import type {ResourceDefinition} from './definition.ts';
import {age} from './duration.ts';
import {duplicate, invalidValue, notSupported, required, tooMany} from './field-error.ts';
import {bumpGeneration, startGeneration} from './generation.ts';
import {endpointIpErrors, ipErrors, ipFamily} from './ip.ts';
import {dnsLabelErrors, dnsSubdomainErrors, qualifiedNameErrors} from './names.ts';
import {immutable, validateMeta} from './object-meta.ts';
import {deepEqual, standardVerbs} from './shared.ts';

const addressTypes = ['FQDN', 'IPv4', 'IPv6'];
const protocols = ['SCTP', 'TCP', 'UDP'];
const maxShown = 3;

const shorten = (texts: string[]): string => {
	const shown = texts.slice(0, maxShown).join(',');
	return texts.length > maxShown ? `${shown} + ${texts.length - maxShown} more...` : shown || '<unset>';
};

/** The ENDPOINTS cell: every address, ready or not, three at most. */
export const formatSliceEndpoints = (endpoints: Endpoint[] | null): string =>
	shorten((endpoints ?? []).flatMap(({addresses}) => addresses));

/** The PORTS cell: numbers, or the name of a port without one; `<unset>` without ports. */
export const formatSlicePorts = (ports: EndpointPort[] | null): string =>
	shorten((ports ?? []).map(({port, name}) => (port === undefined || port === null ? (name ?? '*') : String(port))));

/** A name of at least two labels, with or without a final dot (IsFullyQualifiedDomainName). */
function validateDomain(address: string, at: string): Cause[] {
	if (!address) return [required(at)];
	const name = address.replace(/\.$/, '');
	const faults = dnsSubdomainErrors(name);
	if (faults.length > 0) return [invalidValue(at, name, faults.join(','))];
	if (!name.includes('.'))
		return [invalidValue(at, name, 'should be a domain with at least two segments separated by dots')];
	return [];
}

function validateAddress(address: string, type: string, at: string): Cause[] {
	if (type === 'FQDN') return validateDomain(address, at);
	if (type !== 'IPv4' && type !== 'IPv6') return [];
	const faults = ipErrors(address);
	if (faults.length > 0) return faults.map(text => invalidValue(at, address, text));
	const causes: Cause[] = [];
	if (ipFamily(address) !== type) causes.push(invalidValue(at, address, `must be a valid ${type} address`));
	return [...causes, ...endpointIpErrors(address).map(text => invalidValue(at, address, text))];
}

function validateEndpoints({endpoints, addressType}: EndpointSlice): Cause[] {
	const list = endpoints ?? [];
	if (list.length > 1000) return [tooMany('endpoints', list.length, 1000)];
	const causes: Cause[] = [];
	for (const [i, endpoint] of list.entries()) {
		const at = `endpoints[${i}]`;
		const addresses = endpoint.addresses ?? [];
		if (addresses.length === 0) causes.push(required(`${at}.addresses`, 'must contain at least 1 address'));
		else if (addresses.length > 100) causes.push(tooMany(`${at}.addresses`, addresses.length, 100));
		for (const [j, address] of addresses.entries())
			causes.push(...validateAddress(address, addressType, `${at}.addresses[${j}]`));
		const {nodeName, hostname} = endpoint;
		if (nodeName) {
			for (const text of dnsSubdomainErrors(nodeName)) causes.push(invalidValue(`${at}.nodeName`, nodeName, text));
		}
		if (hostname) {
			for (const text of dnsLabelErrors(hostname)) causes.push(invalidValue(`${at}.hostname`, hostname, text));
		}
	}
	return causes;
}

function validatePorts({ports}: EndpointSlice): Cause[] {
	const list = ports ?? [];
	if (list.length > 20_000) return [tooMany('ports', list.length, 20_000)];
	const causes: Cause[] = [];
	const names = new Set<string>();
	for (const [i, {name = '', protocol, appProtocol}] of list.entries()) {
		const at = `ports[${i}]`;
		if (name) for (const text of dnsLabelErrors(name)) causes.push(invalidValue(`${at}.name`, name, text));
		if (names.has(name)) causes.push(duplicate(`${at}.name`, name));
		names.add(name);
		if (protocol && !protocols.includes(protocol)) causes.push(notSupported(`${at}.protocol`, protocol, protocols));
		if (appProtocol) {
			for (const text of qualifiedNameErrors(appProtocol))
				causes.push(invalidValue(`${at}.appProtocol`, appProtocol, text));
		}
	}
	return causes;
}

function validate(slice: EndpointSlice, old: EndpointSlice | undefined): Cause[] {
	const causes = validateMeta(slice, old);
	const {addressType} = slice;
	if (!addressType) causes.push(required('addressType'));
	else if (!addressTypes.includes(addressType)) causes.push(notSupported('addressType', addressType, addressTypes));
	causes.push(...validatePorts(slice));
	if (!old || !deepEqual(slice.endpoints, old.endpoints)) causes.push(...validateEndpoints(slice));
	if (old) causes.push(...immutable('addressType', addressType, addressType === old.addressType));
	return causes;
}

/** discovery.k8s.io/v1 EndpointSlice (pkg/registry/discovery/endpointslice/strategy.go). */
export const endpointslices: ResourceDefinition<EndpointSlice> = {
	group: 'discovery.k8s.io',
	version: 'v1',
	kind: 'EndpointSlice',
	plural: 'endpointslices',
	singular: 'endpointslice',
	namespaced: true,
	verbs: standardVerbs,
	applyDefaults(draft) {
		draft.endpoints ??= null;
		draft.ports ??= null;
		for (const endpoint of draft.endpoints ?? []) endpoint.conditions ??= {};
		for (const port of draft.ports ?? []) {
			port.name ??= '';
			port.protocol ??= 'TCP';
		}
	},
	prepareForCreate: startGeneration,
	prepareForUpdate(draft, old) {
		bumpGeneration(draft, old, ({endpoints, ports, metadata}) => ({endpoints, ports, labels: metadata.labels ?? {}}));
	},
	validate,
	warnings: ({addressType}) => (addressType === 'FQDN' ? ['spec.addressType: FQDN endpoints are deprecated'] : []),
	columns: columnsOf('endpointslices'),
	cells: ({metadata, addressType, ports, endpoints}, now) => [
		metadata.name,
		addressType,
		formatSlicePorts(ports),
		formatSliceEndpoints(endpoints),
		age(metadata.creationTimestamp, now),
	],
};
