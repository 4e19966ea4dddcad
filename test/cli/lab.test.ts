import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {findOnPath} from '../../src/clusters/shell.ts';
import {openScreen, type Screen} from '../e2e/screen.ts';
import {lives} from '../lives.ts';
import {until} from '../until.ts';
import {createSandbox, launcher, type Sandbox, startUp} from './cli.ts';

// Whole programs, several of them, on a machine that may be busy.
vi.setConfig({testTimeout: 120_000});

let sandbox: Sandbox;
let screens: Screen[];

beforeEach(() => {
	sandbox = createSandbox();
	screens = [];
});

afterEach(async () => {
	for (const screen of screens) {
		if (!lives(screen.pid)) continue;
		screen.kill('SIGKILL');
		await screen.exited;
	}
	await sandbox.remove();
});

function lab(args: string[], env: Record<string, string> = {}): Screen {
	const screen = openScreen([launcher, ...args], {env: {...sandbox.environment, ...env}});
	screens.push(screen);
	return screen;
}

async function openLab(args: string[], step: string): Promise<Screen> {
	const screen = lab(args);
	await screen.waitFor(text => screen.isAlternate() && text.includes(step));
	return screen;
}

const leave = '\x04';
const clearLine = '\x15';

test('leaving gives the terminal back, prints a summary and ends with 0', async () => {
	const screen = await openLab(['endpoints'], 'step 1/6');
	await screen.press(leave);
	expect(await screen.exited).toBe(0);
	await screen.waitFor(text => text.includes('0 of 6 steps done'));
	expect(screen.isAlternate()).toBe(false);
	expect(screen.text()).toContain('Go on with: endpoint-lab endpoints');
	expect(existsSync(join(sandbox.home, 'lab.json'))).toBe(false);
	expect(existsSync(join(sandbox.home, 'cluster.json'))).toBe(false);
});

test.each([
	['SIGTERM', 130],
	['SIGHUP', 130],
] as const)('%s gives the terminal back and ends with %i', async (signal, code) => {
	const screen = await openLab(['endpoints'], 'step 1/6');
	process.kill(screen.pid, signal);
	expect(await screen.exited).toBe(code);
	await screen.waitFor(() => !screen.isAlternate());
	expect(existsSync(join(sandbox.home, 'lab.json'))).toBe(false);
});

test.skipIf(!findOnPath('less', process.env.PATH))(
	'a pager gets the terminal, Ctrl-C in it ends nothing, and the lab comes back (needs less)',
	async () => {
		const screen = await openLab(['endpoints'], 'step 1/6');
		await screen.type('less deployment.yaml');
		await screen.press('\r');
		await screen.waitFor(text => text.includes('apiVersion: apps/v1') && !text.includes('step 1/6'));
		await screen.press('\x03');
		// Keys that arrive between the pager and the lab must not dirty the screen either.
		// less throws away what is typed until it has dealt with Ctrl-C, so one q may not be enough.
		await until(async () => {
			if (!screen.text().includes('step 1/6')) await screen.press('q');
			return screen.text().includes('step 1/6');
		});
		await screen.press(clearLine);
		await screen.type('x=still; echo $x here');
		await screen.press('\r');
		// Ctrl-D leaves once the command has ended, which is a little after what it printed.
		await screen.waitFor(text => /^│ still here/m.test(text) && !text.includes('Ctrl-C stops it'));
		await screen.press(leave);
		expect(await screen.exited).toBe(0);
	},
);

test('a second lab says in one line who has it open, and the ways out', async () => {
	const first = await openLab(['endpoints'], 'step 1/6');
	const second = lab(['endpoints']);
	expect(await second.exited).toBe(1);
	await second.waitFor(text => text.includes('ENDPOINT_LAB_HOME='));
	expect(second.text().replaceAll('\n', '')).toContain(`a lab is open already (process ${first.pid})`);
	expect(second.text()).toContain('endpoint-lab shell');
	expect(first.isAlternate()).toBe(true);
});

test('after kill -9 the next start takes over and goes on at the same step, with the cluster as it was', async () => {
	const first = await openLab(['endpoints', '--step', '3'], 'step 3/6');
	first.kill('SIGKILL');
	await first.exited;
	expect(existsSync(join(sandbox.home, 'lab.json'))).toBe(true);
	const second = await openLab(['endpoints'], 'step 3/6');
	await second.waitFor(text => (text.match(/Running/g) ?? []).length === 3);
	await second.press(leave);
	expect(await second.exited).toBe(0);
	expect((await sandbox.run(['list'])).stdout).toContain('2 of 6 steps');
});

