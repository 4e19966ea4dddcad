import {
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, describe, expect, test, vi} from 'vitest';
import {createFakes, type Fakes} from '../fakes/fakes.ts';
import type {Behaviour} from '../fakes/state.ts';
import {until} from '../until.ts';
import {createSandbox, type Sandbox} from './cli.ts';

// Many small programs, one after the other, on a machine that may be busy.
vi.setConfig({testTimeout: 240_000, hookTimeout: 240_000});

const offline = 'Error response from daemon: dial tcp: lookup registry-1.docker.io: no such host';

/** The instructor's machine, whose images are all there, and what it has prepared. */
let machine: string;
let fakes: Fakes;
let sandbox: Sandbox;
let stick: string;
let prepared: {code: number | null; stdout: string; stderr: string};
let environment: Record<string, string>;

beforeAll(async () => {
	machine = realpathSync(mkdtempSync(join(tmpdir(), 'endpoint-lab-fakes-')));
	sandbox = createSandbox();
	fakes = createFakes(machine);
	environment = {PATH: fakes.path, HOME: machine, ENDPOINT_LAB_CLUSTER: ''};
	stick = join(machine, 'stick');
	prepared = await sandbox.run(['prepare', '--to', stick], environment);
});

afterEach(() => fakes.state.behave({}));

afterAll(async () => {
	await sandbox.remove();
	rmSync(machine, {recursive: true, force: true});
});

function behave(behaviour: Behaviour): void {
	fakes.state.behave(behaviour);
}

/** The words of the calls of the fakes while something happens. */
async function callsDuring(act: () => Promise<unknown>): Promise<string[]> {
	const before = fakes.state.calls().length;
	await act();
	return fakes.state
		.calls()
		.slice(before)
		.map(({program, args}) => [program, ...args].join(' '));
}

test('prepare gathers the node image and the lessons’ images, and says how to use them', async () => {
	expect(prepared).toMatchObject({code: 0});
	expect(prepared.stderr).toMatch(/^1\/\d+ {2}kindest\/node:v1\.36\.1 \(amd64\)$/m);
	expect(prepared.stdout).toContain(`${stick} is complete`);
	expect(prepared.stdout).toContain(`endpoint-lab up --cluster kind --from ${stick}`);
	const {files} = JSON.parse(readFileSync(join(stick, 'manifest.json'), 'utf8'));
	const images = files.map(({image}: {image: string}) => image);
	expect(images).toEqual(
		expect.arrayContaining(['kindest/node:v1.36.1', 'nginx:1.14.2', 'registry.k8s.io/pause:3.10']),
	);
	const readme = readFileSync(join(stick, 'README.txt'), 'utf8');
	expect(readme).toContain('https://kind.sigs.k8s.io/dl/v0.32.0/kind-linux-amd64');
	expect(readme).toContain('每台机器都需要容器运行时');
});

test('prepare again finds everything in its place, in Chinese too', async () => {
	const calls = await callsDuring(async () => {
		const again = await sandbox.run(['prepare', '--to', stick, '--lang', 'zh-CN'], environment);
		expect(again).toMatchObject({code: 0, stderr: expect.stringMatching(/个镜像已经在目录中/)});
	});
	expect(calls.filter(call => /^docker (pull|save)/.test(call))).toEqual([]);
});

test('a folder that cannot be made is named, with what to do', async () => {
	const file = join(machine, 'a-file');
	writeFileSync(file, '');
	for (const args of [
		['--to', file],
		['--to', join(file, 'below')],
		['--check', file],
	]) {
		const {code, stderr} = await sandbox.run(['prepare', ...args], environment);
		expect({code, stderr}).toEqual({
			code: 1,
			stderr: expect.stringContaining(`${file} is no folder. Name one: endpoint-lab prepare --to FOLDER`),
		});
	}
	expect(readFileSync(file, 'utf8')).toBe('');
});

