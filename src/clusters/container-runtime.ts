import {execa} from 'execa';
import {type Environment, findOnPath} from './shell.ts';

/** The programs that can run a kind cluster's nodes, in the order in which kind looks for them. */
const runtimeNames = ['docker', 'nerdctl', 'podman'] as const;

export type RuntimeName = (typeof runtimeNames)[number];

/** How a call of the runtime's program ended. `silent`: it said nothing more within its time limit, and was killed. */
export type RuntimeAnswer = {ok: boolean; code: number | undefined; stdout: string; stderr: string; silent: boolean};

export type RuntimeCall = {
	signal: AbortSignal;
	/** ms after which a call counts as `silent`; none without it. */
	limitMs?: number;
	/** Called with each line of either stream as it comes. */
	onLine?: (line: string) => void;
	/** Called with the number of the process, which leads a group of its own. */
	onStart?: (pid: number) => void;
};

/** What a runtime says of the machine that its containers run on, which may be a virtual one; sizes in bytes. */
export type RuntimeHost = {
	/** Of the daemon; empty where the runtime has none to tell it apart by (Podman). */
	id: string;
	serverVersion: string;
	/** `linux`, or `windows`, which cannot run kind. */
	os: string;
	/** As Go names it: `amd64`, `arm64`. */
	architecture: string;
	operatingSystem: string;
	cpus: number;
	memory: number;
	/** 1 or 2; undefined when it is not told. */
	cgroupVersion: 1 | 2 | undefined;
	rootless: boolean;
	/** `overlay2`, `overlayfs` (containerd's image store), `vfs` … */
	storageDriver: string;
	/** Where images lie, on that machine. */
	rootFolder: string;
	/** Docker keeps images in containerd's store, so `docker save` writes every platform's index. */
	containerdStore: boolean;
};

/** A container runtime that answers. */
export type ContainerRuntime = {
	name: RuntimeName;
	program: string;
	/** Of the client program. */
	version: string;
	host: RuntimeHost;
	/** Docker's context by name, which its environment may choose; undefined for the others. */
	context: string | undefined;
	/** What its program, and kind beside it, is run with. */
	environment: Environment;
	/** Runs its program. Throws only the reason of an aborted signal. */
	run(args: readonly string[], call: RuntimeCall): Promise<RuntimeAnswer>;
};

/** `absent`: no program on PATH. `stopped`, `no-permission`, `wrong-context`, `silent`: the daemon cannot be reached. */
export type RuntimeProblemCode = 'absent' | 'stopped' | 'no-permission' | 'wrong-context' | 'silent' | 'failed';

/** Why there is no runtime; `detail` is what the program said last. */
export type RuntimeProblem = {code: RuntimeProblemCode; name?: RuntimeName; program?: string; detail: string};

export type RuntimeOptions = {
	environment: Environment;
	signal: AbortSignal;
	/** ms that each question may take; a daemon that starts or hangs keeps its clients waiting. */
	limitMs?: number;
};

/**
 * The container runtime of an environment: the first of docker, nerdctl and podman that answers, or the one that
 * KIND_EXPERIMENTAL_PROVIDER names, as kind itself would. Without one, the problem of the first that is installed.
 * Throws only the reason of an aborted signal.
 */
export async function findContainerRuntime(
	options: RuntimeOptions,
): Promise<{runtime: ContainerRuntime; problem?: undefined} | {runtime?: undefined; problem: RuntimeProblem}> {
	const asked = options.environment.KIND_EXPERIMENTAL_PROVIDER;
	let first: RuntimeProblem | undefined;
	for (const name of runtimeNames) {
		if (asked && runtimeNames.includes(asked as RuntimeName) && name !== asked) continue;
		const program = findOnPath(name, options.environment.PATH);
		if (!program) continue;
		const found = await open(name, program, options);
		if (found.runtime) return found;
		first ??= found.problem;
	}
	return {problem: first ?? {code: 'absent', detail: ''}};
}

