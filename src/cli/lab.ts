import {appendFileSync, rmSync} from 'node:fs';
import {join, resolve} from 'node:path';
import type {OpenedCluster} from '../clusters/open-cluster.ts';
import {prepareWorkFolder} from '../clusters/work-folder.ts';
import type {RunView} from '../engine/view.ts';
import {adaptLesson} from '../lesson/adapt-lesson.ts';
import {lessonCards} from '../lesson/find-lessons.ts';
import {loadLesson} from '../lesson/load-lesson.ts';
import type {PodView} from '../observe/snapshot.ts';
import {whyPod, whySentence} from '../observe/why.ts';
import {addressSentence, whyAddress} from '../observe/why-address.ts';
import {type Recording, startRecording} from '../record/recording.ts';
import {type History, openHistory} from '../state/history.ts';
import type {Home} from '../state/home.ts';
import {takeLock} from '../state/lock.ts';
import {readSettings, type Settings, writeSettings} from '../state/settings.ts';
import {type Language, type Text, textIn} from '../text/text.ts';
import {UserError} from '../text/user-error.ts';
import type {Outcome} from '../tui/lab.ts';
import type {Picked} from '../tui/picker.ts';
import {settleTerminal} from '../tui/settle-terminal.ts';
import {
	type AskedCluster,
	askedCluster,
	chooseCluster,
	kindHere,
	kindOptions,
	parseCluster,
	runningCluster,
} from './cluster-choice.ts';
import {confirm} from './confirm.ts';
import {type Context, damageLine, type ExitCode} from './context.ts';
import {chooseDrill, seedOf} from './drill.ts';
import {isFolder} from './lesson-named.ts';
import {
	bringToStep,
	type LessonSession,
	openLessonSession,
	type SessionOptions,
	stepIndexOf,
} from './lesson-session.ts';
import {openForCommand} from './open-cluster.ts';
import {openPlainTerminal, type PlainTerminal, pickPlainly, runPlain} from './plain.ts';
import type {LabOptions} from './program.ts';
import {solvedSteps} from './progress.ts';
import {summaryLines} from './summary-lines.ts';
import {openableLesson} from './trust.ts';
import {watchLesson} from './watch-lesson.ts';

/** `endpoint-lab [LESSON]`: the full-screen lab. */
export async function lab(id: string | undefined, given: LabOptions, context: Context): Promise<ExitCode> {
	const {text, signal, note, environment} = context;
	const dumb = !given.plain && environment.TERM === 'dumb' && process.stdin.isTTY && process.stdout.isTTY;
	const options = dumb ? {...given, plain: true} : given;
	if (dumb) note(text.cli.dumbTerminal);
	const asked = askedCluster(options.cluster, context);
	if (id === undefined && options.step !== undefined) throw new UserError(text.cli.stepNeedsLesson, 2);
	if (id === undefined && options.reset) throw new UserError(text.cli.resetNeedsLesson, 2);
	if (options.watch && (id === undefined || !isFolder(id))) throw new UserError(text.cli.watchNeedsFolder, 2);
	if (!options.plain && (!process.stdin.isTTY || !process.stdout.isTTY)) {
		throw new UserError(text.cli.noTerminal(id ?? 'endpoints'), 2);
	}
	const home = context.home();
	const taken = takeLock(home.labLock, context.command);
	if ('holder' in taken) throw new UserError(text.cli.labRuns(taken.holder.pid));
	let recording: Recording | undefined;
	let terminal: PlainTerminal | undefined;
	try {
		recording = options.record === undefined ? undefined : record(options.record, id, context);
		const {settings, damage} = readSettings(home.settings);
		if (damage) note(damageLine(damage, text));
		const remembered = inLanguage(context, context.languageChosen ? undefined : settings.language);
		terminal = options.plain ? openPlainTerminal(remembered) : undefined;
		if (terminal) {
			const lesson = id ?? (await pickPlainly(lessonCards(), terminal, remembered));
			return lesson === undefined ? 0 : await openLesson(lesson, asked, options, {home, terminal}, remembered);
		}
		if (id !== undefined) {
			const cluster = await firstChoice(asked, settings, home, remembered);
			if (cluster === undefined) return 130;
			return await openLesson(id, cluster, options, {home}, remembered);
		}
		const picked = await pick(asked, home, remembered);
		if (!picked) return signal.aborted ? 130 : 0;
		const inPicked = inLanguage(context, picked.language);
		return await openLesson(picked.lesson, parseCluster(picked.cluster, text), options, {home}, inPicked);
	} finally {
		terminal?.close();
		const problem = recording?.close();
		if (problem !== undefined) note(text.cli.record.cutOff(problem));
		taken.lock.release();
	}
}

