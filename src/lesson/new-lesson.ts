import {copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {lessonsFolder} from './find-lessons.ts';

/**
 * Writes the lesson to begin with into a new folder, and the schema beside it, by which editors complete lesson.yaml.
 * Throws what the file system throws: EEXIST when the folder is there already.
 */
export function createLesson(folder: string): void {
	const lessons = lessonsFolder();
	const template = join(lessons, 'template');
	mkdirSync(dirname(folder), {recursive: true});
	mkdirSync(folder);
	for (const name of readdirSync(template)) {
		const text = readFileSync(join(template, name), 'utf8');
		writeFileSync(join(folder, name), text.replace('$schema=../lesson.schema.json', '$schema=lesson.schema.json'));
	}
	copyFileSync(join(lessons, 'lesson.schema.json'), join(folder, 'lesson.schema.json'));
}
