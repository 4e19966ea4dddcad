import {createHash} from 'node:crypto';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, type IncomingMessage, request, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {Duplex} from 'node:stream';
import {KubeConfig} from '@kubernetes/client-node';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {createGatewayClient} from '../../src/clusters/gateway-client.ts';
import {failureOf, namesToTry} from '../../src/clusters/gateway-config.ts';
import {type GatewayPod, type GatewayPodOptions, openGatewayPod} from '../../src/clusters/gateway-pod.ts';
import {type KubeApi, KubeApiError} from '../../src/clusters/kube-api.ts';
import type {KubeObject, Pod} from '../../src/simulator/types.ts';
import {textIn} from '../../src/text/text.ts';
import {UserError} from '../../src/text/user-error.ts';
import {type RunningCluster, startRunningCluster} from '../simulator/running-cluster.ts';
import {until} from '../until.ts';
import {type Attempt, startNarrowServer} from './narrow-server.ts';

// An embedded cluster stands in for a real one: the gateway speaks to it through its API alone.
const text = textIn('en');
const image = 'nginx:1.14.2';
let cluster: RunningCluster;
let gateway: GatewayPod;
let stop: AbortController;

beforeAll(async () => {
	cluster = await startRunningCluster();
	await cluster.web(3);
	// What takes a Pod a second is over sooner.
	await cluster.speed(10);
});
afterAll(() => cluster.close());
beforeEach(() => {
	stop = new AbortController();
});
afterEach(async () => {
	stop.abort();
	await gateway.close();
	await until(async () => (await gatewayPods()).length === 0);
});

const open = async (options: Partial<GatewayPodOptions> = {}) => {
	const {kubeconfig} = cluster;
	gateway = await openGatewayPod({kubeconfig, namespace: 'default', image, signal: stop.signal, text, ...options});
};

type Answer = {status: number; headers: Record<string, unknown>; body: string};

/** What `curl -x GATEWAY URL` would get, as the client of a name with `-U NAME:`. */
const curl = (url: string, {client = '', method = 'GET', body = '', headers = {}} = {}): Promise<Answer> =>
	new Promise((resolve, reject) => {
		const {hostname, port} = new URL(gateway.url);
		const named = client && {'proxy-authorization': `Basic ${Buffer.from(`${client}:`).toString('base64')}`};
		const {host} = new URL(url);
		const asking = request(
			{hostname, port, path: url, method, headers: {host, ...(named || {}), ...headers}, agent: false},
			async response => {
				let received = '';
				for await (const piece of response.setEncoding('utf8')) received += piece;
				resolve({status: response.statusCode ?? 0, headers: response.headers, body: received});
			},
		);
		asking.on('error', reject);
		asking.end(body);
	});

const kubeconfigOf = (server: string) => `apiVersion: v1
kind: Config
current-context: it
clusters: [{name: it, cluster: {server: "${server}", insecure-skip-tls-verify: true}}]
contexts: [{name: it, context: {cluster: it, user: it}}]
users: [{name: it, user: {}}]
`;

const podsOf = async (namespace = 'default') =>
	(await cluster.get<{items: Pod[]}>(`/api/v1/namespaces/${namespace}/pods`)).items;
const gatewayPods = async (namespace = 'default') =>
	(await podsOf(namespace)).filter(({metadata}) => metadata.name.startsWith('endpoint-lab-gateway'));
const clusterIP = async (service: string) =>
	(await cluster.get<{spec: {clusterIP: string}}>(`/api/v1/namespaces/default/services/${service}`)).spec.clusterIP;
const create = (resource: string, object: Partial<KubeObject> & Record<string, unknown>) =>
	cluster.post(`/api/v1/namespaces/default/${resource}`, object);

