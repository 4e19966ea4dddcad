import {statSync} from 'node:fs';
import {resolve} from 'node:path';
import {lessonFolderNamed, lessonIds} from '../lesson/find-lessons.ts';
import type {Lesson} from '../lesson/lesson.ts';
import {loadLesson} from '../lesson/load-lesson.ts';
import {findLesson} from '../lesson/load-lessons.ts';
import type {Text} from '../text/text.ts';
import {UserError} from '../text/user-error.ts';
import {suggestion} from './program.ts';

/** The lesson of that name. Throws UserError when there is none, and LessonError when it cannot be loaded. */
export function lessonNamed(name: string, text: Text): Lesson {
	return findLesson(name) ?? unknownLesson(name, text);
}

/** Whether a word on the command line means a folder: it has a slash, or is no lesson's name and a folder is there. */
export function isFolder(name: string): boolean {
	if (/[/\\]/.test(name) || name === '.' || name === '..') return true;
	return !lessonIds().includes(name) && statSync(name, {throwIfNoEntry: false})?.isDirectory() === true;
}

/** The folder of a lesson that is named by its id or by its folder. Throws UserError when there is none. */
export function folderNamed(name: string, text: Text): string {
	if (!isFolder(name)) return lessonFolderNamed(name) ?? unknownLesson(name, text);
	const folder = resolve(name);
	if (!statSync(folder, {throwIfNoEntry: false})?.isDirectory()) throw new UserError(text.cli.noFolder(name), 2);
	return folder;
}

/** The lesson named by its id or its folder. Throws UserError and LessonError. */
export function lessonOrFolder(name: string, text: Text): Lesson {
	return loadLesson(folderNamed(name, text));
}

function unknownLesson(name: string, text: Text): never {
	const ids = lessonIds();
	throw new UserError(text.cli.unknownLesson(name, ids.join(', ')) + suggestion(name, ids, text), 2);
}
