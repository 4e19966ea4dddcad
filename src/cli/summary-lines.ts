import type {RunSummary} from '../engine/summary.ts';
import {minutesAndSeconds} from '../text/duration.ts';
import type {Text} from '../text/text.ts';
import {alignColumns} from './columns.ts';

/** What there is to say when a learner leaves the lab: the steps, how long they took, and the predictions that came otherwise. `argument` names the lesson on the command line. */
export function summaryLines(summary: RunSummary, argument: string, text: Text): string[] {
	const words = text.cli.summary;
	const {lesson, solved, steps, spent, predictions} = summary;
	const answered = predictions.right + predictions.wrong;
	const surprises = steps.flatMap(({prediction}) =>
		prediction?.chosen !== undefined && !prediction.right
			? words.expected(prediction.question, prediction.chosen, prediction.answer).split('\n')
			: [],
	);
	return [
		words.title(lesson.title, solved, steps.length, minutesAndSeconds(spent)),
		...alignColumns(
			steps.map((step, index) => [
				`  ${index + 1}`,
				step.title,
				step.solved ? words.done : words.open,
				step.solved ? minutesAndSeconds(step.spent) : '',
			]),
		),
		...(answered > 0 ? [words.predictions(predictions.right, answered)] : []),
		...surprises.map(line => `  ${line}`),
		solved < steps.length ? words.goOn(argument) : words.again(argument),
	];
}