test('every form of a Service’s name is answered as from inside, and the answer is that of the Pod', async () => {
	await open();
	for (const host of [
		'web',
		'web.default',
		'web.default.svc',
		'web.default.svc.cluster.local',
		await clusterIP('web'),
		'web:80',
	]) {
		const answer = await curl(`http://${host}/`);
		expect(answer, host).toMatchObject({status: 200, headers: {server: 'nginx/1.14.2', 'content-length': '612'}});
		expect(answer.body).toContain('Welcome to nginx!');
		expect(Object.keys(answer.headers)).not.toContain('endpoint-lab-outcome');
	}
	expect(await curl('http://web/nothing')).toMatchObject({status: 404});
});

test('while nothing gets through, many requests ask the API server no more often than one, and all get through later', async () => {
	let broken = false;
	const allows = ({subresource}: Attempt) => !(broken && subresource === 'portforward');
	const server = await startNarrowServer(cluster.kubeconfig, 'ada', allows);
	const folder = mkdtempSync(join(tmpdir(), 'endpoint-lab-test-'));
	const kubeconfig = join(folder, 'kubeconfig');
	writeFileSync(kubeconfig, kubeconfigOf(server.url));
	try {
		await open({kubeconfig});
		broken = true;
		const asked = Array.from({length: 40}, () => curl('http://web/'));
		const began = performance.now();
		// One in 200 ms, and each request one at first; it would be one in 200 ms for each of them.
		await until(() => server.refused.length >= 60 || performance.now() - began > 1_500);
		expect(server.refused.length).toBeLessThan(60);
		broken = false;
		expect((await Promise.all(asked)).map(({status}) => status)).toEqual(asked.map(() => 200));
	} finally {
		await gateway.close();
		await server.close();
		rmSync(folder, {recursive: true, force: true});
	}
});

test('what is sent reaches the Pod, and nothing of the gateway does', async () => {
	await create('pods', {
		apiVersion: 'v1',
		kind: 'Pod',
		metadata: {name: 'echo', labels: {app: 'echo'}},
		spec: {
			containers: [
				{
					name: 'echo',
					image,
					command: [
						'sh',
						'-c',
						`echo 'server { listen 80; return 200 "$request_method $request_uri $http_host [$http_endpoint_lab_target] $http_x_mine"; }' > /etc/nginx/conf.d/default.conf; exec nginx -g "daemon off;"`,
					],
				},
			],
		},
	});
	await create('services', {
		apiVersion: 'v1',
		kind: 'Service',
		metadata: {name: 'echo'},
		spec: {selector: {app: 'echo'}, ports: [{port: 8000, targetPort: 80}]},
	});
	await open();
	await until(async () => (await curl('http://echo:8000/')).status === 200);
	expect((await curl('http://echo:8000/a/b?c=d', {headers: {'x-mine': 'yes'}})).body).toBe(
		'GET /a/b?c=d echo:8000 [] yes',
	);
	expect((await curl('http://echo:8000/', {method: 'POST', body: 'some words'})).body).toBe('POST / echo:8000 [] ');
	await cluster.ask('/api/v1/namespaces/default/pods/echo', {method: 'DELETE'});
	await cluster.ask('/api/v1/namespaces/default/services/echo', {method: 'DELETE'});
});

test('no endpoint, no such name and no such machine are told apart', async () => {
	await create('services', {
		apiVersion: 'v1',
		kind: 'Service',
		metadata: {name: 'empty'},
		spec: {selector: {app: 'nobody'}, ports: [{port: 80}]},
	});
	await open();
	const refused = await curl('http://empty/');
	expect(refused).toMatchObject({
		status: 502,
		headers: {'proxy-status': expect.stringContaining('error=connection_refused')},
		body: `connect to empty (${await clusterIP('empty')}) port 80 failed: Connection refused\n`,
	});
	expect(await curl('http://nobody/')).toMatchObject({
		status: 502,
		headers: {'proxy-status': 'endpoint-lab; error=dns_error; details="Could not resolve host: nobody"'},
		body: 'Could not resolve host: nobody\n',
	});
	expect(await curl('http://10.244.1.250/')).toMatchObject({
		status: 504,
		headers: {'proxy-status': expect.stringContaining('error=connection_timeout')},
	});
});

