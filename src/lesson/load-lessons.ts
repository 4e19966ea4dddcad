import {lessonFolderNamed, lessonFolders, lessonsFolder} from './find-lessons.ts';
import type {Lesson} from './lesson.ts';
import {loadLesson} from './load-lesson.ts';

/** Loads all lessons of a folder, in their order. Throws LessonError. */
export function loadLessons(folder = lessonsFolder()): Lesson[] {
	return lessonFolders(folder).map(lesson => loadLesson(lesson));
}

/** Loads one lesson by id; undefined if there is none of that id. Throws LessonError. */
export function findLesson(id: string, folder = lessonsFolder()): Lesson | undefined {
	const found = lessonFolderNamed(id, folder);
	return found === undefined ? undefined : loadLesson(found);
}
