import {expect, test} from 'vitest';
import {createExpressions, type Moments} from '../../src/lesson/expressions.ts';
import {loadLesson} from '../../src/lesson/load-lesson.ts';
import {LessonError} from '../../src/lesson/problem.ts';
import {noRequests, type RequestView, withRequest} from '../../src/observe/request-counts.ts';
import type {Snapshot} from '../../src/observe/snapshot.ts';
import {writeLesson} from './lesson-folder.ts';

const asked = (part: Partial<RequestView>) => ({
	at: 0,
	host: 'web',
	client: 'a',
	address: '10.0.0.1:80',
	took: 1,
	...part,
});
const earlier = [{}, {}, {client: 'b', address: '10.0.0.9:80'}].map(asked).reduce(withRequest, noRequests);
const later = [{}, {address: '10.0.0.2:80'}, {client: 'b'}, {client: 'b', address: '', failure: 'refused' as const}]
	.map(asked)
	.reduce(withRequest, earlier);
const snapshot = (requests?: typeof noRequests): Snapshot => ({
	at: 0,
	pods: [],
	services: [],
	endpoints: [],
	slices: [],
	deployments: [],
	requests,
});
const moments: Moments = {now: snapshot(later), remembered: {before: snapshot(earlier)}, requestsBefore: earlier};

const expressions = createExpressions('app=web', ['before']);
const ask = (source: string, at = moments) => expressions.text(source)(at);

test("a step's expressions see the requests of the step, a moment all up to then", () => {
	expect(ask('requests("web").total')).toBe('4');
	expect(ask('now.requests("web").total')).toBe('7');
	expect(ask('before.requests("web").total')).toBe('3');
	expect(ask('requests("other").total')).toBe('0');
});

test('requests are told apart by who asked, who answered and how they ended', () => {
	expect(ask('requests("web").answered')).toBe('3');
	expect(ask('requests("web").failed')).toBe('1');
	expect(ask('requests("web").clients')).toBe('a, b');
	expect(ask('requests("web").addresses')).toBe('10.0.0.1, 10.0.0.2');
	expect(ask('requests("web").from("a").addresses.size()')).toBe('2');
	expect(ask('requests("web").from("b").failed')).toBe('1');
	expect(ask('requests("web").by("10.0.0.1").total')).toBe('2');
	expect(ask('requests("web").from("a").last(1).addresses')).toBe('10.0.0.2');
	expect(ask('before.requests("web").from("a").last(50).total')).toBe('2');
});

test('where no requests are counted there are none, rather than an error', () => {
	const none: Moments = {now: snapshot(), remembered: {}};
	expect(ask('requests("web").total', none)).toBe('0');
	expect(ask('requests("web").last(10).addresses[0]', none)).toBeUndefined();
	expect(ask('before.requests("web").total', none)).toBeUndefined();
});

test('a misspelt field of requests fails when the lesson is loaded', () => {
	expect(() => expressions.condition('requests("web").lost == 0')).toThrow(/lost/);
	expect(() => expressions.condition('requests("web").last("10").failed == 0')).toThrow();
});

test('a trickle needs to know whom to ask, and how often', () => {
	const load = (requests: string) => {
		const {folder, remove} = writeLesson({
			'lesson.yaml': [
				'cleanup: [kubectl delete deployment web]\nsteps:\n  - id: make\n',
				`cleanup: [x]\n${requests}steps:\n  - id: make\n    trickle: true\n`,
			],
		});
		try {
			return loadLesson(folder);
		} catch (error) {
			if (!(error instanceof LessonError)) throw error;
			return error.problems.map(({line, message}) => `${line} ${message}`).join('\n');
		} finally {
			remove();
		}
	};
	expect(load('')).toMatch(/^9 a trickle needs "requests"/);
	expect(load('requests: {service: web}\n')).toMatch(/^10 a trickle needs "requests"/);
	expect(load('requests: {service: web, perSecond: 0}\n')).toContain('perSecond');
	expect(load('requests: {service: web, perSecond: 5}\n')).toMatchObject({
		requests: {service: 'web', perSecond: 5},
		steps: [{trickle: true}],
	});
});
