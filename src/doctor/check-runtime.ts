import {compareVersions} from '../clusters/kind/node-image.ts';
import type {Text} from '../text/text.ts';
import type {RuntimeFacts, RuntimeProblemFacts} from './facts.ts';
import {type Finding, fail, ok, skipped, warn} from './finding.ts';
import type {System} from './operating-system.ts';
import type {KindFacts} from './probe-kind.ts';
import {
	growRuntime,
	installRuntime,
	joinRuntimeGroup,
	restartDocker,
	setVariable,
	startRuntime,
	unsetVariables,
} from './remedies.ts';
import {sizeText} from './sizes.ts';

/** Bytes. Measured: a control plane takes 0.6 GB, a worker 0.2 GB, and what runs in them comes on top. */
const wantedMemory = 3_800_000_000;
const leastMemory = 1_500_000_000;

/** Bytes. The node image takes 1.3 GB unpacked, and each node and image more. */
const wantedDisk = 5_000_000_000;
const leastDisk = 1_500_000_000;

/** kind's own advice, and the limits below which three nodes alone have failed. */
const wantedInotify = ['sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512'];

/** The container runtime, and what it has to offer a kind cluster. */
export function checkRuntime(facts: KindFacts, text: Text): Finding[] {
	const words = text.doctor;
	const {runtime, runtimeProblem, system, snap, daemonInit} = facts;
	if (!runtime) {
		return [
			checkProblem(runtimeProblem ?? {code: 'absent', detail: '', dockerHost: false, otherContexts: []}, system, text),
			skipped('runtime-not-seen', words.noRuntime(words.noRuntimeParts)),
		];
	}
	return [
		checkOwnWords(runtime, text),
		...(snap
			? [
					warn('runtime-snap', words.runtimeSnap, words.runtimeSnapFix, [
						'mkdir -p ~/tmp',
						setVariable(system, 'TMPDIR', '~/tmp'),
					]),
				]
			: []),
		...(daemonInit
			? [fail('runtime-init', ['kind'], words.runtimeInit, words.runtimeInitFix, restartDocker(system))]
			: []),
		...checkStorage(runtime, text),
		...checkMemory(runtime, system, text),
		checkDisk(facts, runtime, text),
		checkInotify(facts, runtime, text),
		checkCgroups(runtime, system, text),
	];
}

function checkProblem(problem: RuntimeProblemFacts, system: System, text: Text): Finding {
	const words = text.doctor;
	const {code, detail, dockerHost, context, otherContexts} = problem;
	const name = problem.name ?? 'docker';
	const blocked = (code: string, seen: string, fix: string, commands: string[]) =>
		fail(code, ['kind'], seen, fix, commands);
	if (code === 'absent') {
		return blocked('runtime-absent', words.runtimeAbsent, words.runtimeAbsentFix, installRuntime(system));
	}
	const [other = ''] = otherContexts;
	const unreachable = code === 'stopped' || code === 'wrong-context' || code === 'silent';
	if (unreachable && dockerHost && name === 'docker') {
		const unset = [unsetVariables(system, ['DOCKER_HOST'])];
		return blocked('runtime-docker-host', words.runtimeDockerHost(other), words.runtimeDockerHostFix, unset);
	}
	if (unreachable && other) {
		const use = [`docker context use ${other}`];
		return blocked('runtime-wrong-context', words.runtimeWrongContext(other), words.runtimeWrongContextFix, use);
	}
	switch (code) {
		case 'wrong-context':
			return blocked('runtime-context-missing', words.runtimeContextMissing, words.runtimeContextMissingFix, [
				'docker context ls',
				'docker context use default',
			]);
		case 'stopped':
			return blocked(
				'runtime-stopped',
				words.runtimeStopped(name),
				words.runtimeStoppedFix,
				startRuntime(system, name, context),
			);
		case 'no-permission':
			return blocked(
				'runtime-no-permission',
				words.runtimeNoPermission(name),
				name === 'nerdctl' ? words.runtimeRootlessFix : words.runtimeNoPermissionFix,
				joinRuntimeGroup(system, name),
			);
		case 'silent':
			return blocked('runtime-silent', words.runtimeSilent(name), words.runtimeSilentFix, [
				'endpoint-lab doctor --timeout 20',
				...startRuntime(system, name, context),
			]);
		default:
			if (/WSL integration|go\/wsl2/i.test(detail)) {
				return blocked('runtime-wsl-integration', words.runtimeWslIntegration, words.runtimeWslIntegrationFix, []);
			}
			return blocked('runtime-failed', words.runtimeFailed(name, detail), words.runtimeFailedFix, [`${name} info`]);
	}
}