/** What the words of docker, podman or nerdctl, or of kind that called them, say of an unreachable daemon. */
export function runtimeProblemIn(output: string): RuntimeProblemCode | undefined {
	if (
		/permission denied while trying to connect to the docker (daemon socket|API)|got permission denied|cannot access containerd socket.*permission denied/i.test(
			output,
		)
	)
		return 'no-permission';
	if (
		/unable to resolve docker endpoint|context "[^"]*"(: context not found| does not exist)|current context .* is not found/i.test(
			output,
		)
	)
		return 'wrong-context';
	if (
		/cannot connect to the docker daemon|failed to connect to the docker api|is the docker daemon running|cannot connect to podman|unable to connect to podman|cannot access containerd socket|rootless containerd not running|error during connect/i.test(
			output,
		)
	)
		return 'stopped';
	return undefined;
}

type Opened = {runtime: ContainerRuntime; problem?: undefined} | {runtime?: undefined; problem: RuntimeProblem};

async function open(name: RuntimeName, program: string, options: RuntimeOptions): Promise<Opened> {
	const {environment, signal, limitMs = 20_000} = options;
	const run = (args: readonly string[], call: RuntimeCall) => runProgram(program, args, environment, call);
	const [version, info, context] = await Promise.all([
		// Not `version`, which asks the daemon too; a podman that goes by docker's name is told by it, as in kind.
		run(['-v'], {signal, limitMs}),
		run(['info', '--format', name === 'podman' ? 'json' : '{{json .}}'], {signal, limitMs}),
		name === 'docker' ? run(['context', 'show'], {signal, limitMs}) : undefined,
	]);
	const failed = (code: RuntimeProblemCode, detail: string): Opened => ({problem: {code, name, program, detail}});
	if (name === 'docker' && version.ok && !version.stdout.startsWith('Docker version')) {
		return {problem: {code: 'absent', detail: version.stdout.trim()}};
	}
	if (info.silent) return failed('silent', '');
	const host = hostOf(name, info.stdout);
	const said = `${info.stderr}\n${host?.errors.join('\n') ?? ''}`;
	const problem = runtimeProblemIn(`${said}\n${context?.stderr ?? ''}`);
	// docker 20.10 ends with 0 when it may not reach the daemon.
	if (problem) return failed(problem, lastLine(said) || lastLine(context?.stderr ?? ''));
	if (!info.ok || !host?.serverVersion) return failed('failed', lastLine(said) || lastLine(info.stdout));
	const {errors, ...rest} = host;
	return {
		runtime: {
			name,
			program,
			version: /\d+\.\d+[\w.+-]*/.exec(version.stdout)?.[0] ?? '',
			host: rest,
			// An old Docker cannot be asked for it, and follows the variable all the same.
			context: context?.ok ? context.stdout.trim() : environment.DOCKER_CONTEXT || undefined,
			environment,
			run,
		},
	};
}

/**
 * Runs a program in a process group of its own, ended with SIGTERM when the signal aborts. A program that cannot be started
 * answers with `ok: false`. Throws only the reason of an aborted signal.
 */
export async function runProgram(
	program: string,
	args: readonly string[],
	environment: Environment,
	{signal, limitMs, onLine, onStart}: RuntimeCall,
): Promise<RuntimeAnswer> {
	signal.throwIfAborted();
	const tell = onLine && {
		*transform(line: unknown) {
			onLine(String(line));
			yield line;
		},
	};
	const child = execa(program, args, {
		env: environment,
		extendEnv: false,
		reject: false,
		stdin: 'ignore',
		stdout: tell ? [tell, 'pipe'] : 'pipe',
		stderr: tell ? [tell, 'pipe'] : 'pipe',
		// Ctrl-C in the terminal is ours to pass on.
		detached: process.platform !== 'win32',
		cancelSignal: signal,
		timeout: limitMs ?? 0,
		forceKillAfterDelay: 2000,
		windowsHide: true,
	});
	if (child.pid !== undefined) onStart?.(child.pid);
	const {exitCode, stdout, stderr, timedOut, failed, shortMessage} = await child;
	signal.throwIfAborted();
	const started = exitCode !== undefined || timedOut;
	return {
		ok: !failed,
		code: exitCode,
		stdout,
		stderr: started ? stderr : `${stderr}${shortMessage ?? ''}`,
		silent: timedOut,
	};
}

