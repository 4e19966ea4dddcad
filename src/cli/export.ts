import {readdirSync, statSync, writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {readJournal} from '../engine/journal.ts';
import {fold} from '../engine/run-state.ts';
import {lessonIds} from '../lesson/find-lessons.ts';
import {loadLesson} from '../lesson/load-lesson.ts';
import {exportRun} from '../plain/export-run.ts';
import type {Home} from '../state/home.ts';
import {UserError} from '../text/user-error.ts';
import type {Context, ExitCode} from './context.ts';
import {lessonOrFolder} from './lesson-named.ts';
import type {ExportOptions} from './program.ts';
import {journalFile} from './progress.ts';
import {withOwnId} from './trust.ts';

/** `endpoint-lab export`: a lesson's run as Markdown, from its journal; without a lesson the one worked on last. */
export async function exportLesson(
	name: string | undefined,
	options: ExportOptions,
	context: Context,
): Promise<ExitCode> {
	const {text, language, print, note} = context;
	const words = text.cli.export;
	const home = context.home();
	const named = name ?? latestLesson(home) ?? explainNone();
	const found = withOwnId(lessonOrFolder(named, text), named);
	const {events = []} = readJournal(journalFile(home, found.id), found.id);
	const {seed} = fold(events);
	const drawn = found.drill && seed !== undefined ? loadLesson(found.folder, {seed}) : found;
	const lesson = {...drawn, id: found.id, argument: found.argument};
	if (events.length === 0) throw new UserError(words.notBegun(lesson.argument ?? lesson.id));
	const markdown = exportRun({lesson, events, language});
	if (options.to === undefined) {
		print(markdown.trimEnd());
		return 0;
	}
	const file = resolve(options.to);
	try {
		writeFileSync(file, markdown, {flag: 'wx'});
	} catch (error) {
		const {code, message} = error as NodeJS.ErrnoException;
		throw new UserError(code === 'EEXIST' ? words.exists(file) : words.failed(file, message));
	}
	note(words.written(file));
	return 0;

	function explainNone(): never {
		throw new UserError(words.nothing);
	}
}

/** The id of the lesson whose journal was written to last. */
function latestLesson(home: Home): string | undefined {
	const known = new Set(lessonIds());
	const journals = filesIn(home.progress)
		.filter(file => file.endsWith('.jsonl') && known.has(file.slice(0, -'.jsonl'.length)))
		.map(file => ({id: file.slice(0, -'.jsonl'.length), at: statSync(join(home.progress, file)).mtimeMs}));
	return journals.sort((a, b) => b.at - a.at)[0]?.id;
}

function filesIn(folder: string): string[] {
	try {
		return readdirSync(folder);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
		throw error;
	}
}
