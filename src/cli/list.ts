import {lessonCards} from '../lesson/find-lessons.ts';
import type {LessonCard} from '../lesson/lesson-card.ts';
import {alignColumns} from './columns.ts';
import type {Context, ExitCode} from './context.ts';
import type {RunOptions} from './program.ts';
import {solvedSteps} from './progress.ts';

/** `endpoint-lab list`: the lessons, with progress. */
export async function list(options: RunOptions, context: Context): Promise<ExitCode> {
	const {text, language, print} = context;
	const words = text.cli.list;
	const home = context.home();
	const lessons = lessonCards().map(lesson => ({lesson, solved: solvedSteps(home, lesson)}));
	if (options.json) {
		const entry = ({lesson, solved}: {lesson: LessonCard; solved: number}) => ({
			id: lesson.id,
			title: lesson.text[language].title,
			minutes: lesson.minutes,
			steps: lesson.stepIds.length,
			solved,
			done: solved === lesson.stepIds.length,
		});
		print(JSON.stringify(lessons.map(entry)));
		return 0;
	}
	if (lessons.length === 0) print(words.empty);
	const progress = (solved: number, steps: number) =>
		solved === 0 ? words.notStarted : solved === steps ? words.done : words.started(solved, steps);
	const rows = lessons.map(({lesson, solved}) => [
		lesson.id,
		lesson.text[language].title,
		words.minutes(lesson.minutes),
		progress(solved, lesson.stepIds.length),
	]);
	for (const line of alignColumns(rows)) print(line);
	const next = lessons.find(({lesson, solved}) => solved < lesson.stepIds.length) ?? lessons[0];
	if (next) print(`\n${words.start(next.lesson.id)}`);
	return 0;
}
