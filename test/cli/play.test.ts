import {mkdirSync, mkdtempSync, readdirSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {findOnPath} from '../../src/clusters/shell.ts';
import {until} from '../until.ts';
import {createSandbox, type Sandbox} from './cli.ts';

// Whole programs, several of them, on a machine that may be busy.
vi.setConfig({testTimeout: 120_000});

let sandbox: Sandbox;
/** The temporary folder of the program, which must be empty afterwards. */
let temporary: string;

beforeEach(() => {
	sandbox = createSandbox();
	temporary = join(sandbox.home, 'tmp');
	mkdirSync(temporary);
});

afterEach(() => sandbox.remove());

function leftOvers(): string[] {
	// Node keeps its compile cache there.
	return readdirSync(temporary).filter(name => name !== 'node-compile-cache');
}

describe('play', () => {
	test('--json ends with every check true, leaves nothing, and does not touch the learner’s state', async () => {
		const {code, stdout, stderr} = await sandbox.run(['play', 'endpoints', '--json'], {TMPDIR: temporary});
		expect({code, stderr}).toEqual({code: 0, stderr: ''});
		const events = stdout
			.trimEnd()
			.split('\n')
			.map(line => JSON.parse(line));
		const end = events.at(-1);
		expect(end).toMatchObject({event: 'end', passed: true});
		expect(end.checks.length).toBeGreaterThan(6);
		expect(end.checks.every((check: {passed: boolean}) => check.passed)).toBe(true);
		expect(leftOvers()).toEqual([]);
		expect(readdirSync(sandbox.home)).toEqual(['tmp']);
	});

	test('speaks Chinese when asked to', async () => {
		const {code, stdout} = await sandbox.run(['play', 'endpoints', '--lang', 'zh-CN'], {TMPDIR: temporary});
		expect(code).toBe(0);
		expect(stdout).toContain('$ kubectl apply -f deployment.yaml\n');
		expect(stdout).toMatch(/Pod 中任选一个/);
	});

	test('works on a machine without kubectl, through the built-in one', async () => {
		const bin = mkdtempSync(join(sandbox.home, 'bin-'));
		for (const name of ['sh', 'bash', 'curl', 'mv', 'sleep']) {
			const found = findOnPath(name, process.env.PATH);
			if (found) symlinkSync(found, join(bin, name));
		}
		const {code, stdout} = await sandbox.run(['play', 'endpoints'], {TMPDIR: temporary, PATH: bin});
		expect(stdout).toContain('deployment.apps/nginx-deployment created');
		expect(code).toBe(0);
	});

	test('Ctrl-C ends it with 130 and leaves nothing', async () => {
		const running = sandbox.start(['play', 'endpoints'], {TMPDIR: temporary});
		await until(() => running.stdout().includes('$ kubectl'));
		running.child.kill('SIGINT');
		expect(await running.ended).toMatchObject({code: 130, stderr: ''});
		expect(leftOvers()).toEqual([]);
	});

	test('what a killed one left is removed by the next', async () => {
		const running = sandbox.start(['play', 'endpoints'], {TMPDIR: temporary});
		await until(() => running.stdout().includes('$ kubectl'));
		running.child.kill('SIGKILL');
		await running.ended;
		expect(leftOvers()).not.toEqual([]);
		expect((await sandbox.run(['play', 'endpoints'], {TMPDIR: temporary})).code).toBe(0);
		expect(leftOvers()).toEqual([]);
	});

	test('a reader that goes away ends it quietly, and leaves nothing', async () => {
		const running = sandbox.start(['play', 'endpoints'], {TMPDIR: temporary});
		await until(() => running.stdout() !== '');
		running.child.stdout!.destroy();
		expect(await running.ended).toMatchObject({code: 0, stderr: ''});
		expect(leftOvers()).toEqual([]);
	});
});

describe('test', () => {
	test('proves the lesson endpoints, and ends with 0', async () => {
		const {code, stdout} = await sandbox.run(['test', 'endpoints', '--json'], {TMPDIR: temporary});
		const events = stdout
			.trimEnd()
			.split('\n')
			.map(line => JSON.parse(line));
		expect(events.filter(({event}) => event === 'problem')).toEqual([]);
		expect(events.at(-1)).toEqual({event: 'end', passed: true, lessons: 1, failed: []});
		expect(code).toBe(0);
		expect(leftOvers()).toEqual([]);
	});

	test.each(['always-true', 'not-achieved'])(
		'fails for the fixture lesson %s',
		async name => {
			const folder = fileURLToPath(new URL(`../fixtures/lessons/${name}`, import.meta.url));
			const {code, stdout} = await sandbox.run(['test', folder, '--yes', '--json'], {TMPDIR: temporary});
			expect(code).toBe(1);
			expect(JSON.parse(stdout.trimEnd().split('\n').at(-1)!)).toMatchObject({event: 'end', passed: false});
		},
		180_000,
	);
});
