import {Worker} from 'node:worker_threads';
import type {Speed} from './clock.ts';

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
	| {type: 'ready'; url: string; gateway: string; kubeconfig: string; damaged?: string; before?: string}
	| {type: 'failed'; message: string; code?: string}
	| {type: 'closed'};

/** What the host tells the worker. */
export type HostMessage = {type: 'close'};

/** The embedded Kubernetes, running in a thread of its own. */
export type SimulatorWorker = {
	url: string;
	/** URL of the HTTP forward proxy into the cluster's network. */
	gateway: string;
	/** Path of the 0600 kubeconfig. */
	kubeconfig: string;
	/** Where a damaged state was moved to, if there was one. */
	damaged?: string;
	/** Where the state was moved to that was there before the one of `from`. */
	before?: string;
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
	new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './simulator-worker.mjs', import.meta.url);

/** Starts the embedded Kubernetes in a worker thread. Throws SimulatorStartError. */
export async function startSimulatorWorker(options: WorkerOptions): Promise<SimulatorWorker> {
	const worker = new Worker(workerUrl(), {workerData: options, stderr: false, stdout: false});
	const gone = Promise.withResolvers<Error | undefined>();
	worker.once('error', error => gone.resolve(error as Error));
	worker.once('exit', code =>
		gone.resolve(code === 0 ? undefined : new Error(`the embedded cluster's thread ended with code ${code}`)),
	);

	const first = await Promise.race([
		new Promise<WorkerMessage>(resolve => worker.once('message', resolve)),
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

	let closing = false;
	const post = (message: HostMessage) => worker.postMessage(message);
	return {
		url: first.url,
		gateway: first.gateway,
		kubeconfig: first.kubeconfig,
		...(first.damaged && {damaged: first.damaged}),
		...(first.before && {before: first.before}),
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
