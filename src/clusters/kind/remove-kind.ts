import {existsSync, readFileSync, rmSync} from 'node:fs';
import {setTimeout as delay} from 'node:timers/promises';
import type {Text} from '../../text/text.ts';
import {UserError} from '../../text/user-error.ts';
import {type ContainerRuntime, lastLine} from '../container-runtime.ts';
import {type NodeContainer, NodesError, nodeContainers} from './kind-nodes.ts';
import {type KindProgram, runKind} from './kind-program.ts';
import {stepUnderWay} from './kind-steps.ts';

export type RemoveKindOptions = {
	runtime: ContainerRuntime;
	/** Without kind its containers are removed by the runtime alone. */
	kind: KindProgram | undefined;
	name: string;
	kubeconfig: string;
	/**
	 * ms for which no container may appear before the cluster counts as gone: a daemon goes on with what it was asked for by a
	 * client that has been killed meanwhile.
	 */
	quietMs: number;
	signal: AbortSignal;
	text: Text;
};

/** `quietMs` for a cluster of which this is what kind wrote: only while it makes containers can one still appear. */
export function quietAfter(log: string): number {
	return existsSync(log) && stepUnderWay(readFileSync(log, 'utf8')) === 'nodes' ? 3_000 : 0;
}

/** ms between one attempt and the next; Docker sometimes fails to remove a container that it has just been told to kill. */
const pausesMs = [0, 250, 1000, 2000, 4000];

/** ms that `kind delete` may take. */
const deleteLimitMs = 90_000;

/**
 * Removes one kind cluster, and looks whether it is gone; tries again when it is not. Only containers with the cluster's
 * label are touched. Throws UserError, and the reason of an aborted signal.
 */
export async function removeKind(options: RemoveKindOptions): Promise<void> {
	const {runtime, kind, name, kubeconfig, quietMs, signal, text} = options;
	let problem = '';
	let left: NodeContainer[] = [];
	for (const [attempt, pause] of pausesMs.entries()) {
		await delay(pause, undefined, {signal});
		// Nobody of ours is at work any more: a lock that is still there would only make `kind delete` fail.
		rmSync(`${kubeconfig}.lock`, {force: true});
		if (kind) {
			const words = ['delete', 'cluster', '--name', name, '--kubeconfig', kubeconfig];
			const {ok, stderr, stdout} = await runKind(kind, runtime, words, {signal, limitMs: deleteLimitMs});
			if (!ok) problem = lastLine(stderr) || lastLine(stdout);
		}
		try {
			left = await nodeContainers(runtime, name, signal);
			if (left.length > 0 && (attempt > 0 || !kind)) {
				const names = left.map(({name}) => name);
				const {ok, stderr} = await runtime.run(['rm', '-f', '-v', ...names], {signal, limitMs: deleteLimitMs});
				if (!ok) problem = lastLine(stderr);
				left = await nodeContainers(runtime, name, signal);
			}
			if (left.length === 0 && quietMs > 0) {
				await delay(quietMs, undefined, {signal});
				left = await nodeContainers(runtime, name, signal);
			}
		} catch (error) {
			if (!(error instanceof NodesError)) throw error;
			problem = error.message;
			continue;
		}
		if (left.length > 0) continue;
		rmSync(kubeconfig, {force: true});
		rmSync(`${kubeconfig}.lock`, {force: true});
		return;
	}
	const names = left.map(({name}) => name).join(' ');
	throw new UserError(text.clusters.kind.notRemoved(name, problem, `${runtime.name} rm -f -v ${names}`.trim()));
}
