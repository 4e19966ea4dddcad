import {Agent, request as httpsRequest} from 'node:https';
import {afterAll, beforeAll, expect, test} from 'vitest';
import {seededRandom} from '../../../src/simulator/random.ts';
import {type Cluster, configMap, deployment, runningPod, startCluster} from './harness.ts';

let cluster: Cluster;
beforeAll(async () => {
	cluster = await startCluster();
	runningPod(cluster.simulation, 'web');
	await cluster.send('/api/v1/namespaces/default/configmaps', {method: 'POST', body: configMap('a', {a: 'b'})});
	await cluster.send('/apis/apps/v1/namespaces/default/deployments', {method: 'POST', body: deployment('a')});
	await cluster.send('/api/v1/namespaces/default/services', {
		method: 'POST',
		body: {metadata: {name: 'a'}, spec: {ports: [{port: 80}]}},
	});
	await cluster.send('/api/v1/namespaces/default/endpoints', {
		method: 'POST',
		body: {metadata: {name: 'a'}, subsets: []},
	});
});
afterAll(() => cluster.close());

const random = seededRandom(20261122);
const one = <T>(list: readonly T[]): T => list[random.below(list.length)]!;

const scalars = [
	'',
	'x',
	'__proto__',
	'-1',
	'null',
	'a/b',
	'%',
	'💥',
	'k'.repeat(300),
	0,
	-1,
	1.5,
	1e300,
	2 ** 31,
	true,
	false,
	null,
] as const;
const keys = [
	'metadata',
	'name',
	'namespace',
	'labels',
	'annotations',
	'spec',
	'status',
	'subsets',
	'addresses',
	'ip',
	'ports',
	'port',
	'selector',
	'matchLabels',
	'template',
	'containers',
	'replicas',
	'type',
	'data',
	'kind',
	'apiVersion',
	'managedFields',
	'finalizers',
	'ownerReferences',
	'uid',
	'resourceVersion',
	'$patch',
	'$retainKeys',
	'$setElementOrder/containers',
	'$deleteFromPrimitiveList/finalizers',
	'__proto__',
	'constructor',
	'target',
	'deleteOptions',
	'strategy',
	'rollingUpdate',
	'clusterIP',
	'clusterIPs',
	'endpoints',
	'addressType',
	'fieldsV1',
	'f:spec',
	'k:{',
	'op',
	'path',
	'value',
	'from',
] as const;

function value(depth: number): unknown {
	const kind = random.below(depth > 4 ? 1 : 3);
	if (kind === 0) return one(scalars);
	if (kind === 1) return Array.from({length: random.below(4)}, () => value(depth + 1));
	// Built as text, so that a member called __proto__ is one.
	return JSON.parse(
		`{${Array.from({length: random.below(5)}, () => `${JSON.stringify(one(keys))}:${JSON.stringify(value(depth + 1))}`).join(',')}}`,
	);
}

const resources = [
	'api/v1/namespaces/default/configmaps',
	'api/v1/namespaces/default/services',
	'api/v1/namespaces/default/endpoints',
	'api/v1/namespaces/default/pods',
	'api/v1/namespaces',
	'api/v1/nodes',
	'api/v1/namespaces/default/events',
	'apis/apps/v1/namespaces/default/deployments',
	'apis/apps/v1/namespaces/default/replicasets',
	'apis/discovery.k8s.io/v1/namespaces/default/endpointslices',
	'apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
	'apis/coordination.k8s.io/v1/namespaces/default/leases',
];
const names = ['', '/a', '/web', '/default', '/%00', '/%zz', '/..', '/a%2Fb', '/__proto__'];
const subresources = [
	'',
	'',
	'',
	'/status',
	'/scale',
	'/log',
	'/exec',
	'/portforward',
	'/proxy',
	'/proxy/x',
	'/eviction',
	'/binding',
	'/finalize',
	'/nothing',
	'/',
];
const parameters = [
	'limit',
	'continue',
	'resourceVersion',
	'resourceVersionMatch',
	'labelSelector',
	'fieldSelector',
	'dryRun',
	'fieldValidation',
	'fieldManager',
	'force',
	'gracePeriodSeconds',
	'propagationPolicy',
	'container',
	'tailLines',
	'sinceTime',
	'includeObject',
	'pretty',
	'command',
	'ports',
];
const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'PROPFIND'];
const types = [
	'application/json',
	'application/json',
	'application/yaml',
	'application/vnd.kubernetes.protobuf',
	'application/merge-patch+json',
	'application/json-patch+json',
	'application/strategic-merge-patch+json',
	'application/apply-patch+yaml',
	'text/plain',
	'',
	'application/json; charset=x',
];
const accepts = [
	'',
	'application/json',
	'*/*',
	'application/json;as=Table;v=v1;g=meta.k8s.io',
	'application/yaml',
	'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1',
	'text/html',
	';;;',
	'application/json;q=x',
];

