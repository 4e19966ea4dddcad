import {execFile} from 'node:child_process';
import {existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {findOnPath} from '../../src/clusters/shell.ts';
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

const clock = async (...args: string[]) => JSON.parse((await sandbox.run(['clock', ...args, '--json'])).stdout);

describe('clock', () => {
	test('without a cluster says how to start one', async () => {
		expect(await sandbox.run(['clock'])).toMatchObject({
			code: 1,
			stdout: '',
			stderr: 'endpoint-lab: no cluster is running. Start one with: endpoint-lab up\n',
		});
	});

	test.each(['sideways', '0', '0.1', '101', '-1', '1e1'])('cannot be told "%s"', async word => {
		const {code, stdout, stderr} = await sandbox.run(['clock', '--', word]);
		expect({code, stdout}).toEqual({code: 2, stdout: ''});
		expect(stderr).toContain(`not "${word}"`);
		expect(stderr.trimEnd().split('\n')).toHaveLength(1);
	});

	test('pauses, steps, hurries and resumes the cluster that another process runs', async () => {
		await startUp(sandbox);
		expect(await clock()).toMatchObject({speed: 1});
		const {now, speed} = await clock('pause');
		expect(speed).toBe(0);
		expect(await clock()).toMatchObject({now, speed: 0});
		while ((await clock('step')).changed);
		expect(await clock('step')).toMatchObject({speed: 0, changed: false});
		expect(await clock('25')).toMatchObject({speed: 25});
		expect(await clock('0.5x')).toMatchObject({speed: 0.5});
		expect(await clock('max')).toMatchObject({speed: 'max'});
		expect(await clock('resume')).toMatchObject({speed: 1});
	});

	test('tells time and pace in both languages, in status too', async () => {
		await startUp(sandbox);
		expect((await sandbox.run(['clock', '10'])).stdout).toMatch(/^The cluster's time is .*; speed: 10×\.\n/);
		expect((await sandbox.run(['clock', 'pause'])).stdout).toMatch(/; speed: paused\.\n/);
		expect((await sandbox.run(['status'])).stdout).toMatch(/^time +.* paused$/m);
		expect(JSON.parse((await sandbox.run(['status', '--json'])).stdout)).toMatchObject({clock: {speed: 0}});
		expect((await sandbox.run(['clock', '--lang', 'zh'])).stdout).toMatch(/^集群时间是 .*；速度：已暂停。\n/);
		expect((await sandbox.run(['status', '--lang', 'zh'])).stdout).toMatch(/^时间 +.* 已暂停$/m);
	});
});

test('a cluster that was left paused says so when it is started again', async () => {
	const first = await startUp(sandbox);
	expect(first.stderr()).not.toContain('paused');
	await sandbox.run(['clock', 'pause']);
	first.child.kill('SIGTERM');
	await first.ended;
	const second = await startUp(sandbox);
	await vi.waitUntil(() => second.stderr().includes('Ctrl-C stops it'));
	expect(second.stderr()).toContain(
		'The cluster is paused, as it was left. It goes on with: endpoint-lab clock resume\n',
	);
	expect(await clock()).toMatchObject({speed: 0});
});

describe('a saved state', () => {
	const mark = async (kubeconfig: string, name: string) => {
		await run(kubectl!, ['create', 'configmap', name], {
			env: {...process.env, KUBECONFIG: kubeconfig, KUBECACHEDIR: join(sandbox.home, 'cache')},
		});
	};
	const marks = async (kubeconfig: string) => {
		const {stdout} = await run(kubectl!, ['get', 'configmaps', '-oname'], {
			env: {...process.env, KUBECONFIG: kubeconfig, KUBECACHEDIR: join(sandbox.home, 'cache')},
		});
		return stdout.match(/(?<=configmap\/)mark-\w+/g) ?? [];
	};

	test.skipIf(!kubectl)(
		'of the running and of the stopped cluster is restored with --from (needs kubectl)',
		async () => {
			const file = join(sandbox.home, 'one.json');
			const first = await startUp(sandbox);
			await mark(first.kubeconfig, 'mark-one');
			expect(await sandbox.run(['status', '--save', file])).toMatchObject({
				code: 0,
				stderr: `The cluster's state is saved in ${file}; restore it with: endpoint-lab up --from FILE\n`,
			});
			expect(statSync(file).mode & 0o777).toBe(0o600);
			await mark(first.kubeconfig, 'mark-two');
			first.child.kill('SIGTERM');
			await first.ended;
			const stopped = join(sandbox.home, 'two.json');
			expect((await sandbox.run(['status', '--save', stopped])).code).toBe(0);

			const second = await startUp(sandbox, ['--from', file]);
			expect(second.kubeconfig).toBe(first.kubeconfig);
			expect(await marks(second.kubeconfig)).toEqual(['mark-one']);
			const kept = /kept as (\S+)\.\n/.exec(second.stderr())?.[1];
			expect(readFileSync(kept!, 'utf8')).toContain('mark-two');
			second.child.kill('SIGTERM');
			await second.ended;

			const {code, stderr} = await sandbox.run(['up', '--detach', '--from', stopped]);
			expect(code).toBe(0);
			expect(stderr).toContain('The state that the cluster had before is kept as ');
			expect(await marks(second.kubeconfig)).toEqual(['mark-one', 'mark-two']);
		},
	);

	test('is written to no file that is there already, to no folder that is not, and not before there is one', async () => {
		const file = join(sandbox.home, 'mine.txt');
		writeFileSync(file, 'precious');
		expect(await sandbox.run(['status', '--save', join(sandbox.home, 'new.json')])).toMatchObject({
			code: 1,
			stderr: expect.stringContaining('there is no cluster yet'),
		});
		await startUp(sandbox);
		expect(await sandbox.run(['status', '--save', file])).toMatchObject({
			code: 1,
			stderr: `endpoint-lab: ${file} exists already and is left as it is. Choose another name, or remove it.\n`,
		});
		expect(readFileSync(file, 'utf8')).toBe('precious');
		const nowhere = join(sandbox.home, 'no/such/folder.json');
		expect(await sandbox.run(['status', '--save', nowhere])).toMatchObject({
			code: 1,
			stderr: expect.stringContaining(`cannot be written to ${nowhere}`),
		});
	});

	test.each([[[]], [['--detach']]])('is refused while a cluster runs (up %j)', async more => {
		const file = join(sandbox.home, 'one.json');
		const first = await startUp(sandbox);
		await sandbox.run(['status', '--save', file]);
		const {code, stdout, stderr} = await sandbox.run(['up', '--from', file, ...more]);
		expect({code, stdout}).toEqual({code: 1, stdout: ''});
		expect(stderr).toBe(
			`endpoint-lab: a saved state can only be restored while no cluster is running, and "endpoint-lab up" runs one (process ${first.child.pid}). Stop it first: endpoint-lab down\n`,
		);
	});

	test.each([
		['damaged', '{"version":1,"clo', 'cannot be restored: the saved state is not whole'],
		['something else', '{"name":"package"}', 'cannot be restored: this is not a saved state'],
		['newer', '{"version":9}', 'was written by a newer endpoint-lab (state version 9)'],
		['not there', undefined, 'cannot be read: ENOENT'],
	])('that is %s is refused in one line, and nothing is lost', async (_what, content, reason) => {
		const embedded = join(sandbox.home, 'embedded');
		mkdirSync(embedded);
		const state = {version: 1, clock: 1, seed: 1, store: {revision: 1, objects: {}}};
		writeFileSync(join(embedded, 'state.json'), JSON.stringify(state));
		const file = join(sandbox.home, 'given.json');
		if (content !== undefined) writeFileSync(file, content);
		for (const more of [[], ['--detach']]) {
			const {code, stdout, stderr} = await sandbox.run(['up', '--from', file, ...more]);
			expect({code, stdout}).toEqual({code: 1, stdout: ''});
			expect(stderr.trimEnd().split('\n')).toHaveLength(1);
			expect(stderr).toContain(`${file} ${reason}`);
		}
		expect(readdirSync(embedded)).toEqual(['state.json']);
		expect(JSON.parse(readFileSync(join(embedded, 'state.json'), 'utf8'))).toEqual(state);
		expect(existsSync(join(sandbox.home, 'cluster.json'))).toBe(false);
	});
});