test('a 502 of the application itself is passed on as it is', async () => {
	const config = 'server { listen 80; return 502 "down for today"; }';
	await create('pods', {
		apiVersion: 'v1',
		kind: 'Pod',
		metadata: {name: 'down', labels: {app: 'down'}},
		spec: {
			containers: [
				{
					name: 'down',
					image,
					command: ['sh', '-c', `echo '${config}' > /etc/nginx/conf.d/default.conf; exec nginx -g "daemon off;"`],
				},
			],
		},
	});
	await until(async () => (await podsOf()).some(({metadata, status}) => metadata.name === 'down' && status.podIP));
	const {podIP} = (await podsOf()).find(({metadata}) => metadata.name === 'down')!.status;
	await open();
	await until(async () => (await curl(`http://${podIP}/`)).body === 'down for today');
	const answer = await curl(`http://${podIP}/`);
	expect(answer.status).toBe(502);
	expect(answer.headers['proxy-status']).toBeUndefined();
	await cluster.ask('/api/v1/namespaces/default/pods/down', {method: 'DELETE'});
});

test('each user name is a client with an address of its own, so that session affinity holds for each', async () => {
	await cluster.ask('/api/v1/namespaces/default/services/web', {method: 'DELETE'});
	await create('services', {
		apiVersion: 'v1',
		kind: 'Service',
		metadata: {name: 'web'},
		spec: {selector: {app: 'web'}, ports: [{port: 80}]},
	});
	await open();
	for (const client of ['a', 'b', 'Ada L.']) expect(await curl('http://web/', {client})).toMatchObject({status: 200});
	const pods = await gatewayPods();
	expect(pods.map(({metadata}) => metadata.name).sort()).toEqual([
		'endpoint-lab-gateway',
		'endpoint-lab-gateway-a',
		expect.stringMatching(/^endpoint-lab-gateway-ada-l-[0-9a-f]{6}$/),
		'endpoint-lab-gateway-b',
	]);
	const log = await Promise.all(
		(await podsOf())
			.filter(({metadata}) => metadata.labels?.app === 'web')
			.map(({metadata}) => cluster.ask<string>(`/api/v1/namespaces/default/pods/${metadata.name}/log`)),
	);
	const askers = new Set(log.flatMap(({body}) => String(body).match(/^10\.\S+/gm) ?? []));
	for (const {metadata, status} of pods.filter(({metadata}) => metadata.name !== 'endpoint-lab-gateway'))
		expect(askers, metadata.name).toContain(status.podIP);
});

test('more clients than the cluster should bear are refused', async () => {
	await open();
	const answers = await Promise.all(Array.from({length: 9}, (_, n) => curl('http://web/', {client: `client-${n}`})));
	expect(answers.filter(({status}) => status === 200)).toHaveLength(7);
	expect(answers.find(({status}) => status === 503)?.body).toContain('8 clients already');
});

test('a Pod that is deleted under the gateway comes back, and no request is lost to it', async () => {
	await open();
	expect(await curl('http://web/')).toMatchObject({status: 200});
	const [before] = await gatewayPods();
	await cluster.ask('/api/v1/namespaces/default/pods/endpoint-lab-gateway?gracePeriodSeconds=0', {method: 'DELETE'});
	expect(await curl('http://web/')).toMatchObject({status: 200});
	const [after] = await gatewayPods();
	expect(after?.metadata.uid).not.toBe(before?.metadata.uid);
});

test('a Pod whose node is lost goes within seconds, and the next request has another on another node', async () => {
	await open();
	const nodeOf = async () => (await gatewayPods())[0]?.spec.nodeName ?? '';
	const lost = await nodeOf();
	const setReady = async (status: string) => {
		const node = await cluster.get<KubeObject & {status: object}>(`/api/v1/nodes/${lost}`);
		const conditions = [{type: 'Ready', status, reason: 'NodeStatusUnknown'}];
		const body = JSON.stringify({...node, status: {...node.status, conditions}});
		expect(await cluster.ask(`/api/v1/nodes/${lost}/status`, {method: 'PUT', body})).toMatchObject({status: 200});
	};
	await setReady('Unknown');
	try {
		await until(async () => (await gatewayPods()).length === 0);
		expect(await curl('http://web/')).toMatchObject({status: 200});
		expect(['', lost]).not.toContain(await nodeOf());
	} finally {
		await setReady('True');
	}
});

