import type {V1Pod} from '@kubernetes/client-node';
import {describe, expect, test} from 'vitest';
import {endpointsView} from '../../src/observe/endpoints-view.ts';
import {podStatus, podView} from '../../src/observe/pod-view.ts';
import {serviceView} from '../../src/observe/service-view.ts';
import {sliceView} from '../../src/observe/slice-view.ts';

describe('kubectl’s STATUS column', () => {
	const running = {name: 'a', ready: true, restartCount: 0, image: '', imageID: '', state: {running: {}}};
	const waiting = (reason: string) => ({...running, ready: false, state: {waiting: {reason}}});
	const ended = (exitCode: number, reason?: string, signal?: number) => ({
		...running,
		ready: false,
		state: {terminated: {exitCode, reason, signal}},
	});
	const deletion = {deletionTimestamp: new Date(0)};
	const ready = [{type: 'Ready', status: 'True'}];

	test.each([
		['Pending', {status: {phase: 'Pending'}}],
		[
			'SchedulingGated',
			{status: {phase: 'Pending', conditions: [{type: 'PodScheduled', status: 'False', reason: 'SchedulingGated'}]}},
		],
		['ContainerCreating', {status: {phase: 'Pending', containerStatuses: [waiting('ContainerCreating')]}}],
		['Running', {status: {phase: 'Running', containerStatuses: [running], conditions: ready}}],
		['CrashLoopBackOff', {status: {phase: 'Running', containerStatuses: [running, waiting('CrashLoopBackOff')]}}],
		['Error', {status: {phase: 'Running', containerStatuses: [ended(1, 'Error')]}}],
		['ExitCode:3', {status: {phase: 'Running', containerStatuses: [ended(3)]}}],
		['Signal:9', {status: {phase: 'Running', containerStatuses: [ended(137, undefined, 9)]}}],
		['Running', {status: {phase: 'Running', containerStatuses: [ended(0, 'Completed'), running], conditions: ready}}],
		['NotReady', {status: {phase: 'Running', containerStatuses: [ended(0, 'Completed'), running]}}],
		['Evicted', {status: {phase: 'Failed', reason: 'Evicted'}}],
		['Terminating', {metadata: deletion, status: {phase: 'Running', containerStatuses: [running], conditions: ready}}],
		['Completed', {metadata: deletion, status: {phase: 'Succeeded', containerStatuses: [ended(0, 'Completed')]}}],
		['Unknown', {metadata: deletion, status: {phase: 'Running', reason: 'NodeLost'}}],
		['Init:0/2', {status: {phase: 'Pending', initContainerStatuses: [running]}}],
		[
			'Init:1/2',
			{status: {phase: 'Pending', initContainerStatuses: [ended(0, 'Completed'), waiting('PodInitializing')]}},
		],
		['Init:Error', {status: {phase: 'Pending', initContainerStatuses: [ended(1, 'Error')]}}],
		['Init:CrashLoopBackOff', {status: {phase: 'Pending', initContainerStatuses: [waiting('CrashLoopBackOff')]}}],
		[
			'PodInitializing',
			{
				status: {
					phase: 'Pending',
					initContainerStatuses: [ended(0, 'Completed')],
					containerStatuses: [waiting('PodInitializing')],
				},
			},
		],
	])('%s', (expected, pod) => {
		const containers = [{name: 'a'}];
		expect(podStatus({...pod, spec: {containers, initContainers: [{name: 'i'}, {name: 'j'}]}})).toBe(expected);
	});
});

