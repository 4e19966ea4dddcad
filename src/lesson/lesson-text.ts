import {join} from 'node:path';
import type {Language} from '../text/text.ts';
import {ExpressionError, type Expressions} from './expressions.ts';
import type {LessonText, Step, StepText} from './lesson.ts';
import {type Item, type LanguageFile, type Passage, type StepPassages, sectionNames} from './markdown.ts';
import type {Problem} from './problem.ts';
import {commandText, type Quote, quotesIn} from './quotes.ts';
import {compileTemplate, type Template} from './template.ts';

/** Compiles one language of a lesson, reporting every word that is missing, left over, or does not compile. */
export function compileText(
	file: string,
	parsed: LanguageFile,
	steps: readonly Step[],
	expressions: Expressions,
	problems: Problem[],
): LessonText {
	const complain = (line: number, message: string, column = 1) => problems.push({file, line, column, message});
	const template = (passage: Passage): Template => {
		try {
			return compileTemplate(passage.text, expressions);
		} catch (error) {
			if (!(error instanceof ExpressionError)) throw error;
			const before = passage.text.slice(0, error.offset).split('\n');
			complain(passage.line + before.length - 1, error.message);
			return {source: passage.text, fill: () => passage.text, complete: () => undefined};
		}
	};

	/** The quotes of a step, whose commands must be its own. */
	const quotes = (step: Step, {story, sections}: StepPassages): Quote[] => {
		const commands = step.commands.map(({line}) => commandText(line.source));
		return [story, ...(sections.afterwards ? [sections.afterwards.prose] : [])].flatMap(passage => {
			try {
				const found = quotesIn(passage, expressions);
				for (const {command, line} of found) {
					if (!commands.includes(commandText(command))) complain(line, `the step runs no "${command}" to quote`);
				}
				return found;
			} catch (error) {
				// It has been told with the whole passage.
				if (error instanceof ExpressionError) return [];
				throw error;
			}
		});
	};

	if (parsed.introduction.text === '') complain(1, 'the lesson needs a sentence of introduction below its title');
	const wanted = steps.map(({id}) => id);
	const found = parsed.steps.map(({id}) => id);
	if (wanted.join() !== found.join()) {
		complain(
			parsed.steps[0]?.line ?? 1,
			`the steps here are ${found.join(', ')}; lesson.yaml has ${wanted.join(', ')}`,
		);
	}

	const text: LessonText = {title: parsed.title, introduction: parsed.introduction.text, steps: {}};
	for (const step of steps) {
		const passages = parsed.steps.find(({id}) => id === step.id);
		if (!passages) continue;
		text.steps[step.id] = {...compileStepText(step, passages, template, complain), quotes: quotes(step, passages)};
	}
	return text;
}

function compileStepText(
	step: Step,
	passages: StepPassages,
	template: (passage: Passage) => Template,
	complain: (line: number, message: string) => void,
): Omit<StepText, 'quotes'> {
	const {sections, line} = passages;
	if (passages.story.text === '') complain(line, `step ${step.id} has no story`);

	/** The items of a section, which must be exactly those that lesson.yaml names. */
	const items = (name: 'predict' | 'checks' | 'hints', wanted: string[]): Item[] => {
		const section = sections[name];
		const found = section?.items ?? [];
		if (wanted.length > 0 && !section) complain(line, `step ${step.id} lacks "### ${name}" with ${wanted.join(', ')}`);
		else {
			for (const id of wanted) {
				if (!found.some(item => item.id === id)) complain(section?.line ?? line, `"### ${name}" lacks "- ${id}: …"`);
			}
		}
		for (const [index, item] of found.entries()) {
			if (!wanted.includes(item.id)) complain(item.line, `lesson.yaml names no "${item.id}" under ${name} here`);
			else if (found.findIndex(({id}) => id === item.id) !== index) complain(item.line, `"${item.id}" is here twice`);
			if (item.text === '') complain(item.line, `"${item.id}" has no words`);
			if (item.nested && name !== 'checks') complain(item.nested.line, 'only checks have a second, indented item');
		}
		return found.filter(({id}) => wanted.includes(id));
	};

	const choices = items('predict', step.predict?.choices ?? []);
	const question = sections.predict?.prose;
	if (sections.predict && question?.text === '') complain(sections.predict.line, '"### predict" lacks the question');
	const hints = items(
		'hints',
		step.hints.map(({id}) => id),
	);
	const checks = items(
		'checks',
		step.checks.map(({id}) => id),
	);
	for (const check of checks) {
		if (!check.nested?.text) {
			complain(check.line, `check "${check.id}" lacks the indented item below it that says what it waits for`);
		}
	}
	const afterwards = sections.afterwards?.prose;
	if (sections.afterwards && afterwards?.text === '') complain(sections.afterwards.line, '"### afterwards" is empty');

	return {
		title: passages.title,
		story: template(passages.story),
		question: step.predict && question ? template(question) : undefined,
		choices: Object.fromEntries(choices.map(choice => [choice.id, template(choice)])),
		checks: Object.fromEntries(
			checks.map(check => [
				check.id,
				{text: template(check), waiting: template(check.nested ?? {text: '', line: check.line})},
			]),
		),
		hints: Object.fromEntries(hints.map(hint => [hint.id, template(hint)])),
		afterwards: afterwards ? template(afterwards) : undefined,
	};
}

