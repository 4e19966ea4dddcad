import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {request} from 'node:http';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {parse} from 'yaml';
import type {ContextQuestion} from '../../src/clusters/context/choose-namespace.ts';
import {contextPlace} from '../../src/clusters/context/context-record.ts';
import {namespaceName} from '../../src/clusters/context/own-namespace.ts';
import {removeContext} from '../../src/clusters/context/remove-context.ts';
import {type ContextCluster, type OpenContextOptions, openContextCluster} from '../../src/clusters/context-cluster.ts';
import {kubeRequest} from '../../src/clusters/kube-request.ts';
import type {KubeObject} from '../../src/simulator/types.ts';
import {type Home, openHome} from '../../src/state/home.ts';
import {textIn} from '../../src/text/text.ts';
import {type RunningCluster, startRunningCluster} from '../simulator/running-cluster.ts';
import {until} from '../until.ts';
import {type Attempt, type NarrowServer, startNarrowServer} from './narrow-server.ts';

// Embedded clusters stand in for somebody else's: the lab reaches them through a kubeconfig alone.
const text = textIn('en');
type Listed = {items: KubeObject[]};

let theirs: RunningCluster;
let folder: string;
let userFile: string;
let opened: ContextCluster[];
let notes: string[];
let questions: ContextQuestion[];
let stop: AbortController;

beforeAll(async () => {
	theirs = await startRunningCluster();
	await theirs.web(2);
	for (const namespace of ['team', 'endpoint-lab-ada-0000']) {
		// The second one looks like ours, and lacks the owner.
		await theirs.post('/api/v1/namespaces', {
			apiVersion: 'v1',
			kind: 'Namespace',
			metadata: {name: namespace, labels: {'app.kubernetes.io/managed-by': 'endpoint-lab'}},
		});
		await theirs.post(`/api/v1/namespaces/${namespace}/configmaps`, {
			apiVersion: 'v1',
			kind: 'ConfigMap',
			metadata: {name: 'precious', labels: {app: 'nginx'}},
			data: {words: 'keep me'},
		});
	}
	await theirs.speed(5);
});
afterAll(() => theirs.close());

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'endpoint-lab-context-'));
	opened = [];
	notes = [];
	questions = [];
	stop = new AbortController();
	userFile = contextFile('work', theirs.kubeconfig);
});

afterEach(async () => {
	await Promise.all(opened.map(cluster => cluster.close()));
	stop.abort();
	for (const {metadata} of await ownNamespaces())
		await theirs.ask(`/api/v1/namespaces/${metadata.name}`, {method: 'DELETE'});
	await until(async () => (await ownNamespaces()).length === 0);
	rmSync(folder, {recursive: true, force: true});
});

/** A kubeconfig as a user has it: several contexts, of which one leads to a cluster. */
function contextFile(
	name: string,
	kubeconfig: string,
	{server, namespace}: {server?: string; namespace?: string} = {},
) {
	const config = parse(readFileSync(kubeconfig, 'utf8'));
	const cluster = {...config.clusters[0].cluster, ...(server && {server})};
	if (server) delete cluster['certificate-authority-data'];
	const path = join(folder, 'config');
	mkdirSync(folder, {recursive: true});
	writeFileSync(
		path,
		JSON.stringify({
			apiVersion: 'v1',
			kind: 'Config',
			'current-context': 'elsewhere',
			clusters: [
				{name: 'elsewhere', cluster: {server: 'https://127.0.0.1:1'}},
				{name: 'theirs', cluster},
			],
			contexts: [
				{name: 'elsewhere', context: {cluster: 'elsewhere', user: 'ada'}},
				{name, context: {cluster: 'theirs', user: 'ada', ...(namespace && {namespace})}},
			],
			users: [{name: 'ada', user: config.users[0].user}],
		}),
	);
	return path;
}

const homeOf = (name = 'home'): Home => openHome({ENDPOINT_LAB_HOME: join(folder, name)});

async function open(options: Partial<OpenContextOptions> = {}): Promise<ContextCluster> {
	const cluster = await openContextCluster({
		name: 'work',
		home: homeOf(),
		environment: {KUBECONFIG: userFile},
		command: 'endpoint-lab test',
		signal: stop.signal,
		text,
		note: line => notes.push(line),
		confirm: async question => {
			questions.push(question);
			return true;
		},
		...options,
	});
	opened.push(cluster);
	return cluster;
}