describe('a view of', () => {
	test('a Pod that has not been scheduled is empty where nothing is known', () => {
		const view = podView({metadata: {name: 'a'}, spec: {containers: [{name: 'a', image: 'nginx'}]}, status: {}});
		expect(view).toMatchObject({ip: '', node: '', phase: 'Pending', ready: false, terminating: false, restarts: 0});
		expect(view.readyChangedAt).toBeUndefined();
	});

	test('Endpoints: one entry for each address and port, unready ones marked', () => {
		const {addresses} = endpointsView({
			metadata: {name: 'web'},
			subsets: [
				{
					addresses: [{ip: '10.0.0.1', nodeName: 'n', targetRef: {kind: 'Pod', name: 'a'}}],
					notReadyAddresses: [{ip: '10.0.0.2'}],
					ports: [{name: 'http', port: 80}, {port: 443}],
				},
				{addresses: [{ip: '10.0.0.3', targetRef: {kind: 'Node', name: 'x'}}]},
			],
		});
		expect(addresses.map(({ip, port, portName, ready, pod}) => [ip, port, portName, ready, pod])).toEqual([
			['10.0.0.1', 80, 'http', true, 'a'],
			['10.0.0.1', 443, '', true, 'a'],
			['10.0.0.2', 80, 'http', false, undefined],
			['10.0.0.2', 443, '', false, undefined],
			['10.0.0.3', undefined, '', true, undefined],
		]);
	});

	test('Endpoints without a Pod behind them has no address', () => {
		expect(endpointsView({metadata: {name: 'web'}}).addresses).toEqual([]);
	});

	test('a slice: absent conditions mean ready and serving; a placeholder has no address', () => {
		const slice = {addressType: 'IPv4', metadata: {name: 's', labels: {'kubernetes.io/service-name': 'web'}}};
		const view = sliceView({...slice, endpoints: [{addresses: ['10.0.0.1']}], ports: [{name: '', port: 80}]});
		expect(view).toMatchObject({
			service: 'web',
			addresses: [{port: 80, ready: true, serving: true, terminating: false}],
		});
		// The API says null here, whatever the library's types say.
		const placeholder = JSON.parse('{"endpoints": null, "ports": null}') as object;
		expect(sliceView({...slice, endpoints: [], ...placeholder}).addresses).toEqual([]);
	});

	test('a slice: an endpoint keeps the name that DNS gives it', () => {
		const slice = {addressType: 'IPv4', metadata: {name: 's', labels: {'kubernetes.io/service-name': 'web'}}};
		const endpoints = [{addresses: ['10.0.0.1'], hostname: 'first'}, {addresses: ['10.0.0.2']}];
		expect(sliceView({...slice, endpoints}).addresses.map(({hostname}) => hostname)).toEqual(['first', undefined]);
	});

	test('a Service: an empty selector is none', () => {
		expect(serviceView({spec: {selector: {}, ports: [{port: 80}]}})).toMatchObject({
			selector: undefined,
			ports: [{name: '', port: 80, targetPort: '80', protocol: 'TCP'}],
		});
	});
});

describe('kubectl’s READY and RESTARTS columns', () => {
	const container = {name: 'a', ready: true, restartCount: 0, image: '', imageID: '', state: {running: {}}};
	const ended = (restartCount: number, second: number) => ({
		...container,
		restartCount,
		lastState: {terminated: {exitCode: 1, finishedAt: new Date(second * 1000)}},
	});
	const stuck = {...container, ready: false, state: {waiting: {reason: 'CrashLoopBackOff'}}};
	const spec = {
		containers: [{name: 'a'}, {name: 'b'}],
		initContainers: [{name: 'i'}, {name: 's', restartPolicy: 'Always'}],
	};
	const cells = (status: object, withInit = true) =>
		podView({spec: withInit ? spec : {containers: spec.containers}, status} as V1Pod).cells;

	test('count ready containers, and when one ended last', () => {
		const status = {containerStatuses: [ended(2, 100), {...ended(3, 50), name: 'b', ready: false}]};
		expect(cells(status, false)).toEqual({ready: '1/2', restarts: 5, restartedAt: 100_000});
		expect(cells({}, false)).toEqual({ready: '0/2', restarts: 0});
	});

	test('count init containers only while they run, and sidecars always', () => {
		const done = {...ended(4, 10), name: 'i', state: {terminated: {exitCode: 0}}};
		const sidecar = {...ended(1, 20), name: 's', started: true};
		expect(cells({initContainerStatuses: [{...stuck, name: 'i', restartCount: 2}]})).toEqual({
			ready: '0/3',
			restarts: 2,
		});
		expect(
			cells({initContainerStatuses: [done, sidecar], containerStatuses: [container, {...container, name: 'b'}]}),
		).toEqual({ready: '3/3', restarts: 1, restartedAt: 20_000});
	});
});
