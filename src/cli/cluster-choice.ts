import {statSync} from 'node:fs';
import {resolve} from 'node:path';
import {contextPlace, contextRecords} from '../clusters/context/context-record.ts';
import {kindPlace} from '../clusters/kind/kind-place.ts';
import type {KindOptions} from '../clusters/kind/make-kind.ts';
import type {ClusterName} from '../clusters/open-cluster.ts';
import {findOnPath} from '../clusters/shell.ts';
import type {KindHere} from '../doctor/kind-here.ts';
import {lockHolder} from '../state/lock.ts';
import {readSettings} from '../state/settings.ts';
import type {Text} from '../text/text.ts';
import {UserError} from '../text/user-error.ts';
import type {Context} from './context.ts';
import {type KindFlags, suggestion} from './program.ts';

/** How long a container runtime may take to answer when it is only asked for in case there is one, in ms. */
const probeLimitMs = 5_000;

/** What was asked for: a cluster by name, or the best one of this machine. */
export type AskedCluster = ClusterName | 'auto';

/**
 * Which cluster a command line asks for: `--cluster`, else ENDPOINT_LAB_CLUSTER, else the one that was chosen in the lab, else
 * `auto`. Throws UserError for a name that there is not.
 */
export function askedCluster(name: string | undefined, {environment, home, text}: Context): AskedCluster {
	const asked = name ?? environment.ENDPOINT_LAB_CLUSTER;
	if (asked) return parseCluster(asked, text);
	const remembered = readSettings(home().settings).settings.cluster;
	return remembered === undefined ? 'auto' : parseCluster(remembered, text);
}

/** As askedCluster, for commands that make a cluster for themselves: those take the embedded one unless told otherwise. */
export function askedThrowaway(name: string | undefined, {environment, text}: Context): AskedCluster {
	return parseCluster(name ?? (environment.ENDPOINT_LAB_CLUSTER || 'embedded'), text);
}

/**
 * The cluster that `auto` comes to, told in one line: the one that is up already, else kind where
 * nothing that the doctor finds is in its way, else the embedded one.
 */
export async function chooseCluster(asked: AskedCluster, context: Context): Promise<ClusterName> {
	if (asked !== 'auto') return asked;
	const {text, note, environment} = context;
	const words = text.clusters.kind;
	const running = runningCluster(context);
	if (running) return running;
	if (!findOnPath('kind', environment.PATH)) return 'embedded';
	const {found, obstacles} = await lookForKind(context);
	note(obstacles ? words.auto.embedded(obstacles[0]?.seen ?? '') : words.auto.kind(found));
	return obstacles ? 'embedded' : 'kind';
}

/** The cluster that a process holds for this home. */
export function runningCluster({home}: Context): ClusterName | undefined {
	const place = home();
	if (lockHolder(kindPlace(place).lock)) return 'kind';
	const context = contextRecords(place).find(({context}) => lockHolder(contextPlace(place, context).lock));
	if (context) return `context:${context.context}`;
	return lockHolder(place.clusterLock) ? 'embedded' : undefined;
}

/** What a kind cluster could be made with here, in words; undefined where it could not. */
export async function kindHere(context: Context): Promise<string | undefined> {
	return findOnPath('kind', context.environment.PATH) ? (await lookForKind(context)).found : undefined;
}

async function lookForKind({environment, signal, text}: Context): Promise<KindHere> {
	// Loaded only where there is something to ask.
	const {lookForKind} = await import('../doctor/kind-here.ts');
	return await lookForKind(environment, {limitMs: probeLimitMs, signal, text});
}

/** A cluster's name as it is typed. Throws UserError for a name that there is not. */
export function parseCluster(name: string, text: Text): AskedCluster {
	if (name === 'auto' || name === 'embedded' || name === 'kind') return name;
	if (/^context:./.test(name)) return name as ClusterName;
	throw new UserError(text.cli.unknownCluster(name) + suggestion(name, ['embedded', 'kind', 'auto'], text), 2);
}

/** The options of a kind cluster on a command line. Throws UserError where they are given for another cluster. */
export function kindOptions(flags: KindFlags, name: ClusterName, text: Text): KindOptions {
	const {small, kindImage, kindConfig, from} = flags;
	const given = [
		small && '--small',
		kindImage && '--kind-image',
		kindConfig && '--kind-config',
		from && '--from',
	].filter(Boolean);
	if (given.length > 0 && name !== 'kind') throw new UserError(text.clusters.kind.needsKind(given.join(', ')), 2);
	if (from !== undefined && statSync(from, {throwIfNoEntry: false})?.isFile()) {
		throw new UserError(text.offline.fileForKind(from), 2);
	}
	const offline = from === undefined ? undefined : resolve(from);
	return {offline, small, image: kindImage, config: kindConfig === undefined ? undefined : resolve(kindConfig)};
}
