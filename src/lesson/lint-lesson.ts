import {languages} from '../text/text.ts';
import type {LessonFile} from './lesson-file.ts';
import {type LessonFiles, openLessonFiles} from './lesson-files.ts';
import {asList, asMap, type CommandReaders, lintCommand, placedCommands} from './lint-commands.ts';
import {lintFolding} from './lint-folding.ts';
import {lintImages} from './lint-images.ts';
import {lintLinks} from './lint-links.ts';
import {type DryRun, lintManifest} from './lint-manifests.ts';
import {lintNames, lintWatched} from './lint-names.ts';
import {lintNeeds} from './lint-needs.ts';
import {lintProse} from './lint-prose.ts';
import {lintSteadyChecks} from './lint-steps.ts';
import {withDrillWords} from './load-drill.ts';
import {loadLesson} from './load-lesson.ts';
import {type LanguageFile, parseLanguageFile} from './markdown.ts';
import {LessonError, type Problem} from './problem.ts';
import {openYaml} from './yaml-file.ts';

/** What a lesson is held against. */
export type LintOptions = CommandReaders & {dryRun: DryRun};

/**
 * Everything that can be found wrong with a lesson without playing it, by file and line: what the loader finds, commands
 * that no shell or kubectl would understand, manifests that the API would refuse, names that nothing makes, broken links. Of
 * drills each kind is looked at, with the values of one seed.
 */
export async function lintLesson(folder: string, options: LintOptions): Promise<Problem[]> {
	const files = openLessonFiles(folder);
	const problems = files.seeds.flatMap(seed => loadProblems(folder, seed));
	const read = (name: string) => (files.exists(name) ? files.read(name) : '');
	const lessonFile = files.path('lesson.yaml');
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

	const manifests = manifestsOf(lesson).filter(name => /\.ya?ml$/.test(name) && files.exists(name));
	lintNeeds(lesson, name => manifests.includes(name) && /^kind: Node$/m.test(read(name)), at);
	for (const name of manifests) {
		const readers = commands.filter(({line}) => filesOf(line).includes(name));
		// What a lesson shows being refused is meant to be.
		if (readers.length > 0 && readers.every(({fails, path}) => fails || path[0] === 'cleanup')) continue;
		for (const each of filesOfEachKind(name, folder, files)) {
			await lintManifest(each.path(name), each.read(name), options.dryRun, found);
		}
	}

	const manifestTexts = manifests.flatMap(name => filesOfEachKind(name, folder, files).map(each => each.read(name)));
	const known = [...commands.map(({line}) => line), ...manifestTexts].join('\n');
	if (lesson !== undefined) {
		lintWatched(lesson, known, at);
		for (const name of ['lesson.yaml', ...languages.map(language => `${language}.md`)]) {
			lintNames(files.path(name), read(name), known, found);
		}
	}
	for (const language of languages) {
		const file = files.path(`${language}.md`);
		const text = read(`${language}.md`);
		lintLinks(folder, file, text, found);
		// The loader has told what is wrong with its headings.
		if (text !== '')
			lintProse(file, text, language, withKindWords(parseLanguageFile(file, text, []), lesson, files), found);
	}
	return inOrder(distinct([...problems, ...found]));
}

function loadProblems(folder: string, seed: number | undefined): Problem[] {
	try {
		loadLesson(folder, {seed});
		return [];
	} catch (error) {
		if (!(error instanceof LessonError)) throw error;
		return error.problems;
	}
}

function manifestsOf(lesson: unknown): string[] {
	const {manifests, drills} = asMap(lesson);
	return [...asList(manifests), asMap(drills).manifest].filter(name => typeof name === 'string');
}

/** The files in which a manifest stands: those of every kind for the one that the drills share, else the first. */
function filesOfEachKind(manifest: string, folder: string, files: LessonFiles): LessonFiles[] {
	const all = files.seeds.map(seed => openLessonFiles(folder, {seed}));
	return all.filter((each, index) => index === 0 || each.path(manifest) !== files.path(manifest));
}

/** The words as they stand for the drill of these files; the loader has told what is wrong with its headings. */
function withKindWords(words: LanguageFile, lesson: unknown, {drill}: LessonFiles): LanguageFile {
	const {drills} = (lesson ?? {}) as Partial<LessonFile>;
	return drills && drill ? withDrillWords(words, drills, drill.kind, () => {}) : words;
}

/** The files that a command names after `-f`. */
function filesOf(line: string): string[] {
	return [...line.matchAll(/(?:^|\s)(?:-f|--filename)[ =](\S+)/g)].map(match => match[1]!);
}

/** What is wrong with a part that all kinds of drill share is found with each of them. */
function distinct(problems: Problem[]): Problem[] {
	return [...new Map(problems.map(problem => [JSON.stringify(problem), problem])).values()];
}

function inOrder(problems: Problem[]): Problem[] {
	return problems.sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column));
}
