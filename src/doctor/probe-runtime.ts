import {connect} from 'node:net';
import {setTimeout as delay} from 'node:timers/promises';
import {
	type ContainerRuntime,
	findContainerRuntime,
	type RuntimeOptions,
	runProgram,
} from '../clusters/container-runtime.ts';
import {fullImageName} from '../clusters/image-name.ts';
import {findOnPath} from '../clusters/shell.ts';
import type {RuntimeFacts, RuntimeProblemFacts} from './facts.ts';

/** ms that a socket of this machine may take to take a connection. */
const socketLimitMs = 300;

export type RuntimeProbe = {runtime?: RuntimeFacts; problem?: RuntimeProblemFacts};

/**
 * Looks at the container runtime, with `contents` at what it has too; and when none answers, at what may be wrong with it.
 */
export async function probeRuntime(options: Required<RuntimeOptions>, contents: boolean): Promise<RuntimeProbe> {
	const {environment} = options;
	const {runtime, problem} = await findContainerRuntime(options);
	if (problem) {
		const {code, name, detail} = problem;
		const dockerHost = Boolean(environment.DOCKER_HOST);
		const contexts = name === 'docker' ? await listContexts(options) : [];
		const context = contexts.find(({Current}) => Current)?.Name;
		return {problem: {code, name, detail, dockerHost, context, otherContexts: await answering(contexts)}};
	}
	const {name, program, version, host, context} = runtime;
	const [images, kindClusters, delegated] = await Promise.all([
		contents ? lines(runtime, ['images', '--format', '{{.Repository}}:{{.Tag}}'], options) : undefined,
		contents
			? lines(
					runtime,
					['ps', '-a', '--filter', 'label=io.x-k8s.kind.cluster', '--format', '{{.Label "io.x-k8s.kind.cluster"}}'],
					options,
				)
			: undefined,
		host.rootless ? isDelegated(runtime, options) : undefined,
	]);
	return {
		runtime: {
			name,
			program,
			version,
			host,
			context,
			images: images?.map(fullImageName),
			kindClusters: kindClusters && [...new Set(kindClusters)],
			delegated,
		},
	};
}

async function lines(
	runtime: ContainerRuntime,
	args: string[],
	{signal, limitMs}: Required<RuntimeOptions>,
): Promise<string[] | undefined> {
	const {ok, stdout} = await runtime.run(args, {signal, limitMs});
	return ok ? stdout.split('\n').filter(Boolean) : undefined;
}

/** What kind itself looks at before it starts nodes without root: whether memory, processes and CPU can be limited. */
async function isDelegated(runtime: ContainerRuntime, options: Required<RuntimeOptions>): Promise<boolean | undefined> {
	const format =
		runtime.name === 'podman' ? '{{.Host.CgroupControllers}}' : '{{.MemoryLimit}} {{.PidsLimit}} {{.CPUShares}}';
	const told = await lines(runtime, ['info', '--format', format], options);
	if (!told) return undefined;
	const [line = ''] = told;
	return runtime.name === 'podman'
		? ['cpu', 'memory', 'pids'].every(controller => line.split(/[[\]\s,]+/).includes(controller))
		: !line.includes('false');
}

type DockerContext = {Name: string; Current: boolean; DockerEndpoint: string};

async function listContexts({environment, signal, limitMs}: Required<RuntimeOptions>): Promise<DockerContext[]> {
	const program = findOnPath('docker', environment.PATH);
	if (!program) return [];
	const {ok, stdout} = await runProgram(program, ['context', 'ls', '--format', '{{json .}}'], environment, {
		signal,
		limitMs,
	});
	if (!ok) return [];
	return stdout.split('\n').flatMap(line => {
		try {
			return [JSON.parse(line) as DockerContext];
		} catch {
			return [];
		}
	});
}

/** The contexts that are not the current one, and whose socket on this machine takes a connection. */
async function answering(contexts: DockerContext[]): Promise<string[]> {
	const found = await Promise.all(
		contexts.map(async ({Name, Current, DockerEndpoint}) => {
			const socket = /^(?:unix|npipe):\/\/(.+)$/.exec(DockerEndpoint)?.[1];
			return !Current && socket && (await answers(socket)) ? [Name] : [];
		}),
	);
	return found.flat();
}

async function answers(socket: string): Promise<boolean> {
	const connection = connect(socket);
	const connected = new Promise<boolean>(resolve => {
		connection.once('connect', () => resolve(true));
		connection.once('error', () => resolve(false));
	});
	const stop = new AbortController();
	try {
		return await Promise.race([connected, delay(socketLimitMs, false, {signal: stop.signal})]);
	} finally {
		stop.abort();
		connection.destroy();
	}
}
