import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {contextRecords} from '../clusters/context/context-record.ts';
import {addressOf} from '../clusters/embedded-cluster.ts';
import {type KindPlace, kindPlace} from '../clusters/kind/kind-place.ts';
import {readKindRecord} from '../clusters/kind/kind-record.ts';
import {kubeRequest} from '../clusters/kube-request.ts';
import {type ClusterName, contextOf} from '../clusters/open-cluster.ts';
import {simulatorState} from '../clusters/simulator-control.ts';
import {speedLabel} from '../clusters/speed.ts';
import {parseState, stateFile} from '../simulator/saved-state.ts';
import type {Home} from '../state/home.ts';
import {type LockHolder, lockHolder} from '../state/lock.ts';
import type {Text} from '../text/text.ts';
import {UserError} from '../text/user-error.ts';
import {parseCluster} from './cluster-choice.ts';
import {clusterFiles} from './cluster-files.ts';
import {alignColumns} from './columns.ts';
import type {Context, ExitCode} from './context.ts';
import type {StatusOptions} from './program.ts';

/** What `status --json` prints. Times are ISO 8601. */
type Status = {
	running: boolean;
	/** `silent`: a process holds the cluster, but it does not answer. */
	state: 'stopped' | 'starting' | 'running' | 'silent';
	home: string;
	cluster?: ClusterName;
	/** Of a kind cluster: its name and its nodes' containers. */
	name?: string;
	nodes?: {name: string; state: string}[];
	/** Of a context: the namespace in which lessons run. */
	namespace?: string | undefined;
	pid?: number;
	command?: string;
	since?: string;
	kubernetes?: string;
	server?: string | undefined;
	kubeconfig?: string;
	gateway?: string;
	pods?: {total: number; ready: number};
	services?: number;
	/** The cluster's own time, and how fast it passes; 0 when it is paused. */
	clock?: {now: string; speed: number | 'max'};
	lab?: {pid: number; command: string; since: string};
	/** What else runs for this home. */
	others?: ClusterStatus[];
};

type ClusterStatus = Omit<Status, 'home' | 'lab' | 'others'>;

type Clock = NonNullable<Status['clock']>;

type PodList = {items: {status?: {conditions?: {type: string; status: string}[]}}[]};

const answerLimitMs = 5_000;

/** `endpoint-lab status`: which cluster runs, where, since when, and what is in it; with --save its state in a file. */
export async function status(options: StatusOptions, context: Context): Promise<ExitCode> {
	const home = context.home();
	const named = options.cluster === undefined ? undefined : parseCluster(options.cluster, context.text);
	const contexts = contextRecords(home).map(({context}) => `context:${context}` as const);
	const names: ClusterName[] = named === undefined || named === 'auto' ? ['embedded', 'kind', ...contexts] : [named];
	const look = async (name: ClusterName) => {
		if (!contextOf(name)) return await lookAt(name, home, context);
		// The Kubernetes client takes its time to load.
		const {lookAtContext} = await import('./context-status.ts');
		return await lookAtContext(contextOf(name), home, context);
	};
	const all: ClusterStatus[] = await Promise.all(names.map(look));
	const [first = all[0]!, ...others] = all.filter(
		({state, name, namespace}) => state !== 'stopped' || (name ?? namespace) !== undefined,
	);
	const found: Status = {
		...first,
		home: home.folder,
		lab: labOf(lockHolder(home.labLock)),
		...(others.length > 0 && {others}),
	};
	const saved = options.save === undefined ? undefined : await save(options.save, found, home, context);
	if (options.json) context.print(JSON.stringify({...found, saved}));
	else for (const line of [found, ...others].flatMap(each => lines(each, found.home, context))) context.print(line);
	if (saved !== undefined) context.note(context.text.cli.status.saved(saved));
	return found.state === 'silent' ? 1 : 0;
}

/** Writes the cluster's state into a new file, from the cluster itself or, when none runs, from its folder. */
async function save(name: string, found: Status, home: Home, {text}: Context): Promise<string> {
	const words = text.cli.status;
	const file = resolve(name);
	// Before the cluster is asked: a large one takes its time.
	if (existsSync(file)) throw new UserError(words.notOverwritten(file));
	if (found.cluster !== undefined && found.cluster !== 'embedded')
		throw new UserError(text.clusters.kind.needsEmbedded('--save'), 2);
	if (found.state === 'starting') throw new UserError(words.starting(found.pid ?? 0));
	if (found.state === 'silent') throw new UserError(words.silent(found.pid ?? 0));
	const state = found.kubeconfig
		? await simulatorState(found.kubeconfig, text).read()
		: readStopped(stateFile(home.embedded), text);
	try {
		writeFileSync(file, state, {flag: 'wx', mode: 0o600});
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new UserError(words.notOverwritten(file));
		throw new UserError(words.notSaved(file, (error as Error).message));
	}
	return file;
}

/** The state that a stopped cluster has left, without what belongs to this machine only. */
function readStopped(file: string, text: Text): string {
	if (!existsSync(file)) throw new UserError(text.cli.status.nothingToSave);
	try {
		const {port, gatewayPort, ...state} = parseState(readFileSync(file, 'utf8'));
		return JSON.stringify(state);
	} catch (error) {
		throw new UserError(text.clusters.stateUnreadable(file, (error as Error).message));
	}
}

