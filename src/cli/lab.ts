import {appendFileSync, rmSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {openEmbeddedCluster} from '../clusters/embedded-cluster.ts';
import type {RunView} from '../engine/view.ts';
import {adaptLesson} from '../lesson/adapt-lesson.ts';
import {lessonCards} from '../lesson/find-lessons.ts';
import type {PodView} from '../observe/snapshot.ts';
import {whyPod, whySentence} from '../observe/why.ts';
import {addressSentence, whyAddress} from '../observe/why-address.ts';
import {type Recording, startRecording} from '../record/recording.ts';
import {openHistory} from '../state/history.ts';
import type {Home} from '../state/home.ts';
import {takeLock} from '../state/lock.ts';
import {readSettings, type Settings, writeSettings} from '../state/settings.ts';
import {type Language, type Text, textIn} from '../text/text.ts';
import {UserError} from '../text/user-error.ts';
import type {Picked} from '../tui/picker.ts';
import {settleTerminal} from '../tui/settle-terminal.ts';
import {chooseCluster} from './cluster-choice.ts';
import {type Context, damageLine, type ExitCode} from './context.ts';
import {bringToStep, openLessonSession, stepIndexOf} from './lesson-session.ts';
import type {LabOptions} from './program.ts';
import {solvedSteps} from './progress.ts';
import {summaryLines} from './summary-lines.ts';
import {openableLesson} from './trust.ts';

/** `endpoint-lab [LESSON]`: the full-screen lab. */
export async function lab(id: string | undefined, options: LabOptions, context: Context): Promise<ExitCode> {
	const {text, signal, note} = context;
	chooseCluster(options.cluster, text);
	if (id === undefined && options.step !== undefined) throw new UserError(text.cli.stepNeedsLesson, 2);
	if (id === undefined && options.reset) throw new UserError(text.cli.resetNeedsLesson, 2);
	if (!process.stdin.isTTY || !process.stdout.isTTY) {
		throw new UserError(text.cli.noTerminal(id ?? 'endpoints'), 2);
	}
	const home = context.home();
	const taken = takeLock(home.labLock, context.command);
	if ('holder' in taken) throw new UserError(text.cli.labRuns(taken.holder.pid));
	let recording: Recording | undefined;
	try {
		recording = options.record === undefined ? undefined : record(options.record, id, context);
		const {settings, damage} = readSettings(home.settings);
		if (damage) note(damageLine(damage, text));
		const remembered = inLanguage(context, context.languageChosen ? undefined : settings.language);
		if (id !== undefined) return await openLesson(id, options, home, remembered);
		const picked = await pick(settings, home, remembered);
		if (!picked) return signal.aborted ? 130 : 0;
		return await openLesson(picked.lesson, options, home, inLanguage(context, picked.language));
	} finally {
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

async function pick(settings: Settings, home: Home, context: Context): Promise<Picked | undefined> {
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
			{id: 'auto', title: inAll(text => text.cli.autoCluster)},
			{id: 'embedded', title: inAll(text => text.cli.embeddedCluster)},
		],
		language: context.language,
		cluster: settings.cluster ?? 'auto',
		environment: context.environment,
		signal: context.signal,
		log: logTo(home),
	});
	if (picked) writeSettings(home.settings, {language: picked.language, cluster: picked.cluster});
	return picked;
}

async function openLesson(id: string, options: LabOptions, home: Home, context: Context): Promise<ExitCode> {
	const {text, environment, note} = context;
	const found = await openableLesson(id, context);
	// A step that there is not must not cost the start of a cluster.
	if (options.step !== undefined) stepIndexOf(options.step, found, context);
	const history = openHistory(home.history);
	if (history.damage) note(damageLine(history.damage, text));

	const cluster = await openEmbeddedCluster({...context, home});
	if (cluster.notice) note(cluster.notice);
	// A cluster that dies takes the lab down with it; there is nothing left to see.
	const died = new AbortController();
	void cluster.failed.then(error => died.abort(error));
	const signal = AbortSignal.any([context.signal, died.signal]);
	try {
		const lesson = adaptLesson(found, cluster);
		const step = options.step === undefined ? undefined : stepIndexOf(options.step, lesson, context);
		const reset = options.reset ?? false;
		const session = await openLessonSession({lesson, cluster, home, reset, step, signal}, context);
		try {
			if (step !== undefined && !session.restored) await bringToStep(session, cluster, step, context);
			using _silent = silentTerminal();
			const {runScreen} = await import('../tui/run-screen.tsx');
			await runScreen({
				run: session.run,
				runner: session.runner,
				language: context.language,
				history,
				why: (subject, service, view) => why(subject, service, view, text),
				environment,
				now: Date.now,
				clock: session.clock,
				signal,
				log: logTo(home),
			});
		} finally {
			await session.close();
		}
		if (died.signal.aborted) throw died.signal.reason;
		for (const line of summaryLines(session.run.summary(), lesson.argument ?? lesson.id, text)) context.print(line);
		return context.signal.aborted ? 130 : 0;
	} finally {
		await cluster.close();
	}
}

/** Readies the terminal for the screen while that is still being loaded, and gives it back. */
function silentTerminal(): Disposable {
	settleTerminal();
	return {
		[Symbol.dispose]() {
			process.stdin.setRawMode(false);
		},
	};
}

function why(subject: PodView | string, service: string, {now}: RunView, text: Text): string {
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
