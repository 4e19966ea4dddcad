import {existsSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, describe, expect, test, vi} from 'vitest';
import {lives} from '../lives.ts';
import {createSandbox, type Sandbox} from './cli.ts';
import {createKindSandbox, type KindSandbox, nodeImage} from './kind-sandbox.ts';

// Many small programs, one after the other, on a machine that may be busy.
vi.setConfig({testTimeout: 240_000, hookTimeout: 120_000});

/** A cluster that a made one leads to. */
let behind: Sandbox;
let kubeconfig: string;
let machine: KindSandbox;

beforeAll(async () => {
	behind = createSandbox();
	const {stdout} = await behind.run(['up', '--detach']);
	kubeconfig = /KUBECONFIG=(.*)/.exec(stdout)![1]!;
});

afterAll(() => behind.remove());

afterEach(async () => {
	await machine.remove();
});

const threeNodes = {
	'endpoint-lab-control-plane': 'running',
	'endpoint-lab-worker': 'running',
	'endpoint-lab-worker2': 'running',
};

const upDetached = ['up', '--cluster', 'kind', '--detach'];
const remove = ['down', '--cluster', 'kind', '--delete'];

async function status() {
	return JSON.parse((await machine.run(['status', '--json'])).stdout);
}

test('a kind cluster is made, told about, stopped, started again with the same state, and removed without a trace', async () => {
	machine = createKindSandbox({kubeconfig});
	const up = await machine.run(upDetached);
	expect(up).toMatchObject({code: 0});
	expect(up.stderr).toContain('[2/10] preparing the nodes\n[3/10] writing the configuration\n');
	expect(up.stdout).toMatch(/^export KUBECONFIG=\S+\/kind\/kubeconfig\nexport http_proxy=http:\/\/127\.0\.0\.1:\d+ /);
	expect(machine.containers()).toEqual(threeNodes);
	expect(statSync(join(machine.folder, 'kubeconfig')).mode & 0o777).toBe(0o600);
	const created = machine.state.calls().find(({args}) => args[0] === 'create')!;
	// Its image by tag alone, its configuration from standard input, and no wait of its own.
	expect(created.args).toEqual([
		'create',
		'cluster',
		'--name',
		'endpoint-lab',
		'--config',
		'-',
		'--image',
		nodeImage,
		'--kubeconfig',
		join(machine.folder, 'kubeconfig'),
	]);

	const running = await status();
	expect(running).toMatchObject({running: true, cluster: 'kind', kubernetes: expect.stringMatching(/^v1\.36\./)});
	expect((await machine.run(['status'])).stdout).toMatch(/^cluster +kind v1\.36/);
	const again = await machine.run(['up', '--cluster', 'kind']);
	expect(again).toMatchObject({code: 0, stdout: up.stdout});
	expect(again.stderr).toContain(`runs already (endpoint-lab up --cluster kind, process ${running.pid})`);

	expect(await machine.run(['down'])).toMatchObject({
		code: 0,
		stdout: `Ended the gateway (process ${running.pid}).\nStopped the kind cluster endpoint-lab; its state is kept.\n`,
	});
	expect(lives(running.pid)).toBe(false);
	expect(Object.values(machine.containers())).toEqual(['exited', 'exited', 'exited']);
	expect(await status()).toMatchObject({running: false, state: 'stopped', name: 'endpoint-lab'});

	const second = await machine.run(upDetached);
	expect(second).toMatchObject({code: 0});
	expect(second.stderr).toContain('The kind cluster endpoint-lab is stopped; starting it again.');
	expect(machine.containers()).toEqual(threeNodes);
	expect(machine.state.calls().filter(({args}) => args[0] === 'create')).toHaveLength(1);

	expect(await machine.run(remove)).toMatchObject({
		code: 0,
		stdout: expect.stringContaining('Removed the kind cluster endpoint-lab.'),
	});
	machine.expectClean();
	expect(existsSync(machine.folder)).toBe(false);
	expect(await machine.run(remove)).toMatchObject({code: 0, stdout: 'No kind cluster is running.\n'});
});

