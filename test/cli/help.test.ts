import {spawn} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {createSandbox, launcher, type Sandbox} from './cli.ts';

let sandbox: Sandbox;

beforeAll(() => {
	sandbox = createSandbox();
});

afterAll(() => sandbox.remove());

const commands = [
	'list',
	'play',
	'export',
	'test',
	'lint',
	'new',
	'up',
	'down',
	'status',
	'prepare',
	'doctor',
	'shell',
];

test('--help lists every command, the lab’s own options, examples and exit codes', async () => {
	const {code, stdout, stderr} = await sandbox.run(['--help']);
	expect({code, stderr}).toEqual({code: 0, stderr: ''});
	for (const word of [...commands, 'kubectl', '--step', '--reset', '--lang', '--cluster', 'Examples:', '130 ']) {
		expect(stdout).toContain(word);
	}
});

describe.each(commands)('%s --help', command => {
	test.each([
		['en', 'Examples:', 'Exit codes:'],
		['zh-CN', '示例：', '退出码：'],
	])('speaks %s, with examples and exit codes', async (language, examples, codes) => {
		const {code, stdout} = await sandbox.run([command, '--help', '--lang', language]);
		expect(code).toBe(0);
		expect(stdout).toContain(`endpoint-lab ${command}`);
		expect(stdout).toContain(examples);
		expect(stdout).toContain(codes);
		// The words in Latin letters are names and what is typed, never a sentence.
		if (language === 'zh-CN')
			expect(stdout.replaceAll(/[[<(].*?[\])>]/g, '')).not.toMatch(/[a-z]+ (the|a|of|to) [a-z]+/);
	});
});

test('--version is the package’s', async () => {
	const {version} = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
	expect(await sandbox.run(['--version'])).toMatchObject({code: 0, stdout: `${version}\n`});
});

describe('list', () => {
	test('names lessons with their progress in the learner’s language', async () => {
		expect((await sandbox.run(['list'])).stdout).toMatch(/^endpoints +\S.*not started$/m);
		expect((await sandbox.run(['list'], {LC_ALL: 'zh_CN.UTF-8'})).stdout).toMatch(/^endpoints +\S.*未开始$/m);
		expect((await sandbox.run(['list'], {LC_ALL: 'zh_CN.UTF-8', ENDPOINT_LAB_LANG: 'en'})).stdout).toContain(
			'not started',
		);
		expect((await sandbox.run(['list', '--lang', 'en'], {ENDPOINT_LAB_LANG: 'zh'})).stdout).toContain('not started');
		expect((await sandbox.run(['--lang', 'zh-CN', 'list'])).stdout).toContain('未开始');
		expect((await sandbox.run(['--lang=zh-CN', 'kubectl', 'get', 'pods'])).stderr).toContain('没有正在运行的集群');
	});

	test('--json is one document', async () => {
		const {stdout} = await sandbox.run(['list', '--json']);
		expect(JSON.parse(stdout)).toContainEqual(
			expect.objectContaining({id: 'endpoints', title: expect.any(String), solved: 0, done: false}),
		);
	});
});

test('a reader that goes away is no error', async () => {
	const child = spawn(process.execPath, [launcher, '--help'], {
		env: {...sandbox.environment},
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	child.stdout.destroy();
	let stderr = '';
	child.stderr.on('data', text => {
		stderr += text;
	});
	const code = await new Promise(resolve => child.once('close', resolve));
	expect({code, stderr}).toEqual({code: 0, stderr: ''});
});
