import {execa} from 'execa';
import {type Environment, findOnPath} from '../clusters/shell.ts';
import type {ProgramFacts} from './facts.ts';
import type {TimeLimit} from './time-limit.ts';

/** Asks a program on PATH for its version; undefined when there is none. */
export async function probeProgram(
	name: string,
	args: string[],
	environment: Environment,
	{signal, inTime}: TimeLimit,
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
