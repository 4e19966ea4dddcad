import {chmodSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {lessonIds} from '../../src/lesson/find-lessons.ts';
import {createSandbox, type Sandbox} from './cli.ts';

const lessons = lessonIds().join(', ');

let sandbox: Sandbox;

beforeAll(() => {
	sandbox = createSandbox();
});

afterAll(() => sandbox.remove());

describe('a command line that cannot be understood ends with 2 and one line that says what to type', () => {
	test.each<[string[], string]>([
		[['lst'], '"lst" is neither a command nor a lesson. Did you mean "list"? See endpoint-lab --help.'],
		[['endpoint'], '"endpoint" is neither a command nor a lesson. Did you mean "endpoints"? See endpoint-lab --help.'],
		[['xyzzy'], '"xyzzy" is neither a command nor a lesson. See endpoint-lab --help.'],
		[['help', 'xyzzy'], '"xyzzy" is neither a command nor a lesson. See endpoint-lab --help.'],
		[['play'], 'LESSON is missing. See endpoint-lab play --help.'],
		[['play', 'endpoins'], `there is no lesson "endpoins"; there are: ${lessons}. Did you mean "endpoints"?`],
		[['test', 'endpoints', 'nope'], `there is no lesson "nope"; there are: ${lessons}.`],
		[['list', '--jsn'], 'there is no option --jsn. Did you mean "--json"? See endpoint-lab list --help.'],
		[['endpoints', '--stp', '2'], 'there is no option --stp. Did you mean "--step"? See endpoint-lab --help.'],
		[['--frobnicate'], 'there is no option --frobnicate. See endpoint-lab --help.'],
		[['list', 'endpoints'], 'these are too many arguments. See endpoint-lab list --help.'],
		[['up', '--port'], 'the option --port <port> needs a value. See endpoint-lab up --help.'],
		[['up', '--port', 'http'], '"http" is not a port; use a number from 1 to 65535.'],
		[['up', '--port', '65536'], '"65536" is not a port; use a number from 1 to 65535.'],
		[
			['up', '--cluster', 'embeded'],
			'there is no cluster "embeded"; there are: embedded, kind, context:NAME, auto. Did you mean "embedded"?',
		],
		[['list', '--lang', 'fr'], 'there is no language "fr"; there are: en, zh-CN.'],
		[['list', '--lang=klingon'], 'there is no language "klingon"; there are: en, zh-CN.'],
	])('%j', async (args, message) => {
		expect(await sandbox.run(args)).toMatchObject({code: 2, stdout: '', stderr: `endpoint-lab: ${message}\n`});
	});

	test('in Chinese for a Chinese locale', async () => {
		const {code, stderr} = await sandbox.run(['lst'], {LANG: 'zh_CN.UTF-8'});
		expect(code).toBe(2);
		expect(stderr).toBe(
			'endpoint-lab：“lst”既不是命令，也不是课程。您是不是要输入“list”？用法见 endpoint-lab --help。\n',
		);
	});

	test('ENDPOINT_LAB_LANG that names no language', async () => {
		const {code, stderr} = await sandbox.run(['list'], {ENDPOINT_LAB_LANG: 'fr'});
		expect(code).toBe(2);
		expect(stderr).toBe('endpoint-lab: there is no language "fr"; there are: en, zh-CN.\n');
	});
});

test.each([[[]], [['endpoints']]])('without a terminal, %j says so and names what works', async args => {
	expect(await sandbox.run(args)).toMatchObject({
		code: 2,
		stdout: '',
		stderr:
			'endpoint-lab: the lab needs a terminal, and this is none. Without one, have it line by line: endpoint-lab endpoints --plain; or watch a lesson: endpoint-lab play endpoints\n',
	});
});

test('no stack trace without --debug, and one with it', async () => {
	expect((await sandbox.run(['up', '--port', '0'])).stderr).not.toContain(' at ');
	expect((await sandbox.run(['up', '--port', '0', '--debug'])).stderr).toMatch(/^ {4}at /m);
});

test.skipIf(process.getuid?.() === 0)('a home that cannot be written to is named, with the way out', async () => {
	const locked = join(sandbox.home, 'locked');
	mkdirSync(locked);
	chmodSync(locked, 0o500);
	const {code, stderr} = await sandbox.run(['status'], {ENDPOINT_LAB_HOME: join(locked, 'home')});
	expect(code).toBe(1);
	expect(stderr).toMatch(/^endpoint-lab: the folder .*home cannot be used .*Set ENDPOINT_LAB_HOME to/);
});

test('a home that is a file is named, with the way out', async () => {
	const file = join(sandbox.home, 'a-file');
	writeFileSync(file, '');
	const {code, stderr} = await sandbox.run(['status'], {ENDPOINT_LAB_HOME: file});
	expect(code).toBe(1);
	expect(stderr).toMatch(/^endpoint-lab: the folder .*a-file cannot be used .*Set ENDPOINT_LAB_HOME to/);
	expect(stderr.trimEnd().split('\n')).toHaveLength(1);
});
