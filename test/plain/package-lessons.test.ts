import {describe, expect, onTestFinished, test} from 'vitest';
import {lessonIds} from '../../src/lesson/find-lessons.ts';
import {findLesson} from '../../src/lesson/load-lessons.ts';
import type {ProofEvent} from '../../src/plain/proof-event.ts';
import {testLesson} from '../../src/plain/test-lesson.ts';
import {textIn} from '../../src/text/text.ts';
import {hasKubectl, openPlace} from './place.ts';

if (!hasKubectl) console.warn('SKIPPED: no kubectl on PATH to prove the lessons with');

describe.skipIf(!hasKubectl)('the lessons of the package, with kubectl and curl', () => {
	// Each on a cluster of its own, so that what a failed try leaves behind does not disturb the next.
	test.each(lessonIds())('%s is proven both ways, with at least three wrong answers', {timeout: 300_000}, async id => {
		const place = await openPlace({speed: 10});
		onTestFinished(() => place.close());
		const lesson = findLesson(id)!;
		expect(lesson.steps.flatMap(({wrong}) => wrong).length).toBeGreaterThanOrEqual(3);
		const problems: ProofEvent[] = [];
		const passed = await testLesson({
			...(await place.forLesson(lesson)),
			text: textIn('en'),
			emit(event) {
				if (event.event === 'problem') problems.push(event);
			},
		});
		expect(problems).toEqual([]);
		expect(passed).toBe(true);
	});
});
