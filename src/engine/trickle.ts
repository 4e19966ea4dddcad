import type {Lesson, Step} from '../lesson/lesson.ts';
import type {Trickle} from '../observe/request-recorder.ts';

/** The requests that the lab sends during a step, if it does. */
export function trickleOf({requests}: Lesson, {trickle}: Step): Trickle | undefined {
	if (!trickle || !requests?.perSecond) return undefined;
	return {url: `http://${requests.service}/`, perSecond: requests.perSecond};
}
