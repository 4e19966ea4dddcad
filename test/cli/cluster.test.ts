import {execFile} from 'node:child_process';
import {
	chmodSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	statSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import {createServer} from 'node:net';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {findOnPath} from '../../src/clusters/shell.ts';
import {lives} from '../lives.ts';
import {until} from '../until.ts';
import {createSandbox, type Sandbox, startUp} from './cli.ts';

const run = promisify(execFile);
const kubectl = findOnPath('kubectl', process.env.PATH);

// Whole programs, several of them, on a machine that may be busy.
vi.setConfig({testTimeout: 120_000});

let sandbox: Sandbox;

beforeEach(() => {
	sandbox = createSandbox();
});

afterEach(() => sandbox.remove());

async function status() {
	return JSON.parse((await sandbox.run(['status', '--json'])).stdout);
}

function left(folder: string): string[] {
	return existsSync(folder) ? readdirSync(folder) : [];
}

describe('up', () => {
	test('prints what a shell can evaluate, stays until Ctrl-C, and ends with 0', async () => {
		const up = await startUp(sandbox);
		expect(up.stdout()).toMatch(
			/^export KUBECONFIG=\S+\nexport http_proxy=http:\/\/127\.0\.0\.1:\d+ no_proxy=127\.0\.0\.1,localhost,::1\n$/,
		);
		expect(await status()).toMatchObject({running: true, pid: up.child.pid, command: 'endpoint-lab up'});
		up.child.kill('SIGINT');
		expect(await up.ended).toMatchObject({code: 0});
		expect(await status()).toMatchObject({running: false, state: 'stopped'});
		expect(left(sandbox.home)).not.toContain('cluster.json');
	});

	test('keeps home and kubeconfig to the user alone', async () => {
		const {kubeconfig} = await startUp(sandbox);
		expect(statSync(sandbox.home).mode & 0o777).toBe(0o700);
		expect(statSync(kubeconfig).mode & 0o777).toBe(0o600);
		expect(kubeconfig.startsWith(sandbox.home)).toBe(true);
	});

	test('prints lines that a shell can read whatever the home is called', async () => {
		const home = join(sandbox.home, "it's my $HOME `lab`");
		const {stdout} = await sandbox.run(['up', '--detach'], {ENDPOINT_LAB_HOME: home});
		try {
			const {stdout: shown} = await run('sh', ['-c', `${stdout}printf %s "$KUBECONFIG"`]);
			expect(shown).toBe(join(home, 'embedded/kubeconfig'));
		} finally {
			await sandbox.run(['down'], {ENDPOINT_LAB_HOME: home});
		}
	});

	test('a second one joins the first and prints the same lines', async () => {
		const first = await startUp(sandbox);
		const second = await sandbox.run(['up']);
		expect(second.code).toBe(0);
		expect(second.stdout).toBe(first.stdout());
		expect(second.stderr).toContain(`process ${first.child.pid}`);
		const third = await sandbox.run(['up', '--detach']);
		expect(third).toMatchObject({code: 0, stdout: first.stdout()});
	});

	test('two at once agree on one cluster', async () => {
		const both = [sandbox.run(['up', '--detach']), sandbox.run(['up', '--detach'])];
		const [one, other] = await Promise.all(both);
		expect(one).toMatchObject({code: 0});
		expect(other).toMatchObject({code: 0, stdout: one!.stdout});
	});

	test('--detach leaves a cluster that "down" stops, and "down" again is no error', async () => {
		const {code, stdout, stderr} = await sandbox.run(['up', '--detach']);
		expect(code).toBe(0);
		expect(stdout).toMatch(/^export KUBECONFIG=/);
		const {pid, running} = await status();
		expect(running).toBe(true);
		expect(stderr).toContain(`process ${pid}`);
		expect(await sandbox.run(['down'])).toMatchObject({
			code: 0,
			stdout: `Stopped the embedded cluster (process ${pid}); its state is kept.\n`,
		});
		expect(lives(pid)).toBe(false);
		expect(await sandbox.run(['down'])).toMatchObject({code: 0, stdout: 'No cluster is running.\n'});
	});

	test('--port is the port of the server; the same one comes back, and another is refused while it runs', async () => {
		const port = await freePort();
		const up = await startUp(sandbox, ['--port', String(port)]);
		expect((await status()).server).toBe(`https://127.0.0.1:${port}`);
		expect(await sandbox.run(['up', '--port', String(port + 1)])).toMatchObject({
			code: 1,
			stderr: expect.stringContaining(`runs already, on port ${port}. Stop it first: endpoint-lab down`),
		});
		up.child.kill('SIGTERM');
		await up.ended;
		await startUp(sandbox);
		expect((await status()).server).toBe(`https://127.0.0.1:${port}`);
	});

	test.each([[[]], [['--detach']]])(
		'a port in use is named in one line, and nothing is left behind (up %j)',
		async more => {
			const server = createServer().listen(0, '127.0.0.1');
			await until(() => server.listening);
			const {port} = server.address() as {port: number};
			const {code, stdout, stderr} = await sandbox.run(['up', '--port', String(port), ...more]);
			server.close();
			expect({code, stdout}).toEqual({code: 1, stdout: ''});
			expect(stderr.trimEnd().split('\n')).toHaveLength(1);
			expect(stderr).toContain(`port ${port} is in use by another program`);
			expect(await status()).toMatchObject({running: false});
		},
	);
});

describe('a cluster whose process was killed', () => {
	test('is started again by the next command, which takes the stale lock over', async () => {
		const first = await startUp(sandbox);
		first.child.kill('SIGKILL');
		await first.ended;
		expect(existsSync(join(sandbox.home, 'cluster.json'))).toBe(true);
		expect(await status()).toMatchObject({running: false, state: 'stopped'});
		const second = await startUp(sandbox);
		expect(await status()).toMatchObject({running: true, pid: second.child.pid});
	});

	test.skipIf(!kubectl)('has lost nothing that was there a moment before (needs kubectl)', async () => {
		const first = await startUp(sandbox);
		const {env} = {env: {...process.env, KUBECONFIG: first.kubeconfig, KUBECACHEDIR: join(sandbox.home, 'cache')}};
		await run(kubectl!, ['create', 'configmap', 'kept', '--from-literal=a=b'], {env});
		const state = join(sandbox.home, 'embedded/state.json');
		await until(() => existsSync(state) && readFileSync(state, 'utf8').includes('"kept"'));
		first.child.kill('SIGKILL');
		await first.ended;
		const second = await startUp(sandbox);
		expect(second.kubeconfig).toBe(first.kubeconfig);
		expect((await run(kubectl!, ['get', 'configmap', 'kept', '-ojsonpath={.data.a}'], {env})).stdout).toBe('b');
	});
});

describe('damaged files lose nothing and stop nothing', () => {
	test('the cluster’s state', async () => {
		const first = await startUp(sandbox);
		first.child.kill('SIGTERM');
		await first.ended;
		const folder = join(sandbox.home, 'embedded');
		const state = join(folder, 'state.json');
		truncateSync(state, Math.floor(statSync(state).size / 2));
		const half = readFileSync(state, 'utf8');
		const second = await startUp(sandbox);
		const moved = left(folder).find(name => name.startsWith('state.json.damaged-'))!;
		expect(readFileSync(join(folder, moved), 'utf8')).toBe(half);
		expect(second.stderr()).toContain(`it is kept as ${join(folder, moved)}, and the cluster starts empty.\n`);
		expect(await status()).toMatchObject({running: true});
	});

	test('the lock file', async () => {
		writeFileSync(join(sandbox.home, 'cluster.json'), '{"version": 1, "pi');
		await startUp(sandbox);
		expect(await status()).toMatchObject({running: true});
	});

	test('a lesson’s progress counts up to its damage in list, which leaves it alone', async () => {
		mkdirSync(join(sandbox.home, 'progress'));
		const journal = join(sandbox.home, 'progress/endpoints.jsonl');
		const content =
			'{"journal":"endpoint-lab","version":1,"lesson":"endpoints"}\n{"at":1,"type":"solve","step":"create"}\n{"at":';
		writeFileSync(journal, content);
		const {code, stdout} = await sandbox.run(['list']);
		expect(code).toBe(0);
		expect(stdout).toMatch(/^endpoints .* 1 of \d+ steps$/m);
		expect(readFileSync(journal, 'utf8')).toBe(content);
	});
});

describe('status', () => {
	test('without a cluster says how to start one', async () => {
		expect(await sandbox.run(['status'])).toMatchObject({
			code: 0,
			stdout: 'No cluster is running. Start one with: endpoint-lab up\n',
		});
	});

	test('tells version, addresses and what is inside, in both languages', async () => {
		const up = await startUp(sandbox);
		expect(await status()).toMatchObject({
			cluster: 'embedded',
			kubernetes: expect.stringMatching(/^v1\.36\./),
			kubeconfig: up.kubeconfig,
			gateway: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
			pods: {total: expect.any(Number), ready: expect.any(Number)},
			services: expect.any(Number),
			since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
			home: sandbox.home,
		});
		const {stdout} = await sandbox.run(['status']);
		expect(stdout).toContain('SIMULATED v1.36.');
		expect(stdout).toContain(up.kubeconfig);
		expect((await sandbox.run(['status', '--lang', 'zh'])).stdout).toMatch(/^网关 +http:/m);
	});

	test('of a cluster that does not answer says so and ends with 1; "down" still stops it', async () => {
		const up = await startUp(sandbox);
		up.child.kill('SIGSTOP');
		expect(await sandbox.run(['status'])).toMatchObject({
			code: 1,
			stdout: expect.stringContaining(`Process ${up.child.pid} holds the embedded cluster, but it does not answer`),
		});
		expect((await sandbox.run(['down'])).code).toBe(0);
		expect((await up.ended).code).toBe(0);
	});
});

test('down --delete removes the cluster’s state', async () => {
	const up = await startUp(sandbox);
	expect(left(join(sandbox.home, 'embedded'))).not.toEqual([]);
	expect((await sandbox.run(['down', '--delete'])).code).toBe(0);
	expect((await up.ended).code).toBe(0);
	expect(existsSync(join(sandbox.home, 'embedded'))).toBe(false);
});

test('a cluster that a lab runs is not stopped by down', async () => {
	const lock = join(sandbox.home, 'cluster.json');
	const holder = {version: 1, pid: process.pid, started: '', command: 'endpoint-lab endpoints', since: Date.now()};
	writeFileSync(lock, JSON.stringify(holder));
	expect(await sandbox.run(['down'])).toMatchObject({
		code: 1,
		stderr: `endpoint-lab: the cluster belongs to "endpoint-lab endpoints" (process ${process.pid}); end that to stop it.\n`,
	});
	writeFileSync(lock, '');
});

describe('shell', () => {
	/** A program in the place of $SHELL. */
	function fakeShell(script: string): string {
		const file = join(sandbox.home, 'fake-shell');
		writeFileSync(file, `#!/bin/sh\n${script}\n`);
		chmodSync(file, 0o755);
		return file;
	}

	test('runs the learner’s shell wired to the cluster, and ends with its exit code', async () => {
		const SHELL = fakeShell('echo "$KUBECONFIG $http_proxy $no_proxy $ENDPOINT_LAB"; exit 7');
		const {code, stdout} = await sandbox.run(['shell'], {SHELL, no_proxy: '10.0.0.0/8'});
		expect(code).toBe(7);
		expect(stdout).toMatch(/^\S+kubeconfig\S* http:\/\/127\.0\.0\.1:\d+ 127\.0\.0\.1,localhost,::1 1\n$/);
		expect(await status()).toMatchObject({running: false});
	});

	test('joins the cluster that runs, and leaves it running', async () => {
		const up = await startUp(sandbox);
		const SHELL = fakeShell('echo "$KUBECONFIG"');
		expect(await sandbox.run(['shell'], {SHELL})).toMatchObject({code: 0, stdout: `${up.kubeconfig}\n`});
		expect(await status()).toMatchObject({running: true, pid: up.child.pid});
	});

	test.skipIf(!kubectl || !findOnPath('curl', process.env.PATH))(
		'finds the cluster with kubectl, and Services with curl (needs both)',
		async () => {
			const SHELL = fakeShell('kubectl get namespace default -oname; curl -s -o /dev/null -w "%{http_code}" nobody');
			expect(await sandbox.run(['shell'], {SHELL})).toMatchObject({stdout: 'namespace/default\n502'});
		},
	);

	test.each(['SIGTERM', 'SIGHUP'] as const)('%s ends the shell too', async signal => {
		const SHELL = fakeShell('echo $$; exec sleep 600');
		const running = sandbox.start(['shell'], {SHELL});
		await until(() => running.stdout().endsWith('\n'));
		const pid = Number(running.stdout());
		expect(lives(pid)).toBe(true);
		running.child.kill(signal);
		await running.ended;
		expect(lives(pid)).toBe(false);
		expect(await status()).toMatchObject({running: false});
	});

	test('refuses to nest', async () => {
		expect(await sandbox.run(['shell'], {ENDPOINT_LAB: '1'})).toMatchObject({
			code: 1,
			stderr: 'endpoint-lab: this already is a shell of the lab; leave it with "exit".\n',
		});
	});
});

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await until(() => server.listening);
	const {port} = server.address() as {port: number};
	await new Promise(resolve => server.close(resolve));
	return port;
}
