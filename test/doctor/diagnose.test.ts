import {describe, expect, test} from 'vitest';
import {type Diagnosis, diagnose} from '../../src/doctor/diagnose.ts';
import type {Facts, RuntimeFacts, RuntimeProblemFacts} from '../../src/doctor/facts.ts';
import type {Finding, Place, Status} from '../../src/doctor/finding.ts';
import type {OperatingSystem} from '../../src/doctor/operating-system.ts';
import {textIn} from '../../src/text/text.ts';
import {goodFacts, goodRuntime} from './facts.ts';

const holder = {pid: 4711, started: '1', command: 'endpoint-lab endpoints', since: 0};

function inEnglish(change: Partial<Facts>): Diagnosis {
	return diagnose({...goodFacts, ...change}, textIn('en'));
}

function withRuntime(change: Partial<RuntimeFacts>, host: Partial<RuntimeFacts['host']> = {}): Partial<Facts> {
	return {runtime: {...goodRuntime, ...change, host: {...goodRuntime.host, ...host}}};
}

function withProblem(problem: Partial<RuntimeProblemFacts>): Partial<Facts> {
	const nothing: RuntimeProblemFacts = {
		code: 'stopped',
		name: 'docker',
		detail: '',
		dockerHost: false,
		otherContexts: [],
	};
	return {runtime: undefined, runtimeProblem: {...nothing, ...problem}};
}

const withHome = (change: Partial<Facts['home']>): Partial<Facts> => ({home: {...goodFacts.home, ...change}});
const withTerminal = (change: Partial<Facts['terminal']>): Partial<Facts> => ({
	terminal: {...goodFacts.terminal, ...change},
});
const withSystem = (change: Partial<Facts['system']>): Partial<Facts> => ({system: {...goodFacts.system, ...change}});

const everywhere: Place[] = ['embedded', 'kind', 'context'];