const remove = (options: {home?: Home; forget?: boolean} = {}) =>
	removeContext({
		name: 'work',
		home: homeOf(),
		environment: {KUBECONFIG: userFile},
		command: 'endpoint-lab down',
		signal: stop.signal,
		text,
		...options,
	});

const namespaces = async () => (await theirs.get<Listed>('/api/v1/namespaces')).items;
const ownNamespaces = async () => (await namespaces()).filter(({metadata}) => metadata.labels?.['endpoint-lab/owner']);
const podsOf = async (namespace: string) =>
	(await theirs.get<Listed>(`/api/v1/namespaces/${namespace}/pods`)).items.map(({metadata}) => metadata.name);

/** Everything in the cluster that is not ours, to the letter. */
async function foreignObjects(): Promise<string> {
	const own = new Set((await ownNamespaces()).map(({metadata}) => metadata.name));
	const kinds = [
		'/api/v1/pods',
		'/api/v1/services',
		'/api/v1/configmaps',
		'/api/v1/secrets',
		'/api/v1/serviceaccounts',
	];
	const lists = await Promise.all(
		[
			...kinds,
			'/api/v1/namespaces',
			'/apis/apps/v1/deployments',
			'/apis/apps/v1/replicasets',
			'/apis/discovery.k8s.io/v1/endpointslices',
			'/api/v1/endpoints',
		].map(async path => [path, (await theirs.get<Listed>(path)).items] as const),
	);
	return JSON.stringify(
		lists.map(([path, items]) => [
			path,
			items.filter(({metadata}) => !own.has(metadata.namespace ?? '') && !own.has(metadata.name)),
		]),
		null,
		1,
	);
}

const curl = (url: string, proxy: string): Promise<{status: number; body: string}> =>
	new Promise((resolve, reject) => {
		const {hostname, port} = new URL(proxy);
		request({hostname, port, path: url, headers: {host: new URL(url).host}, agent: false}, async response => {
			let body = '';
			for await (const piece of response.setEncoding('utf8')) body += piece;
			resolve({status: response.statusCode ?? 0, body});
		})
			.on('error', reject)
			.end();
	});

/** One object, made by whoever holds the kubeconfig, in its namespace. */
async function make({kubeconfig, namespace}: ContextCluster, resource: string, object: object) {
	const path = resource === 'deployments' ? '/apis/apps/v1' : '/api/v1';
	const body = JSON.stringify({apiVersion: resource === 'deployments' ? 'apps/v1' : 'v1', ...object});
	return await kubeRequest(kubeconfig, `${path}/namespaces/${namespace}/${resource}`, stop.signal, {
		method: 'POST',
		body,
	});
}

const service = {
	kind: 'Service',
	metadata: {name: 'my-service'},
	spec: {selector: {app: 'my-app'}, ports: [{port: 80}]},
};
const deployment = {
	kind: 'Deployment',
	metadata: {name: 'my-app'},
	spec: {
		replicas: 2,
		selector: {matchLabels: {app: 'my-app'}},
		template: {
			metadata: {labels: {app: 'my-app'}},
			spec: {containers: [{name: 'web', image: 'nginx:1.14.2'}]},
		},
	},
};

test('a namespace of one’s own, in which lessons work, and nothing else is touched', async () => {
	const before = await foreignObjects();
	const file = readFileSync(userFile);
	const cluster = await open();
	expect(questions).toEqual([{context: 'work', server: expect.stringMatching(/^https:/), user: 'endpoint-lab'}]);
	const [own] = await ownNamespaces();
	expect(own?.metadata).toMatchObject({
		name: expect.stringMatching(/^endpoint-lab-[a-z0-9-]+-[0-9a-f]{4}$/),
		labels: {
			'app.kubernetes.io/managed-by': 'endpoint-lab',
			'endpoint-lab/owner': expect.stringMatching(/^[0-9a-f]{16}$/),
		},
	});
	expect(cluster).toMatchObject({
		kind: 'context',
		title: 'work v1.36',
		simulated: false,
		namespace: own?.metadata.name,
	});
	expect(statSync(cluster.kubeconfig).mode & 0o777).toBe(0o600);
	const frozen = JSON.parse(readFileSync(cluster.kubeconfig, 'utf8'));
	expect(frozen.contexts).toEqual([
		{name: 'work', context: {cluster: 'theirs', user: 'ada', namespace: cluster.namespace}},
	]);
	await make(cluster, 'deployments', deployment);
	await make(cluster, 'services', service);
	await until(async () => (await curl('http://my-service/', cluster.gateway)).status === 200);
	// The other namespace's Service is found by its full name only.
	expect((await curl('http://web/', cluster.gateway)).body).toBe('Could not resolve host: web\n');
	expect((await curl('http://web.default/', cluster.gateway)).status).toBe(200);
	await cluster.close();
	expect(existsSync(cluster.kubeconfig)).toBe(false);
	await until(async () => (await podsOf(cluster.namespace)).length === 2);
	expect(await foreignObjects()).toBe(before);
	expect(readFileSync(userFile)).toEqual(file);
});

