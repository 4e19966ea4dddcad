import {describe, expect, it} from 'vitest';
import {checkFields, FieldTypeError, type Wording} from '../../../src/simulator/schema/check-fields.ts';

type Fields = Record<string, unknown>;

const read = (apiVersion: string, kind: string, value: Fields) => checkFields(apiVersion, kind, value);
const stored = (apiVersion: string, kind: string, value: Fields) => read(apiVersion, kind, value).value;
const strict = (apiVersion: string, kind: string, value: Fields) => read(apiVersion, kind, value).strictErrors;

function refusal(apiVersion: string, kind: string, value: Fields, wording?: Wording): string {
	try {
		checkFields(apiVersion, kind, value, wording);
	} catch (error) {
		if (error instanceof FieldTypeError) return error.message;
		throw error;
	}
	throw new Error('the object was accepted');
}

describe('fields that the API does not know', () => {
	it('are named with their path', () => {
		const value = {subsets: [{addresses: [{ip: '10.0.0.1', foo: 'bar'}], port: 80}]};
		expect(strict('v1', 'Endpoints', value)).toEqual([
			'unknown field "subsets[0].addresses[0].foo"',
			'unknown field "subsets[0].port"',
		]);
	});

	it('are dropped', () => {
		expect(stored('v1', 'Endpoints', {subset: [], metadata: {name: 'x', lable: 'y'}})).toEqual({metadata: {name: 'x'}});
	});

	it('with other capitals are unknown', () => {
		expect(
			strict('apps/v1', 'Deployment', {spec: {Replicas: 3, template: {spec: {containers: [{Image: 'x'}]}}}}),
		).toEqual(['unknown field "spec.Replicas"', 'unknown field "spec.template.spec.containers[0].Image"']);
	});

	it('named like what every JavaScript object has are unknown too', () => {
		expect(strict('v1', 'ConfigMap', JSON.parse('{"constructor": 1, "__proto__": 2}'))).toEqual([
			'unknown field "constructor"',
			'unknown field "__proto__"',
		]);
	});

	it('a known object has none', () => {
		expect(strict('v1', 'Service', {spec: {ports: [{port: 80, targetPort: 'web'}], selector: {a: 'b'}}})).toEqual([]);
	});
});

describe('fields of the wrong type are refused in the words of Go', () => {
	it.each([
		[
			'v1',
			'Endpoints',
			{subsets: [{ports: [{port: '80'}]}]},
			'string into Go struct field EndpointPort.subsets.ports.port of type int32',
		],
		[
			'apps/v1',
			'Deployment',
			{spec: {replicas: '3'}},
			'string into Go struct field DeploymentSpec.spec.replicas of type int32',
		],
		[
			'apps/v1',
			'Deployment',
			{spec: {replicas: 1.5}},
			'number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32',
		],
		[
			'apps/v1',
			'Deployment',
			{spec: {replicas: 3000000000}},
			'number 3000000000 into Go struct field DeploymentSpec.spec.replicas of type int32',
		],
		[
			'apps/v1',
			'Deployment',
			{spec: {template: {spec: {containers: {name: 'c'}}}}},
			'object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container',
		],
		[
			'v1',
			'Pod',
			{metadata: {labels: {version: 1}}},
			'number into Go struct field ObjectMeta.metadata.labels of type string',
		],
		[
			'v1',
			'Pod',
			{metadata: {labels: ['a']}},
			'array into Go struct field ObjectMeta.metadata.labels of type map[string]string',
		],
		['v1', 'Pod', {metadata: 'x'}, 'string into Go struct field Pod.metadata of type v1.ObjectMeta'],
		[
			'v1',
			'Pod',
			{spec: {containers: [{env: [{name: 'A', value: 8080}]}]}},
			'number into Go struct field EnvVar.spec.containers.env.value of type string',
		],
		['v1', 'Pod', {spec: {hostNetwork: 'yes'}}, 'string into Go struct field PodSpec.spec.hostNetwork of type bool'],
		['v1', 'Service', {spec: {type: 1}}, 'number into Go struct field ServiceSpec.spec.type of type v1.ServiceType'],
		[
			'v1',
			'Service',
			{spec: {ports: {port: 80}}},
			'object into Go struct field ServiceSpec.spec.ports of type []v1.ServicePort',
		],
		['v1', 'Service', {spec: {ports: [{port: 80, targetPort: true}]}}, 'bool into Go value of type int32'],
		['v1', 'ConfigMap', {data: {a: true}}, 'bool into Go struct field ConfigMap.data of type string'],
	])('%s %s %j', (apiVersion, kind, value, text) => {
		expect(refusal(apiVersion, kind, value)).toBe(`json: cannot unmarshal ${text}`);
	});

	it.each([
		['apps/v1', 'Deployment', {spec: {replicas: '3'}}, 'unrecognized type: int32'],
		['apps/v1', 'Deployment', {spec: {replicas: 1.5}}, 'cannot convert float64 to int32'],
		['v1', 'Pod', {spec: {hostNetwork: 'yes'}}, 'unrecognized type: bool'],
		['v1', 'Pod', {metadata: {labels: {version: 1}}}, 'cannot convert int64 to string'],
		['v1', 'Pod', {metadata: {labels: {version: true}}}, 'unrecognized type: string'],
		['v1', 'Pod', {metadata: {labels: 'x'}}, 'cannot restore map from string'],
		['v1', 'Pod', {metadata: 'x'}, 'cannot restore struct from: string'],
		['v1', 'Service', {spec: {ports: {port: 80}}}, 'cannot restore slice from map'],
		['v1', 'Service', {spec: {type: {}}}, 'unrecognized type: string'],
	])('in a strategic merge patch: %s %s %j', (apiVersion, kind, value, text) => {
		expect(refusal(apiVersion, kind, value, 'converter')).toBe(text);
	});

	it('the first one is reported, before any unknown field', () => {
		expect(refusal('v1', 'Service', {foo: 1, spec: {type: 1, clusterIP: 2}})).toContain('ServiceSpec.spec.type');
	});

	it('a quantity that is none', () => {
		const limits = (cpu: unknown) => ({spec: {containers: [{resources: {limits: {cpu}}}]}});
		expect(refusal('v1', 'Pod', limits('half'))).toBe(
			`quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`,
		);
		expect(refusal('v1', 'Pod', limits('1mi'))).toBe(`unable to parse quantity's suffix`);
	});

	it('a time that is none', () => {
		expect(refusal('v1', 'Pod', {metadata: {creationTimestamp: 'today'}})).toBe(
			'parsing time "today" as "2006-01-02T15:04:05Z07:00": cannot parse "today" as "2006"',
		);
		expect(refusal('v1', 'Pod', {metadata: {creationTimestamp: '2026-11-22'}})).toContain('cannot parse "" as "T"');
	});

	it('data that is not base64', () => {
		expect(refusal('v1', 'Secret', {data: {a: 'not base64!'}})).toBe('illegal base64 data at input byte 3');
	});
});

