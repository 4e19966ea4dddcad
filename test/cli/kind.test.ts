import {existsSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, describe, expect, test, vi} from 'vitest';
import type {Behaviour} from '../fakes/state.ts';
import {lives} from '../lives.ts';
import {clusterBehind, createKindSandbox, type KindSandbox, nodeImage, plainNames, untilIn} from './kind-sandbox.ts';

// Many small programs, one after the other, on a machine that may be busy.
vi.setConfig({testTimeout: 240_000, hookTimeout: 120_000});

const behind = clusterBehind();
let machine: KindSandbox;

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
	machine = createKindSandbox({kubeconfig: behind.kubeconfig()});
	const up = await machine.run(upDetached);
	expect(up).toMatchObject({code: 0});
	expect(up.stderr).toContain('[2/10] preparing the nodes\n[3/10] writing the configuration\n');
	expect(up.stdout).toMatch(/^export KUBECONFIG=\S+\/kind\/kubeconfig\nexport http_proxy=http:\/\/127\.0\.0\.1:\d+ /);
	expect(machine.containers()).toEqual(threeNodes);
	expect(statSync(join(machine.folder, 'kubeconfig')).mode & 0o777).toBe(0o600);
	const created = machine.state.calls().find(({args}) => args[0] === 'create')!;
	// A name of its own, its image by tag alone, its configuration from standard input, and no wait of kind's.
	expect(machine.cluster()).toMatch(/^endpoint-lab-[0-9a-f]{6}$/);
	expect(created.args).toEqual([
		'create',
		'cluster',
		'--name',
		machine.cluster(),
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

	const name = machine.cluster();
	expect(await machine.run(['down'])).toMatchObject({
		code: 0,
		stdout: `Ended the gateway (process ${running.pid}).\nStopped the kind cluster ${name}; its state is kept.\n`,
	});
	expect(lives(running.pid)).toBe(false);
	expect(Object.values(machine.containers())).toEqual(['exited', 'exited', 'exited']);
	expect(await status()).toMatchObject({running: false, state: 'stopped', name});

	const second = await machine.run(upDetached);
	expect(second).toMatchObject({code: 0});
	expect(second.stderr).toContain(`The kind cluster ${name} is stopped; starting it again.`);
	expect(machine.containers()).toEqual(threeNodes);
	expect(machine.state.calls().filter(({args}) => args[0] === 'create')).toHaveLength(1);

	expect(await machine.run(remove)).toMatchObject({
		code: 0,
		stdout: expect.stringContaining(`Removed the kind cluster ${name}.`),
	});
	await machine.expectClean();
	expect(existsSync(machine.folder)).toBe(false);
	expect(await machine.run(remove)).toMatchObject({code: 0, stdout: 'No kind cluster is running.\n'});
});

test('a lesson plays on a kind cluster of its own, which is gone after', async () => {
	machine = createKindSandbox({kubeconfig: behind.kubeconfig()}, ['docker', 'kind', 'kubectl']);
	const {code, stdout} = await machine.run(['play', 'endpoints', '--cluster', 'kind']);
	expect({code, end: stdout.trimEnd().split('\n').at(-1)}).toEqual({code: 0, end: 'All 14 checks came true.'});
	expect(stdout).toContain('(kind v1.36)');
	// With the learner's own kubectl, led to that cluster alone.
	const asked = machine.state.calls().filter(({program}) => program === 'kubectl');
	expect(asked.map(({args}) => args[0])).toContain('delete');
	for (const {environment} of asked) {
		expect(environment).toMatchObject({
			KUBECONFIG: join(machine.home, 'kind-proof/kubeconfig'),
			KUBECACHEDIR: expect.stringMatching(/kubectl-cache$/),
		});
	}
	await machine.expectClean();
});

