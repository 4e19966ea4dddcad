import {afterEach, beforeEach, expect, test} from 'vitest';
import {memoryJournal} from '../../src/engine/journal.ts';
import {openRun, type Run} from '../../src/engine/open-run.ts';
import type {RunEvent} from '../../src/engine/run-state.ts';
import type {Lesson} from '../../src/lesson/lesson.ts';
import {loadLesson} from '../../src/lesson/load-lesson.ts';
import {noRequests, type RequestView, withRequest} from '../../src/observe/request-counts.ts';
import type {Trickle} from '../../src/observe/request-recorder.ts';
import {withRequests} from '../../src/observe/with-requests.ts';
import {writeLesson} from '../lesson/lesson-folder.ts';
import {handDrivenObserver, handDrivenTime} from './hand-driven.ts';

/** Two steps, each solved by five answered requests and spoilt by a failed one; the second has a trickle. */
function fiveRequestsTwice(): Lesson {
	const step = (id: string) => `## ${id}: A step

Ask.

### checks

- five: Five answers, and no failure.
  - \${requests("web").answered} answers, \${requests("web").failed} failures.
`;
	const text = `# Requests\n\nAbout them.\n\n${step('one')}\n${step('two')}`;
	const {folder, remove} = writeLesson({
		'lesson.yaml': `format: 1
minutes: 1
watch: {pods: app=web, services: [web]}
requests: {service: web, perSecond: 20}
cleanup: ['true']
steps:
  - id: one
    commands: [ask]
    checks: [{id: five, expr: requests("web").answered >= 5 && requests("web").failed == 0}]
  - id: two
    trickle: true
    commands: [ask]
    checks: [{id: five, expr: requests("web").answered >= 5 && requests("web").failed == 0}]
`,
		'en.md': text,
		'zh-CN.md': text,
	});
	const lesson = loadLesson(folder);
	remove();
	return lesson;
}

/** A recorder that counts what the test says. */
function handDrivenRecorder() {
	const listeners = new Set<() => void>();
	let requests = noRequests;
	const trickles: (Trickle | undefined)[] = [];
	return {
		trickles,
		requests: () => requests,
		restore(earlier: typeof noRequests) {
			requests = earlier;
		},
		trickle: (what: Trickle | undefined) => void trickles.push(what),
		subscribe(listener: () => void) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		ask(times: number, part: Partial<RequestView> = {}) {
			const request = {at: 0, host: 'web', client: 'a', address: '10.0.0.1:80', took: 1, ...part};
			for (let index = 0; index < times; index++) requests = withRequest(requests, request);
			for (const listener of listeners) listener();
		},
	};
}

const lesson = fiveRequestsTwice();
let recorder: ReturnType<typeof handDrivenRecorder>;
let events: RunEvent[];
let run: Run;

/** Opens a run that goes on from the events so far, with a recorder that has counted nothing yet. */
function open() {
	recorder = handDrivenRecorder();
	run = openRun({
		lesson,
		cluster: {title: 'SIM', simulated: true},
		language: 'en',
		// The journal is a file: what comes back has been through JSON.
		journal: {
			...memoryJournal(),
			events: JSON.parse(JSON.stringify(events)),
			append: event => void events.push(event),
		},
		observer: withRequests(handDrivenObserver(), recorder, {now: () => 0}),
		requests: recorder,
		time: handDrivenTime(),
	});
}
const check = () => run.view().step.checks[0]!;

beforeEach(() => {
	events = [];
	open();
});
afterEach(() => run.close());

test('a step is solved by its own requests, and shows them as they come', () => {
	recorder.ask(4);
	expect(check()).toMatchObject({state: 'waiting', waiting: '4 answers, 0 failures.'});
	recorder.ask(1, {client: 'b'});
	expect(check().state).toBe('passed');
	expect(run.view().requests).toMatchObject({
		service: 'web',
		perSecond: 0,
		total: 5,
		failed: 0,
		clients: ['a', 'b'],
		answers: [{address: '10.0.0.1:80', counts: [4, 1]}],
		failures: [],
	});
	run.actions.next();
	expect(run.view().requests).toMatchObject({total: 0, answers: [], recent: [], perSecond: 20});
	expect(check().waiting).toBe('0 answers, 0 failures.');
});

