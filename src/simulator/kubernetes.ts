import {mkdirSync, readFileSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {sync as writeFileAtomic} from 'write-file-atomic';
import {type Credentials, createCredentials} from './api/certificate.ts';
import {kubeconfigText} from './api/kubeconfig.ts';
import {startApiServer} from './api/server.ts';
import type {Speed} from './clock.ts';
import {bootstrap} from './controllers/bootstrap.ts';
import {startControllers} from './controllers/index.ts';
import {startGateway} from './network/gateway.ts';
import {createNetwork, type NetworkSnapshot} from './network/network.ts';
import {type NodesSnapshot, startNodes} from './node/index.ts';
import {definitions} from './resources/index.ts';
import {loadState, saveState} from './saved-state.ts';
import {createSimulation, type Simulation} from './simulation.ts';

export type KubernetesOptions = {
	/** Where state, credentials and kubeconfig are kept. */
	folder: string;
	/** The API server's port; without one the last port is tried, then any. */
	port?: number;
	/** Forgets what the folder holds first. */
	fresh?: boolean;
	/** How fast the cluster's time passes; 1 without it. */
	speed?: Speed;
	/** Real time in ms since 1970; the cluster's time goes on from it. */
	now: number;
	/** For names and choices of a new cluster. */
	seed: number;
};

/** A running embedded Kubernetes. */
export type Kubernetes = {
	simulation: Simulation;
	url: string;
	gateway: string;
	kubeconfig: string;
	/** Where a damaged state was moved to, if the folder held one. */
	damaged?: string;
	/** Writes the state when it has changed since it was last written. */
	save(): void;
	close(): Promise<void>;
};

/** Starts the embedded Kubernetes: what the folder holds, or a new cluster. Rejects with Node's error when the port is taken. */
export async function startKubernetes({
	folder,
	port,
	fresh,
	speed = 1,
	now,
	seed,
}: KubernetesOptions): Promise<Kubernetes> {
	if (fresh) rmSync(folder, {recursive: true, force: true});
	mkdirSync(folder, {recursive: true, mode: 0o700});
	const {state, damaged} = loadState(folder, now);
	const simulation = createSimulation(definitions, {
		start: Math.max(now, state?.clock ?? 0),
		// A restored cluster must not repeat the names it has given out.
		seed: (state?.seed ?? seed) + (state?.store.revision ?? 0),
		...(state && {snapshot: state.store}),
	});
	const network = createNetwork(simulation, state?.network as NetworkSnapshot | undefined);
	const nodes = startNodes(simulation, network, state?.nodes as NodesSnapshot | undefined);
	const credentials = await ownCredentials(folder, now);
	const controllers = startControllers(simulation, {rootCertificate: credentials.caCertificate});
	if (!state) bootstrap(simulation);

	const server = await listen(port, state?.port, wanted =>
		startApiServer({simulation, nodes: nodes.nodeApi, network, credentials, port: wanted}),
	);
	const gateway = await listen(undefined, state?.gatewayPort, wanted => startGateway({network, port: wanted}));
	const kubeconfig = join(folder, 'kubeconfig');
	writeFileAtomic(kubeconfig, kubeconfigText({url: server.url, credentials}), {mode: 0o600});

	let savedRevision = -1;
	const save = () => {
		if (savedRevision === simulation.store.revision) return;
		savedRevision = simulation.store.revision;
		saveState(folder, {
			version: 1,
			clock: simulation.clock.now(),
			seed,
			port: server.port,
			gatewayPort: gateway.port,
			store: simulation.store.snapshot(),
			nodes: nodes.snapshot(),
			network: network.snapshot(),
		});
	};
	save();
	simulation.clock.setSpeed(speed);
	return {
		simulation,
		url: server.url,
		gateway: gateway.url,
		kubeconfig,
		...(damaged && {damaged}),
		save,
		async close() {
			simulation.clock.setSpeed(0);
			await Promise.all([server.close(), gateway.close()]);
			savedRevision = -1;
			save();
			for (const part of [controllers, nodes, network]) part.stop();
			simulation.clock.stop();
		},
	};
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

/** The folder's credentials, made when there are none, so that an old kubeconfig goes on working. */
async function ownCredentials(folder: string, now: number): Promise<Credentials> {
	const file = join(folder, 'credentials.json');
	try {
		const known = JSON.parse(readFileSync(file, 'utf8')) as Credentials;
		if (known.token && known.serverKey && known.serverCertificate && known.caCertificate) return known;
	} catch {
		// None yet, or damaged: new ones do the same service.
	}
	const made = await createCredentials(now);
	writeFileAtomic(file, JSON.stringify(made), {mode: 0o600});
	return made;
}