/** The finding, what leads to it, its status, and where lessons cannot run any more. */
const cases: [code: string, change: Partial<Facts>, status: Status, blocks: Place[]][] = [
	['home-unwritable', withHome({unwritable: 'EACCES'}), 'fail', everywhere],
	['home-full', withHome({free: 1_000_000}), 'fail', everywhere],
	['home-open', withHome({open: true}), 'warn', []],
	['home-damaged', withHome({damaged: [{file: '/home/maria/settings.json', reason: 'cut'}]}), 'warn', []],
	['labs-open', withHome({lab: holder}), 'warn', []],
	['labs-cluster', withHome({cluster: holder}), 'ok', []],
	['labs-kind', withHome({kindCluster: holder}), 'ok', []],
	['labs-kind-unfinished', withHome({kindUnfinished: true}), 'ok', []],
	['labs-stale-lock', withHome({staleLocks: ['lab.json']}), 'ok', []],
	['node-old', {node: '22.17.9'}, 'fail', everywhere],
	['lessons-unreadable', {lessonsProblem: 'lesson.yaml:1:1: ENOENT'}, 'fail', everywhere],
	['loopback-refused', {loopback: 'EPERM'}, 'fail', everywhere],
	['shell-absent', {shell: undefined}, 'fail', everywhere],
	['curl-absent', {curl: undefined}, 'warn', []],
	['kubectl-built-in', {kubectl: undefined}, 'ok', []],
	['kubectl-skew', {kubectl: {path: '/bin/kubectl', version: '1.34.0'}}, 'warn', []],
	['kubectl-skew', {kubectl: {path: '/bin/kubectl', version: '1.38.1'}}, 'warn', []],
	['kubectl', {kubectl: {path: '/bin/kubectl', version: '1.37.0'}}, 'ok', []],
	['kubectl-broken', {kubectl: {path: '/bin/kubectl'}}, 'warn', []],
	['terminal-absent', withTerminal({output: false}), 'warn', []],
	['terminal-absent', withTerminal({input: false}), 'warn', []],
	['terminal-small', withTerminal({columns: 79}), 'warn', []],
	['terminal-small', withTerminal({rows: 23}), 'warn', []],
	['terminal-dumb', withTerminal({dumb: true}), 'warn', []],
	['terminal-not-utf8', withTerminal({utf8: false}), 'warn', []],
	['architecture-unsupported', withSystem({architecture: 'riscv64'}), 'warn', ['kind']],
	['wsl-1', withSystem({os: 'wsl', wsl: 1}), 'warn', ['kind']],
	['wsl-no-recent', {...withSystem({os: 'wsl', wsl: 2}), recentMatch: false}, 'warn', []],
	['proxy-set', {proxies: [{name: 'HTTPS_PROXY', wellFormed: true, local: false}]}, 'warn', []],
	['proxy-malformed', {proxies: [{name: 'HTTPS_PROXY', wellFormed: false, local: false}]}, 'warn', []],
	['proxy-local', {proxies: [{name: 'HTTPS_PROXY', wellFormed: true, local: true}]}, 'warn', []],
	['runtime-absent', withProblem({code: 'absent', name: undefined}), 'warn', ['kind']],
	['runtime-stopped', withProblem({code: 'stopped'}), 'warn', ['kind']],
	['runtime-no-permission', withProblem({code: 'no-permission'}), 'warn', ['kind']],
	['runtime-wrong-context', withProblem({code: 'stopped', otherContexts: ['colima']}), 'warn', ['kind']],
	['runtime-context-missing', withProblem({code: 'wrong-context'}), 'warn', ['kind']],
	['runtime-docker-host', withProblem({code: 'stopped', dockerHost: true}), 'warn', ['kind']],
	['runtime-silent', withProblem({code: 'silent'}), 'warn', ['kind']],
	['runtime-failed', withProblem({code: 'failed', detail: 'boom'}), 'warn', ['kind']],
	[
		'runtime-wsl-integration',
		withProblem({code: 'failed', detail: 'https://docs.docker.com/go/wsl2/'}),
		'warn',
		['kind'],
	],
	['runtime-windows', withRuntime({}, {os: 'windows'}), 'warn', ['kind']],
	['runtime-old', withRuntime({}, {serverVersion: '19.03.15'}), 'warn', []],
	['runtime-snap', {snap: true}, 'warn', []],
	['runtime-init', {daemonInit: true}, 'warn', ['kind']],
	['image-store-old', withRuntime({}, {serverVersion: '27.5.1'}), 'warn', []],
	['storage-driver', withRuntime({}, {storageDriver: 'btrfs'}), 'warn', []],
	['memory-too-low', withRuntime({}, {memory: 1_000_000_000}), 'warn', ['kind']],
	['memory-low', withRuntime({}, {memory: 2_000_000_000}), 'warn', []],
	['cpus-few', withRuntime({}, {cpus: 1}), 'warn', []],
	['disk-low', {runtimeDisk: 3_000_000_000}, 'warn', []],
	['disk-full', {runtimeDisk: 100_000_000}, 'warn', ['kind']],
	['disk-elsewhere', {runtimeDisk: undefined}, 'skipped', []],
	['inotify-elsewhere', {runtimeDisk: undefined}, 'skipped', []],
	['inotify-low', {inotify: {watches: 524_288, instances: 64}}, 'warn', []],
	['inotify-low', {inotify: {watches: 8192, instances: 512}}, 'warn', []],
	['inotify-low', {...withRuntime({kindClusters: ['work']}), inotify: {watches: 524_288, instances: 128}}, 'warn', []],
	['inotify', {inotify: {watches: 65_536, instances: 128}}, 'ok', []],
	['cgroups-v1', withRuntime({}, {cgroupVersion: 1}), 'warn', []],
	[
		'cgroups-wsl',
		{...withSystem({os: 'wsl', wsl: 2}), recentMatch: true, ...withRuntime({}, {cgroupVersion: 1})},
		'warn',
		[],
	],
	['cgroups-rootless-v1', withRuntime({}, {cgroupVersion: 1, rootless: true}), 'warn', ['kind']],
	['cgroups-delegate', withRuntime({delegated: false}, {rootless: true}), 'warn', ['kind']],
	['cgroups', withRuntime({delegated: true}, {rootless: true}), 'ok', []],
	['kind-absent', {kind: undefined}, 'warn', ['kind']],
	['kind-broken', {kind: {path: '/bin/kind'}}, 'warn', ['kind']],
	['kind-old', {kind: {path: '/bin/kind', version: '0.31.0'}}, 'warn', ['kind']],
	['kind', {kind: {path: '/bin/kind', version: '9.0.0'}}, 'ok', []],
	[
		'kind-podman',
		{...withRuntime({name: 'podman', version: '6.0.1'}), kind: {path: '/bin/kind', version: '0.32.0'}},
		'warn',
		['kind'],
	],
	['node-image-absent', withRuntime({images: []}), 'warn', []],
	['lesson-images-absent', withRuntime({images: []}), 'warn', []],
	['kind-clusters', withRuntime({kindClusters: ['work', 'play']}), 'ok', []],
	['contexts-none', {contexts: 0}, 'skipped', []],
	['contexts-unreadable', {contexts: undefined}, 'warn', ['context']],
];

