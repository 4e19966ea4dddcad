import {chmodSync, mkdirSync, readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {sync as writeFileAtomic} from 'write-file-atomic';
import type {Control} from './api/control.ts';
import {type Credentials, ownCredentials} from './api/credentials.ts';
import {kubeconfigText} from './api/kubeconfig.ts';
import {startApiServer} from './api/server.ts';
import version from './api/version.json' with {type: 'json'};
import type {Speed} from './clock.ts';
import {bootstrap} from './controllers/bootstrap.ts';
import {startControllers} from './controllers/index.ts';
import {startGateway} from './network/gateway.ts';
import {type ClusterNetwork, createNetwork, type NetworkSnapshot} from './network/network.ts';
import {declareOutsideHost} from './network/outside-host.ts';
import {type Nodes, type NodesSnapshot, startNodes} from './node/index.ts';
import type {NodeApi} from './node/node-api.ts';
import {createPace, type Pace} from './pace.ts';
import {definitions} from './resources/index.ts';
import {
	loadState,
	moveAside,
	parseState,
	type SavedState,
	SavedStateError,
	saveState,
	stateFile,
} from './saved-state.ts';
import {createSimulation, type Simulation} from './simulation.ts';

export type KubernetesOptions = {
	/** Where state, credentials and kubeconfig are kept. */
	folder: string;
	/** The API server's port; without one the last port is tried, then any. */
	port?: number;
	/** Forgets what the folder holds first. */
	fresh?: boolean;
	/** A file with a saved state to begin with; what the folder holds is kept aside. */
	from?: string;
	/** How fast the cluster's time passes; without it as it does outside, or not at all when the saved cluster was paused. */
	speed?: Speed;
	/** Real time in ms since 1970; the cluster's time goes on from it. */
	now: number;
	/** For names and choices of a new cluster. */
	seed: number;
	/** Makes credentials for a folder that has none; without it they are made here. */
	newCredentials?: () => Promise<Credentials>;
};

/** Where an embedded Kubernetes answers that has started, and what became of what its folder held. */
export type Started = {
	/** The version that it answers like, as `v1.36`. */
	version: string;
	url: string;
	/** URL of the HTTP forward proxy into the cluster's network. */
	gateway: string;
	/** Path of the 0600 kubeconfig. */
	kubeconfig: string;
	/** Where a damaged state was moved to, if the folder held one. */
	damaged?: string;
	/** Where the state was moved to that the folder held before the one of `from`. */
	before?: string;
};

/** A running embedded Kubernetes. */
export type Kubernetes = Started & {
	/** The present one: restoring a state makes another. */
	readonly simulation: Simulation;
	control: Control;
	/** Calls back after each change of the cluster. */
	subscribe(listener: () => void): void;
	/** Writes the state when it has changed since it was last written. */
	save(): void;
	close(): Promise<void>;
};

/** The running parts of one cluster. Nothing happens before its pace is set. */
type Running = {simulation: Simulation; network: ClusterNetwork; nodes: Nodes; pace: Pace; stop(): void};

/**
 * Starts the embedded Kubernetes: what the folder holds, or a new cluster. Rejects with Node's error when the port is
 * taken, and with SavedStateError when `from` is no state; the folder is as it was then.
 */
export async function startKubernetes(options: KubernetesOptions): Promise<Kubernetes> {
	const {folder, port, fresh, from, now} = options;
	const given = from === undefined ? undefined : parseState(readFileSync(from, 'utf8'));
	if (fresh) rmSync(folder, {recursive: true, force: true});
	mkdirSync(folder, {recursive: true, mode: 0o700});
	const {state: kept, damaged} = loadState(folder, now);
	const state = given ?? kept;
	const seed = state?.seed ?? options.seed;
	// A new cluster is put together while they are made; nothing asks for them before its pace is set.
	const making = ownCredentials(
		folder,
		options.newCredentials ?? (async () => (await import('./api/certificate.ts')).createCredentials(now)),
	);
	making.catch(() => {});
	let credentials: Credentials;
	const rootCertificate = () => credentials.caCertificate;
	const listeners = new Set<() => void>();
	const watchers = new Set<() => void>();
	const started = (running: Running) => {
		running.simulation.store.subscribeAll(() => {
			for (const listener of listeners) listener();
		});
		return running;
	};
	let running = started(run(state, {now, revision: kept?.store.revision ?? 0, seed, rootCertificate}));
	credentials = await making;

	let saved: string | undefined;
	let commands = 0;
	const mark = () => `${running.simulation.store.revision} ${running.pace.state().speed === 0} ${commands}`;
	/** A command in a container may change files, of which the store does not know. */
	const nodeApiOf = ({nodes: {nodeApi}}: Running): NodeApi => ({
		...nodeApi,
		async exec(...command) {
			try {
				return await nodeApi.exec(...command);
			} finally {
				commands++;
				for (const listener of listeners) listener();
			}
		},
	});
	const snapshot = (): SavedState => {
		const {simulation, network, nodes, pace} = running;
		return {
			version: 1,
			clock: simulation.clock.now(),
			...(pace.state().speed === 0 && {paused: true}),
			seed,
			store: simulation.store.snapshot(),
			nodes: nodes.snapshot(),
			network: network.snapshot(),
		};
	};
	const changed = () => {
		for (const listener of [...listeners, ...watchers]) listener();
	};
	const control: Control = {
		clock: () => running.pace.state(),
		setSpeed(speed) {
			running.pace.setSpeed(speed);
			changed();
		},
		step() {
			const happened = running.pace.step();
			changed();
			return happened;
		},
		subscribe(listener) {
			watchers.add(listener);
			return () => watchers.delete(listener);
		},
		state: snapshot,
		restore(state) {
			const {simulation, pace} = running;
			const {revision} = simulation.store;
			const next = run(state, {now: simulation.clock.now(), revision, seed, rootCertificate});
			const {speed} = pace.state();
			running.stop();
			running = started(next);
			server.serve({...next, nodes: nodeApiOf(next)});
			gateway.serve(next.network);
			simulation.store.close();
			next.pace.setSpeed(speed);
			// Its newest version may be that of what it replaces, but it is not what was saved last.
			saved = undefined;
			changed();
		},
	};

	const server = await listen(port, kept?.port, wanted =>
		startApiServer({...running, nodes: nodeApiOf(running), credentials, control, port: wanted}),
	);
	const gateway = await listen(undefined, kept?.gatewayPort, wanted =>
		startGateway({network: running.network, port: wanted}),
	);
	const kubeconfig = join(folder, 'kubeconfig');
	writeIfChanged(kubeconfig, kubeconfigText({url: server.url, credentials}));

	const save = () => {
		if (saved === mark()) return;
		saved = mark();
		saveState(folder, {...snapshot(), port: server.port, gatewayPort: gateway.port});
	};
	const before = given && kept ? moveAside(stateFile(folder), 'before', now) : undefined;
	running.pace.setSpeed(options.speed ?? (state?.paused ? 0 : 1));
	if (given || damaged) save();
	return {
		get simulation() {
			return running.simulation;
		},
		version: `v${version.major}.${version.minor}`,
		url: server.url,
		gateway: gateway.url,
		kubeconfig,
		...(damaged && {damaged}),
		...(before && {before}),
		control,
		subscribe: listener => void listeners.add(listener),
		save,
		async close() {
			// The pace itself stays as it was, and is saved so.
			running.pace.stop();
			running.simulation.clock.setSpeed(0);
			await Promise.all([server.close(), gateway.close()]);
			saved = undefined;
			save();
			running.stop();
		},
	};
}

/**
 * Builds a cluster from a saved state, or an empty one. Its versions go on after `revision` too, so that no client that
 * has seen another state mistakes this one's for it. Throws SavedStateError when the state does not make a cluster.
 */
function run(
	state: SavedState | undefined,
	{now, revision, seed, rootCertificate}: {now: number; revision: number; seed: number; rootCertificate: () => string},
): Running {
	for (const [resource, objects] of Object.entries(state?.store.objects ?? {})) {
		if (objects.length > 0 && !definitions.some(({plural}) => plural === resource))
			throw new SavedStateError(`the saved state holds ${resource}, which this version does not have`);
	}
	const store = state && {...state.store, revision: Math.max(state.store.revision, revision)};
	try {
		const simulation = createSimulation(definitions, {
			start: Math.max(now, state?.clock ?? 0),
			// A restored cluster must not repeat the names it has given out.
			seed: seed + (store?.revision ?? 0),
			...(store && {snapshot: store}),
		});
		if (!state) bootstrap(simulation);
		const network = createNetwork(simulation, state?.network as NetworkSnapshot | undefined);
		declareOutsideHost(network, simulation.clock);
		const nodes = startNodes(simulation, network, state?.nodes as NodesSnapshot | undefined);
		const controllers = startControllers(simulation, {rootCertificate});
		const pace = createPace(simulation);
		return {
			simulation,
			network,
			nodes,
			pace,
			stop() {
				for (const part of [pace, controllers, nodes, network]) part.stop();
				simulation.clock.setSpeed(0);
				simulation.clock.stop();
			},
		};
	} catch (error) {
		if (!state) throw error;
		throw new SavedStateError(`the saved state is damaged: ${(error as Error).message}`);
	}
}

/** Waiting for the disk would take as long as a good part of the start. */
function writeIfChanged(file: string, text: string): void {
	try {
		if (readFileSync(file, 'utf8') === text) {
			chmodSync(file, 0o600);
			return;
		}
	} catch {
		// None yet.
	}
	// Whatever a power failure leaves of it, the next start writes it again.
	writeFileAtomic(file, text, {mode: 0o600, fsync: false});
}

/** The port asked for, or the one of last time if it is free, or any. */
async function listen<T extends {port: number}>(
	asked: number | undefined,
	last: number | undefined,
	open: (port: number) => Promise<T>,
): Promise<T> {
	if (asked !== undefined) return open(asked);
	if (last === undefined) return open(0);
	return open(last).catch(error => {
		if (['EADDRINUSE', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return open(0);
		throw error;
	});
}