test('a request that failed is shown with its reason, and entering the step anew forgets it', () => {
	recorder.ask(5);
	run.actions.next();
	recorder.ask(1, {failure: 'refused', address: '', detail: 'nobody listens'});
	recorder.ask(5);
	expect(check()).toMatchObject({state: 'waiting', waiting: '5 answers, 1 failures.'});
	expect(run.view().requests).toMatchObject({
		failed: 1,
		failures: [{failure: 'refused', detail: 'nobody listens', count: 1}],
	});
	run.actions.back();
	run.actions.next();
	expect(run.view().requests?.total).toBe(0);
	recorder.ask(5);
	expect(check().state).toBe('passed');
});

test('requests to others are not the lesson’s', () => {
	recorder.ask(5, {host: 'elsewhere'});
	expect(run.view().requests?.total).toBe(0);
	expect(check().state).toBe('waiting');
});

test('a resumed run goes on counting where it was left', () => {
	recorder.ask(5);
	run.actions.next();
	recorder.ask(3);
	run.close();
	expect(recorder.trickles.some(what => what?.settle)).toBe(false);
	open();
	expect(run.view().stepIndex).toBe(1);
	// Whoever resumes may have started the cluster again just now.
	expect(recorder.trickles).toEqual([{url: 'http://web/', perSecond: 20, settle: true}]);
	expect(check().waiting).toBe('3 answers, 0 failures.');
	recorder.ask(2);
	expect(check().state).toBe('passed');
	run.actions.back();
	expect(check().state).toBe('passed');
});

test('a session that was killed costs at most the requests of its last step', () => {
	recorder.ask(5);
	run.actions.next();
	recorder.ask(3);
	open();
	expect(check().waiting).toBe('0 answers, 0 failures.');
	recorder.ask(5);
	expect(check().state).toBe('passed');
});

test('the lab asks only during the steps that want it', () => {
	expect(recorder.trickles.every(what => what === undefined)).toBe(true);
	recorder.ask(5);
	run.actions.next();
	expect(recorder.trickles.at(-1)).toEqual({url: 'http://web/', perSecond: 20});
	run.actions.back();
	expect(recorder.trickles.at(-1)).toBeUndefined();
	run.actions.next();
	recorder.ask(5);
	run.actions.next();
	expect(run.view().finished).toBe(true);
	expect(recorder.trickles.at(-1)).toBeUndefined();
});

test('nobody asks any more once the run is closed', () => {
	recorder.ask(5);
	run.actions.next();
	run.close();
	expect(recorder.trickles.at(-1)).toBeUndefined();
});

test('an earlier moment has the requests of then, from the beginning of the step it lies in', () => {
	let now = 0;
	const asked = handDrivenRecorder();
	const observer = handDrivenObserver();
	const remembering = withRequests({...observer, snapshotAt: at => ({...observer.snapshot(), at})}, asked, {
		now: () => now,
	});
	const past = openRun({
		lesson,
		cluster: {title: 'SIMULATED', simulated: true},
		language: 'en',
		journal: memoryJournal(),
		observer: remembering,
		requests: asked,
		time: handDrivenTime(),
	});
	const partAt = (at: number) => past.requestsIn(past.snapshotAt(at)!);
	now = 10;
	asked.ask(3);
	now = 20;
	asked.ask(2, {failure: 'refused', address: ''});
	expect(partAt(5)?.total).toBe(0);
	expect(partAt(10)).toMatchObject({total: 3, failed: 0, answers: [{address: '10.0.0.1:80', counts: [3]}]});
	expect(partAt(15)?.recent).toHaveLength(3);
	expect(partAt(20)).toMatchObject({total: 5, failed: 2});
	now = 30;
	// 200 more are more than a snapshot tells one by one.
	for (let round = 0; round < 20; round++) asked.ask(10);
	expect(partAt(30)?.recent).toHaveLength(120);
	expect(partAt(20)?.recent.map(({failure}) => failure)).toEqual([
		undefined,
		undefined,
		undefined,
		'refused',
		'refused',
	]);
	past.close();
});
