import {describe, expect, it} from 'vitest';
import type {Pod} from '../../../src/simulator/types.ts';
import {causesOf, emptyCluster, refusal} from './lab.ts';

const container = {name: 'c', image: 'nginx'};
const createPod = (spec: object) => emptyCluster().create<Pod>('pods', {spec: {containers: [container], ...spec}});
const pod = (spec: object) => causesOf(() => createPod(spec));
const inContainer = (fields: object) => pod({containers: [{...container, ...fields}]});
const labelName =
	"name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

describe('requests and limits that the API server refuses', () => {
	it.each([
		[
			'a resource that does not exist',
			{requests: {gpu: '1'}},
			[
				'requests[gpu]: Invalid value: "gpu": must be a standard resource type or fully qualified',
				'requests[gpu]: Invalid value: "gpu": must be a standard resource for containers',
			],
		],
		[
			'one that only quotas know',
			{limits: {'requests.cpu': '1'}, requests: {}},
			[
				'limits[requests.cpu]: Invalid value: "requests.cpu": must be a standard resource for containers',
				'requests[requests.cpu]: Invalid value: "requests.cpu": must be a standard resource for containers',
			],
		],
		[
			'less than nothing',
			{requests: {cpu: '-1'}},
			['requests[cpu]: Invalid value: "-1": must be greater than or equal to 0'],
		],
		[
			'a device without a limit',
			{requests: {'example.com/gpu': '1'}},
			['limits: Required value: Limit must be set for non overcommitable resources'],
		],
		[
			'fewer devices than their limit',
			{requests: {'example.com/gpu': '1'}, limits: {'example.com/gpu': '2'}},
			['requests: Invalid value: "1": must be equal to example.com/gpu limit of 2'],
		],
		[
			'half a device',
			{limits: {'example.com/gpu': '500m'}, requests: {'example.com/gpu': '500m'}},
			[
				'limits[example.com/gpu]: Invalid value: "500m": must be an integer',
				'requests[example.com/gpu]: Invalid value: "500m": must be an integer',
			],
		],
	])('%s', (_, resources, expected) => {
		expect(inContainer({resources})).toEqual(expected.map(line => `spec.containers[0].resources.${line}`));
	});

	it('accepts devices with their limit, and huge names of the platform', () => {
		const resources = {limits: {'example.com/gpu': '2', cpu: '1', 'ephemeral-storage': '1Gi'}};
		expect(createPod({containers: [{...container, resources}]}).spec.containers).toHaveLength(1);
	});
});