async function lookAt(name: ClusterName, home: Home, context: Context): Promise<ClusterStatus> {
	const holder = lockHolder(clusterFiles(name, home).lock);
	if (!holder)
		return name === 'kind' ? await lookAtUnheld(kindPlace(home), context) : {running: false, state: 'stopped'};
	const base = {
		cluster: name,
		pid: holder.pid,
		command: holder.command,
		since: new Date(holder.since).toISOString(),
	};
	const address = addressOf(holder);
	if (!address) return {running: false, state: 'starting', ...base};
	const inside = await lookInside(name, address.kubeconfig, context.signal);
	return inside
		? {running: true, state: 'running', ...base, ...address, ...inside}
		: {running: false, state: 'silent', ...base, ...address};
}

/** A kind cluster that no process of the lab holds may run all the same. */
async function lookAtUnheld(place: KindPlace, {environment, signal, text, note}: Context): Promise<ClusterStatus> {
	const record = existsSync(place.record) ? readKindRecord(place, text, note) : undefined;
	if (!record) return {running: false, state: 'stopped'};
	const {findRuntime} = await import('../clusters/kind/kind-tools.ts');
	const {nodeContainers} = await import('../clusters/kind/kind-nodes.ts');
	const {runtime} = await findRuntime({environment, record, signal});
	const nodes = runtime ? await nodeContainers(runtime, record.name, signal).catch(() => []) : [];
	signal.throwIfAborted();
	const base = {cluster: 'kind' as const, name: record.name, nodes, kubeconfig: place.kubeconfig};
	const up = nodes.length > 0 && nodes.every(({state}) => state === 'running');
	const inside = up ? await lookInside('kind', place.kubeconfig, signal) : undefined;
	return inside
		? {running: true, state: 'running', ...base, since: new Date(record.since).toISOString(), ...inside}
		: {running: false, state: 'stopped', ...base};
}

async function lookInside(name: ClusterName, kubeconfig: string, ending: AbortSignal) {
	const signal = AbortSignal.any([ending, AbortSignal.timeout(answerLimitMs)]);
	const paths = ['/version', '/api/v1/pods', '/api/v1/services', ...(name === 'embedded' ? ['/simulator/clock'] : [])];
	try {
		const [version, pods, services, clock] = await Promise.all(
			paths.map(async path => JSON.parse((await kubeRequest(kubeconfig, path, signal)).body)),
		);
		const {items} = pods as PodList;
		const ready = items.filter(({status}) =>
			status?.conditions?.some(({type, status}) => type === 'Ready' && status === 'True'),
		);
		return {
			kubernetes: (version as {gitVersion: string}).gitVersion,
			pods: {total: items.length, ready: ready.length},
			services: (services as {items: unknown[]}).items.length,
			...(clock !== undefined && {clock: {now: (clock as Clock).now, speed: (clock as Clock).speed}}),
		};
	} catch {
		ending.throwIfAborted();
		return undefined;
	}
}

function labOf(holder: LockHolder | undefined): Status['lab'] {
	return holder && {pid: holder.pid, command: holder.command, since: new Date(holder.since).toISOString()};
}

function lines(found: ClusterStatus, home: string, {text, language}: Context): string[] {
	const words = text.cli.status;
	const pid = found.pid ?? 0;
	const kind = found.cluster === 'kind' ? text.clusters.kind : undefined;
	if (kind && found.state === 'stopped') return [kind.status.stopped(found.name ?? '')];
	if (kind && found.state === 'starting') return [kind.status.starting(pid)];
	if (kind && found.state === 'silent') return [kind.silent(pid, found.server ?? '')];
	const own = contextOf(found.cluster ?? 'embedded');
	if (own && found.state === 'stopped')
		return [found.namespace ? text.context.status.stopped(own, found.namespace) : text.context.down.nothing(own)];
	if (own && found.state === 'starting') return [text.context.status.starting(own, pid)];
	if (own && found.state === 'silent') return [text.context.status.silent(own, found.server ?? '', pid)];
	if (found.state === 'stopped') return [words.nothing];
	if (found.state === 'starting') return [words.starting(pid)];
	if (found.state === 'silent') return [words.silent(pid)];
	const {labels} = words;
	const since = new Date(found.since ?? 0).toLocaleString(language, {dateStyle: 'medium', timeStyle: 'medium'});
	const rows: [string, string][] = [
		[
			labels.cluster,
			own
				? `${found.cluster} ${found.kubernetes}`
				: kind
					? `kind ${found.kubernetes}`
					: `${found.cluster}  SIMULATED ${found.kubernetes}`,
		],
		[
			labels.runs,
			found.pid === undefined ? (kind?.status.unheld(found.name ?? '') ?? '') : words.runsIn(found.command ?? '', pid),
		],
		[labels.since, since],
		...(found.namespace ? ([[text.context.question.namespace, found.namespace]] satisfies [string, string][]) : []),
		...(found.server ? ([[labels.server, found.server]] satisfies [string, string][]) : []),
		[labels.kubeconfig, found.kubeconfig ?? ''],
		...(found.gateway ? ([[labels.gateway, found.gateway]] satisfies [string, string][]) : []),
		[labels.objects, words.objects(found.pods?.ready ?? 0, found.pods?.total ?? 0, found.services ?? 0)],
		...(found.clock && found.clock.speed !== 1 ? [timeRow(found.clock, labels.time, text, language)] : []),
		[labels.home, home],
	];
	return alignColumns(rows);
}

function timeRow({now, speed}: Clock, label: string, text: Text, language: string): [string, string] {
	const time = new Date(now).toLocaleString(language, {dateStyle: 'medium', timeStyle: 'medium'});
	return [label, `${time}  ${speedLabel(speed === 'max' ? Number.POSITIVE_INFINITY : speed, text.cli.clock)}`];
}
