import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {keys} from '../e2e/lab.ts';
import {openScreen} from '../e2e/screen.ts';
import {createSandbox, launcher, type Sandbox} from './cli.ts';

vi.setConfig({testTimeout: 120_000});

let sandbox: Sandbox;

beforeEach(() => {
	sandbox = createSandbox();
});

afterEach(() => sandbox.remove());

test('before any run a kind line says how to begin one', async () => {
	for (const args of [['export'], ['export', 'endpoints']]) {
		const {code, stdout, stderr} = await sandbox.run(args);
		expect({code, stdout}).toEqual({code: 1, stdout: ''});
		expect(stderr).toMatch(/no run .*to export yet\. Begin one with: endpoint-lab/);
	}
	expect((await sandbox.run(['export', 'nothing'])).code).toBe(2);
});

test('what was done in the lab is told as Markdown, in both languages, and no file is replaced', async () => {
	const screen = openScreen([launcher, 'endpoints'], {env: sandbox.environment});
	try {
		await screen.waitFor(text => text.includes('SIMULATED'));
		await screen.type('kubectl apply -f deployment.yaml -f service.yaml; echo "made $((1+1)) things"');
		await screen.press(keys.enter);
		await screen.waitFor(text => text.includes('made 2 things') && text.includes('Step done'));
		await screen.press(keys.ctrl('d'));
		expect(await screen.exited).toBe(0);
	} finally {
		screen.kill('SIGKILL');
	}
	const {code, stdout} = await sandbox.run(['export']);
	expect(code).toBe(0);
	expect(stdout).toContain('# Endpoints follow Pods\n');
	expect(stdout).toContain('1 of 6 steps done');
	expect(stdout).toMatch(
		/```console\n\$ kubectl apply -f deployment\.yaml -f service\.yaml; echo .*\n(.*\n)*made 2 things\n```/,
	);
	expect(stdout).toContain('deployment.apps/nginx-deployment created');
	expect(stdout).toMatch(/^- \+\d+(\.\d)? m?s \+ address 10\.244\.\d+\.\d+:80$/m);

	const file = join(sandbox.home, 'run.md');
	expect(await sandbox.run(['export', 'endpoints', '--to', file, '--lang', 'zh-CN'])).toMatchObject({
		code: 0,
		stdout: '',
	});
	const written = readFileSync(file, 'utf8');
	expect(written).toContain('# 端点跟随 Pod');
	expect(written).toContain('made 2 things');
	const again = await sandbox.run(['export', 'endpoints', '--to', file]);
	expect(again.code).toBe(1);
	expect(again.stderr).toContain('exists already and is left as it is');
	expect(readFileSync(file, 'utf8')).toBe(written);
});

test('a journal that an older version wrote is told as far as it goes', async () => {
	const progress = join(sandbox.home, 'progress');
	mkdirSync(progress, {recursive: true});
	const lines = [
		{journal: 'endpoint-lab', version: 1, lesson: 'endpoints'},
		{at: 1_780_000_000_000, type: 'open'},
		{at: 1_780_000_000_001, type: 'enter', step: 'create'},
		{at: 1_780_000_060_000, type: 'ran', step: 'create', command: 'kubectl apply -f deployment.yaml'},
		{at: 1_780_000_070_000, type: 'solve', step: 'create'},
	];
	writeFileSync(join(progress, 'endpoints.jsonl'), lines.map(line => `${JSON.stringify(line)}\n`).join(''));
	const {code, stdout} = await sandbox.run(['export', 'endpoints']);
	expect(code).toBe(0);
	expect(stdout).toContain('```console\n$ kubectl apply -f deployment.yaml\n```');
	expect(stdout).toContain('in 1:10');
	expect(existsSync(join(progress, 'endpoints.jsonl'))).toBe(true);
});
