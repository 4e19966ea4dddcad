import {describe, expect, it} from 'vitest';
import type {Service} from '../../../src/simulator/types.ts';
import {causesOf, emptyCluster, refusal} from './lab.ts';

const ports = [{port: 80}];
const service = (spec: object, seed?: number) => emptyCluster(seed).create<Service>('services', {spec});
const causes = (spec: object) => causesOf(() => service(spec));

describe('the address of a Service', () => {
	it('is its own, from 10.96.0.0/16, above the part kept for addresses asked for', () => {
		const {create} = emptyCluster();
		const ips = Array.from(
			{length: 300},
			(_, i) => create<Service>('services', {spec: {ports}}, `s${i}`).spec.clusterIP!,
		);
		expect(new Set(ips).size).toBe(300);
		for (const ip of ips) {
			expect(ip).toMatch(/^10\.96\.\d+\.\d+$/);
			expect(ip).not.toMatch(/^10\.96\.0\./);
		}
	});

	it('is the one asked for', () => {
		expect(service({ports, clusterIP: '10.96.0.10'}).spec).toMatchObject({
			clusterIP: '10.96.0.10',
			clusterIPs: ['10.96.0.10'],
		});
	});

	it('is refused when another has it', () => {
		const {create} = emptyCluster();
		create('services', {spec: {ports, clusterIP: '10.96.0.1'}}, 'kubernetes');
		expect(causesOf(() => create('services', {spec: {ports, clusterIP: '10.96.0.1'}}))).toEqual([
			'spec.clusterIPs: Invalid value: ["10.96.0.1"]: failed to allocate IP 10.96.0.1: provided IP is already allocated',
		]);
	});

	it('is refused outside the range', () => {
		expect(causes({ports, clusterIP: '10.97.0.1'})).toEqual([
			'spec.clusterIPs: Invalid value: ["10.97.0.1"]: failed to allocate IP 10.97.0.1: the provided network does not match the current range',
		]);
	});

	it('is free again once the Service is gone', () => {
		const {create, registry} = emptyCluster();
		create('services', {spec: {ports, clusterIP: '10.96.7.7'}}, 'a');
		registry.delete('services', 'default', 'a');
		expect(create<Service>('services', {spec: {ports, clusterIP: '10.96.7.7'}}, 'b').spec.clusterIP).toBe('10.96.7.7');
	});

	it('may not change once set', () => {
		const {create, edit} = emptyCluster();
		create('services', {spec: {ports, clusterIP: '10.96.5.4'}});
		expect(
			causesOf(() =>
				edit<Service>('services', ({spec}) => {
					spec.clusterIP = '10.96.5.5';
				}),
			),
		).toEqual(['spec.clusterIPs[0]: Invalid value: ["10.96.5.5"]: may not change once set']);
	});

	it('stays when an update leaves it out', () => {
		const {create, edit} = emptyCluster();
		const before = create<Service>('services', {spec: {ports, type: 'NodePort'}});
		const after = edit<Service>('services', draft => {
			draft.spec = {ports: [{port: 80}], type: 'NodePort'} as unknown as Service['spec'];
		});
		expect(after.spec.clusterIP).toBe(before.spec.clusterIP);
		expect(after.spec.ports![0]!.nodePort).toBe(before.spec.ports![0]!.nodePort);
	});

	it('is none for a headless Service, which may have no ports', () => {
		expect(service({clusterIP: 'None', selector: {a: 'b'}}).spec).toMatchObject({
			clusterIP: 'None',
			clusterIPs: ['None'],
			ipFamilies: ['IPv4'],
			ipFamilyPolicy: 'SingleStack',
		});
	});

	it('is of both families for a headless Service without a selector', () => {
		expect(service({clusterIP: 'None', ports}).spec).toMatchObject({
			ipFamilies: ['IPv4', 'IPv6'],
			ipFamilyPolicy: 'RequireDualStack',
		});
	});

	it('is not given to an ExternalName', () => {
		const {spec} = service({type: 'ExternalName', externalName: 'db.example.com'});
		expect(spec).toEqual({type: 'ExternalName', externalName: 'db.example.com', sessionAffinity: 'None'});
	});

	it('comes and goes with the type ExternalName', () => {
		const {create, edit} = emptyCluster();
		create('services', {spec: {ports}});
		const external = edit<Service>('services', ({spec}) => {
			spec.type = 'ExternalName';
			spec.externalName = 'db.example.com';
		});
		expect(external.spec).not.toHaveProperty('clusterIP');
		expect(external.spec).not.toHaveProperty('ipFamilies');
		const back = edit<Service>('services', ({spec}) => {
			spec.type = 'ClusterIP';
		});
		expect(back.spec.clusterIP).toMatch(/^10\.96\./);
	});

	it('of IPv6 is not there', () => {
		expect(causes({ports, ipFamilies: ['IPv6']})).toEqual([
			'spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster',
		]);
		expect(causes({ports, ipFamilyPolicy: 'RequireDualStack'})).toEqual([
			'spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
		]);
		expect(service({ports, ipFamilyPolicy: 'PreferDualStack'}).spec.ipFamilies).toEqual(['IPv4']);
	});
});