describe('kubectl', () => {
	test('is not needed: the lab has its own', async () => {
		machine = createKindSandbox({kubeconfig: behind.kubeconfig()}, undefined, {without: ['kubectl']});
		const {code, stdout} = await machine.run(['play', 'endpoints', '--cluster', 'kind']);
		expect({code, end: stdout.trimEnd().split('\n').at(-1)}).toEqual({code: 0, end: 'All 14 checks came true.'});
		await machine.expectClean();
	});

	test('that hangs holds nobody: Ctrl-C ends it, and nothing is left', async () => {
		machine = createKindSandbox({kubeconfig: behind.kubeconfig(), kubectl: {hangs: true}}, [
			'docker',
			'kind',
			'kubectl',
		]);
		const running = machine.start(['play', 'endpoints', '--cluster', 'kind']);
		await machine.called(running, 'kubectl');
		running.child.kill('SIGINT');
		expect(await running.ended).toMatchObject({code: 130});
		await machine.expectClean();
	});

	test('that is too old for the cluster is told by doctor', async () => {
		machine = createKindSandbox({kubectl: {version: 'v1.24.0'}}, ['docker', 'kind', 'kubectl']);
		const {stdout} = await machine.run(['doctor', '--json']);
		expect(JSON.parse(stdout).findings.find(({code}: {code: string}) => /^kubectl/.test(code))).toMatchObject({
			code: 'kubectl-skew',
			status: 'warn',
			seen: expect.stringContaining('1.24.0'),
		});
	});
});

test('a shell on the kind cluster leaves it running, and "auto" finds it', async () => {
	machine = createKindSandbox({kubeconfig: behind.kubeconfig()});
	const SHELL = join(machine.bin, 'fake-shell');
	writeFileSync(SHELL, '#!/bin/sh\nkubectl config current-context; echo $http_proxy\n', {mode: 0o755});
	const {code, stdout, stderr} = await machine.run(['shell'], {SHELL});
	expect(code).toBe(0);
	expect(stdout).toMatch(/^kind-endpoint-lab-[0-9a-f]{6}\nhttp:\/\/127\.0\.0\.1:\d+\n$/);
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
		// On a host with cgroup v1, where a kubelet of today has to be told to start.
		machine = createKindSandbox({kubeconfig: behind.kubeconfig(), info: {CgroupVersion: '1'}});
		machine.state.addImage('mirror.local/node:v1.36.9');
		const file = join(machine.home, 'my-kind.yaml');
		writeFileSync(file, 'containerdConfigPatches: ["[mirror]"]\n');
		const more = ['--small', '--kind-image', 'mirror.local/node:v1.36.9', '--kind-config', file];
		expect(await machine.run([...upDetached, ...more])).toMatchObject({code: 0});
		expect(machine.containers()).toEqual({'endpoint-lab-control-plane': 'running'});
		const config = readFileSync(join(machine.state.folder, 'config.yaml'), 'utf8');
		expect(config).toContain('[mirror]');
		expect(config).toContain('failCgroupV1: false');
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
		const file = join(machine.home, 'my-kind.yaml');
		writeFileSync(file, 'nodes:\n- role: control-plane\n  tainted: true\n');
		const {code, stderr} = await machine.run(['up', '--cluster', 'kind', '--kind-config', file]);
		expect({code, stderr}).toEqual({
			code: 2,
			stderr: `endpoint-lab: ${file}:3: kind knows no field "nodes[0].tainted".\n`,
		});
		expect(machine.state.calls().filter(({args}) => args[0] === 'create')).toEqual([]);
		await machine.expectClean();
	});
});

test('two homes that make clusters in the same instant, on one Docker, take nothing from each other', async () => {
	machine = createKindSandbox({kubeconfig: behind.kubeconfig(), create: {stepMs: 30}});
	const other = {ENDPOINT_LAB_HOME: join(machine.home, 'other')};
	const [mine, theirs] = await Promise.all([machine.run(upDetached), machine.run(upDetached, other)]);
	expect([mine.code, theirs.code]).toEqual([0, 0]);
	expect(machine.state.containers().filter(({cluster}) => cluster?.startsWith('endpoint-lab'))).toHaveLength(6);
	const name = machine.cluster();
	expect(await machine.run(remove)).toMatchObject({code: 0});
	const left = machine.state.containers().filter(({cluster}) => cluster?.startsWith('endpoint-lab'));
	expect(left.map(({state}) => state)).toEqual(['running', 'running', 'running']);
	expect(left.map(({cluster}) => cluster)).not.toContain(name);
	expect(await machine.run(remove, other)).toMatchObject({code: 0});
	expect(machine.containers()).toEqual({});
});

test.each(['podman', 'nerdctl'] as const)(
	'%s is taken where Docker does not run, and kind is told so',
	async runtime => {
		machine = createKindSandbox({kubeconfig: behind.kubeconfig()}, [runtime, 'kind']);
		expect(await machine.run(upDetached)).toMatchObject({code: 0});
		const created = machine.state.calls().find(({args}) => args[0] === 'create')!;
		expect(created.environment).toMatchObject({KIND_EXPERIMENTAL_PROVIDER: runtime});
		// It fails to remove its containers twice.
		machine.behave({kubeconfig: behind.kubeconfig(), deleteFailures: 2});
		expect(await machine.run(remove)).toMatchObject({code: 0});
		expect(machine.state.behaviour().deleteFailures).toBe(0);
		expect(machine.containers()).toEqual({});
	},
);

