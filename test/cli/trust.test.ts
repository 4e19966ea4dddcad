// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the places of lessons, not of JavaScript.
import {appendFileSync, cpSync, existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {lessonFolderNamed} from '../../src/lesson/find-lessons.ts';
import {openScreen, type Screen} from '../e2e/screen.ts';
import {lives} from '../lives.ts';
import {createSandbox, launcher, type Sandbox} from './cli.ts';

// Whole programs, several of them, on a machine that may be busy.
vi.setConfig({testTimeout: 120_000, hookTimeout: 60_000});

let sandbox: Sandbox;
let screens: Screen[];
/** A lesson from elsewhere, and the file that its first command makes. */
let folder: string;
let mark: string;

beforeEach(async () => {
	sandbox = createSandbox();
	screens = [];
	folder = join(sandbox.home, 'lesson');
	mark = join(sandbox.home, 'mark');
	await sandbox.run(['new', folder]);
	edit('lesson.yaml', '    commands:\n', `    commands:\n      - touch ${mark}\n`);
});

afterEach(async () => {
	for (const screen of screens) {
		if (!lives(screen.pid)) continue;
		screen.kill('SIGKILL');
		await screen.exited;
	}
	await sandbox.remove();
});

function edit(name: string, from: string, to: string): void {
	const file = join(folder, name);
	const text = readFileSync(file, 'utf8');
	if (!text.includes(from)) throw new Error(`${name} has no "${from}"`);
	writeFileSync(file, text.replace(from, to));
}

function start(...args: string[]): Screen {
	const screen = openScreen([launcher, ...args], {env: {...sandbox.environment}, rows: 50});
	screens.push(screen);
	return screen;
}

const question = 'Run them? [y/N]';
const opened = (screen: Screen) => screen.waitFor(text => screen.isAlternate() && /step \d\/2/.test(text));

async function allow(screen: Screen): Promise<void> {
	await screen.waitFor(text => text.includes(question));
	await screen.press('y', '\r');
}

test('a lesson from elsewhere shows its commands and asks, and without a yes nothing of it runs', async () => {
	for (const answer of ['\r', 'n\r', '\x03']) {
		const screen = start(folder, '--step', '2');
		await screen.waitFor(text => text.includes(question));
		for (const command of [`$ touch ${mark}`, '$ kubectl delete -f service.yaml', '$ kubectl apply -f service.yaml']) {
			expect(screen.text()).toContain(command);
		}
		screen.write(answer);
		expect(await screen.exited).toBe(1);
		expect(screen.text()).toContain('nothing of it has been run');
	}
	expect(existsSync(mark)).toBe(false);
	expect(existsSync(join(sandbox.home, 'work'))).toBe(false);
});

test('once allowed it opens without a question, until what it runs is another', async () => {
	const first = start(folder, '--step', '2');
	await allow(first);
	await opened(first);
	expect(existsSync(mark)).toBe(true);
	await first.press('\x04');
	expect(await first.exited).toBe(0);
	await first.waitFor(text => text.replaceAll('\n', '').includes(`Go on with: endpoint-lab ${folder}`));

	appendFileSync(join(folder, 'en.md'), '\nOne sentence more.\n');
	const second = start(folder);
	await opened(second);
	expect(second.text()).toContain('step 2/2');
	await second.press('\x04');
	expect(await second.exited).toBe(0);

	edit('deployment.yaml', 'replicas: 2', 'replicas: 4');
	const third = start(folder);
	await third.waitFor(text => text.includes(question));
});

test('its progress and files are apart from those of another lesson of the same name', async () => {
	const screen = start(folder);
	await allow(screen);
	await opened(screen);
	await screen.press('\x04');
	await screen.exited;
	expect(readdirSync(join(sandbox.home, 'work'))).toEqual([expect.stringMatching(/^lesson-[0-9a-f]{8}$/)]);
});

test('what a terminal would obey is shown, not obeyed', async () => {
	edit('lesson.yaml', `- touch ${mark}`, '- "echo harmless\\e[2K\\rrm \\u202E-rf x"');
	const screen = start(folder);
	await screen.waitFor(text => text.includes(question));
	expect(screen.text()).toContain('$ echo harmless\\u{1b}[2K\\u{d}rm \\u{202e}-rf x');
});

test.each(['test', 'play'])('%s runs nothing of it where nobody can be asked', async command => {
	const {code, stderr} = await sandbox.run([command, folder]);
	expect(code).toBe(2);
	expect(stderr).toContain(`allow it by opening it in a terminal: endpoint-lab ${folder}`);
	expect(existsSync(mark)).toBe(false);
});

test('of a lesson with drills it shows the commands of all of them, and the values that fill them in', async () => {
	cpSync(lessonFolderNamed('detective')!, folder, {recursive: true, force: true});
	const screen = openScreen([launcher, folder], {env: {...sandbox.environment}, rows: 400});
	screens.push(screen);
	await screen.waitFor(text => text.includes(question));
	for (const line of [
		'$ kubectl scale deployment ${drill.app} --replicas=${drill.replicas}',
		'$ kubectl delete endpointslice ${drill.app}-${drill.slice}',
		'$ kubectl scale deployment ${drill.app} --replicas=1',
		'app: shop | cart | mail',
		'badPath: /healthz | /ready | / | /status',
	]) {
		expect(screen.text()).toContain(line);
	}
});
