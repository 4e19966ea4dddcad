import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import schema from '../../lessons/lesson.schema.json' with {type: 'json'};
import type {Capability} from '../clusters/cluster.ts';
import {type Language, languages} from '../text/text.ts';
import {checkManifests} from './check-manifests.ts';
import {type Condition, createExpressions, ExpressionError, type Expressions} from './expressions.ts';
import type {Lesson, LessonText, Step} from './lesson.ts';
import {lessonIdOf} from './lesson-card.ts';
import {compareShapes, compileText} from './lesson-text.ts';
import {parseLanguageFile} from './markdown.ts';
import {LessonError, type Problem} from './problem.ts';
import {type Schema, validateNode} from './schema.ts';
import {compileTemplate, type Template} from './template.ts';
import {openYaml, type YamlFile, type YamlPath} from './yaml-file.ts';

/** lesson.yaml once it fits the schema. */
type LessonFile = {
	minutes: number;
	images?: string[];
	manifests?: string[];
	needs?: Capability[];
	watch: {pods: string; services: string[]};
	requests?: {service: string; perSecond?: number};
	cleanup: string[];
	steps: StepFile[];
};

type CommandFile = string | {run: string; fails?: true; needs?: Capability[]};

type StepFile = {
	id: string;
	needs?: Capability[];
	trickle?: boolean;
	remember?: string;
	predict?: {choices: string[]; answer: string};
	commands: CommandFile[];
	checks: {id: string; expr: string; steady?: boolean; needs?: Capability[]}[];
	hints?: {id: string; when?: string}[];
	wrong?: {name: string; commands: CommandFile[]; until: string; fails: string[]}[];
};

/**
 * Loads the lesson in a folder: `lesson.yaml`, one Markdown file a language, and manifests. Throws LessonError with
 * everything that is wrong, each at its file, line and column.
 */
export function loadLesson(folder: string): Lesson {
	const problems: Problem[] = [];
	const source = readLessonFile(folder, 'lesson.yaml', problems);
	const texts = new Map(
		languages.map(language => {
			const name = `${language}.md`;
			const words = readLessonFile(folder, name, problems);
			return [language, words === undefined ? undefined : parseLanguageFile(join(folder, name), words, problems)];
		}),
	);
	if (source === undefined) throw new LessonError(problems);

	const yaml = readYaml(join(folder, 'lesson.yaml'), source, problems);
	if (!yaml) throw new LessonError(problems);
	const {lesson: file, at} = yaml;

	const remembered = file.steps.flatMap(({remember}) => remember ?? []);
	const expressions = createExpressions(file.watch.pods, [...new Set(remembered)]);
	const compiler = createCompiler(expressions, at);
	checkIds(file, at);
	const {manifests = [], images = []} = file;
	checkManifests(folder, {manifests, images, commands: allCommands(file)}, at, problems);
	const steps = file.steps.map((step, index) => compileStep(step, ['steps', index], compiler));

	const text = {} as Record<Language, LessonText>;
	for (const [language, parsed] of texts) {
		if (parsed) {
			text[language] = compileText(join(folder, `${language}.md`), parsed, steps, expressions, problems);
		}
	}
	const [first, ...others] = [...texts].flatMap(([language, parsed]) => (parsed ? [{language, parsed}] : []));
	for (const other of others) {
		if (first) compareShapes(folder, first, other, problems);
	}
	if (problems.length > 0) throw new LessonError(problems);

	return {
		id: lessonIdOf(folder),
		folder,
		minutes: file.minutes,
		images,
		manifests,
		needs: file.needs ?? [],
		watch: file.watch,
		requests: file.requests,
		cleanup: file.cleanup,
		steps,
		text,
	};
}

function readLessonFile(folder: string, name: string, problems: Problem[]): string | undefined {
	const file = join(folder, name);
	try {
		return readFileSync(file, 'utf8');
	} catch (error) {
		const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'the file is missing' : (error as Error).message;
		problems.push({file, line: 1, column: 1, message: `${why}; a lesson has lesson.yaml, en.md and zh-CN.md`});
		return undefined;
	}
}

type At = YamlFile['at'];

function readYaml(file: string, source: string, problems: Problem[]): {lesson: LessonFile; at: At} | undefined {
	const found = problems.length;
	const {document, complain, at} = openYaml(file, source, problems);
	if (problems.length > found) return undefined;
	validateNode(schema as Schema, document.contents, (node, message) => complain(node?.range?.[0] ?? 0, message));
	if (problems.length > found) return undefined;
	return {lesson: document.toJS() as LessonFile, at};
}