describe('what is left of an object is what Go would write back', () => {
	it('nulls and empty texts, lists and maps go', () => {
		const value = {
			metadata: {name: 'x', creationTimestamp: null, annotations: {}, labels: {a: ''}},
			spec: {
				clusterIP: '',
				selector: {},
				externalIPs: [],
				ports: [{name: '', port: 80}],
				publishNotReadyAddresses: false,
			},
		};
		expect(stored('v1', 'Service', value)).toEqual({
			metadata: {name: 'x', labels: {a: ''}},
			spec: {ports: [{port: 80}]},
		});
	});

	it('an object that was asked for stays, empty or not', () => {
		const value = {
			spec: {securityContext: {}, containers: [], volumes: [{name: 'v', emptyDir: {}}], hostNetwork: false},
		};
		expect(stored('v1', 'Pod', value)).toEqual({
			spec: {securityContext: {}, containers: [], volumes: [{name: 'v', emptyDir: {}}]},
		});
	});

	it('a zero that means something stays', () => {
		expect(stored('apps/v1', 'Deployment', {spec: {replicas: 0, minReadySeconds: 0, paused: false}})).toEqual({
			spec: {replicas: 0},
		});
		expect(stored('v1', 'Pod', {spec: {enableServiceLinks: false, terminationGracePeriodSeconds: 0}})).toEqual({
			spec: {enableServiceLinks: false, terminationGracePeriodSeconds: 0},
		});
	});

	it('a slice keeps its empty port name, its null lists and its conditions', () => {
		const value = {
			addressType: 'IPv4',
			endpoints: [{addresses: ['10.0.0.1'], conditions: {ready: false}, hostname: ''}],
			ports: [{name: '', port: 80}],
		};
		expect(stored('discovery.k8s.io/v1', 'EndpointSlice', value)).toEqual(value);
		expect(stored('discovery.k8s.io/v1', 'EndpointSlice', {addressType: 'IPv4', endpoints: null, ports: null})).toEqual(
			{
				addressType: 'IPv4',
				endpoints: null,
				ports: null,
			},
		);
	});

	it('the null times of conditions and events stay', () => {
		const conditions = [{type: 'Ready', status: 'True', lastProbeTime: null, lastTransitionTime: null}];
		expect(stored('v1', 'Pod', {status: {conditions}})).toEqual({status: {conditions}});
		expect(stored('v1', 'Event', {eventTime: null, firstTimestamp: null})).toMatchObject({eventTime: null});
	});

	it('quantities and times take their usual form', () => {
		const value = {
			metadata: {creationTimestamp: '2026-11-22T01:00:00.5+01:00'},
			spec: {containers: [{name: 'c', resources: {limits: {cpu: 0.5, memory: '1024Mi'}}}]},
		};
		expect(stored('v1', 'Pod', value)).toEqual({
			metadata: {creationTimestamp: '2026-11-22T00:00:00Z'},
			spec: {containers: [{name: 'c', resources: {limits: {cpu: '500m', memory: '1Gi'}}}]},
		});
	});

	it('a kind without a schema passes as it is', () => {
		const value = {spec: {a: null}};
		expect(read('example.com/v1', 'Widget', value)).toEqual({value, strictErrors: []});
	});

	it('the object that came in is not changed', () => {
		const value = {spec: {clusterIP: '', ports: [{port: 80, foo: 1}]}};
		const before = structuredClone(value);
		read('v1', 'Service', value);
		expect(value).toEqual(before);
	});
});
