import {describe, expect, it} from 'vitest';
import type {Deployment, Pod} from '../../../src/simulator/types.ts';
import {causesOf, emptyCluster, refusal} from './lab.ts';

const container = {name: 'c', image: 'nginx'};
const selector = {matchLabels: {app: 'x'}};
const podTemplate = (spec: object = {}) => ({metadata: {labels: {app: 'x'}}, spec: {containers: [container], ...spec}});
const deployment = (spec: object) =>
	causesOf(() => emptyCluster().create('deployments', {spec: {selector, template: podTemplate(), ...spec}}));
const pod = (spec: object) => causesOf(() => emptyCluster().create('pods', {spec: {containers: [container], ...spec}}));
const inContainer = (fields: object) => pod({containers: [{...container, ...fields}]});

describe('Deployments that the API server refuses', () => {
	it.each([
		['less than no replicas', {replicas: -1}, ['spec.replicas: Invalid value: -1: must be greater than or equal to 0']],
		[
			'a selector that does not match the template',
			{template: {metadata: {labels: {app: 'y', a: 'b'}}, spec: {containers: [container]}}},
			[
				'spec.template.metadata.labels: Invalid value: {"a":"b","app":"y"}: `selector` does not match template `labels`',
			],
		],
		[
			'a template without labels',
			{template: {spec: {containers: [container]}}},
			['spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`'],
		],
		[
			'no selector',
			{selector: undefined},
			[
				'spec.selector: Required value',
				'spec.template.metadata.labels: Invalid value: {"app":"x"}: `selector` does not match template `labels`',
			],
		],
		[
			'an empty selector',
			{selector: {}},
			['spec.selector: Invalid value: {}: empty selector is invalid for deployment'],
		],
		[
			'a selector with an operator that does not exist',
			{selector: {matchLabels: {app: 'x'}, matchExpressions: [{key: 'app', operator: 'Equals', values: ['x']}]}},
			[
				'spec.selector.matchExpressions[0].operator: Invalid value: "Equals": not a valid selector operator',
				'spec.selector: Invalid value: {"matchLabels":{"app":"x"},"matchExpressions":[{"key":"app","operator":"Equals","values":["x"]}]}: invalid label selector',
			],
		],
		['no containers', {template: podTemplate({containers: []})}, ['spec.template.spec.containers: Required value']],
		[
			'a template that does not restart',
			{template: podTemplate({restartPolicy: 'Never'})},
			['spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"'],
		],
		[
			'a strategy that does not exist',
			{strategy: {type: 'BlueGreen'}},
			[
				'spec.strategy: Unsupported value: {"Type":"BlueGreen","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"',
			],
		],
		[
			'recreation with a rolling update',
			{strategy: {type: 'Recreate', rollingUpdate: {maxSurge: 1}}},
			["spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"],
		],
		[
			'a rolling update that could not move',
			{strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0}}},
			['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0'],
		],
		[
			'more than everything unavailable',
			{strategy: {rollingUpdate: {maxUnavailable: '101%'}}},
			['spec.strategy.rollingUpdate.maxUnavailable: Invalid value: "101%": must not be greater than 100%'],
		],
		[
			'a percentage without its sign',
			{strategy: {rollingUpdate: {maxSurge: '25'}}},
			[
				`spec.strategy.rollingUpdate.maxSurge: Invalid value: "25": a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')`,
			],
		],
		[
			'a deadline that is over before a Pod counts',
			{minReadySeconds: 600},
			['spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds'],
		],
	])('%s', (_, spec, expected) => {
		expect(deployment(spec)).toEqual(expected);
	});

	it('another selector, since it is immutable', () => {
		const {create, edit} = emptyCluster();
		create('deployments', {spec: {selector, template: podTemplate()}});
		const change = () =>
			edit<Deployment>('deployments', ({spec}) => {
				spec.selector = {matchLabels: {app: 'y'}};
				spec.template.metadata = {labels: {app: 'y'}};
			});
		expect(causesOf(change)).toEqual(['spec.selector: Invalid value: {"matchLabels":{"app":"y"}}: field is immutable']);
		expect(refusal(change).message).toMatch(/^Deployment\.apps "x" is invalid: /);
		expect(refusal(change).details).toMatchObject({group: 'apps', kind: 'Deployment', name: 'x'});
	});
});

