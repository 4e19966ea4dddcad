import type {Cluster} from '../clusters/cluster.ts';
import type {Lesson} from '../lesson/lesson.ts';
import type {Text} from '../text/text.ts';
import {UserError} from '../text/user-error.ts';

/** Refuses a lesson on a cluster that cannot do what the lesson needs. Throws UserError. */
export function requireCapabilities(
	{id, needs}: Pick<Lesson, 'id' | 'needs'>,
	{capabilities, title}: Pick<Cluster, 'capabilities' | 'title'>,
	text: Text,
): void {
	const missing = needs.filter(need => !capabilities.has(need));
	if (missing.length > 0) throw new UserError(text.clusters.lacks(id, title, missing.join(', ')));
}
