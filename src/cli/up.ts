import {type ChildProcess, spawn} from 'node:child_process';
import {closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, statSync} from 'node:fs';
import {dirname, resolve} from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {addressOf, type ClusterAddress} from '../clusters/embedded-cluster.ts';
import type {KindOptions} from '../clusters/kind/make-kind.ts';
import {type ClusterName, contextOf} from '../clusters/open-cluster.ts';
import {lockHolder} from '../state/lock.ts';
import type {Text} from '../text/text.ts';
import {UserError} from '../text/user-error.ts';
import {askedCluster, chooseCluster, kindOptions} from './cluster-choice.ts';
import {clusterFiles} from './cluster-files.ts';
import {askForContext} from './confirm-context.ts';
import type {Context, ExitCode} from './context.ts';
import {openForCommand} from './open-cluster.ts';
import type {UpOptions} from './program.ts';

/** `endpoint-lab up`: runs the cluster until Ctrl-C, or leaves it in the background. */
export async function up(options: UpOptions, context: Context): Promise<ExitCode> {
	const {text} = context;
	const port = parsePort(options.port, text);
	const name = await chooseCluster(askedCluster(options.cluster, context), context);
	const {from, ...flags} = options;
	// A saved state for the embedded cluster, a folder with images for kind.
	const kind = kindOptions(name === 'embedded' ? flags : options, name, text);
	if (port !== undefined && name !== 'embedded') throw new UserError(text.clusters.kind.needsEmbedded('--port'), 2);
	if (name === 'embedded' && from !== undefined && statSync(from, {throwIfNoEntry: false})?.isDirectory()) {
		throw new UserError(text.offline.folderForEmbedded(from), 2);
	}
	const wanted = {
		name,
		port,
		from: name === 'embedded' && from ? resolve(from) : undefined,
		kind,
		yes: options.yes ?? false,
	};
	return options.detach ? await upDetached(wanted, context) : await upHere(wanted, context);
}

type Wanted = {name: ClusterName; port: number | undefined; from: string | undefined; kind: KindOptions; yes: boolean};

function wordsOf(name: ClusterName, text: Text) {
	if (name.startsWith('context:')) return text.context.up(name);
	return name === 'kind' ? text.clusters.kind.up : text.cli.up;
}