test('the next start goes on in the same namespace without a question, until it is taken down', async () => {
	const first = await open();
	await make(first, 'services', service);
	await first.close();
	const second = await open();
	expect(second.namespace).toBe(first.namespace);
	expect(questions).toHaveLength(1);
	await second.close();
	expect(await remove()).toEqual({namespaces: [first.namespace]});
	expect(await ownNamespaces()).toEqual([]);
	expect(existsSync(contextPlace(homeOf(), 'work').folder)).toBe(false);
	expect(await remove()).toBeUndefined();
	expect((await open()).namespace).not.toBe(first.namespace);
	expect(questions).toHaveLength(2);
});

test('what is not confirmed leaves no trace in the cluster', async () => {
	const before = JSON.stringify(await namespaces());
	await expect(open({confirm: async () => false})).rejects.toThrow(
		'nothing has been done in the cluster of the context work.',
	);
	expect(JSON.stringify(await namespaces())).toBe(before);
	expect(existsSync(contextPlace(homeOf(), 'work').kubeconfig)).toBe(false);
});

test('a cluster on this machine needs no question', async () => {
	userFile = contextFile('kind-mine', theirs.kubeconfig);
	await open({name: 'kind-mine'});
	expect(questions).toEqual([]);
});

test('a second process joins the first, and leaves everything to it', async () => {
	const first = await open();
	const second = await open();
	expect(second).toMatchObject({joined: {pid: process.pid}, gateway: first.gateway, namespace: first.namespace});
	await second.close();
	expect(existsSync(first.kubeconfig)).toBe(true);
	await expect(remove()).rejects.toThrow(/is in use by "endpoint-lab test"/);
	await first.close();
});

test('a throwaway namespace goes when it is closed, and one of a killed process at the next start', async () => {
	const cluster = await open({throwaway: true});
	const other = await open({throwaway: true});
	expect(other.namespace).not.toBe(cluster.namespace);
	await Promise.all([cluster.close(), other.close()]);
	await until(async () => (await ownNamespaces()).length === 0);

	const killed = await open({throwaway: true});
	const {folder} = contextPlace(homeOf(), 'work');
	const record = join(folder, `passing-${killed.namespace}.json`);
	const {process: _, ...rest} = JSON.parse(readFileSync(record, 'utf8'));
	// A number that no process has.
	writeFileSync(record, JSON.stringify({...rest, process: {pid: 2 ** 30, started: 'long ago'}}));
	const living = await open({throwaway: true});
	await until(async () => (await ownNamespaces()).length === 1);
	expect((await ownNamespaces())[0]?.metadata.name).toBe(living.namespace);
	expect(existsSync(record)).toBe(false);
});

test('interrupted while it opens, it leaves neither namespace nor kubeconfig', async () => {
	for (const phase of ['question', 'namespace', 'gateway'] as const) {
		const interrupt = new AbortController();
		const home = homeOf(phase);
		const opening = open({
			home,
			signal: interrupt.signal,
			confirm: async () => {
				if (phase === 'question') interrupt.abort();
				return true;
			},
			note: () => {
				if (phase === 'namespace') interrupt.abort();
			},
		});
		if (phase === 'gateway') {
			// Open by then, or nearly: both must end in the same.
			await until(async () => (await ownNamespaces()).length === 1);
			interrupt.abort();
		}
		await opening.then(
			cluster => cluster.close(),
			error => expect(String(error), phase).toMatch(/abort/i),
		);
		expect(existsSync(contextPlace(home, 'work').kubeconfig), phase).toBe(false);
		await removeContext({
			name: 'work',
			home,
			environment: {KUBECONFIG: userFile},
			command: '',
			signal: stop.signal,
			text,
		});
		await until(async () => (await ownNamespaces()).length === 0);
	}
});

