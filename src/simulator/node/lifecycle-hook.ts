import type {ClusterNetwork} from '../network/network.ts';
import {CommandNotFound} from '../programs/machine.ts';
import {emptyPipe} from '../programs/pipe.ts';
import type {Container} from '../types.ts';
import type {RunningContainer} from './container.ts';
import {portNumber} from './probe.ts';

/** v1.LifecycleHandler */
export type LifecycleHandler = NonNullable<NonNullable<Container['lifecycle']>['preStop']>;

/** Where a hook runs. `after` calls back in cluster time, in ms. */
export type HookTarget = {
	container: Container;
	running: RunningContainer;
	network: ClusterNetwork;
	podIP: string;
	source: {ip: string; node: string};
	after(ms: number, run: () => void): void;
};

const httpTimeout = 30_000;

/** Runs a postStart or preStop hook; `done` gets the text of its failure, or undefined. */
export function runHook(hook: LifecycleHandler, target: HookTarget, done: (failure: string | undefined) => void): void {
	const {container, running, network, podIP, source, after} = target;
	if (hook.sleep) after(hook.sleep.seconds * 1000, () => done(undefined));
	else if (hook.exec) runCommand(hook.exec.command ?? [], running, done);
	else if (hook.httpGet) {
		const {port, path = '/', host = podIP} = hook.httpGet;
		network.send(
			{
				method: 'GET',
				host,
				port: portNumber(port, container) ?? 0,
				path,
				headers: {host},
				connectTimeout: httpTimeout,
				timeout: httpTimeout,
			},
			source,
			result => done('failure' in result ? result.message : undefined),
		);
	} else done(undefined);
}

function runCommand(line: string[], running: RunningContainer, done: (failure: string | undefined) => void) {
	const {machine, environment, directory} = running;
	let output = '';
	const write = (data: string | Uint8Array) => {
		output += typeof data === 'string' ? data : Buffer.from(data).toString();
	};
	const exited = (code: number) => {
		const failure = `command '${line.join(' ')}' exited with ${code}: ${output}, message: ${JSON.stringify(output)}`;
		done(code === 0 ? undefined : failure);
	};
	try {
		machine.start({arguments: line, environment, directory, stdin: emptyPipe(), stdout: write, stderr: write}, exited);
	} catch (error) {
		if (!(error instanceof CommandNotFound)) throw error;
		done(error.message);
	}
}
