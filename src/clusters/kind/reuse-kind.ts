import {readFileSync, rmSync} from 'node:fs';
import {parse} from 'yaml';
import {isAlive} from '../../state/process-identity.ts';
import {UserError} from '../../text/user-error.ts';
import {awaitReady} from './await-ready.ts';
import {changeNodes, type NodeContainer, NodesError, nodeContainers} from './kind-nodes.ts';
import {runKind} from './kind-program.ts';
import {isElsewhere, type KindRecord} from './kind-record.ts';
import {type MakeKindOptions, missingText, removeUnfinished, waitingText} from './make-kind.ts';
import {endProcessGroup} from './process-group.ts';

export type ReuseKindOptions = MakeKindOptions & {
	/** What was left of it is not used again. */
	throwaway: boolean;
	confirm: (question: string) => Promise<boolean>;
};

/** ms for a cluster to be ready that ran all the time, or that has just been started again. */
const readyLimitMs = 90_000;

/**
 * Takes up the kind cluster of the last time: as it is, or started again when its containers have stopped. Returns nothing
 * when there is none any more: it was never finished, somebody has removed it, or it is broken and the learner lets it go.
 * Throws UserError, and the reason of an aborted signal.
 */
export async function reuseKind(record: KindRecord, options: ReuseKindOptions): Promise<KindRecord | undefined> {
	const {place, tools, kind, throwaway, signal, text, note, confirm} = options;
	const words = text.clusters.kind;
	if (record.phase !== 'ready' || throwaway) {
		await endOwnProcess(record);
		await removeUnfinished(record, options);
		return undefined;
	}
	const containers = await nodeContainers(tools.runtime, record.name, signal);
	if (containers.length === 0) {
		note(
			isElsewhere(record, tools.runtime) ? words.elsewhere(record.name, tools.runtime.name) : words.gone(record.name),
		);
		rmSync(place.record, {force: true});
		rmSync(place.kubeconfig, {force: true});
		return undefined;
	}
	const problem = await takeUp(record, containers, options);
	if (problem === undefined) {
		const other = kind.config !== undefined || (kind.image ?? record.image) !== record.image;
		if (other || (kind.small && record.nodes.length > 1)) note(words.madeOtherwise(record.name));
		return record;
	}
	if (!(await confirm(words.confirmRebuild(record.name, problem)))) {
		throw new UserError(words.broken(record.name, problem));
	}
	await removeUnfinished(record, options);
	return undefined;
}

/** Ends what a killed lab has left at work for a cluster. */
export async function endOwnProcess({process}: KindRecord): Promise<void> {
	if (process && isAlive(process)) await endProcessGroup(process.pid);
}

/** Whether a kubeconfig is there, with all that kind writes into it; users come last. */
function isWhole(kubeconfig: string): boolean {
	try {
		const {users} = parse(readFileSync(kubeconfig, 'utf8')) as {users: {user: object}[]};
		return Object.keys(users[0]!.user).length > 0;
	} catch {
		return false;
	}
}

/** Brings the cluster up; returns why that does not work. */
async function takeUp(
	record: KindRecord,
	containers: NodeContainer[],
	{place, tools, furnishing, progress, signal, text, note}: ReuseKindOptions,
): Promise<string | undefined> {
	const words = text.clusters.kind;
	const absent = record.nodes.filter(node => containers.every(({name}) => name !== node));
	if (absent.length > 0) return words.nodesAbsent(absent.join(', '));
	const named = (paused: boolean) =>
		containers.filter(({state}) => state !== 'running' && (state === 'paused') === paused).map(({name}) => name);
	if (containers.some(({state}) => state !== 'running')) note(words.starting(record.name));
	try {
		await changeNodes(tools.runtime, 'unpause', named(true), signal);
		await changeNodes(tools.runtime, 'start', named(false), signal);
	} catch (error) {
		// One of its ports belongs to somebody else by now, for example.
		if (error instanceof NodesError) return error.message;
		throw error;
	}
	if (!isWhole(place.kubeconfig)) {
		rmSync(place.kubeconfig, {force: true});
		rmSync(`${place.kubeconfig}.lock`, {force: true});
		const export_ = ['export', 'kubeconfig', '--name', record.name, '--kubeconfig', place.kubeconfig];
		await runKind(tools.kind, tools.runtime, export_, {signal, limitMs: 30_000});
	}
	progress.begin('ready');
	const missing = await awaitReady(place.kubeconfig, record.nodes.length, {
		signal,
		limitMs: readyLimitMs,
		onTick: missing => progress.waiting(waitingText(missing, text)),
	});
	if (missing) return words.notReady(missingText(missing));
	// Not before: a node that has just been started again does not take images yet.
	furnishing.begin(record);
	furnishing.nodesReady();
	return undefined;
}
