import {execFile} from 'node:child_process';
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi} from 'vitest';
import {parse} from 'yaml';
import type {Right} from '../../src/clusters/context/rights.ts';
import {lessonRights} from '../../src/lesson/lesson-rights.ts';
import {findLesson} from '../../src/lesson/load-lessons.ts';
import type {KubeObject} from '../../src/simulator/types.ts';
import {type NarrowServer, startNarrowServer} from '../clusters/narrow-server.ts';
import {openScreen, type Screen} from '../e2e/screen.ts';
import {lives} from '../lives.ts';
import {kubectl, type RunningCluster, startRunningCluster} from '../simulator/running-cluster.ts';
import {until} from '../until.ts';
import {createSandbox, launcher, type Sandbox, startUp} from './cli.ts';

const run = promisify(execFile);
type Listed = {items: KubeObject[]};

// Whole programs, several of them, on a machine that may be busy.
vi.setConfig({testTimeout: 180_000, hookTimeout: 60_000});

// An embedded cluster stands in for somebody else's.
let theirs: RunningCluster;
let sandbox: Sandbox;
let folder: string;
let environment: Record<string, string>;
let config: Buffer;
let screens: Screen[];

beforeAll(async () => {
	theirs = await startRunningCluster();
	await theirs.web(2);
	await theirs.speed(5);
});
afterAll(() => theirs.close());

beforeEach(() => {
	sandbox = createSandbox();
	folder = join(sandbox.home, 'user');
	screens = [];
	const {clusters, users} = parse(readFileSync(theirs.kubeconfig, 'utf8'));
	mkdirSync(join(folder, '.kube'), {recursive: true});
	writeFileSync(
		join(folder, '.kube', 'config'),
		JSON.stringify({
			apiVersion: 'v1',
			kind: 'Config',
			'current-context': 'elsewhere',
			clusters: [{name: 'theirs', cluster: clusters[0].cluster}],
			contexts: [
				{name: 'elsewhere', context: {cluster: 'nowhere', user: 'nobody'}},
				{name: 'work', context: {cluster: 'theirs', user: 'ada'}},
			],
			users: [{name: 'ada', user: users[0].user}],
		}),
	);
	config = readFileSync(join(folder, '.kube', 'config'));
	environment = {HOME: folder, KUBECONFIG: '', ENDPOINT_LAB_CLUSTER: ''};
});

afterEach(async () => {
	for (const screen of screens) {
		if (!lives(screen.pid)) continue;
		screen.kill('SIGKILL');
		await screen.exited;
	}
	// Whatever happened, the user's own folder is as it was.
	expect(readdirSync(join(folder, '.kube'))).toEqual(['config']);
	expect(readFileSync(join(folder, '.kube', 'config'))).toEqual(config);
	await sandbox.run(['down', '--cluster', 'context:work'], environment);
	await sandbox.remove();
	await until(async () => (await own()).length === 0);
});

const own = async () =>
	(await theirs.get<Listed>('/api/v1/namespaces')).items
		.filter(({metadata}) => metadata.labels?.['app.kubernetes.io/managed-by'] === 'endpoint-lab')
		.map(({metadata}) => metadata.name);
const podsOf = async (namespace: string) =>
	(await theirs.get<Listed>(`/api/v1/namespaces/${namespace}/pods`)).items.map(({metadata}) => metadata.name);
const lab = (...args: string[]) => sandbox.run([...args, '--cluster', 'context:work'], environment);
/** Frozen kubeconfigs that are left in the home. */
const secrets = () => {
	const contexts = join(sandbox.home, 'contexts');
	return existsSync(contexts)
		? readdirSync(contexts).filter(name => existsSync(join(contexts, name, 'kubeconfig')))
		: [];
};

