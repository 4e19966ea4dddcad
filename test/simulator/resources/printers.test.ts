import {describe, expect, it} from 'vitest';
import {formatEndpoints} from '../../../src/simulator/resources/endpoints.ts';
import {formatSliceEndpoints, formatSlicePorts} from '../../../src/simulator/resources/endpointslices.ts';
import {definitions} from '../../../src/simulator/resources/index.ts';
import {formatSelector} from '../../../src/simulator/resources/shared.ts';
import type {Endpoints, KubeObject, Pod} from '../../../src/simulator/types.ts';

const now = Date.UTC(2026, 10, 22);
const cells = (plural: string, object: Record<string, unknown>) =>
	definitions
		.find(each => each.plural === plural)!
		.cells({metadata: {name: 'x', creationTimestamp: '2026-11-22T00:00:00Z'}, ...object} as unknown as KubeObject, now);
const endpoints = (subsets: Endpoints['subsets']) => formatEndpoints({subsets} as Endpoints);
const ips = (...list: string[]) => list.map(ip => ({ip}));

describe('the ENDPOINTS cell of Endpoints', () => {
	it('is <none> without subsets', () => {
		expect(endpoints(undefined)).toBe('<none>');
		expect(endpoints([])).toBe('<none>');
	});

	it('is empty, not <none>, when every address is unready', () => {
		expect(endpoints([{notReadyAddresses: ips('10.0.0.1'), ports: [{port: 80}]}])).toBe('');
	});

	it('shows three and counts the rest', () => {
		expect(endpoints([{addresses: ips('1.1.1.1', '1.1.1.2', '1.1.1.3'), ports: [{port: 80}]}])).toBe(
			'1.1.1.1:80,1.1.1.2:80,1.1.1.3:80',
		);
		expect(endpoints([{addresses: ips('1.1.1.1', '1.1.1.2', '1.1.1.3', '1.1.1.4'), ports: [{port: 80}]}])).toBe(
			'1.1.1.1:80,1.1.1.2:80,1.1.1.3:80 + 1 more...',
		);
	});

	it('counts every address times every port, port by port', () => {
		expect(endpoints([{addresses: ips('1.1.1.1', '1.1.1.2'), ports: [{port: 80}, {port: 90}]}])).toBe(
			'1.1.1.1:80,1.1.1.2:80,1.1.1.1:90 + 1 more...',
		);
	});

	it('shows bare addresses without ports, and brackets IPv6', () => {
		expect(endpoints([{addresses: ips('1.1.1.1', 'fd00::1')}])).toBe('1.1.1.1,fd00::1');
		expect(endpoints([{addresses: ips('fd00::1'), ports: [{port: 80}]}])).toBe('[fd00::1]:80');
	});
});

describe('the cells of an EndpointSlice', () => {
	const endpoint = (ip: string, conditions = {}) => ({addresses: [ip], conditions});

	it('lists addresses without ports, unready and terminating ones too', () => {
		expect(
			formatSliceEndpoints([
				endpoint('1.1.1.1', {ready: false, terminating: true}),
				endpoint('1.1.1.2', {ready: false}),
			]),
		).toBe('1.1.1.1,1.1.1.2');
	});

	it('shows three and counts the rest', () => {
		expect(formatSliceEndpoints(['1', '2', '3', '4', '5'].map(n => endpoint(`10.0.0.${n}`)))).toBe(
			'10.0.0.1,10.0.0.2,10.0.0.3 + 2 more...',
		);
	});

	it('is <unset> without endpoints or ports', () => {
		expect(formatSliceEndpoints(null)).toBe('<unset>');
		expect(formatSliceEndpoints([])).toBe('<unset>');
		expect(formatSlicePorts(null)).toBe('<unset>');
	});

	it('shows a port without a number by its name, and * when it has none', () => {
		expect(formatSlicePorts([{port: 80}, {name: 'web'}, {}])).toBe('80,web,*');
	});
});

