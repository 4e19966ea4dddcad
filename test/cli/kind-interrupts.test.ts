import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, describe, expect, test, vi} from 'vitest';
import type {Behaviour} from '../fakes/state.ts';
import {lives} from '../lives.ts';
import {until} from '../until.ts';
import type {Running} from './cli.ts';
import {clusterBehind, createKindSandbox, type KindSandbox, nodeImage, plainNames, untilIn} from './kind-sandbox.ts';

// Many small programs, one after the other, on a machine that may be busy.
vi.setConfig({testTimeout: 240_000, hookTimeout: 120_000});

const behind = clusterBehind();
let machine: KindSandbox;

afterEach(() => machine.remove());

const up = ['up', '--cluster', 'kind'];

/** Each phase of a start: how it is held there, and how it is seen that it has come so far. */
const phases: [string, Behaviour, (running: Running) => Promise<void>][] = [
	['while Docker is asked', {daemon: 'silent'}, running => machine.called(running, 'docker', 'info')],
	['while the node image is pulled', {pull: {hang: true}}, running => machine.called(running, 'docker', 'pull')],
	[
		'while kind looks at the image',
		{create: {stepMs: 1, hangAt: 'image'}},
		running => shows(running, 'checking the node image'),
	],
	[
		'while a container is made that appears only afterwards',
		{create: {stepMs: 1, lateMs: 700}},
		running => machine.called(running, 'docker', 'run', '--name'),
	],
	[
		'while the configuration is written',
		{create: {stepMs: 1, hangAt: 'configuration'}},
		running => shows(running, 'writing the configuration'),
	],
	[
		'while the control plane starts',
		{create: {stepMs: 1, hangAt: 'control-plane'}},
		running => shows(running, 'starting the control plane'),
	],
	[
		'while the Pod network is installed',
		{create: {stepMs: 1, hangAt: 'cni'}},
		running => shows(running, 'installing the Pod network'),
	],
	[
		'while the StorageClass is installed',
		{create: {stepMs: 1, hangAt: 'storage'}},
		running => shows(running, 'installing the StorageClass'),
	],
	['while workers join', {create: {stepMs: 1, hangAt: 'workers'}}, running => shows(running, 'joining the workers')],
	// The kubeconfig leads nowhere, so the nodes never become ready.
	['while the nodes become ready', {}, running => shows(running, 'waiting until the nodes are ready')],
];

async function shows(running: Running, words: string): Promise<void> {
	await untilIn(running, () => running.stderr().includes(words));
}

/** Starts a cluster and lets it come to a phase. */
async function inPhase([, behaviour, reached]: (typeof phases)[number]): Promise<Running> {
	machine = createKindSandbox(behaviour);
	if (behaviour.pull) machine.state.removeImage(nodeImage);
	const running = machine.start(up);
	await reached(running);
	return running;
}

describe('Ctrl-C leaves nothing behind', () => {
	test.each(phases)('%s', async (...phase) => {
		const running = await inPhase(phase);
		running.child.kill('SIGINT');
		expect(await running.ended).toMatchObject({code: 130, stdout: ''});
		await machine.expectClean();
	});

	test('when the cluster is there and its images are being loaded', async () => {
		machine = createKindSandbox({kubeconfig: behind.kubeconfig(), nodesHaveImages: false, pull: {hang: true}});
		machine.state.removeImage('nginx:1.14.2');
		const running = machine.start(up);
		await shows(running, 'loading the lesson’s images');
		running.child.kill('SIGINT');
		expect(await running.ended).toMatchObject({code: 130, stdout: ''});
		await machine.expectClean();
	});

	test('of a detached start, which does not go on behind one’s back', async () => {
		machine = createKindSandbox({create: {stepMs: 1, hangAt: 'control-plane'}});
		const running = machine.start([...up, '--detach']);
		await shows(running, 'starting the control plane');
		running.child.kill('SIGINT');
		expect(await running.ended).toMatchObject({code: 130, stdout: ''});
		await machine.expectClean();
	});

	test('nor does "down", which ends a start that is under way', async () => {
		machine = createKindSandbox({create: {stepMs: 1, hangAt: 'control-plane'}});
		const running = machine.start([...up, '--detach']);
		await shows(running, 'starting the control plane');
		expect(await machine.run(['down', '--cluster', 'kind', '--delete'])).toMatchObject({code: 0});
		const {code, stdout, stderr} = await running.ended;
		expect({code, stdout, last: stderr.trimEnd().split('\n').at(-1)}).toEqual({
			code: 1,
			stdout: '',
			last: 'endpoint-lab: the start of the kind cluster was called off by another command, such as "endpoint-lab down".',
		});
		await machine.expectClean();
	});

	test('but a cluster that was there before stays', async () => {
		machine = createKindSandbox({kubeconfig: behind.kubeconfig()});
		expect(await machine.run([...up, '--detach'])).toMatchObject({code: 0});
		await machine.run(['down']);
		machine.behave({kubeconfig: behind.kubeconfig(), nodesHaveImages: false, pull: {hang: true}});
		machine.state.removeImage('nginx:1.14.2');
		const running = machine.start(up);
		await machine.called(running, 'docker', 'pull');
		running.child.kill('SIGINT');
		expect(await running.ended).toMatchObject({code: 130});
		expect(Object.values(machine.containers())).toEqual(['running', 'running', 'running']);
		machine.expectOthersUntouched();
	});
});