describe('Pods that the API server refuses', () => {
	it.each([
		['no containers', {containers: []}, ['spec.containers: Required value']],
		[
			'a restart policy that does not exist',
			{restartPolicy: 'Sometimes'},
			['spec.restartPolicy: Unsupported value: "Sometimes": supported values: "Always", "OnFailure", "Never"'],
		],
		[
			'two containers of one name',
			{containers: [container, {...container}]},
			['spec.containers[1].name: Duplicate value: "c"'],
		],
		[
			'an init container with a probe',
			{initContainers: [{name: 'i', image: 'busybox', readinessProbe: {tcpSocket: {port: 80}}}]},
			[
				'spec.initContainers[0].readinessProbe: Forbidden: may not be set for init containers without restartPolicy=Always',
			],
		],
		[
			'one host port twice',
			{
				containers: [
					{...container, ports: [{containerPort: 80, hostPort: 8080}]},
					{...container, name: 'd', ports: [{containerPort: 81, hostPort: 8080}]},
				],
			},
			['spec.containers[1].ports[0].hostPort: Duplicate value: "TCP//8080"'],
		],
		[
			'a toleration for a time that is no eviction',
			{tolerations: [{key: 'a', operator: 'Exists', effect: 'NoSchedule', tolerationSeconds: 3}]},
			[
				'spec.tolerations[0].effect: Invalid value: "NoSchedule": effect must be \'NoExecute\' when `tolerationSeconds` is set',
			],
		],
		['two volumes of one name', {volumes: [{name: 'v'}, {name: 'v'}]}, ['spec.volumes[1].name: Duplicate value: "v"']],
		[
			'a dns policy that does not exist',
			{dnsPolicy: 'Mine'},
			[
				'spec.dnsPolicy: Unsupported value: "Mine": supported values: "ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"',
			],
		],
	])('%s', (_, spec, expected) => {
		expect(pod(spec)).toEqual(expected);
	});

	it.each([
		['no image', {image: ''}, ['spec.containers[0].image: Required value']],
		[
			'a blank before the image',
			{image: ' nginx'},
			['spec.containers[0].image: Invalid value: " nginx": must not have leading or trailing whitespace'],
		],
		['no name', {name: ''}, ['spec.containers[0].name: Required value']],
		[
			'a pull policy that does not exist',
			{imagePullPolicy: 'Sometimes'},
			[
				'spec.containers[0].imagePullPolicy: Unsupported value: "Sometimes": supported values: "Always", "IfNotPresent", "Never"',
			],
		],
		[
			'a port without a number',
			{ports: [{name: 'web'}]},
			['spec.containers[0].ports[0].containerPort: Required value'],
		],
		[
			'a port that is too high',
			{ports: [{containerPort: 70000}]},
			['spec.containers[0].ports[0].containerPort: Invalid value: 70000: must be between 1 and 65535, inclusive'],
		],
		[
			'a port name that is too long',
			{ports: [{name: 'a-very-long-port', containerPort: 80}]},
			['spec.containers[0].ports[0].name: Invalid value: "a-very-long-port": must be no more than 15 bytes'],
		],
		[
			'two ports of one name',
			{
				ports: [
					{name: 'web', containerPort: 80},
					{name: 'web', containerPort: 81},
				],
			},
			['spec.containers[0].ports[1].name: Duplicate value: "web"'],
		],
		[
			'a probe that asks nothing',
			{readinessProbe: {}},
			['spec.containers[0].readinessProbe: Required value: must specify a handler type'],
		],
		[
			'a probe that asks two things',
			{readinessProbe: {httpGet: {port: 80}, tcpSocket: {port: 80}}},
			['spec.containers[0].readinessProbe.tcpSocket: Forbidden: may not specify more than 1 handler type'],
		],
		[
			'a liveness probe that must succeed twice',
			{livenessProbe: {tcpSocket: {port: 80}, successThreshold: 2}},
			['spec.containers[0].livenessProbe.successThreshold: Invalid value: 2: must be 1'],
		],
		[
			'a probe of a port that is none',
			{readinessProbe: {httpGet: {port: 0}}},
			['spec.containers[0].readinessProbe.httpGet.port: Invalid value: 0: must be between 1 and 65535, inclusive'],
		],
		[
			'a mount of a volume that is not there',
			{volumeMounts: [{name: 'v', mountPath: '/v'}]},
			['spec.containers[0].volumeMounts[0].name: Not found: "v"'],
		],
		[
			'a request above its limit',
			{resources: {requests: {cpu: '2'}, limits: {cpu: '500m'}}},
			['spec.containers[0].resources.requests: Invalid value: "2": must be less than or equal to cpu limit of 500m'],
		],
		[
			'a variable with an equals sign',
			{env: [{name: 'A=B', value: 'c'}]},
			[
				`spec.containers[0].env[0].name: Invalid value: "A=B": a valid environment variable name must consist only of printable ASCII characters other than '='`,
			],
		],
		[
			'a variable from a field that cannot be read',
			{env: [{name: 'A', valueFrom: {fieldRef: {fieldPath: 'spec.replicas'}}}]},
			[
				'spec.containers[0].env[0].valueFrom.fieldRef.fieldPath: Unsupported value: "spec.replicas": supported values: "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"',
			],
		],
	])('a container with %s', (_, fields, expected) => {
		expect(inContainer(fields)).toEqual(expected);
	});

	it('an account that is not there', () => {
		const {create} = emptyCluster();
		const error = refusal(() => create('pods', {spec: {containers: [container], serviceAccountName: 'robot'}}));
		expect(error.code).toBe(403);
		expect(error.message).toBe(
			'pods "x" is forbidden: error looking up service account default/robot: serviceaccount "robot" not found',
		);
	});
});