describe('the STATUS of a Pod', () => {
	type Status = Partial<Pod['status']> & Record<string, unknown>;
	const pod = (status: Status, more: {spec?: object; metadata?: object} = {}) =>
		cells('pods', {
			spec: {containers: [{name: 'c', image: 'i'}], ...more.spec},
			status: {phase: 'Running', ...status},
			metadata: {name: 'x', creationTimestamp: '2026-11-22T00:00:00Z', ...more.metadata},
		});
	const container = (state: object, more: object = {}) => ({
		name: 'c',
		image: 'i',
		imageID: '',
		ready: false,
		restartCount: 0,
		state,
		lastState: {},
		...more,
	});
	const running = {running: {startedAt: '2026-11-22T00:00:00Z'}};

	it('is the phase at first', () => {
		expect(pod({phase: 'Pending'}).slice(1, 4)).toEqual(['0/1', 'Pending', '0']);
	});

	it("is the Pod's own reason before the phase", () => {
		expect(pod({phase: 'Failed', reason: 'Evicted'})[2]).toBe('Evicted');
	});

	it('is the reason that a container waits for', () => {
		expect(pod({containerStatuses: [container({waiting: {reason: 'ContainerCreating'}})]})[2]).toBe(
			'ContainerCreating',
		);
		expect(pod({containerStatuses: [container({waiting: {reason: 'CrashLoopBackOff'}})]})[2]).toBe('CrashLoopBackOff');
	});

	it('is the reason that a container ended with, or its exit code or signal', () => {
		expect(pod({containerStatuses: [container({terminated: {exitCode: 1, reason: 'Error'}})]})[2]).toBe('Error');
		expect(pod({containerStatuses: [container({terminated: {exitCode: 3}})]})[2]).toBe('ExitCode:3');
		expect(pod({containerStatuses: [container({terminated: {exitCode: 137, signal: 9}})]})[2]).toBe('Signal:9');
	});

	it('is Terminating while a deleted Pod still runs, and no longer once its phase is terminal', () => {
		const metadata = {deletionTimestamp: '2026-11-22T00:00:30Z'};
		const statuses = [container({terminated: {exitCode: 0, reason: 'Completed'}})];
		expect(pod({containerStatuses: [container(running, {ready: true})]}, {metadata}).slice(1, 3)).toEqual([
			'1/1',
			'Terminating',
		]);
		expect(pod({phase: 'Succeeded', containerStatuses: statuses}, {metadata})[2]).toBe('Completed');
		expect(
			pod(
				{phase: 'Failed', containerStatuses: [container({terminated: {exitCode: 137, reason: 'Error'}})]},
				{metadata},
			)[2],
		).toBe('Error');
	});

	it('stays Running while one container of two has completed', () => {
		const statuses = [
			container({terminated: {exitCode: 0, reason: 'Completed'}}),
			container(running, {name: 'd', ready: true}),
		];
		const spec = {containers: [{name: 'c'}, {name: 'd'}]};
		const conditions = [{type: 'Ready', status: 'True' as const}];
		expect(pod({containerStatuses: statuses, conditions}, {spec}).slice(1, 3)).toEqual(['1/2', 'Running']);
		expect(pod({containerStatuses: statuses}, {spec})[2]).toBe('NotReady');
	});

	it('tells how far the init containers are', () => {
		const spec = {initContainers: [{name: 'a'}, {name: 'b'}]};
		const done = container({terminated: {exitCode: 0, reason: 'Completed'}}, {name: 'a'});
		const at = (state: object) =>
			pod({phase: 'Pending', initContainerStatuses: [done, container(state, {name: 'b'})]}, {spec})[2];
		expect(at(running)).toBe('Init:1/2');
		expect(at({waiting: {reason: 'PodInitializing'}})).toBe('Init:1/2');
		expect(at({waiting: {reason: 'ErrImagePull'}})).toBe('Init:ErrImagePull');
		expect(at({terminated: {exitCode: 1, reason: 'Error'}})).toBe('Init:Error');
		expect(at({terminated: {exitCode: 2}})).toBe('Init:ExitCode:2');
	});

	it('counts a started sidecar among the ready containers', () => {
		const spec = {initContainers: [{name: 's', restartPolicy: 'Always'}]};
		const sidecar = container(running, {name: 's', started: true, ready: true, restartCount: 2});
		const statuses = [container(running, {ready: true})];
		expect(pod({initContainerStatuses: [sidecar], containerStatuses: statuses}, {spec}).slice(1, 4)).toEqual([
			'2/2',
			'Running',
			'2',
		]);
	});

	it('tells when the last restart was', () => {
		const lastState = {terminated: {exitCode: 1, finishedAt: '2026-11-21T23:59:48Z'}};
		expect(pod({containerStatuses: [container(running, {restartCount: 3, lastState})]})[3]).toBe('3 (12s ago)');
		expect(pod({containerStatuses: [container(running, {restartCount: 3})]})[3]).toBe('3');
	});

	it('shows the gates that have opened', () => {
		const spec = {readinessGates: [{conditionType: 'a'}, {conditionType: 'b'}]};
		expect(pod({conditions: [{type: 'a', status: 'True'}]}, {spec})[8]).toBe('1/2');
		expect(pod({})[8]).toBe('<none>');
	});

	it('marks the row of a finished Pod', () => {
		const definition = definitions.find(({plural}) => plural === 'pods')!;
		const conditions = (phase: string) => definition.rowConditions!({status: {phase}} as unknown as Pod);
		expect(conditions('Succeeded')).toEqual([
			{type: 'Completed', status: 'True', reason: 'Succeeded', message: 'The pod has completed successfully.'},
		]);
		expect(conditions('Failed')).toEqual([
			{type: 'Completed', status: 'True', reason: 'Failed', message: 'The pod failed.'},
		]);
		expect(conditions('Running')).toEqual([]);
	});
});