/** Records what the lab shows from now on. Throws UserError. */
function record(name: string, lesson: string | undefined, {text, environment}: Context): Recording {
	const file = resolve(name);
	const title = lesson === undefined ? 'endpoint-lab' : `endpoint-lab ${lesson}`;
	try {
		return startRecording({file, stream: process.stdout, title, environment, now: Date.now});
	} catch (error) {
		const {code, message} = error as NodeJS.ErrnoException;
		throw new UserError(code === 'EEXIST' ? text.cli.record.exists(file) : text.cli.record.failed(file, message));
	}
}

function inLanguage(context: Context, language: Language = context.language): Context {
	return {...context, language, text: textIn(language)};
}

/** Asks once whether lessons shall run on a real cluster, where this machine can, and remembers the answer; undefined is Ctrl-C. */
async function firstChoice(
	asked: AskedCluster,
	settings: Settings,
	home: Home,
	context: Context,
): Promise<AskedCluster | undefined> {
	if (asked !== 'auto' || settings.cluster !== undefined || runningCluster(context)) return asked;
	const found = await kindHere(context);
	if (!found) return asked;
	const real = await confirm(context.text.clusters.kind.ask(found), context.signal, true);
	if (real === undefined) return undefined;
	const cluster = real ? 'kind' : 'embedded';
	writeSettings(home.settings, {...settings, cluster});
	return cluster;
}

async function pick(asked: AskedCluster, home: Home, context: Context): Promise<Picked | undefined> {
	const kind = await kindHere(context);
	using _silent = silentTerminal();
	const {pickLesson} = await import('../tui/pick-lesson.tsx');
	const inAll = (word: (text: Text) => string): Record<Language, string> => ({
		en: word(textIn('en')),
		'zh-CN': word(textIn('zh-CN')),
	});
	const picked = await pickLesson({
		lessons: lessonCards().map(lesson => ({
			id: lesson.id,
			minutes: lesson.minutes,
			steps: lesson.stepIds.length,
			solved: solvedSteps(home, lesson),
			text: lesson.text,
		})),
		clusters: [
			{id: 'auto', title: inAll(text => (kind ? text.clusters.kind.autoTitle(kind) : text.cli.autoCluster))},
			{id: 'embedded', title: inAll(text => text.cli.embeddedCluster)},
			...(kind ? [{id: 'kind', title: inAll(text => text.clusters.kind.title(kind))}] : []),
			...(asked.startsWith('context:') ? [{id: asked, title: inAll(() => asked)}] : []),
		],
		language: context.language,
		cluster: asked,
		environment: context.environment,
		signal: context.signal,
		log: logTo(home),
	});
	if (picked) writeSettings(home.settings, {language: picked.language, cluster: picked.cluster});
	return picked;
}

/** Opens a cluster; one of kind that cannot be had is not the end: the learner may go on with the embedded one. */
async function openLabCluster(
	asked: AskedCluster,
	images: string[],
	options: LabOptions,
	context: Context,
): Promise<OpenedCluster | undefined> {
	const {text, note, signal} = context;
	const name = await chooseCluster(asked, context);
	const kind = kindOptions(options, name, text);
	try {
		return await openForCommand(name, {kind, images, yes: options.yes}, context);
	} catch (error) {
		if (name !== 'kind' || signal.aborted || options.plain || !(error instanceof UserError)) throw error;
		note(text.cli.error(error.message));
		if (!(await confirm(text.clusters.kind.instead, signal, true))) return undefined;
		return await openForCommand('embedded', {}, context);
	}
}

type Place = {home: Home; terminal?: PlainTerminal | undefined};

