import {rmSync} from 'node:fs';
import type {Cluster} from '../clusters/cluster.ts';
import {createLineRunner, type LineRunner} from '../clusters/line-runner.ts';
import {lineShell, shellEnvironment} from '../clusters/shell.ts';
import {prepareBin, prepareCurl, prepareWorkFolder} from '../clusters/work-folder.ts';
import {openJournal} from '../engine/journal.ts';
import {openRun, type Run} from '../engine/open-run.ts';
import {solveSteps} from '../engine/solve-steps.ts';
import type {StepView} from '../engine/view.ts';
import type {Lesson} from '../lesson/lesson.ts';
import {observeCluster} from '../observe/observe-cluster.ts';
import {startRequestRecorder} from '../observe/request-recorder.ts';
import {realTime} from '../observe/time.ts';
import {withRequests} from '../observe/with-requests.ts';
import type {Home} from '../state/home.ts';
import {UserError} from '../text/user-error.ts';
import {type Context, damageLine} from './context.ts';
import {journalFile} from './progress.ts';

/** A learner's lesson, opened where they left it, with everything around it. */
export type LessonSession = {run: Run; runner: LineRunner; close(): Promise<void>};

/** How long the checks of a step that is done for the learner may take after its commands. */
const stepLimitMs = 60_000;

export type SessionOptions = {
	lesson: Lesson;
	cluster: Cluster;
	home: Home;
	/** Start from the beginning: forget the progress, remove what the lesson made, restore its files. */
	reset: boolean;
	signal: AbortSignal;
};

/** Opens a lesson's run, its shell session and its watches. Throws UserError. */
export async function openLessonSession(options: SessionOptions, context: Context): Promise<LessonSession> {
	const {lesson, cluster, home, reset, signal} = options;
	const {text, language, environment} = context;
	if (!lineShell(environment)) throw new UserError(text.clusters.noLineShell);
	const requests = lesson.requests && (await startRequestRecorder({gateway: cluster.gateway, time: realTime}));
	const runner = createLineRunner({
		environment: shellEnvironment({
			base: environment,
			kubeconfig: cluster.kubeconfig,
			gateway: requests?.url ?? cluster.gateway,
			kubectlCache: home.kubectlCache,
			bin: prepareBin(home.bin, environment, context.launcher),
			curlHome: prepareCurl(home.curl, environment),
		}),
		cwd: prepareWorkFolder(home.work, lesson, {reset}),
		signal,
		holdInterrupt: context.holdInterrupt,
	});
	try {
		const file = journalFile(home, lesson.id);
		if (reset) {
			await cleanUp(lesson, runner, context);
			rmSync(file, {force: true});
		}
		const journal = openJournal(file, lesson.id, Date.now());
		if (journal.damage) context.note(damageLine(journal.damage, text));
		const observer = withRequests(observeCluster({cluster, text, time: realTime, signal}), requests);
		const run = openRun({lesson, cluster, language, journal, observer, requests, time: realTime});
		return {
			run,
			runner,
			async close() {
				run.close();
				await Promise.all([runner.close(), observer.close(), requests?.close()]);
			},
		};
	} catch (error) {
		await Promise.all([runner.close(), requests?.close()]);
		throw error;
	}
}

async function cleanUp(lesson: Lesson, runner: LineRunner, {text, language, note}: Context): Promise<void> {
	note(text.cli.cleaning(lesson.text[language].title));
	for (const line of lesson.cleanup) {
		let output = '';
		const {code} = await runner.run(line, {
			onOutput: piece => {
				output += piece;
			},
		});
		if (code !== 0) throw new UserError(text.cli.cleanupFailed(line, output.trim()));
	}
}

/** Brings a run to a step, back or forward; the steps before it are solved by their own commands. Throws UserError. */
export async function bringToStep({run, runner}: LessonSession, index: number, context: Context): Promise<void> {
	const {text, note, signal} = context;
	// From the first step on, so that a step whose state has been undone since is done again.
	while (run.view().stepIndex > 0) run.actions.back();
	let begun: {index: number; step: StepView} | undefined;
	const there = await solveSteps({
		run,
		upTo: index,
		execute: line => runner.run(line),
		limitMs: stepLimitMs,
		time: realTime,
		signal,
		tell(event) {
			if (event.type === 'step') begun = event;
			// Only a step that needs its commands is worth a line.
			if (event.type !== 'command' || !begun) return;
			note(text.cli.bringing(begun.index + 1, run.view().steps.length, begun.step.title));
			begun = undefined;
		},
	});
	signal.throwIfAborted();
	if (!there) throw new UserError(text.cli.broughtNot(run.view().step.title));
}

/** The index of a step named by its number, from 1, or its id. Throws UserError. */
export function stepIndexOf(name: string, lesson: Lesson, {text}: Context): number {
	const ids = lesson.steps.map(({id}) => id);
	const index = /^\d+$/.test(name) ? Number(name) - 1 : ids.indexOf(name);
	if (index in ids) return index;
	throw new UserError(text.cli.wrongStep(name, ids.map((id, at) => `${at + 1} ${id}`).join(', ')), 2);
}
