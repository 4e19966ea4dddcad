import schema from '../../lessons/lesson.schema.json' with {type: 'json'};
import {type Language, languages} from '../text/text.ts';
import {checkManifests} from './check-manifests.ts';
import {drillPlace} from './drill.ts';
import {type Condition, createExpressions, ExpressionError, type Expressions} from './expressions.ts';
import type {Lesson, LessonText, Step} from './lesson.ts';
import {lessonIdOf} from './lesson-card.ts';
import type {CommandFile, LessonFile, StepFile} from './lesson-file.ts';
import {type DrillChoice, type LessonFiles, openLessonFiles, reportUnfilled, unfilled} from './lesson-files.ts';
import {compareShapes, compileText} from './lesson-text.ts';
import {checkDrills, completeStep, withDrillWords} from './load-drill.ts';
import {parseLanguageFile} from './markdown.ts';
import {LessonError, type Problem} from './problem.ts';
import {type Schema, validateNode} from './schema.ts';
import {compileTemplate, type Template} from './template.ts';
import {openYaml, type YamlFile, type YamlPath} from './yaml-file.ts';

/**
 * Loads the lesson in a folder: `lesson.yaml`, one Markdown file a language, and manifests; with drills as one seed makes it.
 * Throws LessonError with everything that is wrong, each at its file, line and column.
 */
export function loadLesson(folder: string, choice: DrillChoice = {}): Lesson {
	const problems: Problem[] = [];
	const files = openLessonFiles(folder, choice);
	const source = readLessonFile(files, 'lesson.yaml', problems);
	const texts = new Map(
		languages.map(language => {
			const name = `${language}.md`;
			const words = readLessonFile(files, name, problems);
			return [language, words === undefined ? undefined : parseLanguageFile(files.path(name), words, problems)];
		}),
	);
	if (source === undefined) throw new LessonError(problems);

	const yaml = readYaml(files.path('lesson.yaml'), source, problems);
	if (!yaml) throw new LessonError(problems);
	const {lesson: file, at} = yaml;
	for (const name of ['lesson.yaml', ...languages.map(language => `${language}.md`)]) {
		if (files.exists(name)) reportUnfilled(files.path(name), files.read(name), problems, files.names);
	}
	const {images = [], drills} = file;
	const manifests = [...(file.manifests ?? []), ...(drills ? [drills.manifest] : [])];

	for (const [index, command] of file.cleanup.entries()) reportPlace(cleanupLine(command), ['cleanup', index], at);
	for (const [index, name] of file.watch.services.entries()) reportPlace(name, ['watch', 'services', index], at);
	reportPlace(file.watch.pods, ['watch', 'pods'], at);
	reportPlace(file.requests?.service ?? '', ['requests', 'service'], at);

	const remembered = file.steps.flatMap(({remember}) => remember ?? []);
	const expressions = createExpressions(file.watch.pods, [...new Set(remembered)]);
	const compiler = createCompiler(expressions, at);
	checkIds(file, at);
	checkDrills(file, at);
	checkManifests(files, {manifests, images, commands: allCommands(file)}, at, problems);
	const drawn = drills?.kinds.findIndex(({id}) => id === files.drill?.kind) ?? -1;
	const steps = file.steps.map((step, index) => {
		const compiled = compileStep(step, ['steps', index], compiler);
		const kind = drills?.kinds[drawn];
		if (!kind || step.id !== drills?.step) return compiled;
		return completeStep(
			compiled,
			compileStep({...kind, checks: []}, ['drills', 'kinds', drawn], compiler),
			kind.answer,
		);
	});

	const text = {} as Record<Language, LessonText>;
	for (const [language, parsed] of texts) {
		if (!parsed) continue;
		const path = files.path(`${language}.md`);
		const complain = (line: number, message: string) => problems.push({file: path, line, column: 1, message});
		const words = drills && files.drill ? withDrillWords(parsed, drills, files.drill.kind, complain) : parsed;
		const compiled = compileText(path, words, steps, expressions, problems);
		text[language] = files.drill ? {...compiled, title: `${compiled.title} #${files.drill.seed}`} : compiled;
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
		sources: [...(file.manifests ?? []), ...(drills?.kinds ?? []).map(({manifest}) => manifest)],
		drill: drills &&
			files.drill && {
				...files.drill,
				files: Object.fromEntries(manifests.map(name => [name, files.read(name)])),
				kinds: drills.kinds.map(({id}) => id),
			},
		needs: file.needs ?? [],
		watch: file.watch,
		requests: file.requests,
		cleanup: file.cleanup.map(cleanupLine),
		cleanupNeeds: file.cleanup.map(command => (typeof command === 'string' ? [] : command.needs)),
		steps,
		text,
	};
}

