import {readdirSync, rmSync, statSync} from 'node:fs';
import {basename, join} from 'node:path';
import type {Cluster, ClusterClock, FollowedClock} from '../clusters/cluster.ts';
import {createLineRunner, type LineRunner} from '../clusters/line-runner.ts';
import {lineShell, shellEnvironment} from '../clusters/shell.ts';
import {prepareBin, prepareCurl, prepareWorkFolder} from '../clusters/work-folder.ts';
import {openJournal, readJournal} from '../engine/journal.ts';
import {keepOutput} from '../engine/kept-output.ts';
import {openRun, type Run} from '../engine/open-run.ts';
import {paceOf} from '../engine/pace.ts';
import {fold, progressOf} from '../engine/run-state.ts';
import {solveSteps} from '../engine/solve-steps.ts';
import {openStepStates, type StepStates} from '../engine/step-states.ts';
import type {StepView} from '../engine/view.ts';
import type {Lesson} from '../lesson/lesson.ts';
import {observeCluster} from '../observe/observe-cluster.ts';
import {startRequestRecorder} from '../observe/request-recorder.ts';
import {realTime} from '../observe/time.ts';
import {withRequests} from '../observe/with-requests.ts';
import type {Home} from '../state/home.ts';
import {UserError} from '../text/user-error.ts';
import {type Context, damageLine} from './context.ts';
import {journalFile, statesFolder} from './progress.ts';
import {requireCapabilities, requireRights} from './require-capabilities.ts';

/** A learner's lesson, opened where they left it, with everything around it. */
export type LessonSession = {
	lesson: Lesson;
	run: Run;
	runner: LineRunner;
	/** The cluster's time, where it can be held. */
	clock?: (ClusterClock & FollowedClock) | undefined;
	/** The step asked for has been reached, by putting the cluster back to its beginning. */
	restored: boolean;
	close(): Promise<void>;
};

export type SessionOptions = {
	lesson: Lesson;
	cluster: Cluster;
	home: Home;
	/** Start from the beginning: forget the progress, remove what the lesson made, restore its files. */
	reset: boolean;
	/** What a reset removes is that of this drill, not of the lesson as it is now. */
	before?: Lesson | undefined;
	/** The index of the step to begin with; the one of last time without it. */
	step?: number | undefined;
	/** The index of a step to begin again. */
	again?: number | undefined;
	signal: AbortSignal;
};

/** Opens a lesson's run, its shell session and its watches. Throws UserError. */
export async function openLessonSession(options: SessionOptions, context: Context): Promise<LessonSession> {
	const {lesson, cluster, home, reset, before, step, again, signal} = options;
	const {text, language, environment} = context;
	if (!lineShell(environment)) throw new UserError(text.clusters.noLineShell);
	requireCapabilities(lesson, cluster, text);
	await requireRights(lesson, cluster, text);
	const states = cluster.state && openStepStates(statesFolder(home, lesson.id), cluster.state);
	const place = {lesson, cluster, home, states};
	/** A step to be begun again whose beginning was not kept: all that the lesson made goes, and the steps before are done anew. */
	const redo = again !== undefined && !(await restoreStep(place, again, context));
	const requests = lesson.requests && (await startRequestRecorder({gateway: cluster.gateway, time: realTime}));
	const lines = createLineRunner({
		environment: shellEnvironment({
			base: environment,
			kubeconfig: cluster.kubeconfig,
			gateway: requests?.url ?? cluster.gateway,
			kubectlCache: home.kubectlCache,
			bin: prepareBin(home.bin, environment, context.launcher),
			curlHome: prepareCurl(home.curl, environment),
		}),
		cwd: prepareWorkFolder(home.work, before ?? lesson, {reset: reset || redo}),
		signal,
		holdInterrupt: context.holdInterrupt,
	});
	/** A step's beginning that is still being kept: no command may come before that. */
	let keeping = Promise.resolve();
	/** Set once the run is open: what was run before does not belong to it. */
	let opened: Run | undefined;
	const runner: LineRunner = {
		...lines,
		async run(line, options) {
			await keeping;
			const printed = keepOutput();
			const result = await lines.run(line, {
				...options,
				onOutput(piece) {
					printed.push(piece);
					options?.onOutput?.(piece);
				},
			});
			opened?.ended(line, result.code, printed.kept());
			return result;
		},
		async runInTerminal(line) {
			await keeping;
			const result = await lines.runInTerminal(line);
			opened?.ended(line, result.code, {output: ''});
			return result;
		},
	};
	const ending = new AbortController();
	try {
		const file = journalFile(home, lesson.id);
		let restored = again !== undefined && !redo;
		if (redo) {
			await goOn(cluster, context);
			await cleanUp(lesson, runner, context);
		} else if (reset) {
			if (!(await restoreStep(place, 0, context))) {
				await goOn(cluster, context);
				await cleanUp(before ?? lesson, runner, context);
			}
			if (before) prepareWorkFolder(home.work, lesson, {anew: lesson.manifests});
			rmSync(file, {force: true});
			states?.forget();
		} else if (step !== undefined && canRestore(file, lesson, step)) {
			restored = await restoreStep(place, step, context);
		}
		const journal = openJournal(file, lesson.id, Date.now());
		if (journal.damage) context.note(damageLine(journal.damage, text));
		const followed = await cluster.clock?.follow(AbortSignal.any([signal, ending.signal]));
		const clock = cluster.clock && followed && {...cluster.clock, ...followed};
		const keepStep = () => requests?.setSpeed(followed?.speed() ?? 1);
		keepStep();
		followed?.subscribe(keepStep);
		const observed = observeCluster({cluster, text, time: realTime, clock, signal});
		const observer = withRequests(observed, requests, clock ?? realTime);
		const run = openRun({lesson, cluster, language, journal, observer, requests, time: realTime, clock});
		opened = run;
		if (again !== undefined) {
			run.resetFrom(again, redo);
			// What began after it will begin otherwise now.
			states?.forget(lesson.steps.slice(redo ? 0 : again + 1).map(({id}) => id));
		} else if (restored && step !== undefined) goTo(run, step);
		// A step that has commands behind it has begun before.
		const begun = fold(journal.events);
		const {current = ''} = begun;
		let kept = again === undefined && progressOf(begun, current).commands > 0 ? current : undefined;
		const keep = () => {
			const {finished, step, observe} = run.view();
			if (!states || finished || observe.state !== 'live' || step.id === kept) return;
			kept = step.id;
			// What is seen again after it was solved does not begin now.
			if (!step.solved) keeping = keeping.then(() => states.keep(step.id));
		};
		const stopKeeping = run.subscribe(keep);
		return {
			lesson,
			run,
			runner,
			clock,
			restored,
			async close() {
				stopKeeping();
				run.close();
				ending.abort();
				await keeping;
				await Promise.all([runner.close(), observer.close(), requests?.close()]);
			},
		};
	} catch (error) {
		ending.abort();
		await Promise.all([runner.close(), requests?.close()]);
		throw error;
	}
}

