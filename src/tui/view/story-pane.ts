import type {RunSummary} from '../../engine/summary.ts';
import type {CheckView, PredictionView, RunView, StepView} from '../../engine/view.ts';
import type {Text} from '../../text/text.ts';
import type {Symbols, Tone} from '../theme.ts';
import {type Line, line, wrap} from './line.ts';
import {markdownLines} from './markdown.ts';

/** The text of a step with the places in it that the screen may want to bring into view. */
export type StoryDocument = {lines: Line[]; anchors: {prediction?: number; hints?: number; explanation?: number}};

/** Whether the learner still has to answer the step's prediction. */
export function predictionIsOpen(step: StepView): boolean {
	return step.prediction?.open === true && step.prediction.chosen === undefined;
}

/** A step as one document: title, story, prediction, commands, hints and what is said once it is solved. */
export function storyDocument(
	view: RunView,
	width: number,
	text: Text,
	symbols: Symbols,
	parts: {prediction: boolean; checks: boolean},
): StoryDocument {
	const {step} = view;
	const anchors: StoryDocument['anchors'] = {};
	const lines: Line[] = [...wrap([{text: `${view.stepIndex + 1}. ${step.title}`, tone: 'title'}], width, 3), []];
	const add = (block: readonly Line[]) => {
		if (block.length > 0) lines.push(...block, []);
	};
	add(markdownLines(step.story, width, symbols));
	if (parts.prediction && step.prediction) {
		anchors.prediction = lines.length;
		add(predictionLines(step.prediction, step.solved, width, text, symbols));
	}
	// A story that shows the commands in its own text need not have them below once more.
	add(
		commandLines(
			step.commands.filter(command => !step.story.includes(command)),
			width,
		),
	);
	if (parts.checks) add(checkLines(step.checks, width, symbols));
	if (step.hints.length > 0 || (step.moreHints && !step.solved)) {
		anchors.hints = lines.length;
		add(hintLines(step, width, text, symbols));
	}
	if (step.solved && step.explanation) {
		anchors.explanation = lines.length;
		lines.push(...wrap(solvedLine(view, text, symbols), width), []);
		add(markdownLines(step.explanation, width, symbols));
	}
	while (lines.length > 0 && lines.at(-1)?.length === 0) lines.pop();
	return {lines, anchors};
}

function solvedLine({step: {prediction}, predictions}: RunView, text: Text, symbols: Symbols): Line {
	const done: Line = [{text: `${symbols.done} ${text.screen.solved}`, tone: 'good'}];
	if (prediction?.right === undefined) return done;
	const {predictedRight, predictedWrong, score} = text.screen;
	return [
		...done,
		{text: prediction.right ? predictedRight : predictedWrong, tone: 'strong'},
		...(predictions.answered > 1 ? [{text: ` ${score(predictions.right, predictions.answered)}`}] : []),
	];
}

function commandLines(commands: readonly string[], width: number): Line[] {
	return commands.flatMap(command =>
		command.split('\n').flatMap((part, index) =>
			wrap(
				[
					{text: index === 0 ? '$ ' : '  ', tone: 'dim'},
					{text: part, tone: 'code'},
				],
				width,
				4,
			),
		),
	);
}

/** The question with its numbered choices, and once it is answered and solved, what was right. */
export function predictionLines(
	prediction: PredictionView,
	solved: boolean,
	width: number,
	text: Text,
	symbols: Symbols,
): Line[] {
	const lines = wrap(
		[
			{text: text.screen.predict, tone: prediction.chosen === undefined && !solved ? 'warn' : 'strong'},
			{text: prediction.question},
		],
		width,
	);
	prediction.choices.forEach((choice, index) => {
		const chosen = choice.id === prediction.chosen;
		const answer = prediction.answer === choice.id;
		const tone: Tone = answer ? 'good' : chosen ? (prediction.right === false ? 'bad' : 'strong') : 'plain';
		const sign = chosen ? symbols.arrow : ' ';
		lines.push(
			...wrap(
				[{text: `${sign.padEnd(2)}${index + 1} ${choice.text}${answer ? ` ${symbols.done}` : ''}`, tone}],
				width,
				4,
			),
		);
	});
	if (prediction.chosen !== undefined && prediction.right === undefined) {
		lines.push(...wrap([{text: text.screen.predicted, tone: 'dim'}], width));
	}
	return lines;
}

