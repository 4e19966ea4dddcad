import {describe, expect, it} from 'vitest';
import {causesOf, emptyCluster, refusal} from './lab.ts';

const {create, edit} = emptyCluster();
const endpoints = (subset: object) => () => create('endpoints', {subsets: [subset]});
const address = (ip: string) => endpoints({addresses: [{ip}], ports: [{port: 80}]});
const ports = (...list: object[]) => endpoints({addresses: [{ip: '10.0.0.1'}], ports: list});

describe('Endpoints that the API server refuses', () => {
	it.each([
		['127.0.0.1', 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
		['::1', 'may not be in the loopback range (127.0.0.0/8, ::1/128)'],
		['169.254.1.1', 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
		['fe80::1', 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'],
		['224.0.0.5', 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'],
		['0.0.0.0', 'may not be unspecified (0.0.0.0)'],
		['010.1.2.3', 'must not have leading 0s'],
	])('address %s: %s', (ip, text) => {
		expect(causesOf(address(ip))).toEqual([`subsets[0].addresses[0].ip: Invalid value: "${ip}": ${text}`]);
	});

	it.each([['db.example.com'], [''], ['10.0.0'], ['10.0.0.256'], ['10.0.0.1:80'], ['fe80::1%eth0']])(
		'%j is no address, and is called so twice',
		ip => {
			expect(causesOf(address(ip))).toEqual([
				`subsets[0].addresses[0].ip: Invalid value: "${ip}": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)`,
				`subsets[0].addresses[0].ip: Invalid value: "${ip}": must be a valid IP address`,
			]);
		},
	);

	it('two ports without names', () => {
		expect(causesOf(ports({port: 80}, {port: 81}))).toEqual([
			'subsets[0].ports[0].name: Required value',
			'subsets[0].ports[1].name: Required value',
		]);
	});

	it('a port name that is no DNS label', () => {
		expect(causesOf(ports({name: 'Web_1', port: 80}))).toEqual([
			`subsets[0].ports[0].name: Invalid value: "Web_1": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`,
		]);
	});

	it.each([[70000], [0], [-1]])('port %d', port => {
		expect(causesOf(ports({port}))).toEqual([
			`subsets[0].ports[0].port: Invalid value: ${port}: must be between 1 and 65535, inclusive`,
		]);
	});

	it('protocol HTTP', () => {
		expect(causesOf(ports({port: 80, protocol: 'HTTP'}))).toEqual([
			'subsets[0].ports[0].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"',
		]);
	});

	it('a subset without addresses', () => {
		expect(causesOf(endpoints({ports: [{port: 80}]}))).toEqual([
			'subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`',
		]);
	});

	it('unready addresses are looked at too', () => {
		expect(causesOf(endpoints({notReadyAddresses: [{ip: '127.0.0.1'}]}))).toEqual([
			'subsets[0].notReadyAddresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
		]);
	});

	it('with the Status of a real server', () => {
		expect(refusal(address('127.0.0.1')).toStatus()).toEqual({
			kind: 'Status',
			apiVersion: 'v1',
			metadata: {},
			status: 'Failure',
			message:
				'Endpoints "x" is invalid: subsets[0].addresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
			reason: 'Invalid',
			details: {
				name: 'x',
				kind: 'Endpoints',
				causes: [
					{
						reason: 'FieldValueInvalid',
						message: 'Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
						field: 'subsets[0].addresses[0].ip',
					},
				],
			},
			code: 422,
		});
	});

	it('several causes stand in brackets', () => {
		expect(refusal(ports({port: 80}, {port: 81})).message).toBe(
			'Endpoints "x" is invalid: [subsets[0].ports[0].name: Required value, subsets[0].ports[1].name: Required value]',
		);
	});
});

describe('Endpoints that the API server accepts', () => {
	it('without subsets, without ports, with a name that has dots', () => {
		create('endpoints', {}, 'none');
		create('endpoints', {subsets: [{addresses: [{ip: '10.0.0.1'}]}]}, 'no-ports');
		create('endpoints', {subsets: []}, 'a.b.c');
	});

	it('a label on Endpoints whose addresses were never good is fine, since they do not change', () => {
		const {create, store, edit} = emptyCluster();
		const object = create('endpoints', {});
		store.put('endpoints', {...object, subsets: [{addresses: [{ip: '127.0.0.1'}]}]} as never);
		expect(edit('endpoints', draft => Object.assign(draft.metadata, {labels: {a: 'b'}})).metadata.labels).toEqual({
			a: 'b',
		});
	});
});

describe('EndpointSlices that the API server refuses', () => {
	const slice = (fields: object) => () => create('endpointslices', {addressType: 'IPv4', ...fields});

	it('without an address type', () => {
		expect(causesOf(slice({addressType: undefined}))).toEqual(['addressType: Required value']);
	});

	it('with an address type that does not exist', () => {
		expect(causesOf(slice({addressType: 'Foo'}))).toEqual([
			'addressType: Unsupported value: "Foo": supported values: "FQDN", "IPv4", "IPv6"',
		]);
	});

	it('with a name where an address belongs, said once', () => {
		expect(causesOf(slice({endpoints: [{addresses: ['db.example.com']}]}))).toEqual([
			'endpoints[0].addresses[0]: Invalid value: "db.example.com": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
		]);
	});

	it('with an address of the other family', () => {
		expect(causesOf(slice({endpoints: [{addresses: ['fd00::1']}]}))).toEqual([
			'endpoints[0].addresses[0]: Invalid value: "fd00::1": must be a valid IPv4 address',
		]);
	});

	it('with two ports of one name', () => {
		expect(causesOf(slice({ports: [{port: 80}, {port: 81}]}))).toEqual(['ports[1].name: Duplicate value: ""']);
	});

	it('with an endpoint without addresses', () => {
		expect(causesOf(slice({endpoints: [{addresses: []}]}))).toEqual([
			'endpoints[0].addresses: Required value: must contain at least 1 address',
		]);
	});

	it('with more than 1000 endpoints', () => {
		const endpoints = Array.from({length: 1001}, (_, i) => ({addresses: [`10.0.${i >> 8}.${i & 255}`]}));
		expect(causesOf(slice({endpoints}))).toEqual(['endpoints: Too many: 1001: must have at most 1000 items']);
	});

	it('with a short name as FQDN', () => {
		expect(causesOf(slice({addressType: 'FQDN', endpoints: [{addresses: ['db']}]}))).toEqual([
			'endpoints[0].addresses[0]: Invalid value: "db": should be a domain with at least two segments separated by dots',
		]);
	});

	it('when the address type changes', () => {
		slice({})();
		expect(causesOf(() => edit('endpointslices', draft => Object.assign(draft, {addressType: 'IPv6'})))).toEqual([
			'addressType: Invalid value: "IPv6": field is immutable',
		]);
	});
});