function body(type: string): Buffer | undefined {
	switch (random.below(8)) {
		case 0:
			return undefined;
		case 1:
			return Buffer.from(JSON.stringify(value(0)).slice(0, random.below(60)));
		case 2:
			return Buffer.concat([
				Buffer.from('k8s\0'),
				Buffer.from(Array.from({length: random.below(80)}, () => random.below(256))),
			]);
		case 3:
			return Buffer.from(
				one([
					'a: b: c',
					'- - -',
					'&a [*a]',
					'? !!js/function x',
					'\u0000',
					'{',
					'[1',
					'"',
					'!!binary x',
					'<<: 1',
					'a: *b',
				]),
			);
		case 4:
			if (type.includes('json-patch'))
				return Buffer.from(
					JSON.stringify(
						Array.from({length: 3}, () => ({
							op: one(['add', 'remove', 'replace', 'move', 'copy', 'test']),
							path: one(['/metadata/labels/x', '/spec', '', '/metadata', '/data/__proto__/x', '/subsets/0', 'x', '/-']),
							from: one(['/spec', '/metadata', '']),
							value: value(2),
						})),
					),
				);
			return Buffer.from(JSON.stringify({metadata: {name: 'a'}, spec: value(1), data: value(2), subsets: value(2)}));
		default:
			return Buffer.from(JSON.stringify(value(0)));
	}
}

