import {randomInt} from 'node:crypto';
import {parentPort, workerData} from 'node:worker_threads';
import type {HostMessage, WorkerMessage, WorkerOptions} from './host.ts';
import {startKubernetes} from './kubernetes.ts';

const post = (message: WorkerMessage) => parentPort?.postMessage(message);

try {
	const kubernetes = await startKubernetes({
		...(workerData as WorkerOptions),
		now: Date.now(),
		seed: randomInt(2 ** 31),
	});

	// The state on disk follows the cluster within a moment, so that even kill -9 loses next to nothing; a large state
	// is written less often, so that writing never takes more than a twentieth of the time.
	let timer: NodeJS.Timeout | undefined;
	let pause = 100;
	kubernetes.subscribe(() => {
		timer ??= setTimeout(() => {
			timer = undefined;
			const start = performance.now();
			kubernetes.save();
			pause = Math.max(100, 20 * (performance.now() - start));
		}, pause);
	});

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
	const {url, gateway, kubeconfig, damaged, before} = kubernetes;
	post({type: 'ready', url, gateway, kubeconfig, ...(damaged && {damaged}), ...(before && {before})});
} catch (error) {
	const {message, code} = error as NodeJS.ErrnoException;
	post({type: 'failed', message, ...(code && {code})});
}
