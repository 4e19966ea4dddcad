import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Lesson} from './lesson.ts';

/** A hash of all in a lesson that decides what runs: lesson.yaml and the manifests, but not the words. */
export function lessonHash({folder, sources}: Pick<Lesson, 'folder' | 'sources'>): string {
	const hash = createHash('sha256');
	for (const name of ['lesson.yaml', ...[...sources].sort()]) {
		const content = readFileSync(join(folder, name));
		hash.update(`${name}\n${content.length}\n`).update(content);
	}
	return hash.digest('hex');
}
