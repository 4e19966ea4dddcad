import {describe, expect, onTestFinished, test} from 'vitest';
import {adaptLesson} from '../../src/lesson/adapt-lesson.ts';
import type {Lesson} from '../../src/lesson/lesson.ts';
import {findLesson, loadLessons} from '../../src/lesson/load-lessons.ts';
import type {RequestsView} from '../../src/observe/request-counts.ts';
import type {RequestRecorder} from '../../src/observe/request-recorder.ts';
import {testLesson} from '../../src/plain/test-lesson.ts';
import {textIn} from '../../src/text/text.ts';
import {hasKubectl, openPlace} from './place.ts';

/** A cluster that can do nothing beyond the API and the network, as one that a learner brings along. */
const small = (lesson: Lesson) => adaptLesson(lesson, {capabilities: new Set(), namespace: 'default'});

const adapting = loadLessons().filter(lesson => {
	const {steps} = small(lesson);
	return lesson.needs.length === 0 && !lesson.drill && JSON.stringify(steps) !== JSON.stringify(lesson.steps);
});

/** Counts requests without knowing who answered them. */
function withoutAddresses(recorder: RequestRecorder): RequestRecorder {
	let known: RequestsView | undefined;
	let blind: RequestsView | undefined;
	return {
		...recorder,
		requests() {
			const now = recorder.requests();
			if (now === known && blind) return blind;
			known = now;
			const unknown = <T extends {address: string}>(list: readonly T[]) => list.map(each => ({...each, address: ''}));
			blind = {...now, counts: unknown(now.counts), recent: unknown(now.recent)};
			return blind;
		},
	};
}

test('the lessons that need more than a small cluster has, in part only, are known', () => {
	expect(adapting.map(({id}) => id)).toEqual([
		'restart-all',
		'load-sharing',
		'custom-endpoints',
		'readiness',
		'endpointslices',
		'rolling-update',
	]);
	for (const lesson of adapting) expect(small(lesson).steps.length).toBeGreaterThanOrEqual(4);
});

describe.skipIf(!hasKubectl)('on a cluster that lacks every capability', () => {
	test.each(adapting.map(({id}) => id))('what is left of %s is proven', {timeout: 300_000}, async id => {
		const place = await openPlace({speed: 10});
		onTestFinished(() => place.close());
		const adapted = small(findLesson(id)!);
		// That wrong answers are caught is proven where everything is there.
		const lesson = {...adapted, steps: adapted.steps.map(step => ({...step, wrong: []}))};
		const prepared = await place.forLesson(lesson);
		const problems: unknown[] = [];
		const passed = await testLesson({
			...prepared,
			requests: prepared.requests && withoutAddresses(prepared.requests),
			text: textIn('en'),
			emit(event) {
				if (event.event === 'problem') problems.push(event);
			},
		});
		expect(problems).toEqual([]);
		expect(passed).toBe(true);
	});
});