describe('node ports', () => {
	it('are given from 30000 to 32767', () => {
		const {spec} = service({type: 'NodePort', ports});
		expect(spec.ports![0]!.nodePort).toBeGreaterThanOrEqual(30000);
		expect(spec.ports![0]!.nodePort).toBeLessThanOrEqual(32767);
		expect(spec.externalTrafficPolicy).toBe('Cluster');
	});

	it('outside the range are refused', () => {
		expect(causes({type: 'NodePort', ports: [{port: 80, nodePort: 80}]})).toEqual([
			'spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767',
		]);
	});

	it('that another Service has are refused', () => {
		const {create} = emptyCluster();
		create('services', {spec: {type: 'NodePort', ports: [{port: 80, nodePort: 30080}]}}, 'a');
		expect(
			causesOf(() => create('services', {spec: {type: 'NodePort', ports: [{port: 80, nodePort: 30080}]}})),
		).toEqual(['spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated']);
	});

	it('are shared by the protocols of one port', () => {
		const {spec} = service({
			type: 'NodePort',
			ports: [
				{name: 'a', port: 53, protocol: 'TCP'},
				{name: 'b', port: 53, protocol: 'UDP'},
			],
		});
		expect(spec.ports![0]!.nodePort).toBe(spec.ports![1]!.nodePort);
	});

	it('go when the type changes to ClusterIP', () => {
		const {create, edit} = emptyCluster();
		create('services', {spec: {type: 'NodePort', ports}});
		const {spec} = edit<Service>('services', draft => {
			draft.spec.type = 'ClusterIP';
		});
		expect(spec.ports![0]).toEqual({port: 80, protocol: 'TCP', targetPort: 80});
		expect(spec).not.toHaveProperty('externalTrafficPolicy');
	});

	it('are forbidden for ClusterIP', () => {
		expect(causes({ports: [{port: 80, nodePort: 30080}]})).toEqual([
			"spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'",
		]);
	});

	it('are kept for the health check of a load balancer that stays local', () => {
		const {spec} = service({type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports});
		expect(spec.healthCheckNodePort).toBeGreaterThanOrEqual(30000);
		expect(spec.allocateLoadBalancerNodePorts).toBe(true);
	});
});

