import {afterEach, expect, test} from 'vitest';
import {createNetwork} from '../../../src/simulator/network/network.ts';
import {definitions} from '../../../src/simulator/resources/index.ts';
import {createSimulation} from '../../../src/simulator/simulation.ts';
import type {KubeObject} from '../../../src/simulator/types.ts';

let stop = () => {};
afterEach(() => stop());

const addresses = ['10.244.1.148', '10.244.1.149', '10.244.2.100'];

/** The Service and the slice of a capture from a kind cluster (Kubernetes 1.36, mode iptables). */
function rules({
	spec = {},
	endpoints = addresses.map(ip => ({
		addresses: [ip],
		nodeName: ip.startsWith('10.244.1.') ? 'one' : 'two',
	})) as object[],
	node = 'one',
	tables = ['filter', 'nat'] as const,
	hostNetwork = true,
}: {
	spec?: object;
	endpoints?: object[];
	node?: string;
	tables?: readonly ('filter' | 'nat')[];
	hostNetwork?: boolean;
} = {}) {
	const simulation = createSimulation(definitions, {start: 0, seed: 1});
	const {store} = simulation;
	const network = createNetwork(simulation);
	stop = () => network.stop();
	const put = (resource: string, object: object) => store.put(resource, object as unknown as KubeObject);
	put('services', {
		apiVersion: 'v1',
		kind: 'Service',
		metadata: {name: 'my-service', namespace: 'default', uid: 'u'},
		spec: {
			clusterIP: '10.96.201.234',
			clusterIPs: ['10.96.201.234'],
			ports: [{port: 80, protocol: 'TCP', targetPort: 80}],
			sessionAffinity: 'None',
			...spec,
		},
	});
	put('endpointslices', {
		apiVersion: 'discovery.k8s.io/v1',
		kind: 'EndpointSlice',
		metadata: {name: 'my-service-x', namespace: 'default', labels: {'kubernetes.io/service-name': 'my-service'}},
		addressType: 'IPv4',
		ports: [{name: '', port: 80, protocol: 'TCP'}],
		endpoints,
	});
	return network.podNetwork({ip: '172.18.0.3', node, namespace: 'default', hostNetwork}).rules(tables);
}

const of = (text: string) =>
	text.split('\n').filter(line => line.startsWith('-A') && line.includes('default/my-service'));

test('three endpoints are rendered as a real kube-proxy writes them, names of chains included', () => {
	expect(of(rules()).sort()).toEqual(
		`-A KUBE-SEP-35F7S6W5D5XGG6ZG -s 10.244.2.100/32 -m comment --comment "default/my-service" -j KUBE-MARK-MASQ
-A KUBE-SEP-35F7S6W5D5XGG6ZG -p tcp -m comment --comment "default/my-service" -m tcp -j DNAT --to-destination 10.244.2.100:80
-A KUBE-SEP-CSAKF4T6ANO7ACLP -s 10.244.1.148/32 -m comment --comment "default/my-service" -j KUBE-MARK-MASQ
-A KUBE-SEP-CSAKF4T6ANO7ACLP -p tcp -m comment --comment "default/my-service" -m tcp -j DNAT --to-destination 10.244.1.148:80
-A KUBE-SEP-I5PZP56HDJJPEBG7 -s 10.244.1.149/32 -m comment --comment "default/my-service" -j KUBE-MARK-MASQ
-A KUBE-SEP-I5PZP56HDJJPEBG7 -p tcp -m comment --comment "default/my-service" -m tcp -j DNAT --to-destination 10.244.1.149:80
-A KUBE-SERVICES -d 10.96.201.234/32 -p tcp -m comment --comment "default/my-service cluster IP" -m tcp --dport 80 -j KUBE-SVC-FXIYY6OHUSNBITIX
-A KUBE-SVC-FXIYY6OHUSNBITIX ! -s 10.244.0.0/16 -d 10.96.201.234/32 -p tcp -m comment --comment "default/my-service cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ
-A KUBE-SVC-FXIYY6OHUSNBITIX -m comment --comment "default/my-service -> 10.244.1.148:80" -m statistic --mode random --probability 0.33333333349 -j KUBE-SEP-CSAKF4T6ANO7ACLP
-A KUBE-SVC-FXIYY6OHUSNBITIX -m comment --comment "default/my-service -> 10.244.1.149:80" -m statistic --mode random --probability 0.50000000000 -j KUBE-SEP-I5PZP56HDJJPEBG7
-A KUBE-SVC-FXIYY6OHUSNBITIX -m comment --comment "default/my-service -> 10.244.2.100:80" -j KUBE-SEP-35F7S6W5D5XGG6ZG`
			.split('\n')
			.sort(),
	);
});

test('the rules of a chain stand in the order in which they are tried', () => {
	const chain = of(rules()).filter(line => line.startsWith('-A KUBE-SVC-'));
	expect(chain.map(line => /probability (\S+)/.exec(line)?.[1])).toEqual([
		undefined,
		'0.33333333349',
		'0.50000000000',
		undefined,
	]);
	expect(chain.at(-1)).toContain('-> 10.244.2.100:80');
});

test('session affinity is a note that is looked up first, and made on the way', () => {
	const text = rules({spec: {sessionAffinity: 'ClientIP'}});
	expect(text).toContain(
		'-A KUBE-SVC-FXIYY6OHUSNBITIX -m comment --comment "default/my-service -> 10.244.1.148:80" -m recent --rcheck --seconds 10800 --reap --name KUBE-SEP-CSAKF4T6ANO7ACLP --mask 255.255.255.255 --rsource -j KUBE-SEP-CSAKF4T6ANO7ACLP\n',
	);
	expect(text).toContain(
		'-A KUBE-SEP-35F7S6W5D5XGG6ZG -p tcp -m comment --comment "default/my-service" -m recent --set --name KUBE-SEP-35F7S6W5D5XGG6ZG --mask 255.255.255.255 --rsource -m tcp -j DNAT --to-destination 10.244.2.100:80\n',
	);
	expect(text.indexOf('--rcheck')).toBeLessThan(text.indexOf('--probability'));
});

test('without endpoints the only rule rejects, and stands in the table filter', () => {
	const rejects =
		'-A KUBE-SERVICES -d 10.96.201.234/32 -p tcp -m comment --comment "default/my-service has no endpoints" -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable';
	expect(of(rules({endpoints: []}))).toEqual([rejects]);
	expect(of(rules({endpoints: [], tables: ['nat']}))).toEqual([]);
});

test('what is not ready is left out, and what a Local policy keeps from a node is dropped there', () => {
	const [first] = addresses;
	const endpoints = [
		{addresses: [first], nodeName: 'one', conditions: {ready: false, serving: false}},
		{addresses: ['10.244.2.100'], nodeName: 'two', conditions: {ready: true}},
	];
	expect(rules({endpoints})).not.toContain(first);
	const local = {internalTrafficPolicy: 'Local'};
	expect(of(rules({endpoints, spec: local, node: 'one'})).join()).toContain(
		'has no local endpoints" -m tcp --dport 80 -j DROP',
	);
	expect(rules({endpoints, spec: local, node: 'two'})).toContain('--to-destination 10.244.2.100:80');
});

test('a headless Service has no rules, and neither has the network of a Pod of its own', () => {
	expect(of(rules({spec: {clusterIP: 'None', clusterIPs: ['None']}}))).toEqual([]);
	expect(rules({hostNetwork: false})).toBe('');
	expect(rules()).toMatch(/^# Rendered by endpoint-lab/);
});