async function openLesson(
	id: string,
	asked: AskedCluster,
	options: LabOptions,
	{home, terminal}: Place,
	context: Context,
): Promise<ExitCode> {
	const {text, note} = context;
	const found = await openableLesson(id, context);
	const seed = seedOf(options.seed, found, text);
	// A step that there is not must not cost the start of a cluster.
	if (options.step !== undefined) stepIndexOf(options.step, found, context);
	const history = openHistory(home.history);
	if (history.damage) note(damageLine(history.damage, text));

	const cluster = await openLabCluster(asked, found.images, options, context);
	if (!cluster) return 1;
	// A cluster that dies takes the lab down with it; there is nothing left to see.
	const died = new AbortController();
	void cluster.failed.then(error => died.abort(error));
	const signal = AbortSignal.any([context.signal, died.signal]);
	try {
		const choose = (seed: number | undefined, reset: boolean) => {
			const chosen = chooseDrill(found, {seed, reset}, {home, cluster});
			return {...chosen, lesson: adaptLesson(chosen.lesson, cluster)};
		};
		let {lesson, ...anew} = choose(seed, options.reset ?? false);
		const step = options.step === undefined ? undefined : stepIndexOf(options.step, lesson, context);
		let begin: Pick<SessionOptions, 'reset' | 'before' | 'step' | 'again'> = {...anew, step};
		for (;;) {
			const session = await openLessonSession({lesson, cluster, home, ...begin, signal}, context);
			let outcome: Outcome | undefined;
			try {
				using _watching = options.watch
					? watchLesson({
							folder: lesson.folder,
							run: session.run,
							read: () => {
								const {seed} = lesson.drill ?? {};
								const {capabilities} = cluster;
								const {id, argument} = lesson;
								return adaptLesson({...loadLesson(lesson.folder, {seed, capabilities}), id, argument}, cluster);
							},
							revised(saved, changed) {
								lesson = saved;
								prepareWorkFolder(home.work, saved, {anew: changed});
							},
						})
					: undefined;
				const wanted = begin.again ?? begin.step;
				if (wanted !== undefined && !session.restored) await bringToStep(session, cluster, wanted, context);
				outcome = terminal
					? await runPlain(session, terminal, {remember: history.add, signal}, context)
					: await runOnScreen(session, {home, history, signal}, context);
			} finally {
				await session.close();
			}
			if (died.signal.aborted) throw died.signal.reason;
			// A step or the lesson is begun again by opening it anew: nothing that watched the old state is left then.
			if (outcome?.reason === 'reset' && !signal.aborted) begin = {reset: false, again: outcome.step};
			else if (outcome?.reason === 'restart' && !signal.aborted) {
				({lesson, ...anew} = choose(undefined, true));
				begin = anew;
			} else {
				const seedOption = lesson.drill ? ` --seed ${lesson.drill.seed}` : '';
				const name = `${lesson.argument ?? lesson.id}${seedOption}`;
				const summary = summaryLines(session.run.summary(), name, text);
				for (const line of summary) context.print(line);
				return context.signal.aborted ? 130 : 0;
			}
		}
	} finally {
		await cluster.close();
	}
}

async function runOnScreen(
	{run, runner, clock}: LessonSession,
	{home, history, signal}: {home: Home; history: History; signal: AbortSignal},
	{text, language, environment}: Context,
): Promise<Outcome> {
	using _silent = silentTerminal();
	const {runScreen} = await import('../tui/run-screen.tsx');
	return await runScreen({
		run,
		runner,
		language,
		history,
		why: (subject, service, view) => why(subject, service, view, text),
		environment,
		now: Date.now,
		clock,
		signal,
		log: logTo(home),
	});
}

/** Readies the terminal for the screen while that is still being loaded, and gives it back. */
function silentTerminal(): Disposable {
	settleTerminal();
	return {
		[Symbol.dispose]() {
			try {
				process.stdin.setRawMode(false);
			} catch {
				// A shell that was killed while it had the terminal has taken that along (EIO).
			}
		},
	};
}

function why(subject: PodView | string, service: string, {now, secret}: RunView, text: Text): string {
	if (secret) return text.engine.secret;
	if (typeof subject === 'string') return addressSentence(subject, service, whyAddress(subject, service, now), text);
	const named = <T extends {name: string}>(list: T[]) => list.find(({name}) => name === service);
	return whySentence(subject, whyPod(subject, named(now.services), named(now.endpoints)), text);
}

/** Keeps what would tear the screen: the last session's, in the home's lab.log. */
function logTo(home: Home): (text: string) => void {
	const file = join(home.folder, 'lab.log');
	rmSync(file, {force: true});
	return text => appendFileSync(file, text, {mode: 0o600});
}