function checkOwnWords({name, version, host, context}: RuntimeFacts, text: Text): Finding {
	const words = text.doctor;
	if (host.os && host.os !== 'linux') {
		const change = ['& "$Env:ProgramFiles\\Docker\\Docker\\DockerCli.exe" -SwitchLinuxEngine'];
		return fail('runtime-windows', ['kind'], words.runtimeWindows(name), words.runtimeWindowsFix, change);
	}
	if (name === 'docker' && compareVersions(host.serverVersion, '20.10') < 0) {
		return warn('runtime-old', words.runtimeOld(name, host.serverVersion), words.runtimeOldFix);
	}
	return ok('runtime', words.runtime(name, version, host.operatingSystem, context ?? ''));
}

/** Where images and containers lie, as far as kind has trouble with some of them. */
function checkStorage({name, host}: RuntimeFacts, text: Text): Finding[] {
	const words = text.doctor;
	const findings: Finding[] = [];
	if (name === 'docker' && host.containerdStore && compareVersions(host.serverVersion, '28') < 0) {
		const seen = words.imageStoreOld(host.serverVersion);
		findings.push(warn('image-store-old', seen, words.imageStoreOldFix));
	}
	if (host.storageDriver === 'btrfs' || host.storageDriver === 'zfs') {
		const seen = words.storageDriver(name, host.storageDriver);
		findings.push(warn('storage-driver', seen, words.storageDriverFix));
	}
	return findings;
}

function checkMemory({name, host, context}: RuntimeFacts, system: System, text: Text): Finding[] {
	const words = text.doctor;
	const {memory, cpus} = host;
	const grow = growRuntime(system, name, context);
	const size = sizeText(memory);
	const findings: Finding[] = [];
	if (memory > 0 && memory < leastMemory) {
		findings.push(fail('memory-too-low', ['kind'], words.memoryTooLow(size), words.memoryLowFix, grow));
	} else if (memory > 0 && memory < wantedMemory) {
		const small = [...grow, 'endpoint-lab up --cluster kind --small'];
		findings.push(warn('memory-low', words.memoryLow(size), words.memoryLowFix, small));
	}
	if (cpus === 1) findings.push(warn('cpus-few', words.cpusFew, words.cpusFewFix, grow));
	return findings.length > 0 ? findings : [ok('memory', words.memory(size, cpus))];
}

function checkDisk({runtimeDisk}: KindFacts, {name}: RuntimeFacts, text: Text): Finding {
	const words = text.doctor;
	if (runtimeDisk === undefined) return skipped('disk-elsewhere', words.diskElsewhere);
	const free = sizeText(runtimeDisk);
	const look = [`${name} system df`];
	if (runtimeDisk < leastDisk) return fail('disk-full', ['kind'], words.diskFull(free), words.diskLowFix, look);
	if (runtimeDisk < wantedDisk) return warn('disk-low', words.diskLow(free), words.diskLowFix, look);
	return ok('disk', words.disk(free));
}

function checkInotify({inotify, runtimeDisk}: KindFacts, {kindClusters = []}: RuntimeFacts, text: Text): Finding {
	const words = text.doctor;
	// What keeps its images elsewhere runs in another kernel too.
	if (!inotify || runtimeDisk === undefined) return skipped('inotify-elsewhere', words.inotifyElsewhere);
	const {watches, instances} = inotify;
	const others = kindClusters.length;
	if (instances < 128 || watches < 65_000 || (instances < 512 && others > 0)) {
		return warn('inotify-low', words.inotifyLow(watches, instances, others), words.inotifyLowFix, wantedInotify);
	}
	return ok('inotify', words.inotify(watches, instances));
}

function checkCgroups({name, host, delegated}: RuntimeFacts, system: System, text: Text): Finding {
	const words = text.doctor;
	const {cgroupVersion, rootless} = host;
	const machine = ['podman machine stop', 'podman machine set --rootful', 'podman machine start'];
	const isMachine = name === 'podman' && (system.os === 'macos' || system.os === 'windows');
	if (cgroupVersion === 1 && rootless) {
		const rootful = isMachine ? machine : name === 'podman' ? [] : ['docker context use default'];
		return fail('cgroups-rootless-v1', ['kind'], words.cgroupsRootlessV1(name), words.cgroupsRootlessV1Fix, rootful);
	}
	if (rootless && delegated === false) {
		const scope = ['systemd-run --scope --user -p Delegate=yes endpoint-lab up --cluster kind'];
		const handOver = isMachine ? machine : scope;
		return fail('cgroups-delegate', ['kind'], words.cgroupsDelegate(name), words.cgroupsDelegateFix, handOver);
	}
	if (cgroupVersion === 1 && system.os === 'wsl') {
		const lines = ['notepad.exe "$(wslpath "$(wslvar USERPROFILE)")/.wslconfig"', 'wsl.exe --shutdown'];
		return warn('cgroups-wsl', words.cgroupsWsl, words.cgroupsWslFix, lines);
	}
	if (cgroupVersion === 1) return warn('cgroups-v1', words.cgroupsV1, words.cgroupsV1Fix);
	return ok('cgroups', words.cgroups);
}