describe('another cluster under the same name', () => {
	let another: RunningCluster;
	beforeEach(async () => {
		another = await startRunningCluster({seed: 8});
	});
	afterEach(() => another.close());

	test('is refused at the start, and nothing is written to it', async () => {
		const cluster = await open();
		await cluster.close();
		userFile = contextFile('work', another.kubeconfig);
		const count = async () => (await another.get<Listed>('/api/v1/namespaces')).items.length;
		const before = await count();
		await expect(open()).rejects.toThrow(
			/another cluster than last time.*endpoint-lab down --delete --cluster context:work/,
		);
		await expect(remove()).rejects.toThrow(/another cluster than last time/);
		expect(await count()).toBe(before);
		expect(await remove({forget: true})).toEqual({namespaces: []});
		await open();
		expect(questions).toHaveLength(2);
		await opened.at(-1)!.close();
		await remove();
		userFile = contextFile('work', theirs.kubeconfig);
	});

	test('is refused while the lab runs', async () => {
		// One address, behind which the cluster changes.
		let target: NarrowServer = await startNarrowServer(theirs.kubeconfig, 'ada', () => true);
		const port = new URL(target.url).port;
		userFile = contextFile('work', theirs.kubeconfig, {server: target.url});
		const cluster = await open();
		expect((await curl('http://web.default/', cluster.gateway)).status).toBe(200);
		await target.close();
		target = await startNarrowServer(another.kubeconfig, 'ada', () => true, Number(port));
		const answer = await curl('http://web.default/', cluster.gateway);
		expect(answer).toMatchObject({status: 503, body: expect.stringContaining('another cluster than last time')});
		await cluster.close();
		expect(target.written).toEqual([]);
		await target.close();
	});
});

test.each([
	[
		403,
		'pods "endpoint-lab-x" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
		'violates PodSecurity',
	],
	[403, 'pods "endpoint-lab-x" is forbidden: failed quota: small: must specify limits.cpu for: nginx', 'failed quota'],
	[400, 'admission webhook "rules.example.com" denied the request: only images of example.com', 'denied the request'],
	[403, 'pods is forbidden: User "ada" cannot create resource "pods" in API group "" in the namespace "x"', undefined],
	[400, 'admission webhook "old.example.com" does not support dry run', undefined],
])('a namespace that refuses Pods with %i says so before a lesson begins: %s', async (status, message, told) => {
	const server = await startNarrowServer(
		theirs.kubeconfig,
		'ada',
		() => true,
		0,
		({method, url = ''}) => (method === 'POST' && url.endsWith('/pods?dryRun=All') ? {status, message} : undefined),
	);
	userFile = contextFile('work', theirs.kubeconfig, {server: server.url});
	const cluster = await open();
	const lines = notes.filter(line => line.includes('are refused in the namespace'));
	expect(lines).toEqual(told === undefined ? [] : [expect.stringContaining(told)]);
	await cluster.close();
	await remove();
	await server.close();
});

describe('a user of few rights', () => {
	let server: NarrowServer;
	let allows: (attempt: Attempt) => boolean;
	/** ClusterRole edit in one namespace, which may write no Endpoints since 1.22. */
	const edit = ({namespace, group, resource, verb}: Attempt) =>
		namespace === 'team' &&
		resource !== 'namespaces' &&
		!((resource === 'endpoints' || group === 'discovery.k8s.io') && !['get', 'list', 'watch'].includes(verb));

	beforeEach(async () => {
		allows = edit;
		server = await startNarrowServer(theirs.kubeconfig, 'ada', attempt => allows(attempt));
		userFile = contextFile('work', theirs.kubeconfig, {server: server.url, namespace: 'team'});
	});
	afterEach(() => server.close());

	test('works in the namespace they were given, and leaves in it what was there', async () => {
		const before = await foreignObjects();
		const cluster = await open();
		expect(questions).toEqual([{context: 'work', server: server.url, user: 'ada', assigned: 'team', objects: 1}]);
		expect(cluster.namespace).toBe('team');
		await until(async () => (await curl('http://web.default/', cluster.gateway)).status === 200);
		expect(await podsOf('team')).toEqual(['endpoint-lab-gateway']);
		await cluster.close();
		await until(async () => (await podsOf('team')).length === 0);
		expect(await remove()).toEqual({namespaces: [], cleaned: 'team'});
		expect(await foreignObjects()).toBe(before);
		expect(server.written.every(line => line.includes('/namespaces/team/pods'))).toBe(true);
	});

	test('is told which rights are missing', async () => {
		const cluster = await open();
		const pods = {verb: 'create', group: '', resource: 'pods'};
		const endpoints = {verb: 'create', group: '', resource: 'endpoints'};
		const slices = {verb: 'patch', group: 'discovery.k8s.io', resource: 'endpointslices'};
		const nodes = {verb: 'create', group: '', resource: 'nodes', clusterWide: true as const};
		expect(await cluster.missingRights?.([pods, endpoints, slices, nodes])).toEqual([endpoints, slices, nodes]);
		expect(cluster.capabilities).toEqual(new Set(['registry']));
	});

	test('without a namespace in the context is told what to ask for', async () => {
		userFile = contextFile('work', theirs.kubeconfig, {server: server.url});
		await expect(open()).rejects.toThrow(/names none to use.*kubectl config set-context work --namespace NAME/);
		userFile = contextFile('work', theirs.kubeconfig, {server: server.url, namespace: 'kube-system'});
		await expect(open()).rejects.toThrow(/names none to use/);
		expect(server.written).toEqual([]);
	});

	test('who may not make Pods is told so by the gateway', async () => {
		allows = attempt => edit(attempt) && attempt.resource !== 'pods';
		const cluster = await open();
		expect((await curl('http://web.default/', cluster.gateway)).body).toContain(
			'pods "endpoint-lab-gateway" is forbidden: User "ada" cannot get resource "pods" in API group "" in the namespace "team"',
		);
	});

	test('a throwaway in the namespace that was given is one at a time', async () => {
		const cluster = await open({throwaway: true});
		await expect(open({throwaway: true})).rejects.toThrow(/is in use by/);
		await cluster.close();
		await open({throwaway: true});
	});
});

