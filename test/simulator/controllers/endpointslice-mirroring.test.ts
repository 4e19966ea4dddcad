import {beforeEach, describe, expect, it} from 'vitest';
import type {EndpointSlice, Endpoints, Service} from '../../../src/simulator/types.ts';
import {createLab, type Lab, service} from './lab.ts';

// kubernetes.md §2 "Mirroring".

let lab: Lab;
beforeEach(() => {
	lab = createLab();
	lab.create('services', service('ext', {selector: undefined}, {labels: {team: 'service'}}));
});

const endpoints = (subsets: Endpoints['subsets'], metadata = {}) => ({
	metadata: {name: 'ext', namespace: 'default', ...metadata},
	subsets,
});
const one = [{addresses: [{ip: '192.0.2.42'}], ports: [{port: 9376, protocol: 'TCP'}]}];

const addresses = () => lab.slices('ext').map(({endpoints}) => endpoints!.map(({addresses}) => addresses[0]));

describe('hand-made Endpoints', () => {
	it('are copied into a slice that belongs to them', () => {
		const annotations = {
			note: 'kept',
			'kubectl.kubernetes.io/last-applied-configuration': '{}',
			'endpoints.kubernetes.io/last-change-trigger-time': '2026-11-21T22:00:00Z',
		};
		lab.create('endpoints', endpoints(one, {labels: {team: 'endpoints'}, annotations}));
		lab.settle();
		expect(lab.slices('ext')).toMatchObject([
			{
				metadata: {
					generateName: 'ext-',
					ownerReferences: [{apiVersion: 'v1', kind: 'Endpoints', name: 'ext', controller: true}],
				},
				addressType: 'IPv4',
				ports: [{name: '', port: 9376, protocol: 'TCP'}],
			},
		]);
		const [slice] = lab.slices('ext');
		expect(slice!.endpoints).toEqual([{addresses: ['192.0.2.42'], conditions: {ready: true}}]);
		expect(slice!.metadata.annotations).toEqual({note: 'kept'});
		expect(slice!.metadata.labels).toEqual({
			team: 'endpoints',
			'kubernetes.io/service-name': 'ext',
			'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
		});
	});

	it('show only whether they are ready', () => {
		lab.create(
			'endpoints',
			endpoints([{addresses: [{ip: '192.0.2.1'}], notReadyAddresses: [{ip: '192.0.2.2'}], ports: [{port: 80}]}]),
		);
		lab.settle();
		expect(lab.slices('ext')[0]!.endpoints!.map(({conditions}) => conditions)).toEqual([{ready: true}, {ready: false}]);
	});

	it('make a slice for each list of ports and each address family', () => {
		lab.create(
			'endpoints',
			endpoints([
				{addresses: [{ip: '192.0.2.1'}, {ip: '2001:db8::1'}], ports: [{port: 80}]},
				{addresses: [{ip: '192.0.2.2'}], ports: [{port: 81}]},
			]),
		);
		lab.settle();
		expect(
			lab
				.slices('ext')
				.map(({addressType, ports}) => `${addressType} ${ports![0]!.port}`)
				.sort(),
		).toEqual(['IPv4 80', 'IPv4 81', 'IPv6 80']);
	});

	it('are followed in place', () => {
		lab.create('endpoints', endpoints(one));
		lab.settle();
		const {name} = lab.slices('ext')[0]!.metadata;
		lab.edit<Endpoints>('endpoints', 'ext', object => {
			object.subsets = [{addresses: [{ip: '192.0.2.43'}], ports: [{port: 9377, protocol: 'TCP'}]}];
		});
		lab.settle();
		expect(lab.slices('ext')).toMatchObject([
			{metadata: {name}, endpoints: [{addresses: ['192.0.2.43']}], ports: [{port: 9377}]},
		]);
		lab.edit<Endpoints>('endpoints', 'ext', object => {
			delete object.subsets;
		});
		lab.settle();
		expect(lab.slices('ext')).toEqual([]);
	});

	it('are not copied without a Service, and are once there is one', () => {
		lab.remove('services', 'ext');
		lab.settle();
		lab.create('endpoints', endpoints(one));
		lab.settle();
		expect(lab.slices('ext')).toEqual([]);
		lab.create('services', service('ext', {selector: undefined}));
		lab.settle();
		expect(addresses()).toEqual([['192.0.2.42']]);
	});

	it('are not copied for a Service that selects Pods', () => {
		lab.create('endpoints', endpoints(one));
		lab.settle();
		lab.edit<Service>('services', 'ext', ({spec}) => {
			spec.selector = {app: 'none'};
		});
		lab.settle(2000);
		expect(lab.slices('ext')).toMatchObject([{endpoints: null}]);
	});

	it('take their slices with them when the Service is deleted', () => {
		lab.create('endpoints', endpoints(one));
		lab.settle();
		lab.remove('services', 'ext');
		lab.settle();
		expect([lab.endpoints('ext'), lab.slices('ext')]).toEqual([undefined, []]);
	});
});

describe('opting out', () => {
	it('works by label, and deletes the mirror', () => {
		lab.create('endpoints', endpoints(one));
		lab.settle();
		const label = (value: string | undefined) =>
			lab.edit<Endpoints>('endpoints', 'ext', ({metadata}) => {
				metadata.labels = value === undefined ? {} : {'endpointslice.kubernetes.io/skip-mirror': value};
			});
		label('true');
		lab.settle();
		expect(lab.slices('ext')).toEqual([]);
		label(undefined);
		lab.settle();
		expect(addresses()).toEqual([['192.0.2.42']]);
	});

	it('does not work by an annotation of that name, but by leader election', () => {
		lab.create('endpoints', endpoints(one, {annotations: {'endpointslice.kubernetes.io/skip-mirror': 'true'}}));
		lab.settle();
		expect(addresses()).toEqual([['192.0.2.42']]);
		lab.edit<Endpoints>('endpoints', 'ext', ({metadata}) => {
			metadata.annotations = {'control-plane.alpha.kubernetes.io/leader': '{}'};
		});
		lab.settle();
		expect(lab.slices('ext')).toEqual([]);
	});
});

it('reverts edits of the mirror, and makes a deleted one anew', () => {
	lab.create('endpoints', endpoints(one));
	lab.settle();
	const {name} = lab.slices('ext')[0]!.metadata;
	lab.edit<EndpointSlice>('endpointslices', name, slice => {
		slice.endpoints = [];
	});
	lab.settle(1500);
	expect(addresses()).toEqual([['192.0.2.42']]);
	lab.remove('endpointslices', lab.slices('ext')[0]!.metadata.name);
	lab.settle(1500);
	expect(addresses()).toEqual([['192.0.2.42']]);
});

it('mirrors 1000 addresses of a subset and says so', () => {
	const many = Array.from({length: 1005}, (_, i) => ({ip: `10.9.${Math.floor(i / 250)}.${1 + (i % 250)}`}));
	lab.create('endpoints', endpoints([{addresses: many, ports: [{port: 80}]}]));
	lab.settle();
	expect(lab.slices('ext')[0]!.endpoints).toHaveLength(1000);
	expect(lab.events('ext')).toMatchObject([
		{
			type: 'Warning',
			reason: 'TooManyAddressesToMirror',
			message:
				'A max of 1000 addresses can be mirrored to EndpointSlices per Endpoints subset. 5 addresses were skipped',
		},
	]);
});