test('without a terminal the cluster is shown, and nothing happens without --yes', async () => {
	for (const command of [['up'], ['up', '--detach'], ['play', 'pod-addresses'], ['test', 'pod-addresses']]) {
		const {code, stderr} = await lab(...command);
		expect(code, command.join(' ')).toBe(2);
		expect(stderr).toMatch(/server +https:\/\/127\.0\.0\.1:\d+\n +user +endpoint-lab\n +namespace +a new one/);
		expect(stderr).toContain('nobody can be asked whether work is the cluster that you mean. If it is, say --yes');
	}
	expect(await own()).toEqual([]);
	expect(secrets()).toEqual([]);
});

test('on a terminal the name of the context has to be typed', async () => {
	const start = () => {
		const screen = openScreen([launcher, 'up', '--cluster', 'context:work'], {
			env: {...sandbox.environment, ...environment},
			columns: 160,
		});
		screens.push(screen);
		return screen;
	};
	const asked = (screen: Screen) => screen.waitFor(text => text.includes("type the context's name (work):"));
	for (const answer of ['yes\r', '\r', '\x03']) {
		const screen = start();
		await asked(screen);
		await screen.press(...answer);
		expect(await screen.exited).not.toBe(0);
		expect(await own()).toEqual([]);
	}
	const screen = start();
	await asked(screen);
	await screen.press(...'work\r');
	await screen.waitFor(text => text.includes('export KUBECONFIG='));
	expect(await own()).toHaveLength(1);
	screen.kill('SIGINT');
	expect(await screen.exited).toBe(0);
	expect(secrets()).toEqual([]);
});

test('a context that is not there is answered with those that are', async () => {
	const {code, stderr} = await sandbox.run(['up', '--cluster', 'context:wrok'], environment);
	expect(code).toBe(2);
	expect(stderr).toContain('has no context named wrok. Do you mean work? It has: elsewhere, work');
	const broken = await sandbox.run(['up', '--cluster', 'context:elsewhere'], environment);
	expect(broken.code).toBe(1);
	expect(broken.stderr).toContain('names a cluster that is not there');
});

test('up in the background, status, a second process, and down', async () => {
	const first = await lab('up', '--detach', '--yes');
	expect(first.code, first.stderr).toBe(0);
	expect(first.stdout).toMatch(/^export KUBECONFIG=\S+\nexport http_proxy=http:\/\/127\.0\.0\.1:\d+ no_proxy=\S+\n$/);
	const [namespace = ''] = await own();
	const kubeconfig = /KUBECONFIG=(\S+)/.exec(first.stdout)![1]!;
	if (kubectl) {
		await run(kubectl, ['create', 'deployment', 'mine', '--image=nginx'], {
			env: {...process.env, KUBECONFIG: kubeconfig, KUBECACHEDIR: join(sandbox.home, 'cache'), HOME: folder},
		});
		await until(async () => (await podsOf(namespace)).some(name => name.startsWith('mine-')));
	}
	const status = JSON.parse((await sandbox.run(['status', '--json'], environment)).stdout);
	expect(status).toMatchObject({running: true, cluster: 'context:work', namespace, kubernetes: 'v1.36.2'});
	expect((await lab('status')).stdout).toContain(`namespace   ${namespace}`);
	const second = await lab('up');
	expect(second).toMatchObject({code: 0, stdout: first.stdout});

	// Without a name only the process ends.
	const ended = await sandbox.run(['down'], environment);
	expect(ended.stdout).toMatch(/Ended the gateway into the cluster of the context work/);
	expect(ended.stderr).toContain('endpoint-lab down --cluster context:work');
	expect(await own()).toEqual([namespace]);
	expect(secrets()).toEqual([]);
	expect((await lab('status')).stdout).toContain(`The context work has the namespace ${namespace} of the lab`);

	const down = await lab('down');
	expect(down.stdout).toBe(`Deleted from the cluster of the context work: namespace ${namespace}\n`);
	expect((await lab('down')).stdout).toBe('The lab has nothing in the cluster of the context work.\n');
	expect(await own()).toEqual([]);
});

