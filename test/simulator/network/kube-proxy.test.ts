import {expect, test} from 'vitest';
import {bodyOf, createLab, type Lab} from '../node/lab.ts';

const pods = (spec: object = {}, container: object = {}) => {
	const lab = createLab();
	for (const i of [0, 1, 2]) lab.pod(`web-${i}`, container, {labels: {app: 'web'}});
	lab.service('web', spec);
	lab.advance(4000);
	return lab;
};

/** How often each Pod answered. */
async function count(lab: Lab, times: number, client = {}) {
	const counts: Record<string, number> = {};
	for (let i = 0; i < times; i++) {
		const answer = await lab.request('http://web/', client);
		const who = 'from' in answer ? answer.from.pod! : answer.failure;
		counts[who] = (counts[who] ?? 0) + 1;
	}
	return counts;
}

test('each connection goes to a Pod by chance, all with the same chance', async () => {
	const counts = await count(pods(), 600);
	expect(Object.keys(counts).sort()).toEqual(['default/web-0', 'default/web-1', 'default/web-2']);
	for (const times of Object.values(counts)) expect(times).toBeGreaterThan(150);
});

test('ClientIP affinity keeps a client at one Pod, each client at its own, until it was silent too long', async () => {
	const lab = pods({sessionAffinity: 'ClientIP', sessionAffinityConfig: {clientIP: {timeoutSeconds: 60}}});
	expect(Object.values(await count(lab, 50))).toEqual([50]);
	const homes = new Set<string>();
	for (let i = 0; i < 30; i++) homes.add(Object.keys(await count(lab, 3, {ip: `10.244.0.${100 + i}`})).join());
	expect(homes.size).toBe(3);
	const later = new Set<string>();
	for (let i = 0; i < 30; i++) {
		lab.advance(61_000);
		later.add(Object.keys(await count(lab, 1)).join());
	}
	expect(later.size).toBeGreaterThan(1);
});

test('affinity lets go when the Pod is gone', async () => {
	const lab = pods({sessionAffinity: 'ClientIP'});
	const [home] = Object.keys(await count(lab, 5));
	lab.remove(home!.split('/')[1]!);
	lab.advance(3000);
	const next = await count(lab, 5);
	expect(Object.values(next)).toEqual([5]);
	expect(Object.keys(next)).not.toEqual([home]);
});

test('a Service without ready endpoints refuses, and the network knows why', async () => {
	const lab = createLab();
	lab.service('web');
	lab.advance(1000);
	const {spec} = lab.registry.get('services', 'default', 'web') as never as {spec: {clusterIP: string}};
	expect(await lab.request('http://web/')).toEqual({
		failure: 'refused',
		message: `connect to web (${spec.clusterIP}) port 80 failed: Connection refused`,
		why: 'Service default/web has no ready endpoints',
	});
});

test('a Pod that is not ready gets no requests', async () => {
	const lab = pods({}, {readinessProbe: {exec: {command: ['cat', '/tmp/ready']}, periodSeconds: 1}});
	await lab.exec('web-1', 'touch /tmp/ready');
	lab.advance(2000);
	expect(await count(lab, 20)).toEqual({'default/web-1': 20});
});

test('terminating Pods that still serve are used when there is no other', async () => {
	const lab = createLab();
	lab.pod('web', {lifecycle: {preStop: {sleep: {seconds: 10}}}});
	lab.service('web');
	lab.advance(3000);
	lab.remove('web');
	lab.advance(2000);
	expect(await lab.request('http://web/')).toMatchObject({status: 200});
	lab.advance(10_000);
	expect(await lab.request('http://web/')).toMatchObject({failure: 'refused'});
});

test('a wrong targetPort is refused by the Pod itself', async () => {
	const lab = pods({ports: [{port: 80, protocol: 'TCP', targetPort: 8080}]});
	const answer = await lab.request('http://web/');
	expect(answer).toMatchObject({
		failure: 'refused',
		why: expect.stringMatching(/^nothing listens on port 8080 of Pod default\/web-\d \(10\.244\.\d\.\d\)$/),
	});
});

test('a port that the Service does not have is dropped: the client waits in vain', async () => {
	const lab = pods();
	const answer = lab.request('http://web:81/');
	lab.advance(11_000);
	expect(await answer).toMatchObject({
		failure: 'timeout',
		why: 'Service default/web has no port 81',
	});
});

test('internalTrafficPolicy Local: a client on a node without a Pod is dropped, one beside a Pod is served there', async () => {
	const lab = createLab();
	lab.pod('web', {});
	lab.service('web', {internalTrafficPolicy: 'Local'});
	const {nodeName} = lab.after(3000, 'web').spec;
	expect(await lab.request('http://web/', {node: nodeName!})).toMatchObject({status: 200});
	const dropped = lab.request('http://web/', {node: 'lab-control-plane'});
	lab.advance(11_000);
	expect(await dropped).toMatchObject({
		failure: 'timeout',
		why: expect.stringContaining('internalTrafficPolicy is Local'),
	});
});