test('a lesson plays on a kind cluster of its own, which is gone after', async () => {
	machine = createKindSandbox({kubeconfig});
	const {code, stdout} = await machine.run(['play', 'endpoints', '--cluster', 'kind']);
	expect({code, end: stdout.trimEnd().split('\n').at(-1)}).toEqual({code: 0, end: 'All 14 checks came true.'});
	expect(stdout).toContain('(kind v1.36)');
	machine.expectClean();
});

test('a shell on the kind cluster leaves it running, and "auto" finds it', async () => {
	machine = createKindSandbox({kubeconfig});
	const SHELL = join(machine.bin, 'fake-shell');
	writeFileSync(SHELL, '#!/bin/sh\nkubectl config current-context; echo $http_proxy\n', {mode: 0o755});
	const {code, stdout, stderr} = await machine.run(['shell'], {SHELL});
	expect(code).toBe(0);
	expect(stdout).toMatch(/^kind-endpoint-lab\nhttp:\/\/127\.0\.0\.1:\d+\n$/);
	expect(stderr).toContain('auto: kind, a real cluster of its own (kind 0.32.0, docker 28.2.2)');
	expect(stderr).toContain('(kind v1.36)');
	expect(machine.containers()).toEqual(threeNodes);
	expect(await machine.run(['status'])).toMatchObject({
		code: 0,
		stdout: expect.stringContaining('no process of the lab has it open'),
	});
	machine.expectOthersUntouched();
});

describe('options', () => {
	test('one node, an image of one’s own and a configuration of one’s own', async () => {
		machine = createKindSandbox({kubeconfig});
		machine.state.addImage('mirror.local/node:v1.36.9');
		const file = join(machine.home, 'kind.yaml');
		writeFileSync(file, 'containerdConfigPatches: ["[mirror]"]\n');
		const more = ['--small', '--kind-image', 'mirror.local/node:v1.36.9', '--kind-config', file];
		expect(await machine.run([...upDetached, ...more])).toMatchObject({code: 0});
		expect(machine.containers()).toEqual({'endpoint-lab-control-plane': 'running'});
		const config = readFileSync(join(machine.state.folder, 'config.yaml'), 'utf8');
		expect(config).toContain('[mirror]');
		expect(machine.state.containers()[0]).toMatchObject({image: expect.any(String)});
		expect(machine.state.calls().find(({args}) => args[0] === 'create')!.args).toContain('mirror.local/node:v1.36.9');
		// They belong to a new cluster: this one is as it is.
		await machine.run(['down', '--cluster', 'kind']);
		const others = await machine.run([...upDetached, '--kind-image', nodeImage]);
		expect(others.stderr).toContain('was made with other options');
	});

	test('are refused for the embedded cluster, and before anything is begun when the file is wrong', async () => {
		machine = createKindSandbox();
		expect(await machine.run(['up', '--cluster', 'embedded', '--small'])).toMatchObject({
			code: 2,
			stderr: 'endpoint-lab: --small is for kind clusters only; add: --cluster kind\n',
		});
		expect(await machine.run(['up', '--cluster', 'kind', '--port', '6443'])).toMatchObject({
			code: 2,
			stderr: 'endpoint-lab: --port is for the embedded cluster only; add: --cluster embedded\n',
		});
		const file = join(machine.home, 'kind.yaml');
		writeFileSync(file, 'nodes:\n- role: control-plane\n  tainted: true\n');
		const {code, stderr} = await machine.run(['up', '--cluster', 'kind', '--kind-config', file]);
		expect({code, stderr}).toEqual({
			code: 2,
			stderr: `endpoint-lab: ${file}:3: kind knows no field "nodes[0].tainted".\n`,
		});
		expect(machine.state.calls().filter(({args}) => args[0] === 'create')).toEqual([]);
		machine.expectClean();
	});
});

test('another home’s cluster, and one that goes by our name, are left alone', async () => {
	machine = createKindSandbox({kubeconfig});
	const other = {
		name: 'endpoint-lab-control-plane',
		image: nodeImage,
		state: 'running',
		cluster: 'endpoint-lab',
	} as const;
	machine.state.put(other);
	expect(await machine.run(upDetached)).toMatchObject({code: 0});
	const {name, nodes} = JSON.parse(readFileSync(join(machine.folder, 'cluster.json'), 'utf8'));
	expect(name).toMatch(/^endpoint-lab-[0-9a-f]{6}$/);
	expect(nodes).toHaveLength(3);
	expect(await machine.run(remove)).toMatchObject({code: 0});
	expect(machine.containers()).toEqual({[other.name]: 'running'});
	machine.state.remove(other.name);
	machine.expectClean();
});