test('a cluster that does not answer is an error with the reason', async () => {
	await expect(open({name: 'elsewhere'})).rejects.toThrow(
		/the cluster of the context elsewhere at https:\/\/127\.0\.0\.1:1 does not answer \(.*ECONNREFUSED/,
	);
});

test('credentials that are refused, and a program for them that is not there, are told as such', async () => {
	const config = JSON.parse(readFileSync(userFile, 'utf8'));
	const withUser = (user: object) => writeFileSync(userFile, JSON.stringify({...config, users: [{name: 'ada', user}]}));
	withUser({token: 'expired'});
	await expect(open()).rejects.toThrow(
		/does not accept the credentials: Unauthorized.*kubectl --context work get pods/,
	);
	const exec = {apiVersion: 'client.authentication.k8s.io/v1', command: 'no-such-plugin', interactiveMode: 'Never'};
	withUser({exec});
	await expect(open()).rejects.toThrow(/gets its credentials from the program no-such-plugin, which is not installed/);
});

test('a context’s name that a shell would take apart is quoted in what is to be typed', async () => {
	userFile = contextFile("ada's team", theirs.kubeconfig, {server: 'https://127.0.0.1:1'});
	await expect(open({name: "ada's team"})).rejects.toThrow("Try: kubectl --context 'ada'\\''s team' version");
});

test('fifty learners at once: names never collide, and each has what is theirs', {timeout: 300_000}, async () => {
	const before = await foreignObjects();
	const learners = await Promise.all(
		Array.from({length: 50}, async (_, n) => {
			const home = homeOf(`learner-${n}`);
			const cluster = await open({home});
			await make(cluster, 'deployments', {...deployment, spec: {...deployment.spec, replicas: 1}});
			await make(cluster, 'services', service);
			return {home, cluster};
		}),
	);
	expect(new Set(learners.map(({cluster}) => cluster.namespace)).size).toBe(50);
	await Promise.all(
		learners.map(({cluster}) =>
			until(async () => (await curl('http://my-service/', cluster.gateway)).body.includes('Welcome to nginx!')),
		),
	);
	const [gone, ...rest] = learners;
	await gone!.cluster.close();
	await remove({home: gone!.home});
	expect(await ownNamespaces()).toHaveLength(49);
	expect((await curl('http://my-service/', rest[0]!.cluster.gateway)).status).toBe(200);
	await Promise.all(rest.map(({cluster}) => cluster.close()));
	await Promise.all(rest.map(({home}) => remove({home})));
	expect(await ownNamespaces()).toEqual([]);
	expect(await foreignObjects()).toBe(before);
});

test('names of namespaces fit whatever the user is called', () => {
	for (const user of ['ada', 'Ada Lovelace', 'DOMAIN\\user.name', '阿达', '', '--', 'a'.repeat(80)])
		expect(namespaceName(user)).toMatch(/^endpoint-lab-[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?-[0-9a-f]{4}$/);
	expect(namespaceName('阿达')).toMatch(/^endpoint-lab-learner-/);
});
