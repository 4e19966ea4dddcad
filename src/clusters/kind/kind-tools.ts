import type {Text} from '../../text/text.ts';
import {UserError} from '../../text/user-error.ts';
import {type ContainerRuntime, findContainerRuntime, type RuntimeProblem} from '../container-runtime.ts';
import type {Environment} from '../shell.ts';
import type {KindPlace} from './kind-place.ts';
import {findKind, type KindProblem, type KindProgram} from './kind-program.ts';
import type {KindRecord} from './kind-record.ts';

/** The programs that make kind clusters. */
export type KindTools = {runtime: ContainerRuntime; kind: KindProgram};

export type FindToolsOptions = {
	environment: Environment;
	/** Of a cluster that there is: it is looked for where it was made. */
	record: KindRecord | undefined;
	place: KindPlace;
	text: Text;
	signal: AbortSignal;
};

/** Finds the container runtime and kind. Throws UserError with what is missing and how to get it. */
export async function findKindTools(options: FindToolsOptions): Promise<KindTools> {
	const [found, program] = await Promise.all([findRuntime(options), findKind(options.environment, options.signal)]);
	if (found.problem) throw new UserError(runtimeProblemText(found.problem, options));
	if (program.problem) throw new UserError(kindProblemText(program.problem, options.text));
	return {runtime: found.runtime, kind: program.kind};
}

/** Finds the runtime alone, for what can be done without kind. */
export function findRuntime({environment, record, signal}: Omit<FindToolsOptions, 'place' | 'text'>) {
	return findContainerRuntime({environment: environmentOf(record, environment), signal});
}

/** The environment in which a cluster was made: with another of Docker's contexts it would seem to be gone. */
function environmentOf(record: KindRecord | undefined, environment: Environment): Environment {
	if (!record) return environment;
	const {DOCKER_CONTEXT, DOCKER_HOST, ...rest} = environment;
	return {
		...rest,
		KIND_EXPERIMENTAL_PROVIDER: record.runtime,
		...(record.dockerHost
			? {DOCKER_HOST: record.dockerHost}
			: record.context !== undefined && {DOCKER_CONTEXT: record.context}),
	};
}

/** What keeps a container runtime from being used, and what to do. */
export function runtimeProblemText(
	{code, program, detail}: RuntimeProblem,
	{record, place, text}: Pick<FindToolsOptions, 'record' | 'place' | 'text'>,
): string {
	const words = text.clusters.kind;
	if (code === 'wrong-context' && record?.context !== undefined)
		return words.contextGone(record.name, record.context, detail, place.record);
	return words.noRuntime[code](program ?? '', detail);
}

function kindProblemText({code, version = '', detail = ''}: KindProblem, text: Text): string {
	return text.clusters.kind.noKind[code](version || detail);
}
