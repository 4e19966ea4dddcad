import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import {createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {contextPlace} from '../../src/clusters/context/context-record.ts';
import {homeOf} from '../../src/state/home.ts';
import {takeLock} from '../../src/state/lock.ts';
import {createFakes, type FakeProgram, type Fakes} from '../fakes/fakes.ts';
import type {Behaviour} from '../fakes/state.ts';
import {createSandbox, type Sandbox} from './cli.ts';

// Several small programs, on a machine that may be busy.
vi.setConfig({testTimeout: 120_000});

type Report = {
	findings: {code: string; status: string; seen: string; fix?: string; commands?: string[]}[];
	clusters: {place: string; runs: boolean; because: string[]}[];
	choice: {cluster: string; runs: boolean};
};

let sandbox: Sandbox;
let machine: string;

beforeEach(() => {
	sandbox = createSandbox();
	machine = realpathSync(mkdtempSync(join(tmpdir(), 'endpoint-lab-fakes-')));
});

afterEach(async () => {
	await sandbox.remove();
	rmSync(machine, {recursive: true, force: true});
});

/** Puts fake programs on PATH, and gives what doctor is run with. */
function machineWith(programs: FakeProgram[], behaviour: Behaviour = {}): Fakes & {environment: NodeJS.ProcessEnv} {
	const fakes = createFakes(machine, programs);
	fakes.state.behave(behaviour);
	const user = join(machine, 'maria');
	mkdirSync(user, {recursive: true});
	const clean = {HTTP_PROXY: '', HTTPS_PROXY: '', http_proxy: '', https_proxy: '', ALL_PROXY: '', all_proxy: ''};
	const environment = {
		...clean,
		PATH: fakes.path,
		HOME: user,
		USER: 'maria',
		KUBECONFIG: '',
		DOCKER_HOST: '',
		ENDPOINT_LAB_CLUSTER: '',
	};
	return {...fakes, environment};
}

/** What doctor finds; programs may take as long to answer as a busy machine makes them. */
async function diagnosis(environment: NodeJS.ProcessEnv, seconds = '100'): Promise<Report & {code: number | null}> {
	const {code, stdout} = await sandbox.run(['doctor', '--json', '--timeout', seconds], environment);
	return {...(JSON.parse(stdout) as Report), code};
}

/** The finding with a code; throws when there is none. */
function find({findings}: Report, code: string) {
	const found = findings.find(finding => finding.code === code);
	if (!found) throw new Error(`no ${code} among ${findings.map(finding => finding.code).join(', ')}`);
	return found;
}

test('a machine with nothing installed runs lessons on the embedded cluster, and hears what kind would need', async () => {
	const {environment} = machineWith([]);
	const {code, stdout} = await sandbox.run(['doctor'], environment);
	expect(code).toBe(0);
	expect(stdout).toMatch(/^ {2}warn {2}runtime-absent +There is no container runtime/m);
	expect(stdout).toMatch(/^ {2}embedded +yes$/m);
	expect(stdout).toMatch(/^ {2}kind +no \(runtime-absent, kind-absent\)$/m);
	expect(stdout).toContain('Without --cluster the lab takes embedded.');
});

test('a machine with Docker and kind runs them on kind, and the images that are missing are named', async () => {
	const {environment, state} = machineWith(['docker', 'kind']);
	state.addImage('kindest/node:v1.36.1');
	state.addImage('nginx:1.14.2');
	state.put({name: 'work-control-plane', image: 'kindest/node:v1.35.0', state: 'running', cluster: 'work'});
	const found = await diagnosis(environment);
	expect(found).toMatchObject({code: 0, choice: {cluster: 'kind', runs: true}});
	expect(find(found, 'node-image').seen).toContain('kindest/node:v1.36.1');
	const {seen} = find(found, 'lesson-images-absent');
	expect(seen).toContain('nginx:1.16.1');
	expect(seen).not.toContain('nginx:1.14.2');
	expect(find(found, 'kind-clusters').seen).toContain('1 other kind cluster');
});

describe('a container runtime that cannot be used', () => {
	test.each<[Behaviour['daemon'], string]>([
		['stopped', 'runtime-stopped'],
		['no-permission', 'runtime-no-permission'],
	])('is told as %s', async (daemon, code) => {
		const {environment} = machineWith(['docker', 'kind'], {daemon});
		const found = await diagnosis(environment);
		expect(find(found, code)).toMatchObject({status: 'warn', fix: expect.any(String)});
		expect(found).toMatchObject({code: 0, choice: {cluster: 'embedded', runs: true}});
	});

	test('does not keep the doctor waiting when it hangs', async () => {
		const {environment} = machineWith(['docker', 'kind'], {daemon: 'silent'});
		const found = await diagnosis(environment, '1');
		expect(find(found, 'runtime-silent')).toMatchObject({status: 'warn'});
		// What did not depend on it has been found all the same.
		expect(find(found, 'home')).toMatchObject({status: 'ok'});
	});

	test('may only be behind another of Docker’s contexts', async () => {
		const socket = join(machine, 'colima.sock');
		const contexts = [
			{Name: 'gone', DockerEndpoint: `unix://${join(machine, 'gone.sock')}`},
			{Name: 'colima', DockerEndpoint: `unix://${socket}`},
		];
		const {environment} = machineWith(['docker', 'kind'], {daemon: 'stopped', contexts});
		const server = createServer();
		await new Promise<void>(resolve => server.listen(socket, resolve));
		try {
			const {commands} = find(await diagnosis(environment), 'runtime-wrong-context');
			expect(commands).toEqual(['docker context use colima']);
		} finally {
			server.close();
		}
	});
});

test('what keeps kind from running here keeps "auto" from choosing it, in the same words', async () => {
	const {environment} = machineWith(['docker', 'kind'], {info: {MemTotal: 1_000_000_000}});
	const found = await diagnosis(environment);
	expect(found).toMatchObject({code: 0, choice: {cluster: 'embedded', runs: true}});
	const {status, seen} = find(found, 'memory-too-low');
	expect(status).toBe('warn');
	const {code, stderr} = await sandbox.run(['up', '--detach'], environment);
	expect(code).toBe(0);
	expect(stderr).toContain(`auto: embedded (SIMULATED), since kind cannot run here. ${seen}`);
	expect(find(await diagnosis({...environment, ENDPOINT_LAB_CLUSTER: 'kind'}), 'memory-too-low').status).toBe('fail');
});

test('Podman serves where there is no Docker', async () => {
	const {environment} = machineWith(['podman', 'kind']);
	const found = await diagnosis(environment);
	expect(find(found, 'runtime').seen).toContain('podman 5.4.2');
	expect(found.clusters).toContainEqual({place: 'kind', runs: true, because: []});
});

test('a home that cannot be written to stops every lesson, and the exit code says so', async () => {
	const {environment} = machineWith([]);
	const file = join(machine, 'file');
	writeFileSync(file, '');
	const found = await diagnosis({...environment, ENDPOINT_LAB_HOME: join(file, 'home')});
	expect(found.code).toBe(1);
	expect(find(found, 'home-unwritable').seen).toContain('ENOTDIR');
	expect(found.clusters.map(({runs}) => runs)).toEqual([false, false, false]);
	expect(found.choice.runs).toBe(false);
});

test('looking changes nothing: no home is made, and what is damaged stays where it is', async () => {
	const {environment} = machineWith(['docker', 'kind']);
	const home = join(machine, 'new', 'home');
	await sandbox.run(['doctor'], {...environment, ENDPOINT_LAB_HOME: home});
	expect(existsSync(join(machine, 'new'))).toBe(false);

	writeFileSync(join(sandbox.home, 'settings.json'), '{"version": 1, "langu');
	writeFileSync(join(sandbox.home, 'lab.json'), '{"version":1,"pid":999999999,"started":"1","command":"x","since":0}');
	const found = await diagnosis(environment);
	expect(find(found, 'home-damaged').seen).toMatch(/settings\.json cannot be read \(it ends too early\)/);
	expect(find(found, 'labs-stale-lock').seen).toContain('lab.json');
	expect(readdirSync(sandbox.home).sort()).toEqual(['lab.json', 'settings.json']);
	expect(readFileSync(join(sandbox.home, 'settings.json'), 'utf8')).toBe('{"version": 1, "langu');
});

test('a context in which a lab is at work is what the next one takes, and a report does not tell its name', async () => {
	const {environment} = machineWith(['docker', 'kind']);
	const place = contextPlace(homeOf({ENDPOINT_LAB_HOME: sandbox.home}), 'acme-prod');
	mkdirSync(place.folder, {recursive: true});
	writeFileSync(place.record, JSON.stringify({version: 1, context: 'acme-prod'}));
	const taken = takeLock(place.lock, 'endpoint-lab up --cluster context:acme-prod');
	try {
		expect((await diagnosis(environment)).choice.cluster).toBe('context:NAME');
		const {stdout} = await sandbox.run(['doctor', '--timeout', '100'], environment);
		expect(stdout).toContain('Without --cluster the lab takes context:acme-prod');
	} finally {
		if ('lock' in taken) taken.lock.release();
	}
});

test('a kubeconfig is counted, and one that cannot be read is told', async () => {
	const {environment} = machineWith([]);
	const kubeconfig = join(machine, 'config');
	writeFileSync(kubeconfig, 'contexts:\n- name: secret-customer\n- name: other\n');
	const found = await diagnosis({...environment, KUBECONFIG: kubeconfig});
	expect(find(found, 'contexts').seen).toContain('2 contexts');
	expect(JSON.stringify(found)).not.toContain('secret-customer');
	writeFileSync(kubeconfig, 'contexts: [');
	const broken = await diagnosis({...environment, KUBECONFIG: kubeconfig});
	expect(find(broken, 'contexts-unreadable')).toMatchObject({status: 'warn'});
});

test('what is pasted or read by programs names neither user, folders, proxies nor registries', async () => {
	const error = 'Get "https://registry.corp.example/v2/": dial tcp: maria is not allowed';
	const {environment} = machineWith(['docker', 'kind'], {info: {ServerVersion: '', ServerErrors: [error]}});
	const secret = {
		...environment,
		HTTPS_PROXY: 'http://maria:pa55word@proxy.corp.example:3128',
		ENDPOINT_LAB_HOME: join(machine, 'maria', 'lab'),
	};
	for (const option of ['--report', '--json']) {
		const {stdout} = await sandbox.run(['doctor', option, '--timeout', '100'], secret);
		expect(stdout).toContain('~/lab');
		expect(stdout).toContain('HTTPS_PROXY');
		expect(stdout).toContain('https://HOST/v2/');
		expect(stdout).not.toMatch(/maria|pa55word|corp\.example/);
	}
	// On the owner's own screen a path is a path.
	expect((await sandbox.run(['doctor'], secret)).stdout).toContain(join(machine, 'maria', 'lab'));
});

test('a time that is none is refused', async () => {
	const {code, stderr} = await sandbox.run(['doctor', '--timeout', 'soon']);
	expect({code, stderr}).toEqual({code: 2, stderr: expect.stringContaining('"soon" is no time')});
});

test('speaks Chinese', async () => {
	const {environment} = machineWith([]);
	const {stdout} = await sandbox.run(['doctor', '--lang', 'zh-CN'], environment);
	expect(stdout).toMatch(/^ {2}注意 {2}runtime-absent +没有容器运行时/m);
	expect(stdout).toMatch(/^ {2}kind +不可以（runtime-absent, kind-absent）$/m);
});
