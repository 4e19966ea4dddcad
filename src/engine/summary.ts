import type {Lesson, Step} from '../lesson/lesson.ts';
import type {Language} from '../text/text.ts';
import {momentsOf} from './judge.ts';
import {type Help, progressOf, type RunState} from './run-state.ts';

/** How one step went. Times are ms. */
type StepSummary = {
	id: string;
	title: string;
	solved: boolean;
	/** The lab did it, or showed how. */
	helped?: Help;
	spent: number;
	hints: number;
	/** Absent when the step asks nothing. */
	prediction?: {
		question: string;
		/** The text of what the learner chose; undefined when the question was passed over. */
		chosen?: string;
		answer: string;
		right: boolean;
		/** Of a wrong one: why the right answer is right, Markdown. */
		why?: string;
	};
};

/** How a run went, for the words at the end. */
export type RunSummary = {
	lesson: {id: string; title: string};
	finished: boolean;
	spent: number;
	solved: number;
	steps: StepSummary[];
	/** Of the predictions in solved steps. */
	predictions: {right: number; wrong: number; unanswered: number};
};

/** Sums a run up; pure. */
export function summarize(lesson: Lesson, state: RunState, language: Language): RunSummary {
	const text = lesson.text[language];
	const steps = lesson.steps.map((step): StepSummary => {
		const {solvedAt, helped, spent, hints} = progressOf(state, step.id);
		return {
			id: step.id,
			title: text.steps[step.id]!.title,
			solved: solvedAt !== undefined,
			helped,
			spent,
			hints: hints.length,
			prediction: solvedAt === undefined ? undefined : predictionSummary(lesson, step, state, language),
		};
	});
	const predictions = steps.flatMap(({prediction}) => prediction ?? []);
	return {
		lesson: {id: lesson.id, title: text.title},
		finished: state.finished,
		spent: state.spent,
		solved: steps.filter(({solved}) => solved).length,
		steps,
		predictions: {
			right: predictions.filter(({right}) => right).length,
			wrong: predictions.filter(({right, chosen}) => !right && chosen !== undefined).length,
			unanswered: predictions.filter(({chosen}) => chosen === undefined).length,
		},
	};
}

/** Of the predictions in solved steps, how many were made and how many came true. */
export function score(lesson: Lesson, state: RunState): {right: number; answered: number} {
	const made = lesson.steps.filter(({id, predict}) => {
		const {solvedAt, prediction} = progressOf(state, id);
		return predict !== undefined && solvedAt !== undefined && prediction !== undefined;
	});
	const right = made.filter(({id, predict}) => progressOf(state, id).prediction === predict?.answer);
	return {right: right.length, answered: made.length};
}

const nothing = {at: 0, pods: [], services: [], endpoints: [], slices: [], deployments: []};

function predictionSummary(lesson: Lesson, step: Step, state: RunState, language: Language): StepSummary['prediction'] {
	const words = lesson.text[language].steps[step.id]!;
	if (!step.predict || !words.question) return undefined;
	const {prediction, solvedWith} = progressOf(state, step.id);
	const right = prediction === step.predict.answer;
	const moments = momentsOf(lesson, state, step, solvedWith ?? nothing);
	return {
		question: words.question.fill(moments),
		chosen: prediction === undefined ? undefined : words.choices[prediction]?.fill(moments),
		answer: words.choices[step.predict.answer]!.fill(moments),
		right,
		why: solvedWith && !right ? words.afterwards?.fill(moments) : undefined,
	};
}
