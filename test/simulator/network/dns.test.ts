import {expect, test} from 'vitest';
import {createLab} from '../node/lab.ts';

const addresses = (lab: ReturnType<typeof createLab>, name: string) =>
	lab.network.dns
		.lookup(name, 'A')
		.records.map(({data}) => data)
		.sort();

const three = (spec = {}) => {
	const lab = createLab();
	for (const i of [0, 1, 2]) lab.pod(`web-${i}`, {}, {labels: {app: 'web'}});
	lab.service('web', spec);
	lab.advance(3000);
	return lab;
};

test('a Service name has its cluster IP, and no IPv6 address', () => {
	const lab = three();
	const service = lab.registry.get<never>('services', 'default', 'web') as {spec: {clusterIP: string}};
	expect(addresses(lab, 'web.default.svc.cluster.local')).toEqual([service.spec.clusterIP]);
	expect(lab.network.dns.lookup('web.default.svc.cluster.local', 'AAAA')).toEqual({code: 'NOERROR', records: []});
});

test('names that do not exist are NXDOMAIN', () => {
	const lab = three();
	for (const name of ['nope.default.svc.cluster.local', 'web.nowhere.svc.cluster.local', 'web', 'example.com'])
		expect(lab.network.dns.lookup(name, 'A').code).toBe('NXDOMAIN');
});

test('the short name is found through the search domains of the namespace', () => {
	const lab = three();
	const box = lab.network.podNetwork({ip: '10.244.1.50', node: 'lab-worker', namespace: 'default'});
	const other = lab.network.podNetwork({ip: '10.244.1.51', node: 'lab-worker', namespace: 'kube-system'});
	expect(box.resolve('web')).toMatch(/^10\.96\./);
	expect(other.resolve('web')).toBeUndefined();
	expect(other.resolve('web.default')).toBe(box.resolve('web'));
	expect(box.resolve('kubernetes')).toBe('10.96.0.1');
	expect(box.resolve('kube-dns.kube-system')).toBe('10.96.0.10');
});

test('a headless Service answers with the addresses of its ready Pods', () => {
	const lab = three({clusterIP: 'None'});
	const ips = [0, 1, 2].map(i => lab.get(`web-${i}`).status.podIP!).sort();
	expect(addresses(lab, 'web.default.svc.cluster.local')).toEqual(ips);
	lab.remove('web-0');
	lab.advance(200);
	expect(addresses(lab, 'web.default.svc.cluster.local')).toHaveLength(2);
});

test('the addresses of a headless Service come in another order each time', () => {
	const lab = three({clusterIP: 'None'});
	const firsts = Array.from(
		{length: 50},
		() => lab.network.dns.lookup('web.default.svc.cluster.local', 'A').records[0]!.data,
	);
	expect(new Set(firsts).size).toBe(3);
});

test('each Pod behind a Service has a name made of its address', () => {
	const lab = three({clusterIP: 'None'});
	const ip = lab.get('web-1').status.podIP!;
	expect(addresses(lab, `${ip.replaceAll('.', '-')}.web.default.svc.cluster.local`)).toEqual([ip]);
	expect(lab.network.dns.lookup('10-9-9-9.web.default.svc.cluster.local', 'A').code).toBe('NXDOMAIN');
});

test('a Pod with hostname and subdomain has that name', () => {
	const lab = createLab();
	lab.pod('one', {}, {labels: {app: 'web'}, spec: {hostname: 'first', subdomain: 'web'}});
	lab.service('web', {clusterIP: 'None'});
	lab.advance(3000);
	expect(addresses(lab, 'first.web.default.svc.cluster.local')).toEqual([lab.get('one').status.podIP]);
});

test('SRV records tell the ports', () => {
	const ports = [{name: 'http', port: 80, protocol: 'TCP', targetPort: 80}];
	const cluster = three({ports});
	expect(cluster.network.dns.lookup('_http._tcp.web.default.svc.cluster.local', 'SRV').records).toEqual([
		{name: '_http._tcp.web.default.svc.cluster.local', type: 'SRV', data: '0 100 80 web.default.svc.cluster.local'},
	]);
	const headless = three({clusterIP: 'None', ports});
	const ip = headless.get('web-0').status.podIP!.replaceAll('.', '-');
	const records = headless.network.dns.lookup('_http._tcp.web.default.svc.cluster.local', 'SRV').records;
	expect(records).toHaveLength(3);
	expect(records.map(({data}) => data)).toContain(`0 33 80 ${ip}.web.default.svc.cluster.local`);
	expect(headless.network.dns.lookup('_https._tcp.web.default.svc.cluster.local', 'SRV').code).toBe('NXDOMAIN');
});

test('an ExternalName is an alias', () => {
	const lab = three();
	lab.create('services', {
		metadata: {name: 'alias', namespace: 'default'},
		spec: {type: 'ExternalName', externalName: 'web.default.svc.cluster.local'},
	});
	const [alias, ...rest] = lab.network.dns.lookup('alias.default.svc.cluster.local', 'A').records;
	expect(alias).toMatchObject({type: 'CNAME', data: 'web.default.svc.cluster.local'});
	expect(rest.map(({data}) => data)).toEqual(addresses(lab, 'web.default.svc.cluster.local'));
});

test('a Pod name with dashes is answered with that address, and addresses have names', () => {
	const lab = three();
	expect(addresses(lab, '10-244-1-7.default.pod.cluster.local')).toEqual(['10.244.1.7']);
	expect(lab.network.dns.lookup('10.0.96.10.in-addr.arpa', 'PTR').records.map(({data}) => data)).toEqual([
		'kube-dns.kube-system.svc.cluster.local',
	]);
});

test('a declared machine outside the cluster has its name', () => {
	const lab = three();
	lab.network.declare('10.0.0.250', {listener: () => undefined}, ['harbor.example.com']);
	expect(addresses(lab, 'harbor.example.com')).toEqual(['10.0.0.250']);
});