describe('a Pod that exists', () => {
	const existing = () => {
		const cluster = emptyCluster();
		cluster.create('pods', {spec: {containers: [{...container, ports: [{containerPort: 80}]}]}});
		return cluster;
	};

	it('may get another image and more tolerations', () => {
		const updated = existing().edit<Pod>('pods', ({spec}) => {
			spec.containers[0]!.image = 'nginx:1.27';
			spec.tolerations!.push({key: 'a', operator: 'Exists'});
		});
		expect(updated.spec.containers[0]!.image).toBe('nginx:1.27');
		expect(updated.metadata.generation).toBe(2);
	});

	it('may not get another port or node, and the difference is shown', () => {
		const {edit} = existing();
		const [cause = ''] = causesOf(() =>
			edit<Pod>('pods', ({spec}) => {
				spec.containers[0]!.ports![0]!.containerPort = 81;
				spec.nodeName = 'node-a';
			}),
		);
		expect(cause).toContain(
			'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)\n',
		);
		expect(cause).toContain(
			'- \tContainers[0].Ports[0].ContainerPort: 80,\n+ \tContainers[0].Ports[0].ContainerPort: 81,',
		);
		expect(cause).toContain('+ \tNodeName: "node-a",');
	});

	it('may not lose a container', () => {
		const {edit} = existing();
		expect(
			causesOf(() =>
				edit<Pod>('pods', ({spec}) => {
					spec.containers.push({name: 'd', image: 'nginx', imagePullPolicy: 'Always'});
				}),
			),
		).toEqual(['spec.containers: Forbidden: pod updates may not add or remove containers']);
	});

	it('may not lose a toleration', () => {
		const {edit} = existing();
		expect(
			causesOf(() =>
				edit<Pod>('pods', ({spec}) => {
					spec.tolerations!.pop();
				}),
			),
		).toEqual(['spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds']);
	});
});