describe('--step', () => {
	test('takes a number or a name, and does the steps before it', async () => {
		const screen = await openLab(['endpoints', '--step', 'compare'], 'step 3/6');
		await screen.press(leave);
		expect(await screen.exited).toBe(0);
		await screen.waitFor(text => text.includes('2 of 6 steps done'));
		const back = await openLab(['endpoints', '--step', '2'], 'step 2/6');
		await back.press(leave);
		expect(await back.exited).toBe(0);
	});

	test.each(['0', '7', 'creat'])('%s is no step: the steps are named', async step => {
		const screen = lab(['endpoints', '--step', step]);
		expect(await screen.exited).toBe(2);
		await screen.waitFor(text => text.includes(`there is no step "${step}"; there are: 1 create, 2 request`));
	});

	test.each(['--step=2', '--reset'])('%s without a lesson says what is missing', async option => {
		const screen = lab([option]);
		expect(await screen.exited).toBe(2);
		await screen.waitFor(text => /needs a lesson: endpoint-lab LESSON --/.test(text));
	});
});

test('--reset forgets the progress, removes what the lesson made and restores its files', async () => {
	const first = await openLab(['endpoints', '--step', '2'], 'step 2/6');
	await first.press(leave);
	await first.exited;
	const manifest = join(sandbox.home, 'work/endpoints/deployment.yaml');
	const original = readFileSync(manifest, 'utf8');
	writeFileSync(manifest, 'edited');
	const screen = await openLab(['endpoints', '--reset'], 'step 1/6');
	expect(readFileSync(manifest, 'utf8')).toBe(original);
	await screen.waitFor(text => text.includes('There is no Service my-service yet'));
	await screen.press(leave);
	expect(await screen.exited).toBe(0);
	expect((await sandbox.run(['list'])).stdout).toContain('not started');
});

test('a truncated progress file keeps what came before, and one line says where the rest went', async () => {
	const first = await openLab(['endpoints', '--step', '2'], 'step 2/6');
	await first.press(leave);
	await first.exited;
	const journal = join(sandbox.home, 'progress/endpoints.jsonl');
	const whole = readFileSync(journal, 'utf8');
	writeFileSync(journal, whole.slice(0, -5));
	const second = await openLab(['endpoints'], 'step 2/6');
	await second.press(leave);
	expect(await second.exited).toBe(0);
	const kept = readdirSync(join(sandbox.home, 'progress')).find(name => name.includes('.damaged-'))!;
	expect(readFileSync(join(sandbox.home, 'progress', kept), 'utf8')).toBe(whole.slice(0, -5));
	await second.waitFor(text => text.replaceAll('\n', '').includes(kept));
});

test('joins the cluster of "up", and leaves it running', async () => {
	const up = await startUp(sandbox);
	const screen = await openLab(['endpoints'], 'step 1/6');
	await screen.press(leave);
	expect(await screen.exited).toBe(0);
	expect(JSON.parse((await sandbox.run(['status', '--json'])).stdout)).toMatchObject({
		running: true,
		pid: up.child.pid,
	});
});

test('without a lesson the picker offers them, and remembers the language that was chosen', async () => {
	const picker = lab([]);
	await picker.waitFor(text => picker.isAlternate() && text.includes('Endpoints follow Pods'));
	await picker.press('l');
	await picker.waitFor(text => text.includes('端点跟随 Pod'));
	await picker.press('\r');
	await picker.waitFor(text => /第 1\/\d+ 步/.test(text));
	await picker.press(leave);
	expect(await picker.exited).toBe(0);
	expect(JSON.parse(readFileSync(join(sandbox.home, 'settings.json'), 'utf8'))).toMatchObject({language: 'zh-CN'});
	const direct = lab(['endpoints']);
	await direct.waitFor(text => text.includes('第 1/6 步'));
	await direct.press(leave);
	expect(await direct.exited).toBe(0);
	const again = lab([]);
	await again.waitFor(text => text.includes('端点跟随 Pod'));
	await again.press('q');
	expect(await again.exited).toBe(0);
});

test('damaged settings are kept aside, and the lab opens', async () => {
	mkdirSync(sandbox.home, {recursive: true});
	writeFileSync(join(sandbox.home, 'settings.json'), '{"version": 1, "language');
	const screen = await openLab(['endpoints'], 'step 1/6');
	await screen.press(leave);
	expect(await screen.exited).toBe(0);
	await screen.waitFor(text => text.includes('settings.json.damaged-'));
	await until(() => readdirSync(sandbox.home).some(name => name.startsWith('settings.json.damaged-')));
});
