import {mkdirSync, readFileSync, rmSync} from 'node:fs';
import {setTimeout as delay} from 'node:timers/promises';
import {
	SimulatorStartError,
	type SimulatorWorker,
	startSimulatorWorker,
	type WorkerOptions,
} from '../simulator/host.ts';
import {parseState, SavedStateError} from '../simulator/saved-state.ts';
import type {Home} from '../state/home.ts';
import {type Lock, type LockHolder, lockHolder, takeLock} from '../state/lock.ts';
import {makeTemporaryFolder} from '../state/temporary-folder.ts';
import type {Text} from '../text/text.ts';
import {UserError} from '../text/user-error.ts';
import type {Cluster} from './cluster.ts';
import {kubeRequest} from './kube-request.ts';
import {kubernetesVersion} from './kubernetes-version.ts';
import {simulatorClock, simulatorState} from './simulator-control.ts';

/** Where a running embedded cluster answers; its process writes it into the lock file. */
export type ClusterAddress = {kubeconfig: string; gateway: string; server: string};

/** An embedded cluster, and who runs it. */
export type EmbeddedCluster = Cluster & {
	server: string;
	/** The process that runs it, when it is another one than this. */
	joined?: LockHolder;
	/** What there is to tell about its start: a damaged state that was moved aside. */
	notice?: string;
	/** Settles when a cluster that this process runs dies by itself. */
	failed: Promise<Error>;
};

export type OpenOptions = {
	home: Home;
	text: Text;
	signal: AbortSignal;
	/** What the user typed, for others to read who meet the lock. */
	command: string;
	port?: number;
	/** A file with a saved state to begin with. No cluster may be running then. */
	from?: string;
};

/** How long to wait for another process that is just starting the cluster. */
const startLimitMs = 20_000;
/** How long a running cluster may take to answer that it is ready. */
const readyLimitMs = 5_000;

/**
 * Opens the home's embedded cluster: joins the one that another process runs for this home, else runs it in this one.
 * Throws UserError.
 */
export async function openEmbeddedCluster(options: OpenOptions): Promise<EmbeddedCluster> {
	const {home, text, signal, command, port, from} = options;
	if (from !== undefined) checkStateFile(from, text);
	for (;;) {
		signal.throwIfAborted();
		const taken = takeLock(home.clusterLock, command);
		if ('lock' in taken) {
			return await runCluster({folder: home.embedded, port, from}, text, taken.lock);
		}
		if (from !== undefined) throw new UserError(text.clusters.runsAlready(taken.holder.command, taken.holder.pid));
		const holder = await waitForAddress(home, taken.holder, signal);
		if (holder) return await joinCluster(holder, text, signal);
	}
}

/**
 * A cluster of its own in a temporary folder, with nothing in it; closing it removes everything. `speed` is how fast its time
 * passes: a faster one is over sooner, but shows kubectl times that have not come yet.
 */
export async function openTemporaryCluster(text: Text, speed = 1): Promise<EmbeddedCluster> {
	const folder = makeTemporaryFolder();
	const remove = () => rmSync(folder, {recursive: true, force: true});
	try {
		const cluster = await runCluster({folder, fresh: true, speed}, text);
		return {
			...cluster,
			async close() {
				await cluster.close();
				remove();
			},
		};
	} catch (error) {
		remove();
		throw error;
	}
}

/** The address that a lock's holder has written, once its cluster is up. */
export function addressOf({details}: LockHolder): ClusterAddress | undefined {
	const {kubeconfig, gateway, server} = details ?? {};
	return typeof kubeconfig === 'string' && typeof gateway === 'string' && typeof server === 'string'
		? {kubeconfig, gateway, server}
		: undefined;
}

/** Whether the cluster at a kubeconfig says that it is ready, within five seconds. */
async function isReady(kubeconfig: string, signal: AbortSignal): Promise<boolean> {
	try {
		const answer = await kubeRequest(
			kubeconfig,
			'/readyz',
			AbortSignal.any([signal, AbortSignal.timeout(readyLimitMs)]),
		);
		return answer.status === 200;
	} catch {
		return false;
	}
}

