import {readFile, realpath} from 'node:fs/promises';
import {availableParallelism, release, totalmem} from 'node:os';
import type {RuntimeOptions} from '../clusters/container-runtime.ts';
import {type Environment, findOnPath} from '../clusters/shell.ts';
import type {Facts, InotifyFacts} from './facts.ts';
import {type System, systemOf} from './operating-system.ts';
import {freeBytes} from './probe-home.ts';
import {probeProgram} from './probe-program.ts';
import {probeRuntime, type RuntimeProbe} from './probe-runtime.ts';
import type {TimeLimit} from './time-limit.ts';

/** What decides whether a kind cluster can be made on this machine. */
export type KindFacts = Pick<
	Facts,
	'system' | 'runtime' | 'runtimeProblem' | 'snap' | 'daemonInit' | 'kind' | 'runtimeDisk' | 'inotify'
>;

export type ProbeKindOptions = {
	environment: Environment;
	/** ms that each question may take. */
	limitMs: number;
	limit: TimeLimit;
	/** Whether the images and clusters that the runtime has are of interest. */
	contents: boolean;
};

/** Looks at all that a kind cluster needs, at everything at once. Throws nothing. */
export async function probeKind({environment, limitMs, limit, contents}: ProbeKindOptions): Promise<KindFacts> {
	const {signal, inTime} = limit;
	const docker = findOnPath('docker', environment.PATH);
	const silent: RuntimeProbe = {
		problem: {
			code: 'silent',
			name: docker ? 'docker' : undefined,
			detail: '',
			dockerHost: Boolean(environment.DOCKER_HOST),
			otherContexts: [],
		},
	};
	const options: Required<RuntimeOptions> = {environment, signal, limitMs};
	const [system, kind, {runtime, problem}, inotify, snap, init] = await Promise.all([
		probeSystem(),
		probeProgram('kind', ['version'], environment, limit),
		inTime(probeRuntime(options, contents), silent),
		probeInotify(),
		docker ? realpath(docker).then(isSnap, () => false) : false,
		probeDaemonInit(),
	]);
	// A virtual machine's folder is none of ours, even if one of that name is here.
	const isLocal = process.platform === 'linux' && runtime && !/docker desktop/i.test(runtime.host.operatingSystem);
	const isDocker = runtime?.name === 'docker';
	return {
		system,
		runtime,
		runtimeProblem: problem,
		snap: snap && isDocker,
		daemonInit: init && isDocker,
		kind,
		runtimeDisk: isLocal ? await freeBytes(runtime.host.rootFolder) : undefined,
		inotify,
	};
}

async function probeSystem(): Promise<System> {
	return systemOf({
		platform: process.platform,
		release: release(),
		osRelease: await readFile('/etc/os-release', 'utf8').catch(() => ''),
		architecture: process.arch,
		cpus: availableParallelism(),
		memory: totalmem(),
	});
}

function isSnap(path: string): boolean {
	return path.startsWith('/snap/') || path === '/usr/bin/snap';
}

/** Whether Docker's daemon is told to run an init of its own in each container, which kind's nodes cannot stand. */
async function probeDaemonInit(): Promise<boolean> {
	try {
		const settings: unknown = JSON.parse(await readFile('/etc/docker/daemon.json', 'utf8'));
		return (settings as {init?: unknown} | null)?.init === true;
	} catch {
		return false;
	}
}

async function probeInotify(): Promise<InotifyFacts | undefined> {
	const read = async (name: string) => Number(await readFile(`/proc/sys/fs/inotify/${name}`, 'utf8'));
	try {
		const [watches, instances] = await Promise.all([read('max_user_watches'), read('max_user_instances')]);
		return {watches, instances};
	} catch {
		return undefined;
	}
}
