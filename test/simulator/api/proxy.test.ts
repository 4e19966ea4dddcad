import {afterAll, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import type {ClusterRequest, Network} from '../../../src/simulator/node/node-api.ts';
import {type Cluster, runningPod, startCluster} from './harness.ts';

/** A network in which port 80 of every address answers with a page, and nothing else does. */
let asked: ClusterRequest[] = [];
const network: Network = {
	async request(request) {
		asked.push(request);
		const {hostname, port} = new URL(request.url);
		if ((port || '80') !== '80') return {failure: 'refused', message: 'refused'};
		const page = '<a href="/next">n</a><a href="http://other.example/x">o</a><img src="/i.png">';
		return {
			status: 200,
			headers: {
				'Content-Type': 'text/html',
				Server: 'nginx',
				Connection: 'keep-alive',
				'Content-Length': String(page.length),
			},
			body: Buffer.from(page),
			from: {ip: hostname, port: 80},
		};
	},
};

const base = '/api/v1/namespaces/default';
let cluster: Cluster;
beforeAll(async () => {
	cluster = await startCluster({network});
	runningPod(cluster.simulation, 'web', '10.244.1.2');
	const service = (name: string, ports: unknown[]) =>
		cluster.send(`${base}/services`, {method: 'POST', body: {metadata: {name}, spec: {ports}}});
	const endpoints = (name: string, addresses: unknown[], ports: unknown[]) =>
		cluster.send(`${base}/endpoints`, {method: 'POST', body: {metadata: {name}, subsets: [{addresses, ports}]}});
	const pod = {ip: '10.244.1.2', targetRef: {kind: 'Pod', name: 'web', namespace: 'default'}};
	await service('web', [{port: 80}]);
	await endpoints('web', [pod], [{port: 80}]);
	await service('two', [
		{name: 'a', port: 8000},
		{name: 'b', port: 8001},
	]);
	await endpoints(
		'two',
		[pod],
		[
			{name: 'a', port: 80},
			{name: 'b', port: 81},
		],
	);
	await service('empty', [{port: 80}]);
	await service('by-hand', [{port: 80}]);
	await endpoints('by-hand', [{ip: '10.0.0.250'}], [{port: 80}]);
});
afterAll(() => cluster.close());
beforeEach(() => {
	asked = [];
});

describe('the proxy of a Service', () => {
	test('asks a Pod, with the path and the query, and passes the answer on', async () => {
		const {status, headers} = await cluster.send(`${base}/services/web/proxy/a/b%20c?x=1&y`);
		expect(status).toBe(200);
		expect(headers.server).toBe('nginx');
		expect(asked).toHaveLength(1);
		expect(asked[0]).toMatchObject({method: 'GET', url: 'http://10.244.1.2:80/a/b%20c?x=1&y'});
		expect(asked[0]?.headers).toMatchObject({'x-forwarded-proto': 'https', 'x-forwarded-for': '127.0.0.1'});
		// The learner's token is nobody else's business.
		expect(asked[0]?.headers).not.toHaveProperty('authorization');
	});

	test('leads links of the page through itself', async () => {
		const {text} = await cluster.send(`${base}/services/web/proxy/`);
		expect(text).toBe(
			`<a href="${base}/services/web/proxy/next">n</a><a href="http://other.example/x">o</a><img src="${base}/services/web/proxy/i.png">`,
		);
	});

	test('without a slash leads to the slash', async () => {
		const {status, headers} = await cluster.send(`${base}/services/web/proxy`);
		expect([status, headers.location]).toEqual([301, `${base}/services/web/proxy/`]);
	});

	test('passes bodies on', async () => {
		await cluster.send(`${base}/services/web/proxy/form`, {method: 'POST', body: 'a=b', type: 'text/plain'});
		expect(Buffer.from(asked[0]?.body ?? []).toString()).toBe('a=b');
		expect(asked[0]?.headers['content-type']).toBe('text/plain');
	});

	test.each([
		['two:a', 'http://10.244.1.2:80/'],
		['two:8000', 'http://10.244.1.2:80/'],
		['http:two:a', 'http://10.244.1.2:80/'],
		['https:two:a', 'https://10.244.1.2:80/'],
	])('%s names the port by name or number', async (name, url) => {
		await cluster.send(`${base}/services/${name}/proxy/`);
		expect(asked[0]?.url).toBe(url);
	});

	test.each([
		['empty', 503, 'no endpoints available for service "empty"'],
		['two', 503, 'no endpoints available for service "two"'],
		['web:99', 503, 'no service port 99 found for service "web"'],
		['nope', 404, 'services "nope" not found'],
		['ftp:web:80', 400, 'invalid service request "ftp:web:80"'],
		['two:b', 503, 'error trying to reach service: dial tcp 10.244.1.2:81: connect: connection refused'],
	])('%s: %i %s', async (name, code, message) => {
		expect((await cluster.send(`${base}/services/${name}/proxy/`)).body).toMatchObject({code, message});
	});

	test('uses no address that does not belong to a Pod', async () => {
		expect((await cluster.send(`${base}/services/by-hand/proxy/`)).body).toMatchObject({
			code: 503,
			message: 'no endpoints available for service "by-hand"',
		});
	});
});

describe('the proxy of a Pod', () => {
	test('uses the first declared port, or the one that is asked for', async () => {
		await cluster.send(`${base}/pods/web/proxy/`);
		expect(asked[0]?.url).toBe('http://10.244.1.2:80/');
		expect((await cluster.send(`${base}/pods/web:8080/proxy/`)).body.message).toBe(
			'error trying to reach service: dial tcp 10.244.1.2:8080: connect: connection refused',
		);
	});

	test('refuses a Pod that has no address yet', async () => {
		await cluster.send(`${base}/pods`, {
			method: 'POST',
			body: {metadata: {name: 'new'}, spec: {containers: [{name: 'c', image: 'x'}]}},
		});
		expect((await cluster.send(`${base}/pods/new/proxy/`)).body).toMatchObject({
			code: 400,
			message: 'address not allowed',
		});
	});
});