test('a node image of another patch version that is there already is not fetched again', async () => {
	machine = createKindSandbox({kubeconfig: behind.kubeconfig()});
	machine.state.removeImage(nodeImage);
	// The last one needs a newer kind.
	for (const version of ['1.35.8', '1.36.0', '1.36.2', '1.36.4']) machine.state.addImage(`kindest/node:v${version}`);
	const {code, stderr} = await machine.run(upDetached);
	expect(code).toBe(0);
	expect(stderr).toContain('The nodes are made of kindest/node:v1.36.2, which is here already;');
	const calls = machine.state.calls();
	expect(calls.find(({args}) => args[0] === 'create')!.args).toContain('kindest/node:v1.36.2');
	expect(calls.filter(({args}) => args[0] === 'pull')).toEqual([]);
});

test('a cluster is looked for in the Docker context in which it was made', async () => {
	machine = createKindSandbox({kubeconfig: behind.kubeconfig(), context: 'colima'});
	expect(await machine.run(upDetached)).toMatchObject({code: 0});
	await machine.run(['down', '--cluster', 'kind']);
	machine.behave({kubeconfig: behind.kubeconfig(), context: 'desktop-linux'});
	const {code, stderr} = await machine.run(upDetached);
	expect(code).toBe(1);
	expect(stderr).toContain(`made in Docker's context "colima", which leads nowhere now`);
	expect(stderr).toContain('context "colima": context not found');
	expect(stderr).toContain(join(machine.folder, 'cluster.json'));
	machine.behave({kubeconfig: behind.kubeconfig(), context: 'colima'});
	expect(await machine.run(upDetached)).toMatchObject({code: 0});
	expect(machine.state.calls().at(-1)!.environment).toMatchObject({DOCKER_CONTEXT: 'colima'});
});

function removeNodes(): void {
	for (const {name, cluster} of machine.state.containers())
		if (cluster?.startsWith('endpoint-lab')) machine.state.remove(name);
}

