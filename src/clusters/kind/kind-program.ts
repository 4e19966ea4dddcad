import {type ContainerRuntime, type RuntimeAnswer, type RuntimeCall, runProgram} from '../container-runtime.ts';
import {type Environment, findOnPath} from '../shell.ts';
import {compareVersions, oldestKind} from './node-image.ts';

/** The kind program of an environment. */
export type KindProgram = {program: string; version: string};

/** Why there is no kind to use; `version` is that of one that is too old. */
export type KindProblem = {code: 'absent' | 'too-old' | 'failed'; version?: string; detail?: string};

/** Finds kind on PATH. Throws only the reason of an aborted signal. */
export async function findKind(
	environment: Environment,
	signal: AbortSignal,
): Promise<{kind: KindProgram; problem?: undefined} | {kind?: undefined; problem: KindProblem}> {
	const program = findOnPath('kind', environment.PATH);
	if (!program) return {problem: {code: 'absent'}};
	const {ok, stdout, stderr} = await runProgram(program, ['version'], environment, {signal, limitMs: 20_000});
	const version = /\bv?(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1];
	if (!ok || !version) return {problem: {code: 'failed', detail: `${stdout}${stderr}`.trim()}};
	if (compareVersions(version, oldestKind) < 0) return {problem: {code: 'too-old', version}};
	return {kind: {program, version}};
}

/** With these a learner's own kind is led to other clusters, networks and kubeconfigs. */
const leadingAstray = /^(KUBECONFIG|KIND_CLUSTER_NAME|KIND_EXPERIMENTAL_(PROVIDER|(DOCKER|PODMAN)_NETWORK))$/;

/**
 * What kind is run with: the runtime that was found, none of the variables that would lead it astray, and no proxy on this
 * machine's loopback, such as the lab's own gateway: kind writes proxies into its nodes, whose loopback is another one.
 */
export function kindEnvironment({environment, name}: ContainerRuntime): Environment {
	const kept = Object.entries(environment).filter(
		([key, value]) => !leadingAstray.test(key) && !isLocalProxy(key, value),
	);
	// Docker is what it looks for first; naming it would only add a line to its output.
	return {...Object.fromEntries(kept), ...(name !== 'docker' && {KIND_EXPERIMENTAL_PROVIDER: name})};
}

function isLocalProxy(key: string, value = ''): boolean {
	return /^https?_proxy$/i.test(key) && /^(\w+:\/\/)?([^@/]*@)?(localhost|127\.[\d.]+|\[::1\])(:|\/|$)/i.test(value);
}

/** Runs kind to its end. Throws only the reason of an aborted signal. */
export function runKind(
	kind: KindProgram,
	runtime: ContainerRuntime,
	args: readonly string[],
	call: RuntimeCall,
): Promise<RuntimeAnswer> {
	return runProgram(kind.program, args, kindEnvironment(runtime), call);
}
