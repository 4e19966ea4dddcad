import {expect, test} from 'vitest';
import {fold, type RunEvent} from '../../src/engine/run-state.ts';
import {runView} from '../../src/engine/run-view.ts';
import {findLesson} from '../../src/lesson/load-lessons.ts';

const lesson = findLesson('detective')!;
const nothing = {at: 0, pods: [], services: [], endpoints: [], slices: [], deployments: []};

function viewAfter(...events: RunEvent[]) {
	return runView(fold([{at: 1, type: 'open', seed: 1}, ...events]), {
		lesson,
		language: 'en',
		cluster: {title: 'SIM', simulated: true},
		startedAt: 0,
		observe: {state: 'live'},
		now: nothing,
		timeline: [],
	});
}

const enter: RunEvent = {at: 2, type: 'enter', step: 'mend'};

test('until a drill is solved nothing proposes its commands, explains it, or says why Pods are left out', () => {
	expect(viewAfter().secret).toBe(true);
	const {secret, step} = viewAfter(enter);
	expect(secret).toBe(true);
	expect(step.commands).toEqual([]);
	expect(step.explanation).toBeUndefined();
});

test('once it is solved, all of that is shown', () => {
	const {secret, step} = viewAfter(enter, {at: 3, type: 'solve', step: 'mend'});
	expect(secret).toBe(false);
	expect(step.commands).toEqual([expect.stringContaining('kubectl patch service shop')]);
	expect(step.explanation).toMatch(/^\*\*It was the Service's selector\*\*\n\nIt selected `app=shpo,tier=web`/);
});

test('the seed is that of the latest opening', () => {
	expect(
		fold([
			{at: 1, type: 'open', seed: 4},
			{at: 2, type: 'close'},
			{at: 3, type: 'open', seed: 9},
		]).seed,
	).toBe(9);
	expect(fold([{at: 1, type: 'open'}]).seed).toBeUndefined();
});