describe('places for a Pod that the API server refuses', () => {
	const must = 'requiredDuringSchedulingIgnoredDuringExecution';
	const should = 'preferredDuringSchedulingIgnoredDuringExecution';
	it.each([
		[
			'distance from other Pods without a topology',
			{podAntiAffinity: {[must]: [{labelSelector: {matchLabels: {app: 'x'}}}]}},
			[
				`podAntiAffinity.${must}[0].topologyKey: Required value: can not be empty`,
				`podAntiAffinity.${must}[0].topologyKey: Invalid value: "": name part must be non-empty`,
				`podAntiAffinity.${must}[0].topologyKey: Invalid value: "": ${labelName}`,
			],
		],
		[
			'a weight above 100',
			{podAffinity: {[should]: [{weight: 101, podAffinityTerm: {topologyKey: 'kubernetes.io/hostname'}}]}},
			[`podAffinity.${should}[0].weight: Invalid value: 101: must be in the range 1-100`],
		],
		[
			'no node term at all',
			{nodeAffinity: {[must]: {nodeSelectorTerms: []}}},
			[`nodeAffinity.${must}.nodeSelectorTerms: Required value: must have at least one node selector term`],
		],
		[
			'expressions that say nothing, too much and nonsense',
			{
				nodeAffinity: {
					[must]: {
						nodeSelectorTerms: [
							{
								matchExpressions: [
									{key: 'a', operator: 'In'},
									{key: 'a', operator: 'Exists', values: ['b']},
									{key: 'a', operator: 'Gt', values: ['1', '2']},
									{key: 'a', operator: 'Is', values: ['b']},
								],
								matchFields: [{key: 'spec.x', operator: 'Exists'}],
							},
						],
					},
				},
			},
			[
				"matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
				"matchExpressions[1].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
				"matchExpressions[2].values: Required value: must be specified single value when `operator` is 'Lt' or 'Gt'",
				'matchExpressions[3].operator: Invalid value: "Is": not a valid selector operator',
				'matchFields[0].operator: Invalid value: "Exists": not a valid selector operator',
				'matchFields[0].key: Invalid value: "spec.x": not a valid field selector key',
			].map(line => `nodeAffinity.${must}.nodeSelectorTerms[0].${line}`),
		],
	])('%s', (_, affinity, expected) => {
		expect(pod({affinity})).toEqual(expected.map(line => `spec.affinity.${line}`));
	});

	it('a spread that cannot be', () => {
		const topologySpreadConstraints = [
			{maxSkew: 0, topologyKey: '', whenUnsatisfiable: 'Never', minDomains: 1},
			{maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', matchLabelKeys: ['a']},
			{maxSkew: 2, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', nodeTaintsPolicy: 'Maybe'},
		];
		expect(pod({topologySpreadConstraints})).toEqual(
			[
				'[0].maxSkew: Invalid value: 0: must be greater than zero',
				'[0].topologyKey: Required value: can not be empty',
				'[0].whenUnsatisfiable: Unsupported value: "Never": supported values: "DoNotSchedule", "ScheduleAnyway"',
				'[0].minDomains: Invalid value: 1: can only use minDomains if whenUnsatisfiable=DoNotSchedule, not Never',
				'[1].{topologyKey, whenUnsatisfiable}: Duplicate value: "{zone, DoNotSchedule}"',
				'[1].matchLabelKeys: Forbidden: must not be specified when labelSelector is not set',
				'[2].nodeTaintsPolicy: Unsupported value: "Maybe": supported values: "Honor", "Ignore"',
			].map(line => `spec.topologySpreadConstraints${line}`),
		);
	});

	it('one gate twice', () => {
		expect(pod({schedulingGates: [{name: 'a'}, {name: 'a'}]})).toEqual([
			'spec.schedulingGates[1]: Duplicate value: "a"',
		]);
	});
});

describe('other parts of a Pod that the API server refuses', () => {
	it.each([
		[
			'a user below none',
			{securityContext: {runAsUser: -1, fsGroup: 2 ** 31}},
			[
				'spec.securityContext.fsGroup: Invalid value: 2147483648: must be between 0 and 2147483647, inclusive',
				'spec.securityContext.runAsUser: Invalid value: -1: must be between 0 and 2147483647, inclusive',
			],
		],
		[
			'a profile without its type',
			{securityContext: {seccompProfile: {}}},
			['spec.securityContext.seccompProfile.type: Required value: type is required when seccompProfile is set'],
		],
		[
			'no name server where there is no other',
			{dnsPolicy: 'None'},
			['spec.dnsConfig: Required value: must provide `dnsConfig` when `dnsPolicy` is None'],
		],
		[
			'an empty list of name servers',
			{dnsPolicy: 'None', dnsConfig: {searches: ['a.example']}},
			['spec.dnsConfig.nameservers: Required value: must provide at least one DNS nameserver when `dnsPolicy` is None'],
		],
		[
			'a name server by name',
			{dnsConfig: {nameservers: ['dns.example']}},
			[
				'spec.dnsConfig.nameservers[0]: Invalid value: "dns.example": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
			],
		],
		[
			'a host alias without an address',
			{hostAliases: [{ip: 'x', hostnames: ['a.example']}]},
			['spec.hostAliases[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
		],
		[
			'volumes that lack what they are made of',
			{
				volumes: [
					{name: 'a', persistentVolumeClaim: {}},
					{name: 'b', hostPath: {path: '/a/../b', type: 'Link'}},
					{name: 'c', configMap: {name: 'x', defaultMode: 512, items: [{key: 'k', path: '/p'}, {path: '..data'}]}},
					{name: 'd', nfs: {server: 's', path: 'p'}},
				],
			},
			[
				'[0].persistentVolumeClaim.claimName: Required value',
				'[1].hostPath.path: Invalid value: "/a/../b": must not contain \'..\'',
				'[1].hostPath.type: Unsupported value: "Link": supported values: "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket"',
				'[2].configMap.defaultMode: Invalid value: 512: must be a number between 0 and 0777 (octal), both inclusive',
				'[2].configMap.items[0].path: Invalid value: "/p": must be a relative path',
				'[2].configMap.items[1].key: Required value',
				'[2].configMap.items[1].path: Invalid value: "..data": must not start with \'..\'',
				'[3].nfs.path: Invalid value: "p": must be an absolute path',
			].map(line => `spec.volumes${line}`),
		],
		[
			'a gate that is none',
			{schedulingGates: [{name: 'not a gate'}]},
			[`spec.schedulingGates[0]: Invalid value: "not a gate": ${labelName}`],
		],
	])('%s', (_, spec, expected) => {
		expect(pod(spec)).toEqual(expected);
	});

	it('a variable from a resource that there is not', () => {
		const env = ['limits.gpu', ''].map((resource, i) => ({name: `V${i}`, valueFrom: {resourceFieldRef: {resource}}}));
		expect(inContainer({env})).toEqual([
			'spec.containers[0].env[0].valueFrom.resourceFieldRef.resource: Unsupported value: "limits.gpu": supported values: "limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"',
			'spec.containers[0].env[1].valueFrom.resourceFieldRef.resource: Required value',
		]);
	});

	it('a mount of a volume that is itself wrong', () => {
		const volumes = [{name: 'v', configMap: {}}];
		const volumeMounts = [{name: 'v', mountPath: '/v', subPath: '../x'}];
		expect(pod({volumes, containers: [{...container, volumeMounts}]})).toEqual([
			'spec.volumes[0].configMap.name: Required value',
			'spec.containers[0].volumeMounts[0].name: Not found: "v"',
			'spec.containers[0].volumeMounts.subPath: Invalid value: "../x": must not contain \'..\'',
		]);
	});

	it('privileges that are given and denied at once', () => {
		expect(inContainer({securityContext: {privileged: true, allowPrivilegeEscalation: false}})).toEqual([
			expect.stringContaining('cannot set `allowPrivilegeEscalation` to false and `privileged` to true'),
		]);
	});
});

describe('classes that no cluster has by itself', () => {
	it.each([
		[{priorityClassName: 'urgent'}, 'no PriorityClass with name urgent was found'],
		[
			{priority: 5},
			'the integer value of priority (5) must not be provided in pod spec; priority admission controller computed 0 from the given PriorityClass name',
		],
		[{runtimeClassName: 'gvisor'}, 'pod rejected: RuntimeClass "gvisor" not found'],
	])('%j is forbidden', (spec, why) => {
		const error = refusal(() => createPod(spec));
		expect([error.code, error.message]).toEqual([403, `pods "x" is forbidden: ${why}`]);
	});

	it('gives a Pod of the system its priority', () => {
		expect(createPod({priorityClassName: 'system-node-critical'}).spec.priority).toBe(2_000_001_000);
	});
});

describe('a Pod with gates', () => {
	const gated = () => {
		const cluster = emptyCluster();
		cluster.create('pods', {spec: {containers: [container], schedulingGates: [{name: 'a'}, {name: 'b'}]}});
		return cluster;
	};

	it('says so from the start', () => {
		const {status} = gated().store.get<Pod>('pods', 'default', 'x')!;
		expect(status.conditions).toMatchObject([{type: 'PodScheduled', status: 'False', reason: 'SchedulingGated'}]);
	});

	it('may lose them one by one, and get no new one', () => {
		const {edit} = gated();
		const after = edit<Pod>('pods', ({spec}) => {
			spec.schedulingGates = [{name: 'b'}];
		});
		expect(after.spec.schedulingGates).toEqual([{name: 'b'}]);
		expect(
			causesOf(() =>
				edit<Pod>('pods', ({spec}) => {
					spec.schedulingGates = [{name: 'b'}, {name: 'c'}];
				}),
			),
		).toEqual(["spec.schedulingGates[1].name: Forbidden: only deletion is allowed, but found new scheduling gate 'c'"]);
	});
});
