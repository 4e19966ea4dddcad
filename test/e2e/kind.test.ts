import {mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {textIn} from '../../src/text/text.ts';
import {createSandbox, type Sandbox} from '../cli/cli.ts';
import {createFakes, type Fakes} from '../fakes/fakes.ts';
import {keys, newHome, openLab} from './lab.ts';

// Many small programs and a terminal, on a machine that may be busy.
vi.setConfig({testTimeout: 240_000, hookTimeout: 120_000});

let machine: string;
let fakes: Fakes;
/** Where the made cluster leads to, and what it is taken down by. */
let behind: Sandbox;

beforeEach(() => {
	machine = realpathSync(mkdtempSync(join(tmpdir(), 'endpoint-lab-fakes-')));
	fakes = createFakes(machine);
	for (const image of ['kindest/node:v1.36.1', 'nginx:1.14.2']) fakes.state.addImage(image);
	behind = createSandbox();
});

afterEach(async () => {
	await behind.remove();
	rmSync(machine, {recursive: true, force: true});
});

function environment(): Record<string, string> {
	return {PATH: fakes.path, HOME: machine, ENDPOINT_LAB_CLUSTER: ''};
}

function settingsIn(home: string): unknown {
	return JSON.parse(readFileSync(join(home, 'settings.json'), 'utf8'));
}

test('the lab asks once whether to use a real cluster, shows how it comes up, and finds it again the next day', async () => {
	const {stdout} = await behind.run(['up', '--detach']);
	fakes.state.behave({
		kubeconfig: /KUBECONFIG=(.*)/.exec(stdout)![1]!,
		nodesHaveImages: true,
		create: {stepMs: 300},
	});
	const home = newHome();
	const first = openLab({lesson: 'endpoints', home, env: environment()});
	await first.shows('This machine can run a real Kubernetes for the lessons (kind 0.32.0, docker 28.2.2)');
	await first.press(keys.enter);
	await first.shows(/\[#*\.+\] \[\d+\/10\] .*about \d+ s left/);
	await first.shows('kind v1.36');
	await first.shows('$ ');
	expect(first.text()).not.toContain('SIMULATED');
	expect(settingsIn(home)).toMatchObject({cluster: 'kind'});
	await first.press(keys.ctrl('d'));
	expect(await first.exited).toBe(0);
	expect(fakes.state.containers()).toHaveLength(3);

	const second = openLab({lesson: 'endpoints', home, env: environment()});
	await second.shows('kind v1.36');
	expect(second.text()).not.toContain('This machine can run');
	await second.press(keys.ctrl('d'));
	expect(await second.exited).toBe(0);
	expect(fakes.state.calls().filter(({args}) => args[0] === 'create')).toHaveLength(1);
});

test.each(['en', 'zh-CN'] as const)(
	'where kind cannot run, the lab offers the embedded cluster (%s)',
	async language => {
		fakes.state.behave({daemon: 'stopped'});
		const home = newHome();
		writeFileSync(join(home, 'settings.json'), JSON.stringify({version: 1, cluster: 'kind'}));
		const lab = openLab({lesson: 'endpoints', home, language, env: environment()});
		const {instead} = textIn(language).clusters.kind;
		await lab.shows(instead.trim());
		expect(lab.text()).toContain('docker.sock');
		await lab.press(keys.enter);
		await lab.isOpen();
		await lab.press(keys.ctrl('d'));
		expect(await lab.exited).toBe(0);
		// It was an exception: what was chosen is tried again the next time.
		expect(settingsIn(home)).toMatchObject({cluster: 'kind'});
	},
);

test('a broken cluster is removed and made anew when the learner says yes, and stays when they do not', async () => {
	const {stdout} = await behind.run(['up', '--detach']);
	fakes.state.behave({kubeconfig: /KUBECONFIG=(.*)/.exec(stdout)![1]!, nodesHaveImages: true});
	const home = newHome();
	writeFileSync(join(home, 'settings.json'), JSON.stringify({version: 1, cluster: 'kind'}));
	const first = openLab({lesson: 'endpoints', home, env: environment()});
	await first.shows('kind v1.36');
	await first.press(keys.ctrl('d'));
	await first.exited;
	const worker = fakes.state.containers().find(({name}) => name.endsWith('-worker'))!.name;
	fakes.state.remove(worker);

	const unwilling = openLab({lesson: 'endpoints', home, env: environment()});
	await unwilling.shows(`is broken (nodes are missing: ${worker})`);
	await unwilling.press('n', keys.enter);
	await unwilling.shows('Go on with the embedded');
	await unwilling.press('n', keys.enter);
	expect(await unwilling.exited).toBe(1);
	expect(fakes.state.containers()).toHaveLength(2);

	const willing = openLab({lesson: 'endpoints', home, env: environment()});
	await willing.shows(`is broken (nodes are missing: ${worker})`);
	await willing.press('y', keys.enter);
	await willing.shows('kind v1.36');
	expect(fakes.state.containers()).toHaveLength(3);
	await willing.press(keys.ctrl('d'));
	expect(await willing.exited).toBe(0);
});