test('a lesson is played in a namespace that is gone afterwards, beside objects of others with its names', async () => {
	const name = {metadata: {name: 'test', labels: {app: 'test'}}};
	await theirs.post('/api/v1/namespaces/default/configmaps', {apiVersion: 'v1', kind: 'ConfigMap', ...name});
	await theirs.post('/api/v1/namespaces/default/pods', {
		apiVersion: 'v1',
		kind: 'Pod',
		...name,
		spec: {containers: [{name: 'test', image: 'nginx'}]},
	});
	const kept = async () => JSON.stringify((await theirs.get<Listed>('/api/v1/namespaces/default/configmaps')).items);
	const before = await kept();
	const played = await lab('play', 'pod-addresses', '--yes');
	expect(played.code, played.stdout + played.stderr).toBe(0);
	expect(played.stdout).toContain('All 9 checks came true.');
	expect(await podsOf('default')).toContain('test');
	expect(await kept()).toBe(before);
	await until(async () => (await own()).length === 0);
	await theirs.ask('/api/v1/namespaces/default/pods/test', {method: 'DELETE'});
});

test('the lab shows which cluster it is, and its commands run in the namespace there', async () => {
	const screen = openScreen([launcher, 'pod-addresses', '--cluster', 'context:work', '--yes'], {
		env: {...sandbox.environment, ...environment},
	});
	screens.push(screen);
	await screen.waitFor(text => screen.isAlternate() && text.includes('work v1.36') && text.includes('no Pods yet'));
	expect(screen.text()).not.toContain('SIMULATED');
	await screen.type('kubectl create service clusterip mine --tcp=80:80');
	await screen.press('\r');
	const [namespace = ''] = await own();
	const services = `/api/v1/namespaces/${namespace}/services`;
	// While a command runs, Ctrl-D is the command's.
	await screen.waitFor(text => text.includes('service/mine created') && text.includes('$ type a command'));
	expect((await theirs.get<Listed>(services)).items.map(({metadata}) => metadata.name)).toEqual(['mine']);
	await screen.press('\x04');
	expect(await screen.exited).toBe(0);
	expect(secrets()).toEqual([]);
	expect(await own()).toEqual([namespace]);
	await until(async () => (await podsOf(namespace)).length === 0);
});

describe('a user of few rights in a namespace that was given to them', () => {
	let server: NarrowServer;
	let allowed: Right[];

	beforeEach(async () => {
		await theirs.post('/api/v1/namespaces', {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'team'}});
		allowed = [];
		server = await startNarrowServer(theirs.kubeconfig, 'ada', ({namespace, ...attempt}) =>
			allowed.some(
				({verb, group, resource, subresource = ''}) =>
					namespace === 'team' &&
					verb === attempt.verb &&
					group === attempt.group &&
					resource === attempt.resource &&
					subresource === attempt.subresource,
			),
		);
		const {users} = parse(readFileSync(theirs.kubeconfig, 'utf8'));
		config = Buffer.from(
			JSON.stringify({
				clusters: [{name: 'narrow', cluster: {server: server.url}}],
				contexts: [{name: 'work', context: {cluster: 'narrow', user: 'ada', namespace: 'team'}}],
				users: [{name: 'ada', user: users[0].user}],
			}),
		);
		writeFileSync(join(folder, '.kube', 'config'), config);
	});
	afterEach(async () => {
		await theirs.ask('/api/v1/namespaces/team', {method: 'DELETE'});
		await server.close();
	});

	test.each(['service', 'pod-addresses'])('the rights that %s asks for are enough for it', async id => {
		allowed = lessonRights(findLesson(id)!);
		const played = await lab('play', id, '--yes');
		expect(played.code, played.stdout + played.stderr).toBe(0);
		// Only what is looked at before the question: what else is in the namespace, and who the server is.
		const looked =
			/cannot (list|get) resource "(configmaps|secrets|persistentvolumeclaims|statefulsets|daemonsets|jobs|cronjobs|namespaces|replicasets)"/;
		expect(server.refused.filter(message => !looked.test(message))).toEqual([]);
	});

	test('a lesson that needs more is refused, and says what', async () => {
		allowed = lessonRights(findLesson('service')!);
		const {code, stderr} = await lab('play', 'custom-endpoints', '--yes');
		expect(code).toBe(1);
		expect(stderr).toMatch(
			/the lesson custom-endpoints cannot run in work v1\.36: this user may not .*create endpoints/,
		);
	});

	test('up says which lessons can run and what the others lack', async () => {
		allowed = lessonRights(findLesson('service')!);
		const up = await startUp(sandbox, ['--cluster', 'context:work', '--yes'], environment);
		expect(up.stderr()).toMatch(/\d+ of \d+ lessons can run here\. The others:/);
		expect(up.stderr()).toMatch(/^ {2}custom-endpoints lacks: .*create endpoints/m);
		expect(up.stderr()).toMatch(/^ {2}stored-in-etcd lacks: etcd$/m);
		expect(up.stderr()).not.toMatch(/^ {2}service lacks/m);
		up.child.kill('SIGINT');
		expect(await up.ended).toMatchObject({code: 0});
	});
});