/** Waits until the holder has written its address; undefined when it is gone by then. */
async function waitForAddress(home: Home, holder: LockHolder, signal: AbortSignal): Promise<LockHolder | undefined> {
	const until = Date.now() + startLimitMs;
	for (let current: LockHolder | undefined = holder; current; current = lockHolder(home.clusterLock)) {
		if (addressOf(current) || Date.now() > until) return current;
		await delay(25, undefined, {signal});
	}
	return undefined;
}

async function joinCluster(holder: LockHolder, text: Text, signal: AbortSignal): Promise<EmbeddedCluster> {
	const address = addressOf(holder);
	if (!address || !(await isReady(address.kubeconfig, signal))) {
		signal.throwIfAborted();
		throw new UserError(text.clusters.silent(holder.pid));
	}
	return {
		...describe(address, await kubernetesVersion(address.kubeconfig, AbortSignal.timeout(readyLimitMs)), text),
		joined: holder,
		failed: new Promise(() => {}),
		close: async () => {},
	};
}

async function runCluster(options: WorkerOptions, text: Text, lock?: Lock): Promise<EmbeddedCluster> {
	let worker: SimulatorWorker;
	mkdirSync(options.folder, {recursive: true, mode: 0o700});
	try {
		worker = await startSimulatorWorker(options);
	} catch (error) {
		lock?.release();
		if (!(error instanceof SimulatorStartError)) throw error;
		throw new UserError(startProblem(error, options.port, text));
	}
	try {
		const notice = noticeOf(worker, options.from, text);
		const address = {kubeconfig: worker.kubeconfig, gateway: worker.gateway, server: worker.url};
		const cluster = describe(address, worker.version, text);
		lock?.describe({...address, notice});
		return {
			...cluster,
			notice,
			failed: worker.failed.then(error => new UserError(text.clusters.died(error.message))),
			async close() {
				await worker.close();
				lock?.release();
			},
		};
	} catch (error) {
		await worker.close();
		lock?.release();
		throw error;
	}
}

/** Refuses a file that holds no state which can be restored, before anything is begun. Throws UserError. */
function checkStateFile(file: string, text: Text): void {
	try {
		parseState(readFileSync(file, 'utf8'));
	} catch (error) {
		if (!(error instanceof SavedStateError))
			throw new UserError(text.clusters.stateUnreadable(file, (error as Error).message));
		if (error.newer !== undefined) throw new UserError(text.clusters.stateNewer(file, error.newer));
		throw new UserError(text.clusters.stateFileDamaged(file, error.message));
	}
}

/** What to tell of a state that another one has taken the place of. */
function noticeOf({damaged, before}: SimulatorWorker, from: string | undefined, text: Text): string | undefined {
	const kept = damaged ?? before;
	if (kept === undefined) return undefined;
	return from === undefined ? text.clusters.stateDamaged(kept) : text.clusters.stateBefore(kept);
}

function startProblem({code, message}: SimulatorStartError, port: number | undefined, text: Text): string {
	if (code === 'EADDRINUSE' && port !== undefined) return text.clusters.portInUse(port);
	if (code === 'EACCES' && port !== undefined) return text.clusters.portNotAllowed(port);
	return text.clusters.startFailed(message);
}

/** The parts that are the same whoever runs it. */
function describe(address: ClusterAddress, version: string, text: Text) {
	return {
		kind: 'embedded' as const,
		title: text.clusters.title(version),
		simulated: true,
		...address,
		namespace: 'default',
		capabilities: new Set([
			'nodes',
			'etcd',
			'kube-proxy',
			'hundred-pods',
			'namespaces',
			'many-pods',
			'registry',
			'clock',
			'state',
			'answered-by',
			'outside-host',
		] as const),
		clock: simulatorClock(address.kubeconfig, text),
		state: simulatorState(address.kubeconfig, text),
	};
}