describe('where the API tells of the Pod as a test wants it', () => {
	let found: object | undefined;
	let asked: string[];
	let silent: Server;
	let opened: Duplex[];
	let ended: AbortController;
	beforeEach(async () => {
		found = undefined;
		asked = [];
		opened = [];
		ended = new AbortController();
		// It opens connections into the Pod, and never says a word after that.
		silent = createServer();
		silent.on('upgrade', ({headers}: IncomingMessage, socket: Duplex) => {
			const accept = createHash('sha1').update(`${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`);
			socket.write(
				'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
					`Sec-WebSocket-Accept: ${accept.digest('base64')}\r\n` +
					`Sec-WebSocket-Protocol: ${headers['sec-websocket-protocol']?.split(',')[0]}\r\n\r\n`,
			);
			opened.push(socket);
		});
		await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
		await open();
	});
	afterEach(async () => {
		ended.abort();
		for (const socket of opened) socket.destroy();
		await new Promise<unknown>(resolve => silent.close(resolve));
	});

	const search = () => {
		const config = new KubeConfig();
		const server = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
		config.loadFromClusterAndUser({name: 'silent', server, skipTLSVerify: true}, {name: 'me'});
		const api: KubeApi = {
			server,
			config,
			async ask<T>(method: string, path: string, {body}: {body?: unknown} = {}) {
				if (method !== 'GET') asked.push(`${method} ${path}`);
				if (method === 'DELETE' && path.includes('gracePeriodSeconds=0')) found = undefined;
				if (method === 'POST') {
					const {metadata} = body as {metadata: object};
					const running = {containerStatuses: [{state: {running: {}}, ready: true}]};
					found = {metadata: {...metadata, uid: String(asked.length)}, status: running};
				}
				if (method === 'GET' && !found) throw new KubeApiError(404, 'NotFound', 'not found');
				return found as T;
			},
			open: () => Promise.reject(new Error('not asked for')),
		};
		const beforeWrite = async () => {};
		const place = {api, namespace: 'lab', image, labels: {}, beforeWrite, text, signal: ended.signal};
		// It ends when the test does.
		createGatewayClient('', place)
			.search()
			.catch(() => {});
	};
	const pods = '/api/v1/namespaces/lab/pods';

	test('one that its kubelet never says to be gone is removed without it', async () => {
		found = {metadata: {deletionTimestamp: '2026-11-22T06:00:00Z'}};
		search();
		await until(async () => asked.length === 2);
		expect(asked).toEqual([`DELETE ${pods}/endpoint-lab-gateway?gracePeriodSeconds=0`, `POST ${pods}`]);
	});

	test('a connection that says nothing any more is left when its Pod is gone', async () => {
		search();
		await until(async () => opened.length === 1);
		found = undefined;
		await until(async () => asked.length === 2);
		expect(asked).toEqual([`POST ${pods}`, `POST ${pods}`]);
	});
});

test('many requests at once share connections and all come back', async () => {
	await open();
	const answers = await Promise.all(Array.from({length: 60}, () => curl('http://web/')));
	expect(answers.every(({status}) => status === 200)).toBe(true);
});

test('the Pods can live in a namespace of their own while names are those of the lesson’s', async () => {
	await open({podNamespace: 'endpoint-lab'});
	expect(await curl('http://web/')).toMatchObject({status: 200});
	expect(await gatewayPods()).toEqual([]);
	expect(await gatewayPods('endpoint-lab')).toHaveLength(1);
	await gateway.close();
	await until(async () => (await gatewayPods('endpoint-lab')).length === 0);
});

