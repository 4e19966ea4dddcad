import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {findContainerRuntime, lastLine, runtimeProblemIn} from '../../src/clusters/container-runtime.ts';
import {createFakes, type FakeProgram} from '../fakes/fakes.ts';
import type {Behaviour} from '../fakes/state.ts';
import {kindTranscript} from '../fakes/transcripts.ts';

vi.setConfig({testTimeout: 60_000});

let folder: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'endpoint-lab-fakes-'));
});

afterEach(() => rmSync(folder, {recursive: true, force: true}));

async function find(programs: FakeProgram[], behaviour: Behaviour = {}, more: Record<string, string> = {}) {
	const {path, state} = createFakes(folder, programs);
	state.behave(behaviour);
	const environment = {PATH: path, HOME: folder, ...more};
	return await findContainerRuntime({environment, signal: new AbortController().signal});
}

test('Docker is what kind would take too, with what it says of its host', async () => {
	const {runtime} = await find(['podman', 'docker', 'nerdctl']);
	expect(runtime).toMatchObject({
		name: 'docker',
		version: '28.2.2',
		context: 'default',
		host: {os: 'linux', architecture: 'amd64', cpus: 4, cgroupVersion: 2, rootless: false, storageDriver: 'overlay2'},
	});
});

test('Podman is read too, and the one that KIND_EXPERIMENTAL_PROVIDER names goes first', async () => {
	const {runtime} = await find(['docker', 'podman'], {}, {KIND_EXPERIMENTAL_PROVIDER: 'podman'});
	expect(runtime).toMatchObject({
		name: 'podman',
		version: '5.4.2',
		context: undefined,
		host: {serverVersion: '5.4.2', os: 'linux', cpus: 4, cgroupVersion: 2},
	});
});

test('rootless, cgroup v1 and containerd’s image store are seen', async () => {
	const {runtime} = await find(['docker'], {
		info: {
			CgroupVersion: '1',
			SecurityOptions: ['name=rootless'],
			DriverStatus: [['driver-type', 'io.containerd.snapshotter.v1']],
		},
	});
	expect(runtime?.host).toMatchObject({cgroupVersion: 1, rootless: true, containerdStore: true});
});

describe('what keeps it from being used is named', () => {
	test.each<[FakeProgram[], Behaviour, Record<string, string>, object]>([
		[['kind'], {}, {}, {code: 'absent'}],
		[
			['docker'],
			{daemon: 'stopped'},
			{},
			{code: 'stopped', name: 'docker', detail: expect.stringMatching(/^Cannot connect/)},
		],
		[['podman'], {daemon: 'stopped'}, {}, {code: 'stopped', name: 'podman'}],
		[['docker'], {daemon: 'no-permission'}, {}, {code: 'no-permission'}],
		[['docker'], {}, {DOCKER_CONTEXT: 'gone'}, {code: 'wrong-context'}],
		// docker 20.10 ends with 0 although it was not let in.
		[
			['docker'],
			{
				info: {
					ServerVersion: '',
					ServerErrors: ['Got permission denied while trying to connect to the Docker daemon socket'],
				},
			},
			{},
			{code: 'no-permission'},
		],
	])('%j %j %j', async (programs, behaviour, environment, problem) => {
		expect(await find(programs, behaviour, environment)).toEqual({problem: expect.objectContaining(problem)});
	});

	test('a daemon that hangs is not waited for', async () => {
		const {path, state} = createFakes(folder, ['docker']);
		state.behave({daemon: 'silent'});
		const environment = {PATH: path, HOME: folder};
		const found = await findContainerRuntime({environment, signal: new AbortController().signal, limitMs: 3000});
		expect(found).toMatchObject({problem: {code: 'silent', name: 'docker'}});
	});

	test('the sentences of old and new Docker', () => {
		expect(runtimeProblemIn(kindTranscript('daemon-down-docker28-create').stderr)).toBe('stopped');
		expect(lastLine(kindTranscript('daemon-down-docker28-create').stderr)).toMatch(
			/^Cannot connect to the Docker daemon/,
		);
		expect(runtimeProblemIn('permission denied while trying to connect to the docker API at unix:///x')).toBe(
			'no-permission',
		);
		expect(runtimeProblemIn('no space left on device')).toBeUndefined();
	});
});
