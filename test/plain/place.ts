import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createLineRunner} from '../../src/clusters/line-runner.ts';
import {findOnPath, shellEnvironment} from '../../src/clusters/shell.ts';
import {prepareCurl, prepareWorkFolder} from '../../src/clusters/work-folder.ts';
import type {Lesson} from '../../src/lesson/lesson.ts';
import {type RequestRecorder, startRequestRecorder} from '../../src/observe/request-recorder.ts';
import {realTime} from '../../src/observe/time.ts';
import {startSimulatorWorker} from '../../src/simulator/host.ts';

/** Lessons are played with the machine's own kubectl. */
export const hasKubectl = findOnPath('kubectl', process.env.PATH) !== undefined;

/** A real embedded cluster in a temporary folder, and a shell session for a lesson in it. */
export async function openPlace(options: {speed?: number} = {}) {
	const folder = mkdtempSync(join(tmpdir(), 'endpoint-lab-place-'));
	const worker = await startSimulatorWorker({folder: join(folder, 'cluster'), ...options});
	const stop = new AbortController();
	const recorders: RequestRecorder[] = [];
	return {
		kubeconfig: worker.kubeconfig,
		/** Everything that playing and testing a lesson need of a place. */
		async forLesson(lesson: Lesson) {
			const requests =
				lesson.requests &&
				(await startRequestRecorder({gateway: worker.gateway, time: realTime, speed: options.speed}));
			if (requests) recorders.push(requests);
			const runner = createLineRunner({
				environment: shellEnvironment({
					base: process.env,
					kubeconfig: worker.kubeconfig,
					gateway: requests?.url ?? worker.gateway,
					kubectlCache: join(folder, 'kubectl-cache'),
					curlHome: prepareCurl(join(folder, 'curl'), process.env),
				}),
				cwd: prepareWorkFolder(join(folder, 'work'), lesson, {reset: true}),
				signal: stop.signal,
			});
			return {
				lesson,
				runner,
				requests,
				cluster: {title: 'SIM', simulated: true, kubeconfig: worker.kubeconfig, namespace: 'default'},
				time: realTime,
				signal: stop.signal,
			};
		},
		async close() {
			stop.abort();
			await Promise.all(recorders.map(recorder => recorder.close()));
			await worker.close();
			rmSync(folder, {recursive: true, force: true});
		},
	};
}

export type Place = Awaited<ReturnType<typeof openPlace>>;