test('a machine with everything: nothing to mend, lessons run everywhere, and kind is chosen', () => {
	const {findings, verdicts, choice} = inEnglish({});
	expect(findings.filter(({status}) => status !== 'ok')).toEqual([]);
	expect(verdicts.map(({place, runs}) => [place, runs])).toEqual([
		['embedded', true],
		['kind', true],
		['context', true],
	]);
	expect(choice).toEqual({cluster: 'kind', chosen: false, runs: true});
});

describe.each(cases)('%s', (code, change, status, blocks) => {
	const {findings, verdicts} = inEnglish(change);
	const found = findings.find(finding => finding.code === code);

	test('is found, with its status and what it keeps from running', () => {
		expect(found).toMatchObject({status, blocks});
		for (const place of blocks) {
			const verdict = verdicts.find(verdict => verdict.place === place);
			expect(verdict).toMatchObject({runs: false});
			expect(verdict?.because).toContain(code);
		}
	});

	test('is not found on a machine where nothing is wrong', () => {
		if (status === 'warn' || status === 'fail') {
			expect(inEnglish({}).findings.map(finding => finding.code)).not.toContain(code);
		}
	});

	test('says in both languages what was seen and what to do', () => {
		const inChinese = diagnose({...goodFacts, ...change}, textIn('zh-CN')).findings;
		expect(inChinese.map(({code, status, commands}) => ({code, status, commands}))).toEqual(
			findings.map(({code, status, commands}) => ({code, status, commands})),
		);
		const chinese = inChinese.find(finding => finding.code === code);
		for (const [language, finding] of [
			['en', found],
			['zh-CN', chinese],
		] as const) {
			const sentences = [finding?.seen, ...(needsFix(status) ? [finding?.fix] : [])];
			for (const sentence of sentences) {
				expect(sentence).toMatch(language === 'en' ? /^[^\p{Script=Han}]+[.:)]$/u : /\p{Script=Han}.*[。：）]$/u);
				expect(sentence).not.toMatch(/undefined|NaN|\[object/);
			}
		}
	});
});

function needsFix(status: Status): boolean {
	return status === 'warn' || status === 'fail';
}

describe('what the lab takes without --cluster', () => {
	const choice = (change: Partial<Facts>) => inEnglish(change).choice;

	test('kind where nothing is in its way, else the embedded cluster', () => {
		expect(choice({kind: undefined})).toEqual({cluster: 'embedded', chosen: false, runs: true});
		expect(choice({kind: {path: '/bin/kind', version: '0.31.0'}}).cluster).toBe('embedded');
		expect(choice(withProblem({})).cluster).toBe('embedded');
		expect(choice(withRuntime({}, {os: 'windows'})).cluster).toBe('embedded');
		expect(choice(withRuntime({}, {memory: 1_000_000_000})).cluster).toBe('embedded');
		expect(choice({runtimeDisk: 100_000_000}).cluster).toBe('embedded');
		expect(choice(withRuntime({}, {memory: 2_000_000_000})).cluster).toBe('kind');
	});

	test('what runs already, or was chosen before', () => {
		expect(choice(withHome({cluster: holder})).cluster).toBe('embedded');
		expect(choice(withHome({cluster: holder, context: 'work'})).cluster).toBe('context:work');
		expect(choice(withHome({remembered: 'embedded'}))).toEqual({cluster: 'embedded', chosen: true, runs: true});
		expect(choice({...withHome({remembered: 'embedded'}), asked: 'context:work'})).toEqual({
			cluster: 'context:work',
			chosen: true,
			runs: true,
		});
		expect(choice({...withHome({remembered: 'auto'})})).toMatchObject({cluster: 'kind', chosen: false});
	});

	test('may be where no lesson can run, which is told', () => {
		const small = withRuntime({}, {memory: 1_000_000_000});
		expect(choice({...small, asked: 'kind'})).toEqual({cluster: 'kind', chosen: true, runs: false});
		expect(choice(withHome({unwritable: 'EROFS'})).runs).toBe(false);
	});

	test('makes a failure of what else is only to be noted: nobody is stopped by what they did not ask for', () => {
		const statusOf = (change: Partial<Facts>, code: string) =>
			inEnglish(change).findings.find(finding => finding.code === code)?.status;
		expect(statusOf({kind: undefined}, 'kind-absent')).toBe('warn');
		expect(statusOf({kind: undefined, asked: 'kind'}, 'kind-absent')).toBe('fail');
		expect(statusOf({kind: undefined, ...withHome({remembered: 'kind'})}, 'kind-absent')).toBe('fail');
		expect(statusOf({contexts: undefined, asked: 'context:work'}, 'contexts-unreadable')).toBe('fail');
		expect(statusOf({contexts: undefined, asked: 'kind'}, 'contexts-unreadable')).toBe('warn');
	});
});