type Place = Pick<SessionOptions, 'lesson' | 'cluster' | 'home'> & {states: StepStates | undefined};

/** Whether the learner has been at a step: all before it are solved. */
function canRestore(journal: string, lesson: Lesson, step: number): boolean {
	const state = fold(readJournal(journal, lesson.id).events ?? []);
	return lesson.steps.slice(0, step).every(({id}) => progressOf(state, id).solvedAt !== undefined);
}

/**
 * Puts the cluster back to the beginning of a step, if that was kept; false when the lesson's commands have to do it. The
 * whole cluster goes back, so this is not done when another lesson has been worked on since, and what is replaced is kept.
 */
async function restoreStep({lesson, cluster, home, states}: Place, index: number, context: Context): Promise<boolean> {
	const {text, language, note} = context;
	const {id} = lesson.steps[index]!;
	const kept = states?.read(id);
	if (!states || !cluster.state || !kept || othersSince(home, lesson.id, kept.at)) return false;
	const replaced = states.keepReplaced(await cluster.state.read());
	try {
		await cluster.state.restore(kept.state);
	} catch (error) {
		// A damaged or older state: the commands lead there too.
		if (error instanceof UserError) return false;
		throw error;
	}
	note(text.cli.restored(index + 1, lesson.text[language].steps[id]?.title ?? id, replaced));
	return true;
}

/** Whether any other lesson was worked on after a time (ms since 1970). */
function othersSince(home: Home, lesson: string, at: number): boolean {
	const own = basename(journalFile(home, lesson));
	return readdirSync(home.progress).some(name => {
		if (name === own || !name.endsWith('.jsonl')) return false;
		const changed = statSync(join(home.progress, name), {throwIfNoEntry: false})?.mtimeMs;
		return changed !== undefined && changed > at;
	});
}

/** Goes to a step over those before it, which are solved. */
function goTo(run: Run, index: number): void {
	while (run.view().finished || run.view().stepIndex > index) run.actions.back();
	for (let at = run.view().stepIndex; at < index; at++) run.actions.next();
}

/** Lets the time of a paused cluster pass, since the commands of a lesson wait for what they do. */
async function goOn({clock}: Cluster, {text, note}: Context): Promise<void> {
	if (!clock || (await clock.get()).speed !== 0) return;
	await clock.setSpeed(1);
	note(text.cli.clock.goesOn);
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
export async function bringToStep(
	{run, runner, lesson}: LessonSession,
	cluster: Cluster,
	index: number,
	context: Context,
): Promise<void> {
	const {text, note, signal} = context;
	await goOn(cluster, context);
	// From the first step on, so that a step whose state has been undone since is done again.
	while (run.view().stepIndex > 0) run.actions.back();
	let begun: {index: number; step: StepView} | undefined;
	const pace = paceOf(cluster, lesson, {time: realTime, signal});
	const there = await solveSteps({
		run,
		upTo: index,
		async execute(line) {
			await pace.beforeCommand(line);
			return await runner.run(line);
		},
		limitMs: pace.limitMs,
		pace,
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
