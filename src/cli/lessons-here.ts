import type {OpenedCluster} from '../clusters/open-cluster.ts';
import {loadLessons} from '../lesson/load-lessons.ts';
import type {Context} from './context.ts';
import {lackedBy} from './require-capabilities.ts';

/** Tells which lessons cannot run on a cluster of the user's, and what each lacks. Throws what the connection throws. */
export async function tellLessons(cluster: OpenedCluster, {text, note}: Context): Promise<void> {
	const words = text.context.lessons;
	const lessons = loadLessons();
	const lacks = await Promise.all(lessons.map(lesson => lackedBy(cluster, lesson)));
	const able = lacks.filter(({length}) => length === 0).length;
	if (able === lessons.length) {
		note(words.all);
		return;
	}
	note(words.some(able, lessons.length));
	for (const [index, {id}] of lessons.entries()) {
		const missing = lacks[index] ?? [];
		if (missing.length > 0) note(`  ${words.lacks(id, missing.join(', '))}`);
	}
}