test('an image that cannot be pulled is told with the request', async () => {
	await open({image: 'registry.example.com/nginx:1'});
	const answer = await curl('http://web/');
	expect(answer).toMatchObject({
		status: 503,
		headers: {'proxy-status': expect.stringContaining('proxy_internal_error')},
	});
	expect(answer.body).toMatch(
		/endpoint-lab-gateway does not start \((ErrImagePull|ImagePullBackOff): .*kubectl describe/,
	);
});

test('what a killed lab left is cleared away at the next start, and nothing else', async () => {
	const labels = {'app.kubernetes.io/managed-by': 'endpoint-lab', 'app.kubernetes.io/name': 'endpoint-lab-gateway'};
	const pod = (name: string, own: Record<string, string>) =>
		create('pods', {
			apiVersion: 'v1',
			kind: 'Pod',
			metadata: {name, labels: own},
			spec: {containers: [{name: 'c', image}]},
		});
	await pod('endpoint-lab-gateway-old', {...labels, owner: 'me'});
	await pod('endpoint-lab-gateway-theirs', {...labels, owner: 'you'});
	await open({labels: {owner: 'me'}});
	await until(async () => !(await gatewayPods()).some(({metadata}) => metadata.name.endsWith('-old')));
	expect((await gatewayPods()).some(({metadata}) => metadata.name.endsWith('-theirs'))).toBe(true);
	await cluster.ask('/api/v1/namespaces/default/pods/endpoint-lab-gateway-theirs', {method: 'DELETE'});
});

test('what may not be written is not written', async () => {
	await open({
		beforeWrite: async () => {
			throw new UserError('another cluster');
		},
	});
	expect(await curl('http://web/')).toMatchObject({status: 503, body: expect.stringContaining('another cluster')});
	expect(await gatewayPods()).toEqual([]);
});

test('used as a server, or for anything but http, it says what it is for', async () => {
	await open();
	const {hostname, port} = new URL(gateway.url);
	const answer = await fetch(`http://${hostname}:${port}/`);
	expect(answer.status).toBe(400);
	expect(await answer.text()).toContain('use it as a proxy');
	const tunnel = request({hostname, port, method: 'CONNECT', path: 'web:443', agent: false});
	const status = await new Promise(resolve => {
		tunnel.on('connect', ({statusCode}) => resolve(statusCode));
		tunnel.end();
	});
	expect(status).toBe(501);
});

test('names are tried as a Pod’s resolver tries them', () => {
	const search = ['ns.svc.example', 'svc.example'];
	expect(namesToTry('web', search)).toEqual(['web.ns.svc.example', 'web.svc.example', 'web']);
	expect(namesToTry('web.other', search)).toEqual(['web.other.ns.svc.example', 'web.other.svc.example', 'web.other']);
	expect(namesToTry('a.b.c.d.e.f', search)[0]).toBe('a.b.c.d.e.f');
	expect(namesToTry('web.', search)).toEqual(['web']);
	expect(namesToTry('10.96.0.1', search)).toEqual(['10.96.0.1']);
});

test('nginx’s own 502 and 504 are told from those that it passes on', () => {
	// As nginx 1.14 to 1.29 give $upstream_addr|$upstream_connect_time|$upstream_header_time.
	expect(failureOf(200, '10.96.0.7:80|0.000|0.001')).toBeUndefined();
	expect(failureOf(502, '10.96.0.7:80|0.000|0.001')).toBeUndefined();
	expect(failureOf(502, '10.96.0.7:80|-|-')).toBe('refused');
	expect(failureOf(502, '10.96.0.7:80|0.001|-')).toBe('reset');
	expect(failureOf(504, '10.96.0.7:80|-|-')).toBe('timeout');
	expect(failureOf(502, '||')).toBe('unknown-host');
	expect(failureOf(502, '10.244.1.2:80, 10.244.1.3:80|-, -|-, -')).toBe('refused');
	expect(failureOf(200, '10.244.1.2:80, 10.244.1.3:80|-, 0.000|-, 0.002')).toBeUndefined();
});
