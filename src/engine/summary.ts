import type {Lesson} from '../lesson/lesson.ts';
import type {Language} from '../text/text.ts';
import {progressOf, type RunState} from './run-state.ts';

/** How one step went. Times are ms. */
type StepSummary = {
	id: string;
	title: string;
	solved: boolean;
	spent: number;
	hints: number;
	/** Absent when the step asks nothing. */
	prediction?: {
		question: string;
		/** The text of what the learner chose; undefined when the question was passed over. */
		chosen?: string;
		answer: string;
		right: boolean;
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
	const empty = {now: {at: 0, pods: [], services: [], endpoints: [], slices: [], deployments: []}, remembered: {}};
	const steps = lesson.steps.map((step): StepSummary => {
		const {solvedAt, spent, hints, prediction} = progressOf(state, step.id);
		const words = text.steps[step.id]!;
		const solved = solvedAt !== undefined;
		return {
			id: step.id,
			title: words.title,
			solved,
			spent,
			hints: hints.length,
			prediction:
				step.predict && words.question && solved
					? {
							question: words.question.fill(empty),
							chosen: prediction === undefined ? undefined : words.choices[prediction]?.fill(empty),
							answer: words.choices[step.predict.answer]!.fill(empty),
							right: prediction === step.predict.answer,
						}
					: undefined,
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
