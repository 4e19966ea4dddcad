import {randomInt} from 'node:crypto';
import {parentPort, workerData} from 'node:worker_threads';
import type {Credentials} from './api/credentials.ts';
import type {HostMessage, WorkerMessage, WorkerOptions} from './host.ts';
import {startKubernetes} from './kubernetes.ts';

const post = (message: WorkerMessage) => parentPort?.postMessage(message);

/** The host makes them on its own thread, while this one starts. */
function newCredentials(): Promise<Credentials> {
	return new Promise(resolve => {
		parentPort?.on('message', (message: HostMessage) => {
			if (message.type === 'credentials') resolve(message.credentials);
		});
		post({type: 'credentials'});
	});
}

// The bundle of this thread is CommonJS, which starts sooner than ES modules, and cannot wait at its top level.
async function main(): Promise<void> {
	const kubernetes = await startKubernetes({
		...(workerData as WorkerOptions),
		now: Date.now(),
		seed: randomInt(2 ** 31),
		newCredentials,
	});

	// The state on disk follows the cluster within a moment, so that even kill -9 loses next to nothing; a large state
	// is written less often, so that writing never takes more than a twentieth of the time.
	let timer: NodeJS.Timeout | undefined;
	let pause = 100;
	const saveSoon = () => {
		timer ??= setTimeout(() => {
			timer = undefined;
			const start = performance.now();
			kubernetes.save();
			pause = Math.max(100, 20 * (performance.now() - start));
		}, pause);
	};
	kubernetes.subscribe(saveSoon);
	saveSoon();

	parentPort?.on('message', (message: HostMessage) => {
		if (message.type === 'close') {
			clearTimeout(timer);
			kubernetes.close().then(
				// Ends this thread only.
				() => process.exit(0),
				error => {
					throw error;
				},
			);
		}
	});
	const {version, url, gateway, kubeconfig, damaged, before} = kubernetes;
	post({type: 'ready', version, url, gateway, kubeconfig, ...(damaged && {damaged}), ...(before && {before})});
}

main().catch((error: NodeJS.ErrnoException) => {
	const {message, code} = error;
	post({type: 'failed', message, ...(code && {code})});
});
