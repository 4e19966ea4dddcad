import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {findLesson} from '../../src/lesson/find-lessons.ts';
import type {ProofEvent} from '../../src/plain/proof-event.ts';
import {testLesson} from '../../src/plain/test-lesson.ts';
import {textIn} from '../../src/text/text.ts';
import {hasKubectl, openPlace, type Place} from './place.ts';

let place: Place;
beforeAll(async () => {
	place = await openPlace({speed: 10});
});
afterAll(() => place.close());

describe.skipIf(!hasKubectl)('lessons that are judged by requests, with kubectl and curl', () => {
	test.each(['load-sharing', 'rolling-update'])(
		'%s is proven both ways, with all its wrong answers',
		{timeout: 240_000},
		async id => {
			const lesson = findLesson(id)!;
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
		},
	);
});
