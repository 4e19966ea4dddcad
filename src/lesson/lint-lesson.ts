import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {languages} from '../text/text.ts';
import {type CommandReaders, lintCommand, placedCommands} from './lint-commands.ts';
import {lintFolding} from './lint-folding.ts';
import {lintImages} from './lint-images.ts';
import {lintLinks} from './lint-links.ts';
import {type DryRun, lintManifest} from './lint-manifests.ts';
import {lintNames, lintWatched} from './lint-names.ts';
import {lintNeeds} from './lint-needs.ts';
import {lintProse} from './lint-prose.ts';
import {lintSteadyChecks} from './lint-steps.ts';
import {loadLesson} from './load-lesson.ts';
import {parseLanguageFile} from './markdown.ts';
import {LessonError, type Problem} from './problem.ts';
import {openYaml} from './yaml-file.ts';

/** What a lesson is held against. */
export type LintOptions = CommandReaders & {dryRun: DryRun};

/**
 * Everything that can be found wrong with a lesson without playing it, by file and line: what the loader finds, commands
 * that no shell or kubectl would understand, manifests that the API would refuse, names that nothing makes, broken links.
 */
export async function lintLesson(folder: string, options: LintOptions): Promise<Problem[]> {
	const problems = loadProblems(folder);
	const read = (name: string) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '');
	const lessonFile = join(folder, 'lesson.yaml');
	const source = read('lesson.yaml');
	const found: Problem[] = [];
	const {document, at} = openYaml(lessonFile, source, found);
	// The loader has told what is wrong with the syntax.
	found.length = 0;
	const lesson: unknown = document.errors.length === 0 ? document.toJS() : undefined;
	const commands = placedCommands(lesson);
	for (const command of commands) {
		await lintCommand(command, options, at);
		lintFolding(command, document, source, at);
	}
	lintSteadyChecks(lesson, at);
	lintImages(lesson, commands, at);

	const manifests = manifestsOf(lesson).filter(name => /\.ya?ml$/.test(name) && existsSync(join(folder, name)));
	lintNeeds(lesson, name => manifests.includes(name) && /^kind: Node$/m.test(read(name)), at);
	for (const name of manifests) {
		const readers = commands.filter(({line}) => filesOf(line).includes(name));
		// What a lesson shows being refused is meant to be.
		if (readers.length > 0 && readers.every(({fails, path}) => fails || path[0] === 'cleanup')) continue;
		await lintManifest(join(folder, name), read(name), options.dryRun, found);
	}

	const known = [...commands.map(({line}) => line), ...manifests.map(read)].join('\n');
	if (lesson !== undefined) {
		lintWatched(lesson, known, at);
		for (const name of ['lesson.yaml', ...languages.map(language => `${language}.md`)]) {
			lintNames(join(folder, name), read(name), known, found);
		}
	}
	for (const language of languages) {
		const file = join(folder, `${language}.md`);
		const text = read(`${language}.md`);
		lintLinks(folder, file, text, found);
		// The loader has told what is wrong with its headings.
		if (text !== '') lintProse(file, text, language, parseLanguageFile(file, text, []), found);
	}
	return inOrder([...problems, ...found]);
}

function loadProblems(folder: string): Problem[] {
	try {
		loadLesson(folder);
		return [];
	} catch (error) {
		if (!(error instanceof LessonError)) throw error;
		return error.problems;
	}
}

function manifestsOf(lesson: unknown): string[] {
	const {manifests} = (lesson ?? {}) as {manifests?: unknown};
	return Array.isArray(manifests) ? manifests.filter(name => typeof name === 'string') : [];
}

/** The files that a command names after `-f`. */
function filesOf(line: string): string[] {
	return [...line.matchAll(/(?:^|\s)(?:-f|--filename)[ =](\S+)/g)].map(match => match[1]!);
}

function inOrder(problems: Problem[]): Problem[] {
	return problems.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column));
}