test('Podman is taken where Docker does not run, and kind is told so', async () => {
	machine = createKindSandbox({kubeconfig}, ['podman', 'kind']);
	expect(await machine.run(upDetached)).toMatchObject({code: 0});
	const created = machine.state.calls().find(({args}) => args[0] === 'create')!;
	expect(created.environment).toMatchObject({KIND_EXPERIMENTAL_PROVIDER: 'podman'});
	expect(await machine.run(remove)).toMatchObject({code: 0});
	expect(machine.containers()).toEqual({});
});

test('a cluster is looked for in the Docker context in which it was made', async () => {
	machine = createKindSandbox({kubeconfig, context: 'colima'});
	expect(await machine.run(upDetached)).toMatchObject({code: 0});
	await machine.run(['down', '--cluster', 'kind']);
	machine.behave({kubeconfig, context: 'desktop-linux'});
	const {code, stderr} = await machine.run(upDetached);
	expect(code).toBe(1);
	expect(stderr).toContain('context "colima": context not found');
	machine.behave({kubeconfig, context: 'colima'});
	expect(await machine.run(upDetached)).toMatchObject({code: 0});
	expect(machine.state.calls().at(-1)!.environment).toMatchObject({DOCKER_CONTEXT: 'colima'});
});

describe('a cluster of the last time', () => {
	async function made(): Promise<void> {
		machine = createKindSandbox({kubeconfig});
		expect(await machine.run(upDetached)).toMatchObject({code: 0});
		await machine.run(['down', '--cluster', 'kind']);
	}

	test('that somebody has removed is made anew', async () => {
		await made();
		for (const name of Object.keys(machine.containers())) machine.state.remove(name);
		const {code, stderr} = await machine.run(upDetached);
		expect(code).toBe(0);
		expect(stderr).toContain('The kind cluster endpoint-lab is gone; somebody has removed it. Making a new one.');
		expect(machine.containers()).toEqual(threeNodes);
	});

	test('that lacks a node is broken, and not removed unasked', async () => {
		await made();
		machine.state.remove('endpoint-lab-worker2');
		const {code, stderr} = await machine.run(upDetached);
		expect(code).toBe(1);
		expect(stderr).toContain(
			'the kind cluster endpoint-lab is broken (nodes are missing: endpoint-lab-worker2). Remove it, with everything in it: endpoint-lab down --cluster kind --delete',
		);
		expect(Object.keys(machine.containers())).toHaveLength(2);
		expect(await machine.run(remove)).toMatchObject({code: 0});
		machine.expectClean();
	});

	test('whose record is damaged is nobody’s: both are kept, and another one is made', async () => {
		await made();
		writeFileSync(join(machine.folder, 'cluster.json'), '{"version": 1, "na');
		const {code, stderr} = await machine.run(upDetached);
		expect(code).toBe(0);
		expect(stderr).toContain('cluster.json could not be read (it ends too early); it is kept as');
		expect(Object.keys(machine.containers())).toHaveLength(6);
		for (const name of Object.keys(threeNodes)) machine.state.remove(name);
	});

	test('whose kubeconfig is gone gets it back', async () => {
		await made();
		const file = join(machine.folder, 'kubeconfig');
		const before = readFileSync(file, 'utf8');
		writeFileSync(`${file}.lock`, '');
		rmSync(file);
		expect(await machine.run(upDetached)).toMatchObject({code: 0});
		expect(readFileSync(file, 'utf8')).toBe(before);
	});
});

test('two at once make one cluster', async () => {
	machine = createKindSandbox({kubeconfig, create: {stepMs: 50}});
	const first = machine.start(upDetached);
	await machine.called(first, 'kind', 'create', 'cluster');
	const second = await machine.run(['up', '--cluster', 'kind']);
	expect(second).toMatchObject({code: 0, stdout: (await first.ended).stdout});
	expect(second.stderr).toContain('Waiting for "endpoint-lab up --cluster kind');
	expect(machine.state.calls().filter(({args}) => args[0] === 'create')).toHaveLength(1);
});
