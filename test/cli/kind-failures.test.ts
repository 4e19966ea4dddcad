import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, describe, expect, test, vi} from 'vitest';
import type {KindFailureCode} from '../../src/clusters/kind/kind-failure.ts';
import {textIn} from '../../src/text/text.ts';
import type {Behaviour} from '../fakes/state.ts';
import {kindTranscript} from '../fakes/transcripts.ts';
import {createSandbox} from './cli.ts';
import {createKindSandbox, type KindSandbox, nodeImage, plainNames} from './kind-sandbox.ts';

// Many small programs, one after the other, on a machine that may be busy.
vi.setConfig({testTimeout: 180_000});

let machine: KindSandbox;

afterEach(() => machine.remove());

const up = ['up', '--cluster', 'kind'];

/** Failures of a kind by which only the words differ that kind passes on. */
const otherFailures: [Exclude<KindFailureCode, 'unknown'>, string][] = [
	[
		'cgroup-v2',
		'running kind with rootless provider requires cgroup v2, see https://kind.sigs.k8s.io/docs/user/rootless/',
	],
	['delegate', 'running kind with rootless provider requires setting systemd property "Delegate=yes", see https://…'],
	[
		'wsl-cgroups',
		'OCI runtime create failed: runc create failed: unable to apply cgroup: error adding pid 812 to cgroups',
	],
	[
		'podman-6',
		'template: :1:24: executing "" at <index .>: error calling index: cannot index slice/array with type string',
	],
	['kind-too-old', 'failed to detect containerd snapshotter: unknown containerd config version: 4'],
	['init', "Couldn't find an alternative telinit implementation to spawn."],
	[
		'network',
		'failed to ensure docker network: Error response from daemon: Pool overlaps with other one on this address space',
	],
	['busy', 'could not kill container: tried to kill container, but did not receive an exit event'],
	['stopped', 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?'],
	['image-untrusted', `failed to pull image "${nodeImage}": x509: certificate signed by unknown authority`],
];

/** What the failing program printed in a recorded call. */
function outputIn(name: string): string {
	return kindTranscript(name).stderr.split('Command Output: ')[1]!.trimEnd();
}

describe('without what a kind cluster needs, one line says what to do, and nothing is begun', () => {
	test.each<[string, Behaviour, string]>([
		[
			'the daemon is stopped',
			{daemon: 'stopped'},
			'docker is there, but its daemon does not run (Cannot connect to the Docker daemon',
		],
		['the user may not use it', {daemon: 'no-permission'}, 'sudo usermod -aG docker $USER'],
		['kind is too old', {kindVersion: '0.29.0'}, 'kind 0.29.0 is too old; the lab needs 0.32 or later.'],
	])('%s', async (_what, behaviour, message) => {
		machine = createKindSandbox(behaviour);
		const {code, stdout, stderr} = await machine.run(up);
		expect({code, stdout, lines: stderr.trimEnd().split('\n').length}).toEqual({code: 1, stdout: '', lines: 1});
		expect(stderr).toContain(message);
		expect(stderr).toContain('--cluster embedded');
		await machine.expectClean();
	});

	test('no container runtime', async () => {
		machine = createKindSandbox({}, ['kind']);
		const {code, stderr} = await machine.run(up);
		expect(code).toBe(1);
		expect(stderr).toContain('none is installed. Install Docker, Podman or nerdctl');
		await machine.expectClean();
	});

	test('no kind', async () => {
		machine = createKindSandbox({}, ['docker']);
		const {code, stderr} = await machine.run(up);
		expect(code).toBe(1);
		expect(stderr).toContain('kind is not on PATH. Install it (https://kind.sigs.k8s.io)');
		await machine.expectClean();
	});

	test('"auto" then is the embedded cluster', async () => {
		machine = createKindSandbox({daemon: 'stopped'});
		const {code, stdout, stderr} = await machine.run(['up', '--detach']);
		expect(code).toBe(0);
		expect(stdout).toContain('/embedded/kubeconfig');
		expect(stderr).toContain('auto: embedded (SIMULATED), since kind cannot run here.');
		expect(await machine.run(['down'])).toMatchObject({code: 0, stdout: expect.stringContaining('embedded')});
		await machine.expectClean();
	});
});

describe('each way in which kind fails is named with its fix, and leaves nothing behind', () => {
	test.each<[string, Behaviour['create'], string]>([
		[
			'a full disk',
			{failAt: 'nodes', error: outputIn('create-no-space')},
			'while preparing the nodes: the disk of the container runtime is full.',
		],
		['a port in use', {failAt: 'nodes', error: outputIn('create-port-in-use')}, 'a port that it wants is in use.'],
		[
			'a node that does not boot',
			{
				failAt: 'nodes',
				failure:
					'failed to create cluster: could not find a log line that matches "Reached target .*Multi-User System.*|detected cgroup v1"',
			},
			'a node did not boot in time.',
		],
		[
			'inotify limits',
			{failAt: 'control-plane', error: 'Failed to create inotify object: Too many open files'},
			'sudo sysctl fs.inotify.max_user_watches=524288',
		],
		[
			'kubeadm init',
			{failAt: 'control-plane', error: outputIn('create-kubeadm-init-failed')},
			'while starting the control plane: the control plane did not start.',
		],
		[
			'too little memory',
			{
				failAt: 'workers',
				failure:
					'failed to create cluster: failed to join node with kubeadm: command "docker exec --privileged endpoint-lab-worker kubeadm join" failed with error: exit status 137',
			},
			'it ran out of memory.',
		],
		[
			'a worker that cannot join',
			{failAt: 'workers', error: 'error execution phase kubelet-start'},
			'while joining the workers: a worker could not join.',
		],
	])('%s', async (_what, create, message) => {
		machine = createKindSandbox({create: {stepMs: 1, ...create}});
		const {code, stdout, stderr} = await machine.run(up);
		expect({code, stdout}).toEqual({code: 1, stdout: ''});
		const last = stderr.trimEnd().split('\n').at(-1)!;
		expect(last).toContain(message);
		expect(last).toContain(`kind’s own words: ${join(machine.folder, 'create.log')}`);
		expect(readFileSync(join(machine.folder, 'create.log'), 'utf8')).toContain('ERROR: failed to create cluster');
		await machine.expectClean(['kind/create.log']);
	});

	test('and all the others of which it is known what kind says', async () => {
		machine = createKindSandbox();
		for (const [code, words] of otherFailures) {
			const failure = `failed to create cluster: ${words}`;
			machine.behave({create: {stepMs: 1, failAt: 'image', failure}});
			const {code: exit, stderr} = await machine.run(up);
			expect({exit, stderr}).toEqual({
				exit: 1,
				stderr: expect.stringContaining(textIn('en').clusters.kind.failures[code]),
			});
		}
		await machine.expectClean(['kind/create.log']);
	});

	test('the second time, what its nodes have logged is kept, and nothing else of them', async () => {
		const create = {stepMs: 1, failAt: 'control-plane', error: 'The kubelet is not healthy after 4m0s'} as const;
		machine = createKindSandbox({create});
		const logs = join(machine.folder, 'node-logs');
		expect((await machine.run(up)).stderr).not.toContain(logs);
		const {code, stderr} = await machine.run(up);
		expect(code).toBe(1);
		expect(stderr).toMatch(/Gathering what the nodes of endpoint-lab-[0-9a-f]{6} have logged\.\n/);
		expect(stderr.trimEnd()).toMatch(
			new RegExp(`the control plane did not start\\..*\\(what the nodes logged: ${logs}\\)$`),
		);
		const created = machine.state.calls().filter(({args}) => args[0] === 'create');
		expect(created.map(({args}) => args.includes('--retain'))).toEqual([false, true]);
		const kept = ['control-plane', 'worker', 'worker2'].map(node => `kind/node-logs/endpoint-lab-${node}/kubelet.log`);
		await machine.expectClean(['kind/create.log', ...kept, 'kind/node-logs/kind-version.txt']);
	});

	test('a detached start tells the same, and ends', async () => {
		machine = createKindSandbox({create: {stepMs: 1, failAt: 'nodes', error: 'no space left on device'}});
		const {code, stdout, stderr} = await machine.run([...up, '--detach']);
		expect({code, stdout}).toEqual({code: 1, stdout: ''});
		expect(stderr).toContain(
			'the cluster did not start: the kind cluster could not be made, while preparing the nodes',
		);
		await machine.expectClean(['kind.log', 'kind/create.log']);
	});

	test.each([
		['dial tcp: lookup registry-1.docker.io on 192.168.1.1:53: no such host', 'registry'],
		['toomanyrequests: You have reached your unauthenticated pull rate limit.', nodeImage],
	])('an image that cannot be pulled: %s', async (error, words) => {
		machine = createKindSandbox({pull: {error: `Error response from daemon: ${error}`}});
		machine.state.removeImage(nodeImage);
		const {code, stderr} = await machine.run(up);
		expect(code).toBe(1);
		expect(stderr).toContain('fetching the node image');
		expect(stderr).toContain(words);
		expect(machine.state.calls().filter(({args}) => args[0] === 'create')).toEqual([]);
		await machine.expectClean();
	});
});

describe('what only looks like a failure is overcome', () => {
	test('a kubeconfig that is locked when the cluster is there already', async () => {
		const behind = createSandbox();
		try {
			const {stdout} = await behind.run(['up', '--detach']);
			const kubeconfig = /KUBECONFIG=(.*)/.exec(stdout)![1]!;
			machine = createKindSandbox({kubeconfig, create: {stepMs: 1, locked: true}});
			expect(await machine.run([...up, '--detach'])).toMatchObject({code: 0});
			expect(readFileSync(join(machine.folder, 'create.log'), 'utf8')).toContain('failed to lock config file');
			expect(existsSync(join(machine.folder, 'kubeconfig.lock'))).toBe(false);
			expect(machine.state.calls().filter(({args}) => args[0] === 'create')).toHaveLength(1);
			expect(await machine.run(['down', '--cluster', 'kind', '--delete'])).toMatchObject({code: 0});
			await machine.expectClean();
		} finally {
			await behind.remove();
		}
	});

	test('a lock that a killed lab has left, and a delete that fails twice', async () => {
		machine = createKindSandbox({create: {stepMs: 1, failAt: 'workers', error: 'boom'}});
		await machine.run(up);
		writeFileSync(join(machine.folder, 'kubeconfig.lock'), '');
		machine.behave({create: {stepMs: 1, failAt: 'workers', error: 'boom', retain: true}, deleteFailures: 2});
		const {code, stderr} = await machine.run(up);
		expect(code).toBe(1);
		expect(stderr).toContain('a worker could not join.');
		expect(machine.state.behaviour().deleteFailures).toBe(0);
		expect(machine.containers()).toEqual({});
		expect(await machine.run(['down', '--cluster', 'kind', '--delete'])).toMatchObject({code: 0});
		await machine.expectClean();
	});

	test('a delete that fails for good says how to do it by hand, and the next one succeeds', async () => {
		machine = createKindSandbox({
			create: {stepMs: 1, failAt: 'workers', error: 'boom', retain: true},
			deleteFailures: 100,
		});
		const {code, stderr} = await machine.run(up);
		expect(code).toBe(1);
		expect(plainNames(stderr)).toContain('the kind cluster endpoint-lab could not be removed (');
		expect(plainNames(stderr)).toContain(
			'or by hand: docker rm -f -v endpoint-lab-control-plane endpoint-lab-worker endpoint-lab-worker2',
		);
		expect(Object.keys(machine.containers())).toHaveLength(3);
		machine.behave({deleteFailures: 0});
		const {code: second, stdout} = await machine.run(['down', '--cluster', 'kind', '--delete']);
		expect({code: second, stdout: plainNames(stdout)}).toEqual({
			code: 0,
			stdout: 'Removed the kind cluster endpoint-lab.\n',
		});
		await machine.expectClean();
		expect(existsSync(machine.folder)).toBe(false);
	});
});