async function upHere({name, ...wanted}: Wanted, context: Context): Promise<ExitCode> {
	const {text, signal} = context;
	const words = wordsOf(name, text);
	const cluster = await openForCommand(name, wanted, context);
	if (cluster.joined) {
		refuseOtherPort(wanted.port, cluster, text);
		context.note(words.already(cluster.joined.command, cluster.joined.pid));
		printUse(cluster, context);
		return 0;
	}
	try {
		// Not before it is asked for: the lessons take their time to load.
		if (contextOf(name)) await (await import('./lessons-here.ts')).tellLessons(cluster, context);
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
async function upDetached(wanted: Wanted, context: Context): Promise<ExitCode> {
	const {text, signal} = context;
	const {name, port, from} = wanted;
	const words = wordsOf(name, text);
	const files = clusterFiles(name, context.home());
	const running = lockHolder(files.lock);
	if (running && from) throw new UserError(text.clusters.runsAlready(running.command, running.pid));
	// Its own process cannot ask.
	const shown: string[] = [];
	const yes = running ? wanted.yes : await confirmFirst(wanted, shown, context);
	const child = running ? undefined : spawnUp({...wanted, yes}, files.log, context);
	const log =
		child && name !== 'embedded'
			? followLog(files.log, [words.running, words.stay, ...shown], context.note)
			: undefined;
	let ended = false;
	child?.once('exit', () => {
		ended = true;
	});
	/** Why there is no cluster when the child has ended. */
	const failure = () =>
		name === 'kind' && child?.exitCode === 130
			? text.clusters.kind.up.calledOff
			: text.cli.up.detachFailed(reasonIn(files.log), files.log);
	// A cluster that another process runs, or has just begun to start, is joined like our own child's.
	for (;;) {
		if (signal.aborted) {
			if (name !== 'embedded') await endChild(child, () => ended, log);
			// All that it said has been handed on.
			if (name === 'kind' && child) rmSync(files.log, {force: true});
			signal.throwIfAborted();
		}
		log?.read();
		const holder = lockHolder(files.lock);
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
		if (!holder && (ended || !child)) throw new UserError(failure());
		// An interrupt is looked at above: the child may have to take away what it has begun.
		await delay(25);
	}
}

/** Lets a child that makes a cluster take away what it has made, and ends with it. */
async function endChild(child: ChildProcess | undefined, ended: () => boolean, log: LogFollower | undefined) {
	child?.kill('SIGTERM');
	while (child && !ended()) {
		log?.read();
		await delay(25);
	}
	log?.read();
}

type LogFollower = {read(): void};

/** Hands on what a child says of its start, line by line; not what holds only in its own terminal. */
function followLog(file: string, unsaid: readonly string[], note: (line: string) => void): LogFollower {
	let told = 0;
	return {
		read() {
			const lines = readLog(file).split('\n').slice(0, -1);
			// Its error is told as the reason why the start failed.
			for (const line of lines.slice(told)) {
				if (!/^(endpoint-lab[:：]|export )/.test(line) && !unsaid.includes(line)) note(line);
			}
			told = lines.length;
		},
	};
}

/** Has a context confirmed, if there is something to confirm; true when the answer is yes. `shown` gets what the user has read. */
async function confirmFirst({name, yes}: Wanted, shown: string[], context: Context): Promise<boolean> {
	if (yes || !contextOf(name)) return yes;
	const note = (line: string) => {
		shown.push(line);
		context.note(line);
	};
	const {confirmContext} = await import('../clusters/context-cluster.ts');
	return await confirmContext({
		...context,
		name: contextOf(name),
		home: context.home(),
		confirm: question => askForContext(question, yes, {...context, note}),
	});
}

function spawnUp({name, port, from, kind, yes}: Wanted, logFile: string, context: Context): ChildProcess {
	const {launcher, language, environment} = context;
	mkdirSync(dirname(logFile), {recursive: true, mode: 0o700});
	const log = openSync(logFile, 'w', 0o600);
	const words = [
		launcher,
		'up',
		...(name === 'embedded' ? [] : ['--cluster', name]),
		...(yes ? ['--yes'] : []),
		...(port ? ['--port', String(port)] : []),
		...(from ? ['--from', from] : []),
		...(kind.offline ? ['--from', kind.offline] : []),
		...(kind.small ? ['--small'] : []),
		...(kind.image ? ['--kind-image', kind.image] : []),
		...(kind.config ? ['--kind-config', kind.config] : []),
	];
	const env = {...environment, ENDPOINT_LAB_LANG: language, ENDPOINT_LAB_CLUSTER: name};
	try {
		return spawn(process.execPath, words, {env, detached: true, stdio: ['ignore', log, log], windowsHide: true});
	} finally {
		closeSync(log);
	}
}

/** Why a child failed, by its error or else by what it said last. */
function reasonIn(file: string): string {
	const error = /^endpoint-lab[:：]\s*/;
	const lines = readLog(file).trimEnd().split('\n');
	return (lines.findLast(line => error.test(line)) ?? lines.at(-1)!).replace(error, '');
}

/** What a child has said; `down --delete` of somebody else takes the file away. */
function readLog(file: string): string {
	return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** The lines that wire a POSIX shell to the cluster, alone on standard output so that `eval` can read them. */
function printUse({kubeconfig, gateway}: Pick<ClusterAddress, 'kubeconfig' | 'gateway'>, {print}: Context): void {
	print(`export KUBECONFIG=${quote(kubeconfig)}`);
	print(`export http_proxy=${gateway} no_proxy=127.0.0.1,localhost,::1`);
}

function quote(path: string): string {
	return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

function refuseOtherPort(port: number | undefined, {server}: Pick<ClusterAddress, 'server'>, text: Text): void {
	const runs = Number(new URL(server).port);
	if (port !== undefined && port !== runs) throw new UserError(text.cli.up.otherPort(runs));
}

function parsePort(value: string | undefined, text: Text): number | undefined {
	if (value === undefined) return undefined;
	const port = /^\d+$/.test(value) ? Number(value) : 0;
	if (port < 1 || port > 65_535) throw new UserError(text.cli.wrongPort(value), 2);
	return port;
}
