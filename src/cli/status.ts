import {addressOf, type ClusterAddress} from '../clusters/embedded-cluster.ts';
import {kubeGet} from '../clusters/kube-get.ts';
import {type LockHolder, lockHolder} from '../state/lock.ts';
import {alignColumns} from './columns.ts';
import type {Context, ExitCode} from './context.ts';
import type {RunOptions} from './program.ts';

/** What `status --json` prints. Times are ISO 8601. */
type Status = {
	running: boolean;
	/** `silent`: a process holds the cluster, but it does not answer. */
	state: 'stopped' | 'starting' | 'running' | 'silent';
	home: string;
	cluster?: 'embedded';
	pid?: number;
	command?: string;
	since?: string;
	kubernetes?: string;
	server?: string;
	kubeconfig?: string;
	gateway?: string;
	pods?: {total: number; ready: number};
	services?: number;
	lab?: {pid: number; command: string; since: string};
};

type PodList = {items: {status?: {conditions?: {type: string; status: string}[]}}[]};

const answerLimitMs = 5_000;

/** `endpoint-lab status`: which cluster runs, where, since when, and what is in it. */
export async function status(options: RunOptions, context: Context): Promise<ExitCode> {
	const home = context.home();
	const holder = lockHolder(home.clusterLock);
	const found: Status = {
		...(await look(holder, context.signal)),
		home: home.folder,
		lab: labOf(lockHolder(home.labLock)),
	};
	if (options.json) context.print(JSON.stringify(found));
	else for (const line of lines(found, context)) context.print(line);
	return found.state === 'silent' ? 1 : 0;
}

async function look(holder: LockHolder | undefined, signal: AbortSignal): Promise<Omit<Status, 'home'>> {
	if (!holder) return {running: false, state: 'stopped'};
	const base = {
		cluster: 'embedded' as const,
		pid: holder.pid,
		command: holder.command,
		since: new Date(holder.since).toISOString(),
	};
	const address = addressOf(holder);
	if (!address) return {running: false, state: 'starting', ...base};
	const inside = await lookInside(address, AbortSignal.any([signal, AbortSignal.timeout(answerLimitMs)]));
	signal.throwIfAborted();
	return inside
		? {running: true, state: 'running', ...base, ...address, ...inside}
		: {running: false, state: 'silent', ...base, ...address};
}

async function lookInside({kubeconfig}: ClusterAddress, signal: AbortSignal) {
	try {
		const [version, pods, services] = await Promise.all(
			['/version', '/api/v1/pods', '/api/v1/services'].map(async path =>
				JSON.parse((await kubeGet(kubeconfig, path, signal)).body),
			),
		);
		const {items} = pods as PodList;
		const ready = items.filter(({status}) =>
			status?.conditions?.some(({type, status}) => type === 'Ready' && status === 'True'),
		);
		return {
			kubernetes: (version as {gitVersion: string}).gitVersion,
			pods: {total: items.length, ready: ready.length},
			services: (services as {items: unknown[]}).items.length,
		};
	} catch {
		return undefined;
	}
}

function labOf(holder: LockHolder | undefined): Status['lab'] {
	return holder && {pid: holder.pid, command: holder.command, since: new Date(holder.since).toISOString()};
}

function lines(found: Status, {text, language}: Context): string[] {
	const words = text.cli.status;
	const pid = found.pid ?? 0;
	if (found.state === 'stopped') return [words.nothing];
	if (found.state === 'starting') return [words.starting(pid)];
	if (found.state === 'silent') return [words.silent(pid)];
	const {labels} = words;
	const since = new Date(found.since ?? 0).toLocaleString(language, {dateStyle: 'medium', timeStyle: 'medium'});
	const rows: [string, string][] = [
		[labels.cluster, `${found.cluster}  SIMULATED ${found.kubernetes}`],
		[labels.runs, words.runsIn(found.command ?? '', pid)],
		[labels.since, since],
		[labels.server, found.server ?? ''],
		[labels.kubeconfig, found.kubeconfig ?? ''],
		[labels.gateway, found.gateway ?? ''],
		[labels.objects, words.objects(found.pods?.ready ?? 0, found.pods?.total ?? 0, found.services ?? 0)],
		[labels.home, found.home],
	];
	return alignColumns(rows);
}