test('Ctrl-C of "up" ends the gateway and lets the cluster run', async () => {
	machine = createKindSandbox({kubeconfig: behind.kubeconfig()});
	const running = machine.start(up);
	await untilIn(running, () => running.stdout().includes('http_proxy'));
	running.child.kill('SIGINT');
	expect(await running.ended).toMatchObject({
		code: 0,
		stderr: expect.stringContaining('The kind cluster goes on running.'),
	});
	expect(Object.values(machine.containers())).toEqual(['running', 'running', 'running']);
	expect(await machine.run(['down', '--cluster', 'kind', '--delete'])).toMatchObject({code: 0});
	await machine.expectClean();
});

describe('after a kill the next start takes away what was half made, and makes a cluster', () => {
	test.each(phases.slice(1))('%s', async (...phase) => {
		const running = await inPhase(phase);
		running.child.kill('SIGKILL');
		await running.ended;
		machine.behave({kubeconfig: behind.kubeconfig()});
		machine.state.addImage(nodeImage);
		const next = await machine.run([...up, '--detach']);
		expect(next).toMatchObject({code: 0, stdout: expect.stringContaining('KUBECONFIG=')});
		expect(machine.containers()).toEqual({
			'endpoint-lab-control-plane': 'running',
			'endpoint-lab-worker': 'running',
			'endpoint-lab-worker2': 'running',
		});
		machine.expectOthersUntouched();
		expect(await machine.run(['down', '--cluster', 'kind', '--delete'])).toMatchObject({code: 0});
		await machine.expectClean();
	});

	test('also when kind has gone on to its end meanwhile', async () => {
		const running = await inPhase([
			'',
			{create: {stepMs: 200}},
			running => shows(running, 'writing the configuration'),
		]);
		const {name, process} = JSON.parse(readFileSync(join(machine.folder, 'cluster.json'), 'utf8'));
		running.child.kill('SIGKILL');
		await running.ended;
		await until(() => !lives(process.pid));
		expect(readFileSync(join(machine.folder, 'kubeconfig'), 'utf8')).toContain(`kind-${name}`);
		machine.behave({kubeconfig: behind.kubeconfig()});
		expect(await machine.run([...up, '--detach'])).toMatchObject({code: 0});
		expect(machine.cluster()).not.toBe(name);
		expect(Object.values(machine.containers())).toEqual(['running', 'running', 'running']);
		expect(machine.state.containers().some(({cluster}) => cluster === name)).toBe(false);
	});

	test('and "down" takes it away too', async () => {
		const running = await inPhase(phases.find(([what]) => what.includes('control plane'))!);
		const {process} = JSON.parse(readFileSync(join(machine.folder, 'cluster.json'), 'utf8'));
		running.child.kill('SIGKILL');
		await running.ended;
		expect(lives(process.pid)).toBe(true);
		const {code, stdout} = await machine.run(['down']);
		expect({code, stdout: plainNames(stdout)}).toEqual({code: 0, stdout: 'Removed the kind cluster endpoint-lab.\n'});
		expect(lives(process.pid)).toBe(false);
		await machine.expectClean();
	});

	test('while a lesson was played, whose cluster the next one does not use', async () => {
		machine = createKindSandbox({create: {stepMs: 1, hangAt: 'workers'}});
		const running = machine.start(['play', 'endpoints', '--cluster', 'kind']);
		await shows(running, 'joining the workers');
		// As long as it is played, it is left alone.
		expect(await machine.run(['down', '--cluster', 'kind'])).toMatchObject({code: 0});
		running.child.kill('SIGKILL');
		await running.ended;
		expect(Object.keys(machine.containers())).toHaveLength(3);
		expect(await machine.run(['down', '--cluster', 'kind'])).toMatchObject({
			code: 0,
			stdout: expect.stringMatching(/Removed the kind cluster endpoint-lab-proof-[0-9a-f]{6}\.\n$/),
		});
		await machine.expectClean();
	});
});
