import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {openTemporaryCluster} from '../clusters/embedded-cluster.ts';
import {createLineRunner, type LineRunner} from '../clusters/line-runner.ts';
import type {ClusterName, OpenClusterOptions, OpenedCluster} from '../clusters/open-cluster.ts';
import {lineShell, shellEnvironment} from '../clusters/shell.ts';
import {prepareBin, prepareCurl, prepareWorkFolder} from '../clusters/work-folder.ts';
import {adaptLesson} from '../lesson/adapt-lesson.ts';
import type {Lesson} from '../lesson/lesson.ts';
import {type RequestRecorder, startRequestRecorder} from '../observe/request-recorder.ts';
import {realTime} from '../observe/time.ts';
import {makeTemporaryFolder} from '../state/temporary-folder.ts';
import {UserError} from '../text/user-error.ts';
import type {Context} from './context.ts';
import {drawnLesson} from './drill.ts';
import {openForCommand} from './open-cluster.ts';
import {requireCapabilities, requireRights} from './require-capabilities.ts';

/** A lesson's cluster and shell session that nobody else sees, gone when `use` is over. */
export type Throwaway = {
	/** The lesson as it runs on this cluster. */
	lesson: Lesson;
	cluster: OpenedCluster;
	runner: LineRunner;
	/** Counts and sends the requests of a lesson that has some. */
	requests?: RequestRecorder;
	/** Aborted with the lab, and with an Error when the cluster dies. */
	signal: AbortSignal;
};

/**
 * A cluster that all lessons of a command share one after the other, since it takes long to make; none for the embedded one,
 * which each lesson has anew. Throws UserError.
 */
export async function openShared(
	name: ClusterName,
	options: Pick<OpenClusterOptions, 'kind' | 'images'> & {yes?: boolean | undefined},
	context: Context,
): Promise<{cluster: OpenedCluster | undefined} & AsyncDisposable> {
	const cluster = name === 'embedded' ? undefined : await openForCommand(name, {...options, throwaway: true}, context);
	return {
		cluster,
		async [Symbol.asyncDispose]() {
			await cluster?.close();
		},
	};
}

/**
 * Gives a lesson an empty cluster, whose time passes at `speed`, or the shared one, and a working folder in a temporary place.
 * Of a lesson with drills it is the drill of the seed, a random one unless told. Throws UserError.
 */
export async function withThrowaway<T>(
	found: Lesson,
	{speed, shared, seed}: {speed: number; shared?: OpenedCluster | undefined; seed?: number | undefined},
	context: Context,
	use: (place: Throwaway) => Promise<T>,
): Promise<T> {
	const {text, environment} = context;
	if (!lineShell(environment)) throw new UserError(text.clusters.noLineShell);
	const cluster = shared ?? (await openTemporaryCluster(text, speed));
	const lesson = drawnLesson(found, seed, cluster);
	const folder = makeTemporaryFolder();
	const died = new AbortController();
	void cluster.failed.then(error => died.abort(error));
	const signal = AbortSignal.any([context.signal, died.signal]);
	const pace = shared ? 1 : speed;
	const requests =
		lesson.requests && (await startRequestRecorder({gateway: cluster.gateway, time: realTime, speed: pace}));
	const runner = createLineRunner({
		environment: shellEnvironment({
			base: environment,
			kubeconfig: cluster.kubeconfig,
			gateway: requests?.url ?? cluster.gateway,
			kubectlCache: join(folder, 'kubectl-cache'),
			bin: prepareBin(join(folder, 'bin'), environment, context.launcher),
			curlHome: prepareCurl(join(folder, 'curl'), environment),
		}),
		cwd: prepareWorkFolder(folder, lesson),
		signal,
	});
	try {
		requireCapabilities(lesson, cluster, text);
		const adapted = adaptLesson(lesson, cluster);
		await requireRights(adapted, cluster, text);
		const result = await use({lesson: adapted, cluster, runner, requests, signal});
		if (died.signal.aborted) throw died.signal.reason;
		return result;
	} finally {
		await runner.close();
		await requests?.close();
		if (!shared) await cluster.close();
		rmSync(folder, {recursive: true, force: true});
	}
}
