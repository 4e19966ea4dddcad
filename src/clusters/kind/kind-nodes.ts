import {type ContainerRuntime, lastLine} from '../container-runtime.ts';

/** A node's container; `state` is the runtime's own word: `running`, `exited`, `created`, `paused` … */
export type NodeContainer = {name: string; state: string};

/** ms that listing or changing a few containers may take. */
const limitMs = 60_000;

/** How often containers are listed anew when some have gone before they were looked at. */
const attempts = 3;

/** The runtime does not say which containers there are. */
export class NodesError extends Error {}

/**
 * The containers of a kind cluster, by kind's own label and nothing else, so that no container of anybody else is ever
 * meant. Throws NodesError, and the reason of an aborted signal.
 */
export async function nodeContainers(
	runtime: ContainerRuntime,
	cluster: string,
	signal: AbortSignal,
): Promise<NodeContainer[]> {
	const filter = `label=io.x-k8s.kind.cluster=${cluster}`;
	for (let attempt = 1; ; attempt += 1) {
		const listed = await ask(runtime, ['ps', '-a', '--filter', filter, '--format', '{{.Names}}'], signal);
		const names = listed.split('\n').filter(Boolean);
		if (names.length === 0) return [];
		// nerdctl's `ps` has no field for the state.
		const inspect = ['inspect', '--format', '{{.State.Status}}', ...names];
		const {ok, stdout, stderr} = await runtime.run(inspect, {signal, limitMs});
		const states = stdout.trim().split('\n');
		if (ok && states.length === names.length) return names.map((name, at) => ({name, state: states[at]!}));
		// One may have been removed between the two questions.
		if (attempt === attempts) throw new NodesError(lastLine(stderr) || `${runtime.name} inspect`);
	}
}

/** Starts, stops or wakes containers that nodeContainers has named. Throws NodesError, and the reason of an aborted signal. */
export async function changeNodes(
	runtime: ContainerRuntime,
	change: 'start' | 'stop' | 'unpause',
	names: readonly string[],
	signal: AbortSignal,
): Promise<void> {
	if (names.length > 0) await ask(runtime, [change, ...names], signal);
}

async function ask(runtime: ContainerRuntime, args: string[], signal: AbortSignal): Promise<string> {
	const {ok, stdout, stderr} = await runtime.run(args, {signal, limitMs});
	if (!ok) throw new NodesError(lastLine(stderr) || lastLine(stdout) || `${runtime.name} ${args[0]}`);
	return stdout;
}