/**
 * Two languages must have the same shape: the same sub-sections in every step and as many code blocks in every part,
 * so that a translation that lost a paragraph of commands is noticed.
 */
export function compareShapes(
	folder: string,
	one: {language: Language; parsed: LanguageFile},
	other: {language: Language; parsed: LanguageFile},
	problems: Problem[],
): void {
	const file = join(folder, `${other.language}.md`);
	for (const step of other.parsed.steps) {
		const model = one.parsed.steps.find(({id}) => id === step.id);
		if (!model) continue;
		const complain = (line: number, message: string) => problems.push({file, line, column: 1, message});
		const compareBlocks = (name: string, here: Passage, there: Passage) => {
			const [blocks, expected] = [codeBlocks(here), codeBlocks(there)];
			if (blocks.length !== expected.length) {
				complain(
					here.line,
					`${name} has ${blocks.length} code blocks here and ${expected.length} in ${one.language}.md`,
				);
				return;
			}
			for (const [index, {text, line}] of blocks.entries()) {
				const other = expected[index]!.text.split('\n');
				const differing = text.split('\n').findIndex((content, row) => content !== other[row]);
				if (text === expected[index]!.text) continue;
				complain(line + Math.max(0, differing), `this code block is another one in ${one.language}.md`);
			}
			const [quotes, others] = [backgroundCount(here), backgroundCount(there)];
			if (quotes !== others) {
				complain(here.line, `${name} has ${quotes} pieces of background here and ${others} in ${one.language}.md`);
			}
		};
		compareBlocks(`the story of ${step.id}`, step.story, model.story);
		for (const name of sectionNames) {
			const [here, there] = [step.sections[name], model.sections[name]];
			if (here && there) compareBlocks(`"### ${name}" of ${step.id}`, here.prose, there.prose);
			else if (here) complain(here.line, `${one.language}.md has no "### ${name}" in step ${step.id}`);
			else if (there) complain(step.line, `"### ${name}" of step ${step.id} is missing; ${one.language}.md has it`);
		}
	}
}

function codeBlocks({text, line}: Passage): Passage[] {
	const blocks: Passage[] = [];
	let fence = '';
	for (const [index, content] of text.split('\n').entries()) {
		const mark = /^\s*(```+|~~~+)/.exec(content)?.[1] ?? '';
		if (fence) blocks.at(-1)!.text += `\n${content.trimEnd()}`;
		else if (mark) blocks.push({text: content.trimEnd(), line: line + index});
		if (mark && (!fence || mark.startsWith(fence))) fence = fence ? '' : mark;
	}
	return blocks;
}

/** How many quotations a passage has: what begins with `>` and is not the next line of one. */
function backgroundCount({text}: Passage): number {
	return (text.match(/(?<!^>.*\n)^>/gm) ?? []).length;
}
