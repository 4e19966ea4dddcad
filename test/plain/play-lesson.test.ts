import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {loadLesson} from '../../src/lesson/load-lesson.ts';
import {findLesson} from '../../src/lesson/load-lessons.ts';
import {createLineSplitter} from '../../src/plain/line-splitter.ts';
import {type PlayEvent, playLines} from '../../src/plain/play-event.ts';
import {playLesson} from '../../src/plain/play-lesson.ts';
import {type Language, textIn} from '../../src/text/text.ts';
import {hasKubectl, openPlace, type Place} from './place.ts';

let place: Place;
beforeAll(async () => {
	place = await openPlace({speed: 20});
});
afterAll(() => place.close());

async function play(lesson: ReturnType<typeof loadLesson>, language: Language, limitMs?: number) {
	const events: PlayEvent[] = [];
	const passed = await playLesson({
		...(await place.forLesson(lesson)),
		language,
		text: textIn(language),
		limitMs,
		emit: event => events.push(event),
	});
	return {passed, events, lines: events.flatMap(event => playLines(event, textIn(language)))};
}

describe.skipIf(!hasKubectl)('playing a lesson with kubectl', () => {
	test.each(['en', 'zh-CN'] as const)(
		'tells the lesson endpoints from title to end in %s',
		{timeout: 120_000},
		async language => {
			const lesson = findLesson('endpoints')!;
			const {passed, events, lines} = await play(lesson, language);
			const checks = lesson.steps.flatMap(step => step.checks);
			expect(checks.length).toBeGreaterThan(10);
			expect(lines.at(-1)).toBe(textIn(language).plain.allPassed(checks.length));
			expect(passed).toBe(true);

			expect(events[0]).toMatchObject({event: 'lesson', lesson: 'endpoints', title: lesson.text[language].title});
			const steps = events.flatMap(event => (event.event === 'step' ? [event.step] : []));
			expect(steps).toEqual(lesson.steps.map(({id}) => id));
			const end = events.at(-1);
			expect(end).toMatchObject({event: 'end', passed: true});
			if (end?.event !== 'end') return;
			expect(end.checks).toEqual(
				lesson.steps.flatMap(({id, checks}) => checks.map(check => ({step: id, check: check.id, passed: true}))),
			);

			const output = events.flatMap(event => (event.event === 'output' ? [event.text] : []));
			expect(output).toContain('<title>Welcome to nginx!</title>');
			expect(output.join('\n')).toContain(
				'Warning: v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
			);
			expect(output.join('\n')).toMatch(
				/my-service +10\.244\.\d\.\d+:80,10\.244\.\d\.\d+:80,10\.244\.\d\.\d+:80 \+ 2 more\.\.\./,
			);
			// Nothing in the text was left without a value.
			const words = events.filter(({event}) => ['step', 'check', 'explanation', 'command'].includes(event));
			expect(JSON.stringify(words)).not.toContain('${');
			expect(events.filter(({event}) => event === 'command')).toContainEqual({
				event: 'command',
				step: 'delete-one',
				command: expect.stringMatching(/^kubectl delete pod nginx-deployment-[a-z0-9]+-[a-z0-9]+$/),
			});
		},
	);

	test('ends with what is missing when a check does not come true', async () => {
		const lesson = loadLesson(new URL('../fixtures/lessons/not-achieved', import.meta.url).pathname);
		const {passed, events, lines} = await play(lesson, 'en', 1_500);
		expect(passed).toBe(false);
		expect(events).toContainEqual({
			event: 'check',
			step: 'make',
			check: 'made',
			passed: false,
			text: 'It is there.',
			waiting: 'It is not there.',
		});
		expect(events.at(-1)).toMatchObject({event: 'end', passed: false});
		expect(lines).toContain('not true: It is there. It is not there.');
	});
});

test('output in pieces becomes whole lines', () => {
	const lines: string[] = [];
	const splitter = createLineSplitter(line => lines.push(line));
	for (const piece of ['on', 'e\ntw', 'o\r\n\nthr', 'ee']) splitter.push(piece);
	expect(lines).toEqual(['one', 'two', '']);
	splitter.flush();
	expect(lines).toEqual(['one', 'two', '', 'three']);
});
