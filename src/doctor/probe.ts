import {access, constants, readFile, realpath} from 'node:fs/promises';
import {createServer} from 'node:net';
import {availableParallelism, homedir, release, totalmem} from 'node:os';
import {delimiter, join} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {promisify} from 'node:util';
import {gunzip} from 'node:zlib';
import {execa} from 'execa';
import {parse} from 'yaml';
import {type Environment, findOnPath, lineShell} from '../clusters/shell.ts';
import type {Facts, InotifyFacts, ProgramFacts, TerminalFacts} from './facts.ts';
import {systemOf} from './operating-system.ts';
import {freeBytes, probeHome} from './probe-home.ts';
import {probeRuntime} from './probe-runtime.ts';
import {proxiesOf} from './proxies.ts';

export type ProbeOptions = {
	environment: Environment;
	signal: AbortSignal;
	/** ms that everything together may take; what has not answered by then counts as silent. */
	limitMs: number;
	input: {isTTY?: boolean};
	output: {isTTY?: boolean; columns?: number; rows?: number; getColorDepth?(environment?: object): number};
	/** Reads the images that lessons use on a kind cluster. Throws when the package's lessons are damaged. */
	images: () => string[];
};

/** Looks at the machine, at everything at once, and changes nothing. Throws only the reason of an aborted signal. */
export async function probe(options: ProbeOptions): Promise<Facts> {
	const {environment, limitMs} = options;
	const over = new AbortController();
	const signal = AbortSignal.any([options.signal, over.signal]);
	/** The answer, or what counts as one when there is none in time. */
	const inTime = async <T>(answer: Promise<T>, otherwise: T): Promise<T> =>
		await Promise.race([answer.catch(() => otherwise), delay(limitMs, otherwise, {signal}).catch(() => otherwise)]);
	try {
		const docker = findOnPath('docker', environment.PATH);
		const [osRelease, home, loopback, kubectl, kind, runtime, inotify, recentMatch, contexts, snap] = await Promise.all(
			[
				readFile('/etc/os-release', 'utf8').catch(() => ''),
				probeHome(environment),
				inTime(probeLoopback(), 'ETIMEDOUT'),
				probeProgram('kubectl', ['version', '--client', '-o', 'json'], environment, signal, inTime),
				probeProgram('kind', ['version'], environment, signal, inTime),
				inTime(probeRuntime({environment, signal, limitMs}), {
					problem: {
						code: 'silent' as const,
						name: docker ? ('docker' as const) : undefined,
						detail: '',
						dockerHost: Boolean(environment.DOCKER_HOST),
						otherContexts: [],
					},
				}),
				probeInotify(),
				probeRecentMatch(),
				countContexts(environment),
				docker ? realpath(docker).then(isSnap, () => false) : false,
			],
		);
		options.signal.throwIfAborted();
		const system = systemOf({
			platform: process.platform,
			release: release(),
			osRelease,
			architecture: process.arch,
			cpus: availableParallelism(),
			memory: totalmem(),
		});
		const found = runtime.runtime;
		// A virtual machine's folder is none of ours, even if one of that name is here.
		const isLocal = process.platform === 'linux' && found && !/docker desktop/i.test(found.host.operatingSystem);
		return {
			system,
			node: process.versions.node,
			home,
			loopback,
			shell: lineShell(environment),
			curl: findOnPath('curl', environment.PATH),
			kubectl,
			terminal: probeTerminal(options),
			proxies: proxiesOf(environment),
			asked: environment.ENDPOINT_LAB_CLUSTER || undefined,
			runtime: found,
			runtimeProblem: runtime.problem,
			snap: snap && found?.name === 'docker',
			kind,
			runtimeDisk: isLocal ? await freeBytes(found.host.rootFolder) : undefined,
			inotify,
			recentMatch,
			contexts,
			...lessonFacts(options),
		};
	} finally {
		over.abort();
	}
}

/** Lessons that cannot be read are a finding, and no end of the others. */
function lessonFacts({images}: ProbeOptions): Pick<Facts, 'images' | 'lessonsProblem'> {
	try {
		return {images: images()};
	} catch (error) {
		return {images: [], lessonsProblem: error instanceof Error ? error.message : String(error)};
	}
}

function isSnap(path: string): boolean {
	return path.startsWith('/snap/') || path === '/usr/bin/snap';
}

async function probeProgram(
	name: string,
	args: string[],
	environment: Environment,
	signal: AbortSignal,
	inTime: (answer: Promise<ProgramFacts>, otherwise: ProgramFacts) => Promise<ProgramFacts>,
): Promise<ProgramFacts | undefined> {
	const path = findOnPath(name, environment.PATH);
	if (!path) return undefined;
	const ask = async (): Promise<ProgramFacts> => {
		const {stdout} = await execa(path, args, {
			env: environment,
			extendEnv: false,
			stdin: 'ignore',
			cancelSignal: signal,
			windowsHide: true,
		});
		return {path, version: /\bv(\d+\.\d+\.\d+[\w.+-]*)/.exec(stdout)?.[1]};
	};
	return await inTime(ask(), {path});
}

/** Why nothing can listen on 127.0.0.1; undefined when it can. */
function probeLoopback(): Promise<string | undefined> {
	const server = createServer();
	return new Promise(resolve => {
		server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
		server.listen(0, '127.0.0.1', () => server.close(() => resolve(undefined)));
	});
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

/** Reads the kernel's own configuration, which WSL's kernel shows in /proc/config.gz. */
async function probeRecentMatch(): Promise<boolean | undefined> {
	if (!/microsoft/i.test(release())) return undefined;
	try {
		const config = (await promisify(gunzip)(await readFile('/proc/config.gz'))).toString();
		return /^CONFIG_NETFILTER_XT_MATCH_RECENT=[ym]$/m.test(config);
	} catch {
		return undefined;
	}
}

/** How many contexts the files of KUBECONFIG have, or else ~/.kube/config; undefined when one cannot be read. */
async function countContexts({KUBECONFIG, HOME, USERPROFILE}: Environment): Promise<number | undefined> {
	const files = KUBECONFIG
		? KUBECONFIG.split(delimiter).filter(Boolean)
		: [join(HOME || USERPROFILE || homedir(), '.kube', 'config')];
	const names = new Set<unknown>();
	for (const file of files) {
		try {
			await access(file, constants.F_OK);
		} catch {
			continue;
		}
		try {
			const config = parse(await readFile(file, 'utf8')) as {contexts?: {name?: unknown}[] | null} | null;
			for (const {name} of config?.contexts ?? []) names.add(name);
		} catch {
			return undefined;
		}
	}
	return names.size;
}

function probeTerminal({environment, input, output}: ProbeOptions): TerminalFacts {
	const {LC_ALL, LC_CTYPE, LANG, TERM, CI} = environment;
	const locale = LC_ALL || LC_CTYPE || LANG || '';
	return {
		input: Boolean(input.isTTY),
		output: Boolean(output.isTTY),
		columns: output.columns ?? 0,
		rows: output.rows ?? 0,
		colourDepth: environment.NO_COLOR ? 1 : (output.getColorDepth?.(environment) ?? 1),
		utf8: /utf-?8/i.test(locale) || process.platform === 'win32' || (process.platform === 'darwin' && !locale),
		dumb: TERM === 'dumb',
		ci: CI !== undefined,
	};
}
