import type {Moments} from '../lesson/expressions.ts';
import type {Lesson, Step, StepText} from '../lesson/lesson.ts';
import type {ObserveStatus, Snapshot, TimelineEntry} from '../observe/snapshot.ts';
import {type Language, textIn} from '../text/text.ts';
import {isDisturbed, isLooking, momentsOf, nextHint, unaskedHints} from './judge.ts';
import {requestsPart} from './requests-part.ts';
import {progressOf, type RunState} from './run-state.ts';
import {score, summarize} from './summary.ts';
import type {CheckView, PredictionView, RunView, StepView} from './view.ts';

/** What surrounds a run's state when it is shown. */
export type Surroundings = {
	lesson: Lesson;
	language: Language;
	cluster: RunView['cluster'];
	startedAt: number;
	observe: ObserveStatus;
	now: Snapshot;
	timeline: TimelineEntry[];
	/** Why progress cannot be written, if it cannot. */
	unsaved?: string;
	/** Why the lesson could not be read as it was saved last, a line each. */
	problems?: readonly string[];
};

/** Puts a run's state into the words and shapes that screens and listeners show. */
export function runView(state: RunState, around: Surroundings): RunView {
	const {lesson, language} = around;
	const text = lesson.text[language];
	const stepIndex = currentIndex(lesson, state);
	const step = lesson.steps[stepIndex]!;
	const moments = momentsOf(lesson, state, step, around.now);
	const words = textIn(language).engine;
	const unasked: string[] = [];
	if (around.problems && around.problems.length > 0) unasked.push(words.unreadable(around.problems));
	if (around.unsaved !== undefined) unasked.push(words.unsaved(around.unsaved));
	if (around.observe.state === 'live' && isDisturbed(lesson, state, step, around.now)) {
		unasked.push(words.disturbed(lesson.argument ?? lesson.id, step.id));
	}
	const view = stepView(step, text.steps[step.id]!, state, moments);
	return {
		lesson: {id: lesson.id, title: text.title},
		language,
		cluster: around.cluster,
		startedAt: around.startedAt,
		stepIndex,
		steps: lesson.steps.map(({id}) => ({
			id,
			title: text.steps[id]!.title,
			solved: progressOf(state, id).solvedAt !== undefined,
			helped: progressOf(state, id).helped,
		})),
		step: {...view, hints: [...unasked, ...view.hints]},
		finished: state.finished,
		summary: state.finished ? summarize(lesson, state, language) : undefined,
		predictions: score(lesson, state),
		secret: lesson.steps.some(({id, drill}) => drill && progressOf(state, id).solvedAt === undefined),
		watch: lesson.watch,
		observe: around.observe,
		now: around.now,
		before: progressOf(state, step.id).remembered,
		requests: requestsPart(lesson, step, around.now, progressOf(state, step.id).requestsBefore),
		timeline: around.timeline,
	};
}

/** The step to show: the one entered last, else the first that is not solved. */
export function currentIndex(lesson: Lesson, state: RunState): number {
	const entered = lesson.steps.findIndex(({id}) => id === state.current);
	if (entered !== -1) return entered;
	const open = lesson.steps.findIndex(({id}) => progressOf(state, id).solvedAt === undefined);
	return open === -1 ? 0 : open;
}

function stepView(step: Step, text: StepText, state: RunState, moments: Moments): StepView {
	const progress = progressOf(state, step.id);
	const solved = progress.solvedAt !== undefined;
	return {
		id: step.id,
		title: text.title,
		story: text.story.fill(moments),
		explanation: solved ? text.afterwards?.fill(moments) : undefined,
		commands: step.drill && !solved ? [] : step.commands.map(({line}) => line.fill(moments)),
		looking: isLooking(step),
		solved,
		prediction: predictionView(step, text, progress, moments),
		checks: step.checks.map((check): CheckView => {
			const words = text.checks[check.id]!;
			const passed = check.condition(moments);
			return {
				id: check.id,
				state: passed ? 'passed' : solved ? 'broken' : 'waiting',
				text: words.text.fill(moments),
				waiting: passed ? undefined : words.waiting.fill(moments),
			};
		}),
		hints: shownHints(step, progress.hints, moments).map(id => text.hints[id]!.fill(moments)),
		moreHints: nextHint(step, state, moments) !== undefined,
	};
}

function predictionView(
	step: Step,
	text: StepText,
	progress: {solvedAt?: number; prediction?: string; commands: number},
	moments: Moments,
): PredictionView | undefined {
	if (!step.predict || !text.question) return undefined;
	const {choices, answer} = step.predict;
	const {prediction: chosen, solvedAt, commands} = progress;
	const solved = solvedAt !== undefined;
	return {
		question: text.question.fill(moments),
		choices: choices.map(id => ({id, text: text.choices[id]!.fill(moments)})),
		open: !solved && commands === 0,
		chosen,
		right: solved && chosen !== undefined ? chosen === answer : undefined,
		answer: solved ? answer : undefined,
	};
}

/** What nobody asked for, then hints for the present state, then the others in the order of asking. */
function shownHints(step: Step, shown: string[], moments: Moments): string[] {
	const unasked = unaskedHints(step, moments).map(({id}) => id);
	const known = shown.filter(id => step.hints.some(hint => hint.id === id));
	const present = known.filter(id => step.hints.find(hint => hint.id === id)?.when?.(moments));
	return [...unasked, ...present, ...known.filter(id => !present.includes(id))];
}