describe('the cells of a node', () => {
	const node = (status: object, more: {spec?: object; labels?: object} = {}) =>
		cells('nodes', {
			metadata: {name: 'n', creationTimestamp: '2026-11-22T00:00:00Z', labels: more.labels},
			spec: more.spec ?? {},
			status,
		});
	const condition = (status: string) => ({conditions: [{type: 'Ready', status}]});

	it('is Ready, NotReady or Unknown, and says when it takes no Pods', () => {
		expect(node(condition('True'))[1]).toBe('Ready');
		expect(node(condition('Unknown'))[1]).toBe('NotReady');
		expect(node({})[1]).toBe('Unknown');
		expect(node(condition('True'), {spec: {unschedulable: true}})[1]).toBe('Ready,SchedulingDisabled');
	});

	it('lists its roles in order', () => {
		const labels = {
			'node-role.kubernetes.io/worker': '',
			'kubernetes.io/role': 'edge',
			'node-role.kubernetes.io/db': '',
		};
		expect(node({}, {labels})[2]).toBe('db,edge,worker');
		expect(node({})[2]).toBe('<none>');
	});

	it('appends the architecture to the kernel version', () => {
		expect(node({nodeInfo: {kernelVersion: '6.18.44', architecture: 'amd64'}})[8]).toBe('6.18.44 (amd64)');
	});
});

describe('other cells', () => {
	it('shows the address of a load balancer once it has one', () => {
		const service = (ingress: object[]) =>
			cells('services', {spec: {type: 'LoadBalancer', ports: []}, status: {loadBalancer: {ingress}}})[3];
		expect(service([])).toBe('<pending>');
		expect(service([{ip: '9.9.9.9'}, {hostname: 'a.example.com'}])).toBe('9.9.9.9,a.example.com');
	});

	it('shows external addresses', () => {
		expect(cells('services', {spec: {type: 'ClusterIP', externalIPs: ['1.2.3.4', '5.6.7.8']}})[3]).toBe(
			'1.2.3.4,5.6.7.8',
		);
	});

	it('writes selectors by key, with sets', () => {
		expect(
			formatSelector({
				matchLabels: {z: '1', a: '2'},
				matchExpressions: [
					{key: 'm', operator: 'In', values: ['y', 'x']},
					{key: 'n', operator: 'NotIn', values: ['v']},
					{key: 'b', operator: 'Exists'},
					{key: 'c', operator: 'DoesNotExist'},
				],
			}),
		).toBe('a=2,b,!c,m in (x,y),n notin (v),z=1');
		expect(formatSelector({})).toBe('<none>');
	});

	it('counts an event of a series by the series', () => {
		const event = {
			involvedObject: {kind: 'Pod', name: 'p'},
			series: {count: 4, lastObservedTime: '2026-11-21T23:59:00.000000Z'},
			eventTime: '2026-11-21T23:58:00.000000Z',
			reportingComponent: 'kubelet',
			reportingInstance: 'node-a',
			message: ' text ',
		};
		const row = cells('events', event);
		expect([row[0], row[3], row[5], row[6], row[7], row[8]]).toEqual([
			'60s',
			'pod/p',
			'kubelet, node-a',
			'text',
			'2m',
			4,
		]);
	});
});