// Even root makes no folder there, as nobody does on a disk that is write-protected.
test.runIf(process.platform === 'linux')('a folder that nobody may make is told with the reason', async () => {
	const {code, stderr} = await sandbox.run(['prepare', '--to', '/proc/stick'], environment);
	expect({code, stderr}).toEqual({
		code: 1,
		stderr: expect.stringMatching(/\/proc\/stick cannot be written \(.*Name a folder where you may write/),
	});
});

test('--check tells a good copy from a damaged one', async () => {
	const copy = join(machine, 'copy');
	cpSync(stick, copy, {recursive: true});
	expect(await sandbox.run(['prepare', '--check', copy])).toMatchObject({
		code: 0,
		stdout: expect.stringContaining('is as it was made'),
	});
	const file = join(copy, 'images/amd64/nginx-1.14.2.tar');
	writeFileSync(file, readFileSync(file, 'utf8').replace('#', '+'));
	expect(await sandbox.run(['prepare', '--check', copy])).toMatchObject({
		code: 1,
		stdout: '',
		stderr: expect.stringContaining(`${file} is not what was made (its checksum differs). Copy it again.`),
	});
});

describe('an interrupted prepare', () => {
	test.each(['SIGINT', 'SIGKILL'] as const)('by %s is gone on with', async signal => {
		const folder = join(machine, `interrupted-${signal}`);
		const part = join(folder, 'images/amd64/nginx-1.14.1.tar.part');
		behave({save: {hangAt: 'nginx:1.14.1'}});
		const run = sandbox.start(['prepare', '--to', folder], environment);
		let over = false;
		void run.ended.then(() => {
			over = true;
		});
		await until(() => over || existsSync(part));
		run.child.kill(signal);
		const {code} = await run.ended;
		if (signal === 'SIGINT') expect({code, part: existsSync(part)}).toEqual({code: 130, part: false});
		expect(await sandbox.run(['prepare', '--check', folder])).toMatchObject({
			code: 1,
			stderr: expect.stringContaining(`Go on with it where there is a network: endpoint-lab prepare --to ${folder}`),
		});
		behave({});
		const calls = await callsDuring(() => sandbox.run(['prepare', '--to', folder], environment));
		const saves = calls.filter(call => call.startsWith('docker save'));
		expect(saves[0]).toContain('nginx:1.14.1');
		expect(saves.join()).not.toContain('kindest/node');
		expect(await sandbox.run(['prepare', '--check', folder])).toMatchObject({code: 0});
		expect(readdirSync(join(folder, 'images/amd64')).filter(name => name.endsWith('.part'))).toEqual([]);
	});
});

test('without a container runtime nothing is gathered, and the embedded cluster needs nothing', async () => {
	const other = join(machine, 'other');
	mkdirSync(other);
	const {path} = createFakes(other, []);
	const folder = join(other, 'stick');
	const {code, stderr} = await sandbox.run(['prepare', '--to', folder], {...environment, PATH: path});
	expect(code).toBe(1);
	expect(stderr).toMatch(/^The embedded cluster needs nothing gathered/m);
	expect(stderr).toMatch(/none answers here, so nothing has been gathered.*endpoint-lab doctor/);
	expect(existsSync(folder)).toBe(false);
});

test.each([
	[['prepare', '--arch', 'mips'], /"mips" is no architecture/],
	[['prepare', '--check', 'x', '--to', 'y'], /--check looks at a folder/],
	[['up', '--cluster', 'embedded', '--from', '.'], /the embedded cluster takes a file.*--cluster kind --from \./],
	[['up', '--cluster', 'kind', '--from', 'package.json'], /kind takes one that "endpoint-lab prepare" has made/],
	[['play', 'endpoints', '--cluster', 'embedded', '--from', '.'], /--from is for kind clusters only/],
])('%s is a wrong use', async (args, reason) => {
	const {code, stderr} = await sandbox.run(args, environment);
	expect({code, stderr}).toEqual({code: 2, stderr: expect.stringMatching(reason)});
});

describe('up --cluster kind --from', () => {
	test('makes the cluster without a network: image by tag from the folder, the lessons’ images into its nodes', async () => {
		// A cluster that the made one leads to.
		const behind = createSandbox();
		try {
			const {stdout} = await behind.run(['up', '--detach']);
			const kubeconfig = /KUBECONFIG=(.*)/.exec(stdout)?.[1];
			for (const image of fakes.state.images()) fakes.state.removeImage(image);
			behave({kubeconfig, pull: {error: offline}, create: {stepMs: 1}});
			const up = ['up', '--cluster', 'kind', '--detach', '--from', stick];
			const calls = await callsDuring(async () => {
				expect(await sandbox.run(up, environment)).toMatchObject({code: 0});
			});
			expect(calls.filter(call => call.includes(' pull '))).toEqual([]);
			expect(calls).toContain(`docker load -i ${join(stick, 'images/amd64/kindest-node-v1.36.1.tar')}`);
			expect(calls.find(call => call.startsWith('kind create'))).toContain('--image kindest/node:v1.36.1 ');
			const loaded = calls.filter(call => call.startsWith('kind load image-archive'));
			expect(loaded.join()).toContain(join(stick, 'images/amd64/nginx-1.14.2.tar'));
			expect(loaded.join()).toContain(join(stick, 'images/amd64/busybox-1.36.tar'));
		} finally {
			await sandbox.run(['down', '--cluster', 'kind', '--delete'], environment);
			await behind.remove();
		}
	});

	test('plays a lesson whose image has no fixed tag with one that the nodes have', async () => {
		const behind = createSandbox();
		try {
			const {stdout: use} = await behind.run(['up', '--detach']);
			behave({kubeconfig: /KUBECONFIG=(.*)/.exec(use)?.[1], create: {stepMs: 1}});
			const play = ['play', 'pod-addresses', '--cluster', 'kind', '--from', stick];
			const {code, stdout, stderr} = await sandbox.run(play, environment);
			expect({code, stderr}).toMatchObject({code: 0});
			expect(stdout).toContain('kubectl create deploy test --image=nginx:1.14.2 --replicas=1');
		} finally {
			await behind.remove();
		}
	});

	test.each<[string, Behaviour, RegExp]>([
		[
			'another processor',
			{info: {Architecture: 'aarch64'}},
			/images for amd64, and the container runtime here needs arm64/,
		],
		['no such folder', {}, /no manifest\.json/],
	])('refuses a folder that does not fit, before anything is made: %s', async (what, behaviour, reason) => {
		behave(behaviour);
		const folder = what === 'no such folder' ? join(machine, 'nowhere') : stick;
		const calls = await callsDuring(async () => {
			const {code, stderr} = await sandbox.run(['up', '--cluster', 'kind', '--from', folder], environment);
			expect({code, stderr}).toEqual({code: 1, stderr: expect.stringMatching(reason)});
		});
		expect(calls.filter(call => /kind create|docker (pull|load)/.test(call))).toEqual([]);
	});
});