describe('Services that the API server refuses', () => {
	it.each([
		['no ports', {}, ['spec.ports: Required value']],
		['an empty list of ports', {ports: []}, ['spec.ports: Required value']],
		[
			'two ports without names',
			{ports: [{port: 80}, {port: 81}]},
			['spec.ports[0].name: Required value', 'spec.ports[1].name: Required value'],
		],
		[
			'two ports of one name',
			{
				ports: [
					{name: 'a', port: 80},
					{name: 'a', port: 81},
				],
			},
			['spec.ports[1].name: Duplicate value: "a"'],
		],
		[
			'one port twice',
			{
				ports: [
					{name: 'a', port: 80},
					{name: 'b', port: 80},
				],
			},
			[
				'spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}',
			],
		],
		[
			'port 0',
			{ports: [{port: 0, targetPort: 1}]},
			['spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive'],
		],
		[
			'a target port that is too high',
			{ports: [{port: 80, targetPort: 70000}]},
			['spec.ports[0].targetPort: Invalid value: 70000: must be between 1 and 65535, inclusive'],
		],
		[
			'a number in quotes as target port',
			{ports: [{port: 80, targetPort: '80'}]},
			['spec.ports[0].targetPort: Invalid value: "80": must contain at least one letter (a-z)'],
		],
		[
			'a target port with capitals',
			{ports: [{port: 80, targetPort: 'Web'}]},
			[
				'spec.ports[0].targetPort: Invalid value: "Web": must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)',
			],
		],
		[
			'a protocol that is none',
			{ports: [{port: 80, protocol: 'HTTP'}]},
			['spec.ports[0].protocol: Unsupported value: "HTTP": supported values: "SCTP", "TCP", "UDP"'],
		],
		[
			'a type that does not exist',
			{ports, type: 'Cluster'},
			[
				'spec.type: Unsupported value: "Cluster": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
			],
		],
		[
			'a selector whose value is no label',
			{ports, selector: {app: 'my app'}},
			[
				`spec.selector: Invalid value: "my app": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
			],
		],
		[
			'an affinity that does not exist',
			{ports, sessionAffinity: 'Cookie'},
			['spec.sessionAffinity: Unsupported value: "Cookie": supported values: "ClientIP", "None"'],
		],
		[
			'an affinity for longer than a day',
			{ports, sessionAffinity: 'ClientIP', sessionAffinityConfig: {clientIP: {timeoutSeconds: 86401}}},
			[
				'spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 86401: must be greater than 0 and less than 86400',
			],
		],
		[
			'a headless NodePort',
			{ports, type: 'NodePort', clusterIP: 'None'},
			['spec.clusterIPs[0]: Invalid value: "None": may not be set to \'None\' for NodePort services'],
		],
		['an ExternalName without a name', {type: 'ExternalName'}, ['spec.externalName: Required value']],
		[
			'an ExternalName with a cluster IP',
			{type: 'ExternalName', externalName: 'db.example.com', clusterIP: '10.96.0.1'},
			['spec.clusterIPs: Forbidden: may not be set for ExternalName services'],
		],
		[
			'an external address that is none',
			{ports, externalIPs: ['127.0.0.1']},
			['spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)'],
		],
		[
			'an external traffic policy on a ClusterIP',
			{ports, externalTrafficPolicy: 'Local'},
			['spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services'],
		],
		[
			'an internal traffic policy that does not exist',
			{ports, internalTrafficPolicy: 'Node'},
			['spec.internalTrafficPolicy: Unsupported value: "Node": supported values: "Cluster", "Local"'],
		],
		[
			'a traffic distribution that does not exist',
			{ports, trafficDistribution: 'Far'},
			[
				'spec.trafficDistribution: Unsupported value: "Far": supported values: "PreferClose", "PreferSameZone", "PreferSameNode"',
			],
		],
		[
			'an address that is no address',
			{ports, clusterIP: 'ten'},
			['spec.clusterIPs[0]: Invalid value: "ten": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'],
		],
		[
			'addresses beside no address',
			{ports, clusterIP: 'None', clusterIPs: ['None', '10.96.0.9'], ipFamilyPolicy: 'PreferDualStack'},
			['spec.clusterIPs: Invalid value: ["None","10.96.0.9"]: \'None\' must be the first and only value'],
		],
		[
			'one family twice',
			{ports, ipFamilies: ['IPv4', 'IPv4'], ipFamilyPolicy: 'PreferDualStack'},
			['spec.ipFamilies[1]: Duplicate value: "IPv4"'],
		],
		[
			'source ranges that are none',
			{
				type: 'LoadBalancer',
				ports,
				loadBalancerSourceRanges: [
					'10.0.0.0',
					'10.0.0.0/33',
					'10.1.2.3/16',
					'010.0.0.0/8',
					' 10.0.0.0/8 ',
					'2001:db8::/64',
				],
			},
			[
				'spec.LoadBalancerSourceRanges[0]: Invalid value: "10.0.0.0": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
				'spec.LoadBalancerSourceRanges[1]: Invalid value: "10.0.0.0/33": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
				'spec.LoadBalancerSourceRanges[2]: Invalid value: "10.1.2.3/16": must not have bits set beyond the prefix length',
				'spec.LoadBalancerSourceRanges[3]: Invalid value: "010.0.0.0/8": must not have leading 0s in IP or prefix length',
			],
		],
		[
			'source ranges without a load balancer',
			{ports, loadBalancerSourceRanges: ['10.0.0.0/8']},
			["spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'"],
		],
		[
			'a class of load balancer that is no name',
			{type: 'LoadBalancer', ports, loadBalancerClass: 'a/b/c'},
			[expect.stringMatching(/^spec\.loadBalancerClass: Invalid value: "a\/b\/c": a qualified name must consist of /)],
		],
	])('%s', (_, spec, expected) => {
		expect(causes(spec)).toEqual(expected);
	});

	it('annotations that say two things, or wrong ranges', () => {
		const annotations = {
			'service.kubernetes.io/topology-mode': 'Auto',
			'service.kubernetes.io/topology-aware-hints': 'Disabled',
			'service.beta.kubernetes.io/load-balancer-source-ranges': '10.0.0.0/8, all',
		};
		const {create} = emptyCluster();
		expect(causesOf(() => create('services', {metadata: {annotations}, spec: {ports}}))).toEqual([
			'metadata.annotations[service.kubernetes.io/topology-mode]: Invalid value: "Auto": must match annotations[service.kubernetes.io/topology-aware-hints] when both are specified',
			"metadata.annotations[service.beta.kubernetes.io/load-balancer-source-ranges]: Forbidden: may only be used when `type` is 'LoadBalancer'",
			'metadata.annotations[service.beta.kubernetes.io/load-balancer-source-ranges]: Invalid value: "all": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
		]);
	});

	it('the name is an RFC 1123 label since 1.36: it may start with a digit, but has no dots', () => {
		const {create} = emptyCluster();
		expect(create('services', {spec: {ports}}, '1st').metadata.name).toBe('1st');
		expect(refusal(() => create('services', {spec: {ports}}, 'a.b')).message).toContain(
			'metadata.name: Invalid value: "a.b": a lowercase RFC 1123 label',
		);
	});

	it('a taken name is only reported for a Service that is right', () => {
		const {create} = emptyCluster();
		create('services', {spec: {ports}});
		expect(refusal(() => create('services', {spec: {}})).code).toBe(422);
		expect(refusal(() => create('services', {spec: {ports}})).message).toBe('services "x" already exists');
	});
});

describe('the addresses of a load balancer', () => {
	const report = (type: string, ingress: object[]) => {
		const {create, registry} = emptyCluster();
		create('services', {spec: {ports, type}});
		const change = (object: Service): Service => ({...object, status: {loadBalancer: {ingress}}});
		return registry.modify<Service>('services', 'default', 'x', change, {subresource: 'status'});
	};

	it('are virtual ones unless their mode is told', () => {
		expect(report('LoadBalancer', [{ip: '192.0.2.1'}, {hostname: 'a.example'}]).status).toEqual({
			loadBalancer: {ingress: [{ip: '192.0.2.1', ipMode: 'VIP'}, {hostname: 'a.example'}]},
		});
	});

	it('are addresses, and for no other type', () => {
		expect(causesOf(() => report('ClusterIP', [{ip: '192.0.2.1'}]))).toEqual([
			"status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'",
		]);
		expect(causesOf(() => report('LoadBalancer', [{ip: 'here'}]))).toEqual([
			'status.loadBalancer.ingress[0].ip: Invalid value: "here": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
		]);
	});
});

describe('the affinity of a Service', () => {
	it('lasts three hours by default, and is forgotten when it is switched off', () => {
		const {create, edit} = emptyCluster();
		create('services', {spec: {ports, sessionAffinity: 'ClientIP'}});
		const {spec} = edit<Service>('services', () => {});
		expect(spec.sessionAffinityConfig).toEqual({clientIP: {timeoutSeconds: 10800}});
		const off = edit<Service>('services', draft => {
			draft.spec.sessionAffinity = 'None';
		});
		expect(off.spec).not.toHaveProperty('sessionAffinityConfig');
	});
});

it('an empty selector is stored as none', () => {
	expect(service({ports, selector: {}}).spec).not.toHaveProperty('selector');
});