test('a node port answers on every node', async () => {
	const lab = pods({type: 'NodePort', ports: [{port: 80, protocol: 'TCP', targetPort: 80, nodePort: 30_080}]});
	for (const ip of ['172.18.0.2', '172.18.0.3', '172.18.0.4'])
		expect(await lab.request(`http://${ip}:30080/`)).toMatchObject({status: 200});
	expect(await lab.request('http://172.18.0.2:30081/')).toMatchObject({failure: 'refused'});
});

test('ports go by name: two ports of a Service reach two ports of the Pod', async () => {
	const lab = createLab();
	lab.create('configmaps', {
		metadata: {name: 'conf', namespace: 'default'},
		data: {'default.conf': 'server { listen 80; return 200 "web\\n"; } server { listen 9090; return 200 "admin\\n"; }'},
	});
	lab.pod(
		'web',
		{volumeMounts: [{name: 'conf', mountPath: '/etc/nginx/conf.d'}]},
		{spec: {volumes: [{name: 'conf', configMap: {name: 'conf'}}]}},
	);
	lab.service('web', {
		ports: [
			{name: 'http', port: 80, protocol: 'TCP', targetPort: 80},
			{name: 'admin', port: 81, protocol: 'TCP', targetPort: 9090},
		],
	});
	lab.advance(3000);
	expect(bodyOf(await lab.request('http://web/'))).toBe('web\n');
	expect(bodyOf(await lab.request('http://web:81/'))).toBe('admin\n');
});

test('a hand-made Endpoints list leads to a machine outside the cluster', async () => {
	const lab = createLab();
	lab.network.declare('10.0.0.250', {
		listener: port =>
			port === 80 ? (_, reply) => reply({status: 200, headers: {}, body: Buffer.from('harbor\n')}) : undefined,
	});
	lab.create('services', {
		metadata: {name: 'harbor', namespace: 'default'},
		spec: {ports: [{port: 80, protocol: 'TCP', targetPort: 80}]},
	});
	lab.create('endpoints', {
		metadata: {name: 'harbor', namespace: 'default'},
		subsets: [{addresses: [{ip: '10.0.0.250'}], ports: [{port: 80, protocol: 'TCP'}]}],
	});
	lab.advance(2000);
	expect(bodyOf(await lab.request('http://harbor/'))).toBe('harbor\n');
});

test('a Pod sees the address of its client; one that reaches itself through the Service sees its node', async () => {
	const lab = createLab();
	lab.pod('web', {});
	lab.service('web');
	const ip = lab.after(3000, 'web').status.podIP!;
	await lab.request('http://web/', {ip: '10.244.2.77'});
	await lab.exec('web', 'wget -qO- http://web.default >/dev/null');
	const sources = (await lab.logs('web')).split('\n').map(line => line.split(' ')[0]);
	expect(sources).toEqual(['10.244.2.77', ip.replace(/\d+$/, '1'), '']);
});

test('a Service that prefers what is close sends to the own node or zone, and elsewhere when there is nobody', async () => {
	const lab = createLab();
	const on = (node: string) => ({labels: {app: 'web'}, spec: {nodeSelector: {'kubernetes.io/hostname': node}}});
	const zone = (node: string, name: string) =>
		lab.registry.modify('nodes', undefined, node, object => ({
			...object,
			metadata: {...object.metadata, labels: {...object.metadata.labels, 'topology.kubernetes.io/zone': name}},
		}));
	zone('lab-control-plane', 'a');
	zone('lab-worker', 'a');
	zone('lab-worker2', 'b');
	lab.pod('near', {}, on('lab-worker'));
	lab.pod('far', {}, on('lab-worker2'));
	lab.service('web', {trafficDistribution: 'PreferSameZone'});
	lab.advance(4000);
	expect(await count(lab, 30, {node: 'lab-control-plane'})).toEqual({'default/near': 30});
	expect(await count(lab, 30, {node: 'lab-worker2'})).toEqual({'default/far': 30});
	expect(Object.keys(await count(lab, 60, {node: 'elsewhere'})).sort()).toEqual(['default/far', 'default/near']);
	lab.registry.modify('services', 'default', 'web', object => ({
		...object,
		spec: {...(object as {spec?: object}).spec, trafficDistribution: 'PreferSameNode'},
	}));
	lab.advance(2000);
	expect(await count(lab, 30, {node: 'lab-worker2'})).toEqual({'default/far': 30});
	expect(await count(lab, 30, {node: 'lab-control-plane'})).toEqual({'default/near': 30});
	lab.remove('near', {gracePeriodSeconds: 0});
	lab.advance(2000);
	expect(await count(lab, 30, {node: 'lab-control-plane'})).toEqual({'default/far': 30});
});
