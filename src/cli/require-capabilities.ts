import type {Capability, Cluster} from '../clusters/cluster.ts';
import {rightName} from '../clusters/context/rights.ts';
import {adaptLesson} from '../lesson/adapt-lesson.ts';
import type {Lesson} from '../lesson/lesson.ts';
import {lessonRights} from '../lesson/lesson-rights.ts';
import type {Text} from '../text/text.ts';
import {UserError} from '../text/user-error.ts';

/** What a lesson needs of a cluster and the cluster lacks. */
const missingCapabilities = (
	{needs}: Pick<Lesson, 'needs'>,
	{capabilities}: Pick<Cluster, 'capabilities'>,
): Capability[] => needs.filter(need => !capabilities.has(need));

/** Refuses a lesson on a cluster that cannot do what the lesson needs. Throws UserError. */
export function requireCapabilities(
	lesson: Pick<Lesson, 'id' | 'needs'>,
	cluster: Pick<Cluster, 'capabilities' | 'title'>,
	text: Text,
): void {
	const missing = missingCapabilities(lesson, cluster);
	if (missing.length > 0) throw new UserError(text.clusters.lacks(lesson.id, cluster.title, missing.join(', ')));
}

/**
 * The rights that a lesson needs and the cluster's user lacks, as `create endpoints`; none where there are no limits. The lesson has been
 * adapted to the cluster. Throws what the connection throws.
 */
async function missingRights(lesson: Lesson, {missingRights}: Pick<Cluster, 'missingRights'>): Promise<string[]> {
	return missingRights ? (await missingRights(lessonRights(lesson))).map(rightName) : [];
}

/** Refuses a lesson on a cluster whose user may not do what the lesson does. Throws UserError. */
export async function requireRights(
	lesson: Lesson,
	cluster: Pick<Cluster, 'missingRights' | 'title'>,
	text: Text,
): Promise<void> {
	const missing = await missingRights(lesson, cluster);
	if (missing.length > 0) throw new UserError(text.context.lacksRights(lesson.id, cluster.title, missing.join(', ')));
}

/** All that a cluster lacks for a lesson: capabilities, and rights of its user. Throws what the connection throws. */
export async function lackedBy(
	cluster: Pick<Cluster, 'capabilities' | 'missingRights' | 'namespace'>,
	lesson: Lesson,
): Promise<string[]> {
	const missing = missingCapabilities(lesson, cluster);
	return missing.length > 0 ? missing : await missingRights(adaptLesson(lesson, cluster), cluster);
}