test('what depends on the runtime is not judged without one', () => {
	const codes = inEnglish(withProblem({})).findings.map(({code}) => code);
	expect(codes).toContain('runtime-not-seen');
	expect(codes).not.toEqual(
		expect.arrayContaining([expect.stringMatching(/^(memory|disk|inotify|cgroups|node-image)/)]),
	);
});

describe('the fix is one for this operating system', () => {
	const commandsOn = (os: OperatingSystem, code: string, change: Partial<Facts>): string => {
		const {findings} = inEnglish({...change, system: {...goodFacts.system, os}});
		return (findings.find(finding => finding.code === code) as Finding).commands?.join('\n') ?? '';
	};

	test.each<[OperatingSystem, RegExp]>([
		['debian', /apt-get install docker\.io/],
		['fedora', /dnf install/],
		['arch', /pacman -S docker/],
		['suse', /zypper install docker/],
		['alpine', /apk add docker/],
		['linux', /get\.docker\.com/],
		['macos', /colima start/],
		['windows', /^winget install/],
		['wsl', /winget\.exe install/],
	])('a runtime is installed on %s', (os, command) => {
		expect(commandsOn(os, 'runtime-absent', withProblem({code: 'absent', name: undefined}))).toMatch(command);
	});

	test.each<[OperatingSystem, RegExp]>([
		['debian', /^sudo systemctl start docker$/],
		['alpine', /^sudo service docker start$/],
		['macos', /^open -a Docker$/],
		['windows', /^docker desktop start$/],
		['wsl', /docker\.exe desktop start/],
	])('a stopped Docker is started on %s', (os, command) => {
		expect(commandsOn(os, 'runtime-stopped', withProblem({}))).toMatch(command);
	});

	test('what runs Docker is started by its own command', () => {
		const command = (context: string) => commandsOn('macos', 'runtime-stopped', withProblem({context}));
		expect(['colima', 'orbstack', 'rancher-desktop'].map(command)).toEqual([
			'colima start',
			'orb start',
			'rdctl start',
		]);
	});

	test('Podman is started as a service on Linux, and as a machine elsewhere', () => {
		const stopped = withProblem({name: 'podman'});
		expect(commandsOn('fedora', 'runtime-stopped', stopped)).toBe('systemctl --user start podman.socket');
		expect(commandsOn('macos', 'runtime-stopped', stopped)).toBe('podman machine start');
	});

	test('a virtual machine gets more memory in the way of what runs it', () => {
		const low = (context: string) => withRuntime({context}, {memory: 2_000_000_000});
		expect(commandsOn('macos', 'memory-low', low('colima'))).toContain('colima start --cpu 2 --memory 4');
		expect(commandsOn('macos', 'memory-low', low('orbstack'))).toContain('orb config set memory_mib');
		expect(commandsOn('debian', 'memory-low', low('default'))).toBe('endpoint-lab up --cluster kind --small');
	});

	test('kind and kubectl come for the processor, and variables are set as the shell there wants it', () => {
		expect(commandsOn('debian', 'kind-absent', {kind: undefined})).toContain('kind-linux-amd64');
		expect(commandsOn('macos', 'kind-absent', {kind: undefined})).toBe('brew install kind');
		const old = {kubectl: {path: '/bin/kubectl', version: '1.20.0'}};
		expect(commandsOn('debian', 'kubectl-skew', old)).toMatch(/v1\.36\.\d+\/bin\/linux\/amd64\/kubectl$/m);
		const unwritable = withHome({unwritable: 'EACCES'});
		expect(commandsOn('debian', 'home-unwritable', unwritable)).toMatch(/^export ENDPOINT_LAB_HOME=/);
		expect(commandsOn('windows', 'home-unwritable', unwritable)).toMatch(/^\$env:ENDPOINT_LAB_HOME = /);
	});
});
