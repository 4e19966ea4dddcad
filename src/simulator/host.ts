import {existsSync} from 'node:fs';
import {getCompileCacheDir} from 'node:module';
import {dirname} from 'node:path';
import {Worker} from 'node:worker_threads';
import {type Credentials, credentialsFile} from './api/credentials.ts';
import type {Speed} from './clock.ts';
import type {Started} from './kubernetes.ts';

/** What the worker needs to know; sent as its workerData. */
export type WorkerOptions = {
	/** Where the cluster keeps its state, its certificates and its kubeconfig. */
	folder: string;
	/** The API server's port; without one the last port is tried, then any. */
	port?: number;
	/** Forgets the saved state first. */
	fresh?: boolean;
	/** A file with a saved state to begin with; what the folder holds is kept aside. */
	from?: string;
	/** How fast the cluster's time passes; without it as it does outside, or not at all when the saved cluster was paused. */
	speed?: Speed;
};

/** What the worker tells its host. */
export type WorkerMessage =
	| ({type: 'ready'} & Started)
	| {type: 'failed'; message: string; code?: string}
	/** It has none yet, and wants new ones. */
	| {type: 'credentials'}
	| {type: 'closed'};

/** What the host tells the worker. */
export type HostMessage = {type: 'credentials'; credentials: Credentials} | {type: 'close'};

/** The embedded Kubernetes, running in a thread of its own. */
export type SimulatorWorker = Started & {
	/** Settles only if the worker dies by itself. */
	failed: Promise<Error>;
	/** Saves the state and stops the thread. */
	close(): Promise<void>;
};

/** Why the embedded cluster could not start; `code` is Node's, such as EADDRINUSE. */
export class SimulatorStartError extends Error {
	readonly code: string | undefined;
	constructor(message: string, code?: string) {
		super(message);
		this.name = 'SimulatorStartError';
		this.code = code;
	}
}

// In the bundle the worker is a file beside this chunk; from source Node runs the TypeScript itself.
const workerUrl = () =>
	new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './simulator-worker.cjs', import.meta.url);

/** Starts the embedded Kubernetes in a worker thread. Throws SimulatorStartError. */
export async function startSimulatorWorker(options: WorkerOptions): Promise<SimulatorWorker> {
	// Keys and certificates are made here while the thread starts; the library for them takes as long as the thread does.
	const early = options.fresh || !existsSync(credentialsFile(options.folder)) ? newCredentials() : undefined;
	early?.catch(() => {});
	const worker = new Worker(workerUrl(), {workerData: options, env: workerEnvironment(), stderr: false, stdout: false});
	const post = (message: HostMessage) => worker.postMessage(message);
	const gone = Promise.withResolvers<Error | undefined>();
	worker.once('error', error => gone.resolve(error as Error));
	worker.once('exit', code =>
		gone.resolve(code === 0 ? undefined : new Error(`the embedded cluster's thread ended with code ${code}`)),
	);

	const first = await Promise.race([
		new Promise<WorkerMessage>(resolve =>
			worker.on('message', (message: WorkerMessage) => {
				if (message.type !== 'credentials') return resolve(message);
				(early ?? newCredentials()).then(
					credentials => post({type: 'credentials', credentials}),
					error => resolve({type: 'failed', message: (error as Error).message}),
				);
			}),
		),
		gone.promise.then(
			(error): WorkerMessage => ({type: 'failed', message: error?.message ?? 'the thread ended at once'}),
		),
	]);
	if (first.type !== 'ready') {
		await worker.terminate();
		throw first.type === 'failed'
			? new SimulatorStartError(first.message, first.code)
			: new SimulatorStartError('the thread ended at once');
	}

	const {type, ...started} = first;
	let closing = false;
	return {
		...started,
		failed: gone.promise.then(error =>
			closing ? new Promise<never>(() => {}) : (error ?? new Error('the embedded cluster stopped')),
		),
		async close() {
			if (closing) return void (await gone.promise);
			closing = true;
			post({type: 'close'});
			await gone.promise;
		},
	};
}

/** New credentials, valid from real time on, against which clients check them. */
async function newCredentials(): Promise<Credentials> {
	return (await import('./api/certificate.ts')).createCredentials(Date.now());
}

/** Node keeps compiled code for a worker only if its environment says where. */
function workerEnvironment(): NodeJS.ProcessEnv {
	const folder = getCompileCacheDir();
	return folder === undefined ? process.env : {...process.env, NODE_COMPILE_CACHE: dirname(folder)};
}
