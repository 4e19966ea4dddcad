import {type ChildProcess, spawn} from 'node:child_process';
import {closeSync, openSync, readFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {addressOf, type ClusterAddress, openEmbeddedCluster} from '../clusters/embedded-cluster.ts';
import type {Home} from '../state/home.ts';
import {lockHolder} from '../state/lock.ts';
import type {Text} from '../text/text.ts';
import {UserError} from '../text/user-error.ts';
import {chooseCluster} from './cluster-choice.ts';
import type {Context, ExitCode} from './context.ts';
import type {UpOptions} from './program.ts';

/** `endpoint-lab up`: runs the cluster until Ctrl-C, or leaves it in the background. */
export async function up(options: UpOptions, context: Context): Promise<ExitCode> {
	const {text} = context;
	chooseCluster(options.cluster, text);
	const wanted = {port: parsePort(options.port, text), from: options.from && resolve(options.from)};
	return options.detach ? await upDetached(wanted, context) : await upHere(wanted, context);
}

type Wanted = {port: number | undefined; from: string | undefined};

async function upHere({port, from}: Wanted, context: Context): Promise<ExitCode> {
	const {text, signal} = context;
	const words = text.cli.up;
	const cluster = await openEmbeddedCluster({...context, home: context.home(), port, from});
	if (cluster.notice) context.note(cluster.notice);
	if (cluster.joined) {
		refuseOtherPort(port, cluster, text);
		context.note(words.already(cluster.joined.command, cluster.joined.pid));
		printUse(cluster, context);
		return 0;
	}
	try {
		context.note(words.running);
		printUse(cluster, context);
		if ((await cluster.clock?.get())?.speed === 0) context.note(text.cli.clock.pausedNote);
		context.note(words.stay);
		const ended = new Promise<undefined>(end => {
			if (signal.aborted) end(undefined);
			signal.addEventListener('abort', () => end(undefined), {once: true});
		});
		const failure = await Promise.race([cluster.failed, ended]);
		if (failure) throw failure;
	} finally {
		await cluster.close();
	}
	context.note(words.stopped);
	return 0;
}

/** Starts `endpoint-lab up` in a process group of its own, which no terminal takes along, and waits until it answers. */
async function upDetached({port, from}: Wanted, context: Context): Promise<ExitCode> {
	const {text, signal} = context;
	const words = text.cli.up;
	const home = context.home();
	const running = lockHolder(home.clusterLock);
	if (running && from) throw new UserError(text.clusters.runsAlready(running.command, running.pid));
	const child = running ? undefined : spawnUp({port, from}, home, context);
	let ended = false;
	child?.once('exit', () => {
		ended = true;
	});
	// A cluster that another process runs, or has just begun to start, is joined like our own child's.
	for (;;) {
		signal.throwIfAborted();
		const holder = lockHolder(home.clusterLock);
		const address = holder && addressOf(holder);
		if (holder && address) {
			const {notice} = holder.details ?? {};
			if (holder.pid !== child?.pid && from) throw new UserError(text.clusters.runsAlready(holder.command, holder.pid));
			if (holder.pid === child?.pid && typeof notice === 'string') context.note(notice);
			if (holder.pid === child?.pid) context.note(words.detached(holder.pid));
			else context.note(words.already(holder.command, holder.pid));
			refuseOtherPort(port, address, text);
			printUse(address, context);
			child?.unref();
			return 0;
		}
		if (!holder && (ended || !child))
			throw new UserError(words.detachFailed(lastLine(home.clusterLog), home.clusterLog));
		await delay(25, undefined, {signal});
	}
}

function spawnUp({port, from}: Wanted, home: Home, {launcher, language, environment}: Context): ChildProcess {
	const log = openSync(home.clusterLog, 'w', 0o600);
	const words = [launcher, 'up', ...(port ? ['--port', String(port)] : []), ...(from ? ['--from', from] : [])];
	const env = {...environment, ENDPOINT_LAB_LANG: language};
	try {
		return spawn(process.execPath, words, {env, detached: true, stdio: ['ignore', log, log], windowsHide: true});
	} finally {
		closeSync(log);
	}
}

function lastLine(file: string): string {
	return readFileSync(file, 'utf8')
		.trimEnd()
		.split('\n')
		.at(-1)!
		.replace(/^endpoint-lab[:：]\s*/, '');
}

/** The lines that wire a POSIX shell to the cluster, alone on standard output so that `eval` can read them. */
function printUse({kubeconfig, gateway}: ClusterAddress, {print}: Context): void {
	print(`export KUBECONFIG=${quote(kubeconfig)}`);
	print(`export http_proxy=${gateway} no_proxy=127.0.0.1,localhost,::1`);
}

function quote(path: string): string {
	return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

function refuseOtherPort(port: number | undefined, {server}: ClusterAddress, text: Text): void {
	const runs = Number(new URL(server).port);
	if (port !== undefined && port !== runs) throw new UserError(text.cli.up.otherPort(runs));
}

function parsePort(value: string | undefined, text: Text): number | undefined {
	if (value === undefined) return undefined;
	const port = /^\d+$/.test(value) ? Number(value) : 0;
	if (port < 1 || port > 65_535) throw new UserError(text.cli.wrongPort(value), 2);
	return port;
}
