import {describe, expect, test} from 'vitest';
import type {AddressView, ServiceView, SliceView, Snapshot} from '../../src/observe/snapshot.ts';
import {addressSentence, whyAddress} from '../../src/observe/why-address.ts';
import {languages, textIn} from '../../src/text/text.ts';
import {webPod} from '../engine/hand-driven.ts';

const ip = '10.0.0.250';
const address = (part: Partial<AddressView> = {}): AddressView => ({ip, port: 80, portName: '', ready: true, ...part});
const service = (selector?: Record<string, string>): ServiceView => ({
	name: 'web',
	namespace: 'default',
	type: 'ClusterIP',
	clusterIP: '10.96.0.9',
	selector,
	ports: [],
	sessionAffinity: 'None',
	publishNotReadyAddresses: false,
});
const endpoints = (...addresses: AddressView[]): Snapshot['endpoints'] => [
	{name: 'web', namespace: 'default', addresses, managedBy: ''},
];
const slice = (managedBy: string, of = 'web'): SliceView => ({
	name: 'web-x2kq7',
	namespace: 'default',
	service: of,
	managedBy,
	addresses: [address()],
});
const selecting = service({app: 'web', tier: 'front'});
const mirrored = 'endpointslicemirroring-controller.k8s.io';

describe('who wrote an address', () => {
	test.each<[string, Partial<Snapshot>, RegExp]>([
		['endpoints-controller', {endpoints: endpoints(address({pod: 'a'})), services: [selecting]}, /a, which is gone/],
		[
			'endpoints-controller',
			{endpoints: endpoints(address({pod: 'a'})), services: [selecting], pods: [webPod('a', {})]},
			/a Pod that is not shown here/,
		],
		['hand-despite-selector', {endpoints: endpoints(address()), services: [selecting]}, /app=web,tier=front/],
		['hand-without-service', {endpoints: endpoints(address())}, /there is no Service web/],
		['hand', {endpoints: endpoints(address()), services: [service()], slices: [slice(mirrored)]}, /web-x2kq7/],
		['hand', {endpoints: endpoints(address()), services: [service()]}, /No EndpointSlice has it/],
		[
			'hand',
			{endpoints: endpoints(address()), services: [service()], slices: [slice(mirrored, 'other')]},
			/No EndpointSlice has it/,
		],
		['slice-by-hand', {services: [service()], slices: [slice('')]}, /somebody wrote it/],
		['slice-by-hand', {services: [service()], slices: [slice('me.example')]}, /web-x2kq7/],
		['slice-controller', {services: [service()], slices: [slice(mirrored)]}, /a controller keeps/],
		['nobody', {endpoints: endpoints(), services: [service()]}, /any more/],
	])('%s', (by, part, words) => {
		const snapshot = {at: 0, pods: [], services: [], endpoints: [], slices: [], deployments: [], ...part};
		const why = whyAddress(ip, 'web', snapshot);
		expect(why.by).toBe(by);
		const [english = '', chinese = ''] = languages.map(language => addressSentence(ip, 'web', why, textIn(language)));
		expect(english).toMatch(words);
		expect(english).toContain(ip);
		expect(chinese).toContain(ip);
		expect(chinese).toMatch(/[一-鿿]/);
		expect(english + chinese).not.toContain('undefined');
	});
});
