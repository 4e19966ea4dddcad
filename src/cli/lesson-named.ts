import {findLesson, lessonIds} from '../lesson/find-lessons.ts';
import type {Lesson} from '../lesson/lesson.ts';
import type {Text} from '../text/text.ts';
import {UserError} from '../text/user-error.ts';
import {suggestion} from './program.ts';

/** The lesson of that name. Throws UserError when there is none, and LessonError when it cannot be loaded. */
export function lessonNamed(name: string, text: Text): Lesson {
	const lesson = findLesson(name);
	if (lesson) return lesson;
	const ids = lessonIds();
	throw new UserError(text.cli.unknownLesson(name, ids.join(', ')) + suggestion(name, ids, text), 2);
}