describe('a cluster of the last time', () => {
	async function made(): Promise<void> {
		machine = createKindSandbox({kubeconfig: behind.kubeconfig()});
		expect(await machine.run(upDetached)).toMatchObject({code: 0});
		await machine.run(['down', '--cluster', 'kind']);
	}

	test.each<[string, Behaviour, string]>([
		['that somebody has removed', {}, 'endpoint-lab is gone; somebody has removed it. Making a new one.'],
		[
			'that is in another Docker',
			{info: {ID: 'another'}},
			'endpoint-lab is not here: it was made with another docker than the one that answers now.',
		],
	])('%s is made anew', async (_what, behaviour, words) => {
		await made();
		removeNodes();
		machine.behave({kubeconfig: behind.kubeconfig(), ...behaviour});
		const {code, stderr} = await machine.run(upDetached);
		expect(code).toBe(0);
		expect(plainNames(stderr)).toContain(words);
		expect(machine.containers()).toEqual(threeNodes);
	});

	test('that was left running by a lab that was killed is taken up as it is', async () => {
		machine = createKindSandbox({kubeconfig: behind.kubeconfig()});
		const killed = machine.start(['up', '--cluster', 'kind']);
		await untilIn(killed, () => killed.stdout().includes('http_proxy'));
		const name = machine.cluster();
		killed.child.kill('SIGKILL');
		await killed.ended;
		// Its kubeconfig has suffered.
		const file = join(machine.folder, 'kubeconfig');
		const before = readFileSync(file, 'utf8');
		writeFileSync(file, before.slice(0, before.indexOf('users:')));
		expect(await machine.run(upDetached)).toMatchObject({code: 0});
		expect(readFileSync(file, 'utf8')).toBe(before);
		expect(machine.cluster()).toBe(name);
		expect(machine.state.calls().filter(({args}) => args[0] === 'create')).toHaveLength(1);
	});

	test('whose containers cannot be started again is broken, and not removed unasked', async () => {
		await made();
		machine.behave({
			kubeconfig: behind.kubeconfig(),
			startError: 'Error response from daemon: driver failed: port is already allocated',
		});
		const {code, stderr} = await machine.run(upDetached);
		expect(code).toBe(1);
		expect(plainNames(stderr)).toContain(
			'endpoint-lab is broken (Error response from daemon: driver failed: port is already allocated). Remove it',
		);
		expect(Object.keys(machine.containers())).toHaveLength(3);
	});

	test('whose removal was interrupted is removed to the end by the next start', async () => {
		await made();
		const name = machine.cluster();
		machine.behave({kubeconfig: behind.kubeconfig(), deleteHangs: true});
		const removing = machine.start(remove);
		await untilIn(removing, () => Object.keys(machine.containers()).length === 2);
		removing.child.kill('SIGINT');
		expect(await removing.ended).toMatchObject({code: 130});
		machine.behave({kubeconfig: behind.kubeconfig()});
		expect(await machine.run(upDetached)).toMatchObject({code: 0});
		expect(machine.cluster()).not.toBe(name);
		expect(machine.containers()).toEqual(threeNodes);
	});

	test('that lacks a node is broken, and not removed unasked', async () => {
		await made();
		machine.state.remove(`${machine.cluster()}-worker2`);
		const {code, stderr} = await machine.run(upDetached);
		expect(code).toBe(1);
		expect(plainNames(stderr)).toContain(
			'the kind cluster endpoint-lab is broken (nodes are missing: endpoint-lab-worker2). Remove it, with everything in it: endpoint-lab down --cluster kind --delete',
		);
		expect(Object.keys(machine.containers())).toHaveLength(2);
		expect(await machine.run(remove)).toMatchObject({code: 0});
		await machine.expectClean();
	});

	test('whose record is damaged is nobody’s: both are kept, and another one is made', async () => {
		await made();
		writeFileSync(join(machine.folder, 'cluster.json'), '{"version": 1, "na');
		const {code, stderr} = await machine.run(upDetached);
		expect(code).toBe(0);
		expect(stderr).toContain('cluster.json could not be read (it ends too early); it is kept as');
		expect(stderr).toContain('A kind cluster of the lab (endpoint-lab-…) may be left that it no longer knows.');
		expect(machine.state.containers().filter(({cluster}) => cluster?.startsWith('endpoint-lab'))).toHaveLength(6);
		expect(await machine.run(remove)).toMatchObject({code: 0});
		expect(machine.containers()).toMatchObject({'endpoint-lab-worker': 'exited'});
		removeNodes();
	});

	test('that was paused, and whose kubeconfig is gone, goes on and gets it back', async () => {
		await made();
		for (const container of machine.state.containers())
			if (container.cluster === machine.cluster()) machine.state.put({...container, state: 'paused'});
		const file = join(machine.folder, 'kubeconfig');
		const before = readFileSync(file, 'utf8');
		writeFileSync(`${file}.lock`, '');
		rmSync(file);
		expect(await machine.run(upDetached)).toMatchObject({code: 0});
		expect(readFileSync(file, 'utf8')).toBe(before);
		expect(machine.containers()).toEqual(threeNodes);
		expect(machine.state.calls().filter(({args}) => args[0] === 'start')).toEqual([]);
	});
});

test('what a new cluster still lacks is told while it is waited for', async () => {
	machine = createKindSandbox({kubeconfig: behind.kubeconfig()});
	const ready = (status: string) =>
		behind.kubectl(
			'patch',
			'node',
			'lab-worker2',
			'--subresource=status',
			`-p={"status":{"conditions":[{"type":"Ready","status":"${status}"}]}}`,
		);
	expect(await ready('False')).toMatchObject({code: 0});
	try {
		const running = machine.start(upDetached);
		await untilIn(running, () => running.stderr().includes('waiting for 1 node\n'));
		expect(running.stdout()).toBe('');
		expect(await ready('True')).toMatchObject({code: 0});
		expect(await running.ended).toMatchObject({code: 0, stdout: expect.stringContaining('KUBECONFIG=')});
	} finally {
		await ready('True');
	}
});

test('two at once make one cluster', async () => {
	machine = createKindSandbox({kubeconfig: behind.kubeconfig(), create: {stepMs: 50}});
	const first = machine.start(upDetached);
	await machine.called(first, 'kind', 'create', 'cluster');
	const second = await machine.run(['up', '--cluster', 'kind']);
	expect(second).toMatchObject({code: 0, stdout: (await first.ended).stdout});
	expect(second.stderr).toContain('Waiting for "endpoint-lab up --cluster kind');
	expect(machine.state.calls().filter(({args}) => args[0] === 'create')).toHaveLength(1);
});