/** Compiles expressions and templates, reporting what fails at its place in the YAML. */
type Compiler = {
	condition(source: string, path: YamlPath): Condition;
	template(source: string, path: YamlPath): Template;
};

function createCompiler(expressions: Expressions, at: At): Compiler {
	const reporting = <T>(compile: () => T, path: YamlPath, fallback: T): T => {
		try {
			return compile();
		} catch (error) {
			if (!(error instanceof ExpressionError)) throw error;
			at(path, error.message, error.offset);
			return fallback;
		}
	};
	return {
		condition: (source, path) =>
			reporting(
				() => expressions.condition(source),
				path,
				() => false,
			),
		template: (source, path) =>
			reporting(() => compileTemplate(source, expressions), path, {
				source,
				fill: () => source,
				complete: () => undefined,
			}),
	};
}

function compileStep(step: StepFile, path: YamlPath, compiler: Compiler): Step {
	const commands = (list: CommandFile[], at: YamlPath) =>
		list.map((command, index) => {
			if (typeof command === 'string') return {line: compiler.template(command, [...at, index]), fails: false};
			const {run, fails = false, needs} = command;
			return {line: compiler.template(run, [...at, index, 'run']), fails, needs};
		});
	return {
		id: step.id,
		needs: step.needs,
		trickle: step.trickle ?? false,
		remember: step.remember,
		predict: step.predict,
		commands: commands(step.commands, [...path, 'commands']),
		checks: step.checks.map(({id, expr, steady = false, needs}, index) => ({
			id,
			expr,
			steady,
			needs,
			condition: compiler.condition(expr, [...path, 'checks', index, 'expr']),
		})),
		hints: (step.hints ?? []).map(({id, when}, index) => ({
			id,
			when: when === undefined ? undefined : compiler.condition(when, [...path, 'hints', index, 'when']),
		})),
		wrong: (step.wrong ?? []).map((wrong, index) => {
			const here = [...path, 'wrong', index];
			return {
				name: wrong.name,
				commands: commands(wrong.commands, [...here, 'commands']),
				until: compiler.condition(wrong.until, [...here, 'until']),
				fails: wrong.fails,
			};
		}),
	};
}

/** Every command of a lesson, where it stands in lesson.yaml. */
function allCommands({cleanup, steps}: LessonFile): {line: string; path: YamlPath}[] {
	const lines = (commands: CommandFile[], at: YamlPath) =>
		commands.map((command, index) =>
			typeof command === 'string'
				? {line: command, path: [...at, index]}
				: {line: command.run, path: [...at, index, 'run']},
		);
	return [
		...lines(cleanup, ['cleanup']),
		...steps.flatMap(({commands, wrong = []}, step) => [
			...lines(commands, ['steps', step, 'commands']),
			...wrong.flatMap((mistake, index) => lines(mistake.commands, ['steps', step, 'wrong', index, 'commands'])),
		]),
	];
}

/** Names must be unique, and references must lead somewhere. */
function checkIds(file: LessonFile, at: At): void {
	const unique = (ids: string[], path: (index: number) => YamlPath) => {
		for (const [index, id] of ids.entries()) {
			if (ids.indexOf(id) !== index) at(path(index), `"${id}" is here twice`);
		}
	};
	unique(
		file.steps.map(({id}) => id),
		index => ['steps', index, 'id'],
	);
	for (const [index, step] of file.steps.entries()) {
		const here: YamlPath = ['steps', index];
		const checks = step.checks.map(({id}) => id);
		unique(checks, check => [...here, 'checks', check, 'id']);
		unique(
			(step.hints ?? []).map(({id}) => id),
			hint => [...here, 'hints', hint, 'id'],
		);
		if (step.trickle && file.requests?.perSecond === undefined) {
			at([...here, 'trickle'], 'a trickle needs "requests" with a Service and a rate, "perSecond", in the lesson');
		}
		for (const list of ['checks', 'commands'] as const) {
			if (step[list].every(item => typeof item !== 'string' && (item.needs ?? []).length > 0)) {
				at([...here, list], `all ${list} of the step need something; let the step need it`);
			}
		}
		if (step.remember === 'now') at([...here, 'remember'], '"now" is the present; remember under another name');
		if (step.predict) {
			const {choices, answer} = step.predict;
			unique(choices, choice => [...here, 'predict', 'choices', choice]);
			if (!choices.includes(answer)) at([...here, 'predict', 'answer'], `"${answer}" is none of the choices`);
		}
		for (const [mistake, {fails}] of (step.wrong ?? []).entries()) {
			for (const [place, id] of fails.entries()) {
				if (!checks.includes(id)) at([...here, 'wrong', mistake, 'fails', place], `the step has no check "${id}"`);
			}
		}
	}
}
