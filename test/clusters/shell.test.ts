import {execFileSync} from 'node:child_process';
import {chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {delimiter, join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {findOnPath, gitBash, interactiveShell, lineShell, shellEnvironment} from '../../src/clusters/shell.ts';
import {prepareBin, prepareCurl, prepareWorkFolder} from '../../src/clusters/work-folder.ts';

let folder: string;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'shell-'));
});

afterEach(() => {
	rmSync(folder, {recursive: true, force: true});
});

function program(name: string, script = ''): string {
	const file = join(folder, name);
	writeFileSync(file, `#!/bin/sh\n${script}\n`);
	chmodSync(file, 0o755);
	return file;
}

describe('the environment of commands', () => {
	const options = {kubeconfig: '/k', gateway: 'http://127.0.0.1:1', kubectlCache: '/c'};

	test('leads kubectl to the cluster and curl through the gateway, whatever was set before', () => {
		const base = {
			KUBECONFIG: '/home/me/.kube/config',
			http_proxy: 'http://proxy.corp:3128',
			no_proxy: '10.0.0.0/8',
			https_proxy: 'http://proxy.corp:3128',
			PATH: '/usr/bin',
		};
		expect(shellEnvironment({...options, base})).toEqual({
			KUBECONFIG: '/k',
			KUBECACHEDIR: '/c',
			http_proxy: 'http://127.0.0.1:1',
			HTTP_PROXY: 'http://127.0.0.1:1',
			no_proxy: '127.0.0.1,localhost,::1',
			NO_PROXY: '127.0.0.1,localhost,::1',
			https_proxy: 'http://proxy.corp:3128',
			ENDPOINT_LAB: '1',
			PATH: '/usr/bin',
		});
	});

	test('looks for the lab’s own kubectl last', () => {
		expect(shellEnvironment({...options, base: {PATH: '/usr/bin'}, bin: '/lab/bin'}).PATH).toBe(
			`/usr/bin${delimiter}/lab/bin`,
		);
	});
});

describe('the shell', () => {
	test('for sitting in is the learner’s own, else bash, else sh', () => {
		const fish = program('fish');
		expect(interactiveShell({SHELL: fish, PATH: folder})).toBe(fish);
		const sh = program('sh');
		expect(interactiveShell({SHELL: '/nowhere/zsh', PATH: folder})).toBe(sh);
		const bash = program('bash');
		expect(interactiveShell({PATH: folder})).toBe(bash);
		expect(interactiveShell({PATH: ''})).toBeUndefined();
	});

	test('for the lessons’ lines is the learner’s own only where it speaks POSIX', () => {
		const fish = program('fish');
		const zsh = program('zsh');
		const bash = program('bash');
		expect(lineShell({SHELL: fish, PATH: folder})).toBe(bash);
		expect(lineShell({SHELL: zsh, PATH: folder})).toBe(zsh);
	});
});

describe('the lab’s own kubectl', () => {
	test('is offered only where there is none, and starts the lab with kubectl’s words', () => {
		const launcher = join(folder, "it's a launcher.mjs");
		writeFileSync(launcher, 'console.log(JSON.stringify(process.argv.slice(2)))');
		const bin = prepareBin(join(folder, 'bin'), {PATH: '/nowhere'}, launcher);
		expect(JSON.parse(execFileSync(findOnPath('endpoint-lab', bin)!, ['status'], {encoding: 'utf8'}))).toEqual([
			'status',
		]);
		const kubectl = findOnPath('kubectl', bin)!;
		expect(JSON.parse(execFileSync(kubectl, ['get', 'pods', '-l', 'a b'], {encoding: 'utf8'}))).toEqual([
			'kubectl',
			'get',
			'pods',
			'-l',
			'a b',
		]);
		prepareBin(bin, {PATH: `/nowhere${delimiter}${bin}`}, launcher);
		expect(findOnPath('kubectl', bin)).toBe(kubectl);
		program('kubectl');
		prepareBin(bin, {PATH: folder}, launcher);
		expect(findOnPath('kubectl', bin)).toBeUndefined();
	});
});

describe('a lesson’s working folder', () => {
	test('has its manifests, keeps what the learner changed, and is as at first after a reset', () => {
		const lesson = {id: 'endpoints', folder: join(folder, 'lesson'), manifests: ['service.yaml']};
		mkdirSync(lesson.folder);
		writeFileSync(join(lesson.folder, 'service.yaml'), 'original');
		chmodSync(join(lesson.folder, 'service.yaml'), 0o444);
		const work = prepareWorkFolder(join(folder, 'work'), lesson);
		expect(work).toBe(join(folder, 'work/endpoints'));
		writeFileSync(join(work, 'service.yaml'), 'edited');
		writeFileSync(join(work, 'own.yaml'), 'own');
		prepareWorkFolder(join(folder, 'work'), lesson);
		expect(readFileSync(join(work, 'service.yaml'), 'utf8')).toBe('edited');
		expect(readFileSync(join(work, 'own.yaml'), 'utf8')).toBe('own');
		prepareWorkFolder(join(folder, 'work'), lesson, {reset: true});
		expect(readFileSync(join(work, 'service.yaml'), 'utf8')).toBe('original');
		expect(findOnPath('own.yaml', work)).toBeUndefined();
	});
});

test('the prompt’s curlrc silences the meter and keeps the learner’s own settings', () => {
	writeFileSync(join(folder, '.curlrc'), 'user-agent = "me"\n');
	const home = prepareCurl(join(folder, 'curl'), {HOME: folder});
	expect(readFileSync(join(home, '.curlrc'), 'utf8')).toBe('silent\nshow-error\nuser-agent = "me"\n');
});

describe('on Windows', () => {
	const system = 'C:\\Windows\\System32';
	const found = (environment: Record<string, string>, ...files: string[]) =>
		gitBash(environment, file => files.includes(file));

	test('lines run in the bash of the git on PATH, not in that of WSL', () => {
		const PATH = `${system};C:\\Tools\\Git\\cmd;C:\\Users\\a\\AppData\\Local\\Microsoft\\WindowsApps`;
		const bash = 'C:\\Tools\\Git\\bin\\bash.exe';
		expect(found({PATH}, `${system}\\bash.exe`, 'C:\\Tools\\Git\\cmd\\git.exe', bash)).toBe(bash);
	});

	test('they run where Git’s installer puts it when git is not on PATH', () => {
		const bash = 'C:\\Program Files\\Git\\bin\\bash.exe';
		expect(found({PATH: system, ProgramFiles: 'C:\\Program Files'}, bash)).toBe(bash);
		const own = 'C:\\Users\\a\\AppData\\Local\\Programs\\Git\\bin\\bash.exe';
		expect(found({PATH: system, LOCALAPPDATA: 'C:\\Users\\a\\AppData\\Local'}, own)).toBe(own);
	});

	test('without Git another bash serves, and WSL’s alone is none', () => {
		expect(found({PATH: `${system};C:\\msys64\\usr\\bin`}, 'C:\\msys64\\usr\\bin\\sh.exe')).toBe(
			'C:\\msys64\\usr\\bin\\sh.exe',
		);
		expect(found({PATH: system}, `${system}\\bash.exe`)).toBeUndefined();
		expect(found({})).toBeUndefined();
	});
});