function readLessonFile(files: LessonFiles, name: string, problems: Problem[]): string | undefined {
	const file = files.path(name);
	try {
		return files.read(name);
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

/** Reports a drawn value that the present drill does not have: one that belongs to other kinds. */
function reportPlace(text: string, path: YamlPath, at: At): void {
	const [place] = text.match(drillPlace) ?? [];
	if (place !== undefined) at(path, unfilled(place), text.indexOf(place));
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
		condition(source, path) {
			reportPlace(source, path, at);
			return reporting(
				() => expressions.condition(source),
				path,
				() => false,
			);
		},
		template: (source, path) =>
			reporting(() => compileTemplate(source, expressions), path, {
				source,
				fill: () => source,
				complete: () => undefined,
			}),
	};
}

/** Compiles a step, or what a kind of drill has of one. */
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
		// The loader has complained of an answer that is missing.
		predict: step.predict && {answer: '', ...step.predict},
		commands: commands(step.commands ?? [], [...path, 'commands']),
		checks: step.checks.map(({id, expr, steady = false, needs}, index) => ({
			id,
			expr,
			steady,
			needs,
			condition: compiler.condition(expr, [...path, 'checks', index, 'expr']),
		})),
		hints: (step.hints ?? []).map(({id, when, unasked = false}, index) => ({
			id,
			unasked,
			when: when === undefined ? undefined : compiler.condition(when, [...path, 'hints', index, 'when']),
		})),
		wrong: (step.wrong ?? []).map((wrong, index) => {
			const here = [...path, 'wrong', index];
			return {
				name: wrong.name,
				commands: commands(wrong.commands, [...here, 'commands']),
				until: compiler.condition(wrong.until, [...here, 'until']),
				fails: wrong.fails,
				hint: wrong.hint,
			};
		}),
	};
}

/** Every command of a lesson, where it stands in lesson.yaml. */
function allCommands({cleanup, steps, drills}: LessonFile): {line: string; path: YamlPath}[] {
	const lines = (commands: CommandFile[], at: YamlPath) =>
		commands.map((command, index) =>
			typeof command === 'string'
				? {line: command, path: [...at, index]}
				: {line: command.run, path: [...at, index, 'run']},
		);
	const ofPart = ({commands = [], wrong = []}: Pick<StepFile, 'commands' | 'wrong'>, at: YamlPath) => [
		...lines(commands, [...at, 'commands']),
		...wrong.flatMap((mistake, index) => lines(mistake.commands, [...at, 'wrong', index, 'commands'])),
	];
	return [
		...lines(cleanup, ['cleanup']),
		...steps.flatMap((step, index) => ofPart(step, ['steps', index])),
		...(drills?.kinds ?? []).flatMap((kind, index) => ofPart(kind, ['drills', 'kinds', index])),
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
			const items: (CommandFile | StepFile['checks'][number])[] = step[list] ?? [];
			if (items.length > 0 && items.every(item => typeof item !== 'string' && (item.needs ?? []).length > 0)) {
				at([...here, list], `all ${list} of the step need something; let the step need it`);
			}
		}
		if (step.remember === 'now') at([...here, 'remember'], '"now" is the present; remember under another name');
		if (step.predict) {
			const {choices, answer} = step.predict;
			unique(choices, choice => [...here, 'predict', 'choices', choice]);
			if (answer && !choices.includes(answer)) at([...here, 'predict', 'answer'], `"${answer}" is none of the choices`);
		}
		checkReferences(step, step, here, at);
	}
	const drilled = file.steps.find(({id}) => id === file.drills?.step);
	for (const [index, kind] of (drilled && file.drills?.kinds)?.entries() ?? []) {
		checkReferences(kind, drilled!, ['drills', 'kinds', index], at);
	}
}

/** Names of checks and hints in hints and wrong answers, those of a step or of a kind of drill that completes it. */
function checkReferences(
	part: Pick<StepFile, 'hints' | 'wrong'>,
	step: Pick<StepFile, 'checks' | 'hints'>,
	here: YamlPath,
	at: At,
): void {
	for (const [index, {when, unasked}] of (part.hints ?? []).entries()) {
		if (unasked && when === undefined) at([...here, 'hints', index], 'a hint that is shown unasked needs "when"');
	}
	const hints = [...(step.hints ?? []), ...(part.hints ?? [])].filter(({when}) => when !== undefined);
	for (const [mistake, {fails, hint}] of (part.wrong ?? []).entries()) {
		for (const [place, id] of fails.entries()) {
			if (!step.checks.some(check => check.id === id)) {
				at([...here, 'wrong', mistake, 'fails', place], `the step has no check "${id}"`);
			}
		}
		if (hint !== undefined && !hints.some(({id}) => id === hint)) {
			at([...here, 'wrong', mistake, 'hint'], `the step has no hint "${hint}" with "when"`);
		}
	}
}

const cleanupLine = (command: LessonFile['cleanup'][number]) => (typeof command === 'string' ? command : command.run);
