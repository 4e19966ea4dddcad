import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {junitReport} from '../../src/plain/junit.ts';
import {textIn} from '../../src/text/text.ts';
import {createSandbox, type Sandbox} from './cli.ts';

vi.setConfig({testTimeout: 120_000});

let sandbox: Sandbox;

beforeEach(() => {
	sandbox = createSandbox();
});

afterEach(() => sandbox.remove());

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/lessons/${name}`, import.meta.url));

test('--step proves one step and its wrong answers, after those before it', async () => {
	const {code, stdout} = await sandbox.run(['test', fixture('good'), '--yes', '--step', '3', '--json']);
	const events = stdout
		.trimEnd()
		.split('\n')
		.map(line => JSON.parse(line));
	const proved = events.filter(({event}) => event === 'proved').map(({step, what}) => [step, what]);
	expect(proved).toEqual([
		['change', 'before'],
		['change', 'after'],
		[undefined, 'clean-up'],
	]);
	expect(code).toBe(0);
});

test('--step needs one lesson, and a step that it has', async () => {
	expect(await sandbox.run(['test', '--step', '1'])).toMatchObject({code: 2, stdout: ''});
	const {code, stderr} = await sandbox.run(['test', fixture('good'), '--step', 'nothing']);
	expect(code).toBe(2);
	expect(stderr).toContain('there is no step "nothing"; there are: 1 make, 2 look, 3 change');
});

test('--junit writes what was proved and what was not', async () => {
	const file = join(sandbox.home, 'report.xml');
	const {code} = await sandbox.run(['test', fixture('always-true'), '--yes', '--junit', file]);
	expect(code).toBe(1);
	const report = readFileSync(file, 'utf8');
	expect(report).toMatch(
		/^<\?xml .*\n<testsuites tests="\d+" failures="1" time="[\d.]+">\n {2}<testsuite name="always-true" /,
	);
	expect(report).toMatch(
		/<testcase classname="always-true" name="make › made › holds-too-early" time="[\d.]+"><failure /,
	);
	expect(report).toMatch(/<testcase classname="always-true" name="clean-up" time="[\d.]+"\/>/);
});

test('a report that cannot be written is told', async () => {
	const file = join(sandbox.home, 'nowhere', 'report.xml');
	const {code, stderr} = await sandbox.run(['test', fixture('good'), '--yes', '--step', '1', '--junit', file]);
	expect(code).toBe(1);
	expect(stderr).toContain(`the report cannot be written to ${file}`);
	expect(existsSync(file)).toBe(false);
});

test('a report holds no character that XML gives a meaning', () => {
	const report = junitReport(
		[
			{event: {event: 'lesson', lesson: 'a', cluster: 'c'}, at: 1000},
			{event: {event: 'problem', lesson: 'a', problem: 'command-failed', detail: 'a < "b" & \u001b[1mc'}, at: 2500},
		],
		textIn('en'),
	);
	expect(report).toContain('a &#60; &#34;b&#34; &#38; [1mc</failure>');
	expect(report).toContain('time="1.500"');
});
