import {spawn} from 'node:child_process';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {openScreen, type Screen} from '../e2e/screen.ts';
import {createSandbox, launcher, type Sandbox} from './cli.ts';

vi.setConfig({testTimeout: 120_000});

let sandbox: Sandbox;
let screens: Screen[];

beforeEach(() => {
	sandbox = createSandbox();
	screens = [];
});

afterEach(async () => {
	for (const screen of screens) {
		screen.kill('SIGKILL');
		await screen.exited;
	}
	await sandbox.remove();
});

/** The lab over a pipe that gives these lines and ends. */
async function piped(args: string[], lines: string[]): Promise<{code: number | null; stdout: string; stderr: string}> {
	const child = spawn(process.execPath, [launcher, ...args], {env: sandbox.environment});
	let stdout = '';
	let stderr = '';
	child.stdout.setEncoding('utf8').on('data', text => {
		stdout += text;
	});
	child.stderr.setEncoding('utf8').on('data', text => {
		stderr += text;
	});
	child.stdin.end(lines.map(line => `${line}\n`).join(''));
	const code = await new Promise<number | null>(resolve => child.once('close', resolve));
	return {code, stdout, stderr};
}

function inTerminal(args: string[], env: Record<string, string> = {}): Screen {
	const screen = openScreen([launcher, ...args], {env: {...sandbox.environment, ...env}, columns: 160, rows: 50});
	screens.push(screen);
	return screen;
}

test('a pipe gets the lesson line by line, nothing but text, and the next time it goes on there', async () => {
	const first = await piped(
		['endpoints', '--plain'],
		[
			'echo no newline at the end | tr -d "\\n"',
			'kubectl apply -f deployment.yaml -f service.yaml',
			'wait',
			'next',
			'2',
		],
	);
	expect(first).toMatchObject({code: 0, stderr: ''});
	// biome-ignore lint/suspicious/noControlCharactersInRegex: no escape sequence may come through.
	expect(first.stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
	expect(first.stdout).toContain('Step 1 of 6: Create a Deployment and a Service\n');
	expect(first.stdout).toContain('\n$ kubectl apply -f deployment.yaml -f service.yaml\n');
	expect(first.stdout).toMatch(/^After \d+(\.\d)? m?s: address 10\.244\.\d+\.\d+:80 joined my-service$/m);
	expect(first.stdout).toContain('Done: Three addresses stand behind the Service.\n');
	expect(first.stdout).toContain('Step 2 of 6: Send a request to the Service\n');
	expect(first.stdout).toContain('Your prediction: One of the three Pods\n');
	expect(first.stdout).toContain('no newline at the end\n');
	expect(first.stdout).toContain('1 of 6 steps done');

	const second = await piped(['endpoints', '--plain', '--lang', 'zh-CN'], ['pods', 'skip', 'quit', 'never read']);
	expect(second.code).toBe(0);
	expect(second.stdout).toContain('第 2 步，共 6 步：');
	expect(second.stdout).toMatch(/^Pod nginx-deployment-\S+：Running，就绪，地址 10\.244\.\S+，是 my-service 的端点$/m);
	expect(second.stdout).toContain('实验运行：curl my-service\n');
	expect(second.stdout).toContain('第 3 步，共 6 步：');
	expect(second.stdout).not.toContain('never read');
});

test('without any input it shows the step and ends', async () => {
	const {code, stdout, stderr} = await sandbox.run(['endpoints', '--plain']);
	expect({code, stderr}).toEqual({code: 0, stderr: ''});
	expect(stdout).toContain('endpoint-lab endpoints');
});

test('without a lesson one is chosen by its number or its name', async () => {
	const {code, stdout} = await piped(['--plain'], ['nothing', '3', 'quit']);
	expect(code).toBe(0);
	expect(stdout).toMatch(/^3 {2}Endpoints follow Pods \(endpoints, /m);
	expect(stdout.match(/Type a lesson’s number/g)).toHaveLength(2);
	expect(stdout).toContain('Step 1 of 6');
	expect(await piped(['--plain'], [])).toMatchObject({code: 0});
});

test('in a terminal the cursor is never moved, Ctrl-C stops a command, and the end of input leaves', async () => {
	const file = join(sandbox.home, 'plain.cast');
	const screen = inTerminal(['endpoints', '--plain', '--record', file]);
	await screen.waitFor(text => text.includes('Not yet: 0 of 3 Pods are ready.'));
	await screen.type('echo begun; sleep 1000\r');
	await screen.waitFor(text => /^begun$/m.test(text));
	await screen.press('\x03');
	await screen.waitFor(text => text.includes('stopped by Ctrl-C'));
	await screen.type('echo still $((1+1))\r');
	await screen.waitFor(text => /^still 2$/m.test(text));
	expect(screen.isAlternate()).toBe(false);
	await screen.press('\x04');
	expect(await screen.exited).toBe(0);
	await screen.waitFor(text => text.includes('Go on with: endpoint-lab endpoints'));
});

test('Ctrl-C at the prompt leaves with 130', async () => {
	const screen = inTerminal(['endpoints', '--plain']);
	await screen.waitFor(text => text.includes('Not yet: 0 of 3 Pods are ready.'));
	await screen.press('\x03');
	expect(await screen.exited).toBe(130);
});

test('a program that wants the terminal gets it, its keys too', async () => {
	const screen = inTerminal(['endpoints', '--plain']);
	await screen.waitFor(text => text.includes('Not yet: 0 of 3 Pods are ready.'));
	await screen.type('sh\r');
	await screen.type('read answer; echo "read: $answer"\r');
	await screen.type('yes, this\r');
	await screen.waitFor(text => /^read: yes, this$/m.test(text));
	await screen.type('exit 3\r');
	await screen.waitFor(text => text.includes('(the command ended with exit code 3)'));
	await screen.type('echo back\r');
	await screen.waitFor(text => /^back$/m.test(text));
});

test('a terminal that cannot be drawn on gets the lab line by line', async () => {
	const screen = inTerminal(['endpoints'], {TERM: 'dumb'});
	await screen.waitFor(text => text.includes('Not yet: 0 of 3 Pods are ready.'));
	expect(screen.text()).toContain('TERM is dumb');
	expect(screen.isAlternate()).toBe(false);
	await screen.press('\x04');
	expect(await screen.exited).toBe(0);
});

test('a step and the lesson begin again, and the same words go on being heard', async () => {
	const begun = await piped(
		['endpoints', '--plain'],
		['kubectl apply -f deployment.yaml -f service.yaml', 'wait', 'reset', 'y', 'pods', 'reset lesson', 'no', 'quit'],
	);
	expect(begun).toMatchObject({code: 0});
	const after = begun.stdout.slice(begun.stdout.indexOf('Begin step 1 again'));
	expect(after).toContain('Step 1 of 6: Create a Deployment and a Service\n');
	expect(after).toContain('There are no Pods yet.\n');
	expect(after).toContain('Nothing begins again, and this line was not run.\n');
	expect(after).toContain('0 of 6 steps done');
});