test('10,000 malformed requests only ever get an answer that blames the client', {timeout: 120_000}, async () => {
	const agent = new Agent({keepAlive: true, maxSockets: 8, ca: cluster.credentials.caCertificate});
	const failures: string[] = [];
	const codes = new Map<number, number>();
	const ask = () =>
		new Promise<void>((resolve, reject) => {
			const query = Array.from(
				{length: random.below(3)},
				() => `${one(parameters)}=${encodeURIComponent(String(one(scalars)))}`,
			).join('&');
			const path = `/${one(resources)}${one(names)}${one(subresources)}${query && `?${query}`}`;
			const type = one(types);
			const method = one(methods);
			const content = method === 'GET' || method === 'HEAD' ? undefined : body(type);
			const request = httpsRequest(cluster.server.url + path, {
				agent,
				method,
				headers: {
					Authorization: `Bearer ${cluster.credentials.token}`,
					...(type && {'Content-Type': type}),
					...(content && {'Content-Length': content.length}),
					Accept: one(accepts),
				},
			});
			request.on('error', reject);
			request.on('response', response => {
				const chunks: Buffer[] = [];
				response.on('data', chunk => chunks.push(chunk));
				response.on('end', () => {
					const status = response.statusCode ?? 0;
					codes.set(status, (codes.get(status) ?? 0) + 1);
					const text = Buffer.concat(chunks).toString();
					// 503: there is no node, network or endpoint behind this server; 504: a version of the future.
					if (status >= 500 && status !== 503 && status !== 504)
						failures.push(
							`${status} ${method} ${path} ${type} ${content?.toString().slice(0, 300)}\n  ${text.slice(0, 300)}`,
						);
					if (
						status >= 400 &&
						method !== 'HEAD' &&
						!/^{\s*"kind": ?"Status"/.test(text) &&
						!text.startsWith('kind: Status') &&
						!text.startsWith('404 page')
					)
						failures.push(`${status} without a Status: ${method} ${path} ${text.slice(0, 200)}`);
					resolve();
				});
			});
			request.end(content);
		});
	let left = 10_000;
	await Promise.all(
		Array.from({length: 8}, async () => {
			while (left-- > 0) await ask();
		}),
	);
	agent.destroy();
	expect(failures).toEqual([]);
	expect(codes.get(400)).toBeGreaterThan(1000);
	// The server is as well as before.
	expect((await cluster.send('/api/v1/namespaces/default/pods')).status).toBe(200);
	expect(({} as Record<string, unknown>).x).toBeUndefined();
});

test.each([
	['deep JSON', 'application/json', '['.repeat(100_000)],
	['deep objects', 'application/json', `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
	['deep YAML', 'application/yaml', `${'['.repeat(20_000)}`],
	[
		'a YAML bomb',
		'application/yaml',
		`a: &a [1,1,1,1,1,1,1,1,1]\n${[...'bcdefghij'].map((key, i) => `${key}: &${key} [${Array(9).fill(`*${'abcdefghij'[i]}`)}]`).join('\n')}`,
	],
	[
		'deep protobuf',
		'application/vnd.kubernetes.protobuf',
		Buffer.concat([Buffer.from('k8s\0'), Buffer.alloc(200_000, 0x0a)]),
	],
	[
		'100,000 unknown fields',
		'application/json',
		`{"metadata":{"name":"many"},${Array.from({length: 100_000}, (_, i) => `"f${i}":1`).join(',')}}`,
	],
])('%s is answered at once', async (_what, type, body) => {
	const {status} = await cluster.send('/api/v1/namespaces/default/configmaps?fieldValidation=Warn', {
		method: 'POST',
		body,
		type,
	});
	expect(status).toBeLessThan(500);
});

test('a JSON patch that doubles the object again and again is stopped', async () => {
	const operations = Array.from({length: 60}, (_, i) => ({op: 'copy', from: '', path: `/data${i}`}));
	const {body} = await cluster.send('/api/v1/namespaces/default/configmaps/a', {
		method: 'PATCH',
		type: 'application/json-patch+json',
		body: operations,
	});
	expect(body).toMatchObject({code: 413, reason: 'RequestEntityTooLarge'});
});

test.each([
	['//[', 404],
	['/api/v1/../../x', 404],
	['/api/v1/namespaces/%ff/pods', 400],
	['/api//v1', 404],
	['/?', 200],
	['*', 400],
])('the path %s', async (path, status) => {
	const {connect} = await import('node:tls');
	const text = await new Promise<string>((resolve, reject) => {
		const socket = connect({
			port: cluster.server.port,
			host: '127.0.0.1',
			servername: 'localhost',
			ca: cluster.credentials.caCertificate,
		});
		let received = '';
		socket.on('data', chunk => {
			received += chunk;
		});
		socket.on('end', () => resolve(received));
		socket.on('error', reject);
		socket.write(
			`GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${cluster.credentials.token}\r\nConnection: close\r\n\r\n`,
		);
	});
	expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
});

test('bytes that are no HTTP are refused', async () => {
	const {connect} = await import('node:tls');
	const text = await new Promise<string>((resolve, reject) => {
		const socket = connect({
			port: cluster.server.port,
			host: '127.0.0.1',
			servername: 'localhost',
			ca: cluster.credentials.caCertificate,
		});
		let received = '';
		socket.on('data', chunk => {
			received += chunk;
		});
		socket.on('end', () => resolve(received));
		socket.on('error', reject);
		socket.write('\u0000\u0001 nonsense\r\n\r\n');
	});
	expect(text).toMatch(/^HTTP\/1.1 400 /);
});
