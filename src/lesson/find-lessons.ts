import {existsSync, readdirSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {type LessonCard, lessonIdOf, readLessonCard} from './lesson-card.ts';

/**
 * The package's `lessons` folder: the nearest one above this module, whether it runs from `src` or bundled in `dist`.
 */
export function lessonsFolder(): string {
	for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
		const lessons = join(folder, 'lessons');
		if (existsSync(join(lessons, 'lesson.schema.json'))) return lessons;
		if (folder === dirname(folder)) {
			throw new Error('This installation of endpoint-lab lacks its lessons folder. Install the package again.');
		}
	}
}

/** The ids of the package's lessons in their order, without loading them. */
export function lessonIds(folder = lessonsFolder()): string[] {
	return lessonFolders(folder).map(lessonIdOf);
}

/** The cards of all lessons of a folder, in their order. Throws LessonError. */
export function lessonCards(folder = lessonsFolder()): LessonCard[] {
	return lessonFolders(folder).map(readLessonCard);
}

/** The folder of the lesson with an id; undefined if there is none. */
export function lessonFolderNamed(id: string, folder = lessonsFolder()): string | undefined {
	return lessonFolders(folder).find(lesson => lessonIdOf(lesson) === id);
}

/** The folders of all lessons in a folder, in their order. What has no number is none: the template of new ones. */
export function lessonFolders(folder = lessonsFolder()): string[] {
	return readdirSync(folder)
		.filter(name => /^\d+-/.test(name) && existsSync(join(folder, name, 'lesson.yaml')))
		.sort()
		.map(name => join(folder, name));
}