const checkTones: Record<CheckView['state'], Tone> = {waiting: 'plain', passed: 'good', broken: 'warn'};

/** Each check with its sign: what holds; while it waits, what is missing; what held once and what is missing now. */
export function checkLines(checks: readonly CheckView[], width: number, symbols: Symbols): Line[] {
	const signs = {waiting: symbols.waiting, passed: symbols.done, broken: symbols.broken};
	return checks.flatMap(check => {
		const words = check.state === 'waiting' ? (check.waiting ?? check.text) : check.text;
		const lines = wrap([{text: `${signs[check.state]} ${words}`, tone: checkTones[check.state]}], width, 2);
		if (check.state !== 'broken' || !check.waiting) return lines;
		return [...lines, ...wrap([{text: `  ${check.waiting}`, tone: 'dim'}], width, 2)];
	});
}

function hintLines(step: StepView, width: number, text: Text, symbols: Symbols): Line[] {
	const lines = step.hints.flatMap(hint =>
		markdownLines(hint, width - 2, symbols).map(
			(content, index): Line => [{text: index === 0 ? '? ' : '  ', tone: 'warn'}, ...content],
		),
	);
	if (step.moreHints && !step.solved) {
		const words = step.hints.length > 0 ? text.screen.moreHints : text.screen.hintsExist;
		lines.push(line(words, 'dim'));
	}
	return lines;
}

/** The page after the last step: how each went, and of the predictions that came otherwise why. */
export function finishedDocument(view: RunView, width: number, text: Text, symbols: Symbols): StoryDocument {
	const {result} = text.screen;
	const lines: Line[] = [
		...wrap([{text: text.screen.finished(view.lesson.title), tone: 'title'}], width),
		[],
		...view.steps.flatMap((step, index) => {
			const hints = view.summary?.steps[index]?.hints ?? 0;
			const notes = [result[step.helped ?? 'self'], hints > 0 ? result.hints(hints) : ''].filter(Boolean);
			return wrap(
				[
					{text: `${step.solved ? symbols.done : symbols.off} `, tone: step.solved ? 'good' : 'dim'},
					{text: `${index + 1}. ${step.title}`},
					...(notes.length > 0 ? [{text: `  (${notes.join(', ')})`, tone: 'dim' as const}] : []),
				],
				width,
				5,
			);
		}),
		[],
		...(view.summary ? predictionResults(view.summary, width, text, symbols) : []),
		...wrap([{text: text.screen.finishedHow}], width),
	];
	return {lines, anchors: {}};
}

function predictionResults({predictions, steps}: RunSummary, width: number, text: Text, symbols: Symbols): Line[] {
	const {result} = text.screen;
	const {right, wrong, unanswered} = predictions;
	if (right + wrong + unanswered === 0) return [];
	const score = right + wrong === 0 ? result.noPredictions : result.predictions(right, right + wrong);
	const surprises = steps.flatMap(({prediction}, index) => {
		if (prediction?.chosen === undefined || prediction.right) return [];
		return [
			...wrap([{text: `${index + 1}. ${prediction.question}`, tone: 'strong'}], width, 3),
			...wrap([{text: `   ${result.chosen}`, tone: 'dim'}, {text: prediction.chosen}], width, 3),
			...wrap(
				[
					{text: `   ${result.answer}`, tone: 'dim'},
					{text: prediction.answer, tone: 'good'},
				],
				width,
				3,
			),
			[],
			...(prediction.why ? [...markdownLines(prediction.why, width, symbols), []] : []),
		];
	});
	return [
		...wrap([{text: score, tone: 'strong'}], width),
		[],
		...(surprises.length > 0 ? [line(result.otherwise, 'title'), [], ...surprises] : []),
	];
}
