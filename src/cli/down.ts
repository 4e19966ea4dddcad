import {existsSync, rmSync} from 'node:fs';
import {setTimeout as delay} from 'node:timers/promises';
import {kindPlace, proofKindPlace} from '../clusters/kind/kind-place.ts';
import {type ClusterName, contextOf} from '../clusters/open-cluster.ts';
import {type LockHolder, lockHolder} from '../state/lock.ts';
import {isAlive} from '../state/process-identity.ts';
import {UserError} from '../text/user-error.ts';
import {parseCluster, runningCluster} from './cluster-choice.ts';
import {clusterFiles} from './cluster-files.ts';
import type {Context, ExitCode} from './context.ts';
import type {DownOptions} from './program.ts';

/** How long `up` may take to save its state before it is killed. */
const stopLimitMs = 10_000;

/** `endpoint-lab down`: stops the cluster that `up` runs; that nothing runs is fine. */
export async function down(options: DownOptions, context: Context): Promise<ExitCode> {
	const name = clusterToStop(options, context);
	if (name === 'kind') return await downKind(options, context);
	if (contextOf(name)) return await stopContext(name, options, context);
	const {text} = context;
	const words = text.cli.down;
	const home = context.home();
	const stopped = await stopHolder(name, context);
	if (stopped) {
		const {pid, obeyed} = stopped;
		context.print(obeyed ? words.stopped(pid) : words.killed(pid));
		context.note(words.unset);
	} else {
		context.print(words.nothing);
	}
	if (options.delete) {
		rmSync(home.embedded, {recursive: true, force: true});
		context.print(words.deleted);
	}
	return 0;
}

/** The cluster that is named, else the one that runs. Only a named kind cluster is deleted when it does not run. */
function clusterToStop({cluster, delete: remove}: DownOptions, context: Context): ClusterName {
	const named = cluster ?? context.environment.ENDPOINT_LAB_CLUSTER;
	const asked = named ? parseCluster(named, context.text) : 'auto';
	if (asked !== 'auto') return asked;
	const kept = !remove && existsSync(kindPlace(context.home()).record);
	return runningCluster(context) ?? (kept ? 'kind' : 'embedded');
}

/** Only a context that is named is emptied; another one that runs is no more than left alone. */
async function stopContext(name: ClusterName, options: DownOptions, context: Context): Promise<ExitCode> {
	const {text, print, note} = context;
	const stopped = await stopHolder(name, context);
	if (stopped) print(text.context.down.ended(contextOf(name), stopped.pid));
	if (options.cluster === undefined && !options.delete) note(text.context.down.stays(contextOf(name)));
	else {
		const {downContext} = await import('./context-down.ts');
		await downContext(contextOf(name), options.delete ?? false, context);
	}
	if (stopped) note(text.cli.down.unset);
	return 0;
}

async function downKind({delete: remove = false}: DownOptions, context: Context): Promise<ExitCode> {
	const {text, environment, command, signal, print, note} = context;
	const words = text.clusters.kind.down;
	const stopped = await stopHolder('kind', context);
	if (stopped) print(words.ended(stopped.pid));
	const {stopKind} = await import('../clusters/kind/stop-kind.ts');
	const home = context.home();
	const stop = (place: typeof kindPlace, remove: boolean) =>
		stopKind({place: place(home), environment, command, remove, signal, text, note});
	const {done, name} = await stop(kindPlace, remove);
	if (done === 'none') print(words.nothing);
	else print(done === 'removed' ? words.removed(name) : words.stopped(name));
	// What a killed `play` or `test` has left is nobody's work; one that is still at it takes its own away.
	if (!lockHolder(proofKindPlace(home).lock)) {
		const proof = await stop(proofKindPlace, true);
		if (proof.done === 'removed') print(words.removed(proof.name));
	}
	if (stopped) note(text.cli.down.unset);
	return 0;
}

/** Ends the `up` that holds a cluster, if one does. Throws UserError when another command holds it. */
async function stopHolder(
	name: ClusterName,
	{text, home, signal}: Context,
): Promise<{pid: number; obeyed: boolean} | undefined> {
	const holder = lockHolder(clusterFiles(name, home()).lock);
	if (!holder) return undefined;
	if (!/^endpoint-lab up\b/.test(holder.command))
		throw new UserError(text.cli.down.belongsToLab(holder.command, holder.pid));
	return {pid: holder.pid, obeyed: await stop(holder, name === 'kind' ? removeLimitMs : stopLimitMs, signal)};
}

/** How long an `up` may take that has to remove the kind cluster which it was just making. */
const removeLimitMs = 120_000;

/** Ends the process; false when it had to be killed. */
async function stop(holder: LockHolder, limitMs: number, signal: AbortSignal): Promise<boolean> {
	process.kill(holder.pid, 'SIGTERM');
	// One that was stopped with Ctrl-Z has to wake up to end.
	if (process.platform !== 'win32') process.kill(holder.pid, 'SIGCONT');
	const until = Date.now() + limitMs;
	while (isAlive(holder)) {
		if (Date.now() > until) {
			process.kill(holder.pid, 'SIGKILL');
			return false;
		}
		await delay(25, undefined, {signal});
	}
	return true;
}