/** What `docker info`, `nerdctl info` and `podman info` print as JSON, as far as it is read here. */
type DockerInfo = Partial<{
	ID: string;
	ServerVersion: string;
	ServerErrors: string[];
	OSType: string;
	Architecture: string;
	OperatingSystem: string;
	NCPU: number;
	MemTotal: number;
	CgroupVersion: string;
	SecurityOptions: string[] | null;
	Driver: string;
	DriverStatus: [string, string][] | null;
	DockerRootDir: string;
}>;

type PodmanInfo = Partial<{
	host: Partial<{
		os: string;
		arch: string;
		cpus: number;
		memTotal: number;
		cgroupVersion: string;
		security: {rootless?: boolean};
		distribution: {distribution?: string; version?: string};
	}>;
	store: {graphDriverName?: string; graphRoot?: string};
	version: {Version?: string};
}>;

/** Reads the JSON of `info`; undefined when it is none. */
function hostOf(name: RuntimeName, stdout: string): (RuntimeHost & {errors: string[]}) | undefined {
	let told: unknown;
	try {
		told = JSON.parse(stdout);
	} catch {
		return undefined;
	}
	if (typeof told !== 'object' || told === null) return undefined;
	if (name === 'podman') {
		const {host = {}, store = {}, version = {}} = told as PodmanInfo;
		const {distribution = {}} = host;
		return {
			id: '',
			serverVersion: version.Version ?? '',
			os: host.os ?? '',
			architecture: goArchitecture(host.arch ?? ''),
			operatingSystem: [distribution.distribution, distribution.version].filter(Boolean).join(' '),
			cpus: host.cpus ?? 0,
			memory: host.memTotal ?? 0,
			cgroupVersion: cgroup(host.cgroupVersion),
			rootless: host.security?.rootless ?? false,
			storageDriver: store.graphDriverName ?? '',
			rootFolder: store.graphRoot ?? '',
			containerdStore: false,
			errors: [],
		};
	}
	const info = told as DockerInfo;
	return {
		id: info.ID ?? '',
		serverVersion: info.ServerVersion ?? '',
		os: info.OSType ?? '',
		architecture: goArchitecture(info.Architecture ?? ''),
		operatingSystem: info.OperatingSystem ?? '',
		cpus: info.NCPU ?? 0,
		memory: info.MemTotal ?? 0,
		cgroupVersion: cgroup(info.CgroupVersion),
		rootless: info.SecurityOptions?.some(option => option.includes('rootless')) ?? false,
		storageDriver: info.Driver ?? '',
		rootFolder: info.DockerRootDir ?? '',
		containerdStore:
			name === 'nerdctl' ||
			(info.DriverStatus?.some(([key, value]) => key === 'driver-type' && value.includes('containerd')) ?? false),
		errors: info.ServerErrors ?? [],
	};
}

function cgroup(version: string | undefined): 1 | 2 | undefined {
	const number = /[12]/.exec(version ?? '')?.[0];
	return number === '1' ? 1 : number === '2' ? 2 : undefined;
}

/** Docker tells the kernel's name of an architecture, images have Go's. */
function goArchitecture(name: string): string {
	return {x86_64: 'amd64', aarch64: 'arm64'}[name] ?? name;
}

/**
 * The last line that is no JSON: docker prints what it knows as one large line before it says what is wrong. Of a line of
 * nerdctl's log, its message.
 */
export function lastLine(output: string): string {
	const line =
		output
			.trimEnd()
			.split('\n')
			.filter(line => line.trim() && !line.startsWith('{'))
			.at(-1)
			?.trim() ?? '';
	const message = /^time="[^"]*" level=\w+ msg="((?:[^"\\]|\\.)*)"/.exec(line)?.[1];
	return message?.replace(/\\(.)/g, '$1') ?? line;
}