/** The moments in which a start can be interrupted, as they show in the cluster. */
const phases = {
	begun: async () => existsSync(join(sandbox.home, 'contexts')),
	namespace: async () => (await own()).length > 0,
	gateway: async () => {
		const [namespace] = await own();
		return namespace !== undefined && (await podsOf(namespace)).includes('endpoint-lab-gateway');
	},
} as const;

describe.each(Object.entries(phases))('in the phase "%s"', (_, reached) => {
	test('Ctrl-C leaves no Pod, no kubeconfig, and no namespace that was just made', async () => {
		const up = sandbox.start(['up', '--cluster', 'context:work', '--yes'], environment);
		let over = false;
		void up.ended.then(() => {
			over = true;
		});
		await until(async () => over || (await reached()));
		up.child.kill('SIGINT');
		const {code, stdout} = await up.ended;
		expect([0, 130]).toContain(code);
		expect(secrets()).toEqual([]);
		// Who was quicker decides: what was open stays for the next time.
		if (!stdout.includes('export')) await until(async () => (await own()).length === 0);
		for (const namespace of await own()) await until(async () => (await podsOf(namespace)).length === 0);
	});

	test('after kill -9 the next start takes over what is there, and down removes it all', async () => {
		const up = sandbox.start(['up', '--cluster', 'context:work', '--yes'], environment);
		await until(reached);
		up.child.kill('SIGKILL');
		await up.ended;
		const left = await own();
		const again = await startUp(sandbox, ['--cluster', 'context:work', '--yes'], environment);
		const [namespace = '', ...more] = await own();
		expect(more).toEqual([]);
		if (left.length > 0) expect(left).toEqual([namespace]);
		const gateways = async () => (await podsOf(namespace)).filter(name => name.startsWith('endpoint-lab-gateway'));
		await until(async () => (await gateways()).length === 1);
		again.child.kill('SIGINT');
		await again.ended;
		const down = await lab('down');
		expect(down.stdout).toBe(`Deleted from the cluster of the context work: namespace ${namespace}\n`);
		expect(await own()).toEqual([]);
		expect(readdirSync(join(sandbox.home, 'contexts'))).toEqual([]);
	});
});

test('after kill -9 in a lesson that is played, the next one removes its namespace', async () => {
	const play = sandbox.start(['play', 'pod-addresses', '--cluster', 'context:work', '--yes'], environment);
	await until(async () => (await own()).length === 1);
	play.child.kill('SIGKILL');
	await play.ended;
	const [left] = await own();
	const up = await startUp(sandbox, ['--cluster', 'context:work', '--yes'], environment);
	await until(async () => !(await own()).includes(left!));
	expect(await own()).toHaveLength(1);
	up.child.kill('SIGINT');
	expect(await up.ended).toMatchObject({code: 0});
});
