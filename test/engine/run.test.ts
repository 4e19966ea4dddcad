import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {type Journal, memoryJournal} from '../../src/engine/journal.ts';
import {openRun, type Run} from '../../src/engine/open-run.ts';
import type {RunEvent} from '../../src/engine/run-state.ts';
import {showStep} from '../../src/engine/show-step.ts';
import {solveSteps} from '../../src/engine/solve-steps.ts';
import {handDrivenObserver, handDrivenTime} from './hand-driven.ts';
import {threeStepLesson} from './three-steps.ts';

const lesson = threeStepLesson();
let observer: ReturnType<typeof handDrivenObserver>;
let time: ReturnType<typeof handDrivenTime>;
let events: RunEvent[];
let run: Run;

/** Opens a run that goes on from the events so far. */
function open(journal: Journal = {...memoryJournal(), events: [...events], append: event => void events.push(event)}) {
	run = openRun({lesson, cluster: {title: 'SIM', simulated: true}, language: 'en', journal, observer, time});
	return run;
}

const step = () => run.view().step;
const check = () => step().checks[0]!;

/** Solves the first two steps and enters the third, whose Pods are a and b. */
function reachReplace() {
	observer.showPods('a', 'b');
	run.actions.next();
	run.actions.next();
	run.actions.next();
	expect(step().id).toBe('replace');
}

beforeEach(() => {
	observer = handDrivenObserver();
	time = handDrivenTime();
	events = [];
	open();
});
afterEach(() => run.close());

describe('a check', () => {
	test('says what is missing with observed values until it is true', () => {
		expect(check()).toMatchObject({state: 'waiting', waiting: '0 of 2 are ready.'});
		observer.showPods('a');
		expect(check()).toMatchObject({state: 'waiting', waiting: '1 of 2 are ready.'});
		observer.showPods('a', 'b');
		expect(check()).toMatchObject({state: 'passed', waiting: undefined});
		expect(step()).toMatchObject({solved: true, explanation: 'There are 2.'});
	});

	test('goes amber when its state is undone, and the step stays solved', () => {
		observer.showPods('a', 'b');
		observer.showPods('a');
		expect(step().solved).toBe(true);
		expect(check()).toMatchObject({state: 'broken', waiting: '1 of 2 are ready.'});
		observer.showPods('a', 'b');
		expect(check().state).toBe('passed');
	});

	test('is not believed while the cluster does not answer', () => {
		observer.set({state: 'retrying', error: 'gone'});
		observer.showPods('a', 'b');
		expect(step().solved).toBe(false);
		observer.set({state: 'live'});
		expect(step().solved).toBe(true);
	});
});

describe('moving on', () => {
	test('is the learner’s to do, and only from a solved step', () => {
		run.actions.next();
		expect(step().id).toBe('make');
		observer.showPods('a', 'b');
		expect(step().id).toBe('make');
		run.actions.next();
		expect(step().id).toBe('look');
		run.actions.back();
		run.actions.back();
		expect(step()).toMatchObject({id: 'make', solved: true});
	});

	test('a looking step is solved by any command, or by saying that one has looked', () => {
		observer.showPods('a', 'b');
		run.actions.next();
		expect(step()).toMatchObject({id: 'look', looking: true, solved: false});
		run.actions.next();
		expect(step()).toMatchObject({id: 'look', solved: true});

		events = [];
		open();
		run.actions.next();
		run.actions.ran('look around');
		expect(step()).toMatchObject({id: 'look', solved: true});
	});

	test('past the last step the run is finished, and one can come back', () => {
		reachReplace();
		observer.showPods('b', 'c');
		expect(run.view().finished).toBe(false);
		run.actions.next();
		expect(run.view().finished).toBe(true);
		run.actions.back();
		expect(run.view()).toMatchObject({finished: false, stepIndex: 2});
	});
});

describe('a prediction', () => {
	test('may be changed until the first command, then no more, and is scored when the step is solved', () => {
		run.actions.predict('two');
		run.actions.predict('one');
		expect(step().prediction).toMatchObject({chosen: 'one', open: true, right: undefined, answer: undefined});
		run.actions.ran('make two');
		run.actions.predict('two');
		expect(step().prediction).toMatchObject({chosen: 'one', open: false, right: undefined});
		observer.showPods('a', 'b');
		expect(step().prediction).toMatchObject({chosen: 'one', right: false, answer: 'two'});
		expect(run.summary().predictions).toEqual({right: 0, wrong: 1, unanswered: 0});
	});

	test('after the first command comes too late and counts as unanswered', () => {
		run.actions.ran('make two');
		run.actions.predict('two');
		observer.showPods('a', 'b');
		expect(step().prediction).toMatchObject({chosen: undefined, right: undefined, answer: 'two'});
		expect(run.summary().predictions).toEqual({right: 0, wrong: 0, unanswered: 1});
	});

	test('that is none of the choices is not taken', () => {
		run.actions.predict('three');
		expect(step().prediction?.chosen).toBeUndefined();
	});
});

describe('a remembered moment', () => {
	test('is the one in which the step was entered, and fills the commands', () => {
		reachReplace();
		expect(run.view().before?.pods.map(({name}) => name)).toEqual(['a', 'b']);
		expect(step().commands).toEqual(['replace a']);
		observer.showPods('b', 'c');
		expect(step()).toMatchObject({solved: true, commands: ['replace a']});
		expect(run.view().before?.pods.map(({name}) => name)).toEqual(['a', 'b']);
	});

	test('is still there when the lab is opened again', () => {
		reachReplace();
		run.actions.ran('replace a');
		run.close();
		observer.showPods('b');
		open();
		expect(run.view()).toMatchObject({stepIndex: 2});
		expect(run.view().before?.pods.map(({name}) => name)).toEqual(['a', 'b']);
		expect(step().solved).toBe(false);
	});

	test('is taken anew when the lab is opened on another cluster before anything was done', () => {
		reachReplace();
		run.close();
		observer.showPods('x', 'y');
		open();
		expect(step().solved).toBe(false);
		expect(run.view().before?.pods.map(({name}) => name)).toEqual(['x', 'y']);
	});

	test('is taken anew when an unsolved step is entered again, and kept in a solved one', () => {
		reachReplace();
		run.actions.ran('something else');
		run.actions.back();
		observer.showPods('c', 'd');
		run.actions.next();
		expect(step()).toMatchObject({id: 'replace', solved: false});
		expect(run.view().before?.pods.map(({name}) => name)).toEqual(['c', 'd']);
		observer.showPods('d', 'e');
		run.actions.back();
		run.actions.next();
		expect(step()).toMatchObject({id: 'replace', solved: true});
		expect(run.view().before?.pods.map(({name}) => name)).toEqual(['c', 'd']);
	});

	test('is not there before the cluster has answered, and commands with a hole are not given out', () => {
		run.close();
		events = [{at: 1, type: 'enter', step: 'replace'}];
		observer.set({state: 'listing'});
		open();
		expect(run.view().before).toBeUndefined();
		expect(step().commands).toEqual(['replace …']);
		expect(run.commands()).toBeUndefined();
		observer.showPods('a');
		observer.set({state: 'live'});
		expect(run.commands()).toEqual([{line: 'replace a', fails: false}]);
	});
});

describe('hints', () => {
	test('that fit the present state come first, then tier by tier', () => {
		expect(step()).toMatchObject({hints: [], moreHints: true});
		run.actions.hint();
		expect(step().hints).toEqual(['There is none.']);
		run.actions.hint();
		expect(step().hints).toEqual(['There is none.', 'Tier one.']);
		observer.showPods('a');
		run.actions.hint();
		expect(step().hints[0]).toBe('There is one.');
		run.actions.hint();
		expect(step()).toMatchObject({moreHints: false});
		run.actions.hint();
		expect(step().hints).toHaveLength(4);
		run.close();
		open();
		expect(step().hints).toHaveLength(4);
	});
});

test('a hint that nobody has to ask for comes and goes with its state', () => {
	observer.showPods('a');
	expect(step()).toMatchObject({hints: []});
	observer.showPods('a', 'b', 'c');
	expect(step().hints).toEqual(['There are too many.']);
	run.actions.hint();
	expect(step().hints).toEqual(['There are too many.', 'Tier one.']);
	observer.showPods('a');
	expect(step().hints).toEqual(['Tier one.']);
});

describe('a cluster that is not as the step before left it', () => {
	const warnings = () => step().hints.filter(hint => hint.includes('--step'));

	test('is told unasked, with the way out, until it is mended', () => {
		observer.showPods('a', 'b');
		run.actions.next();
		expect(warnings()).toEqual([]);
		run.close();
		observer.showPods();
		open();
		expect(warnings()).toEqual([expect.stringContaining('`endpoint-lab small --step look`')]);
		observer.showPods('c', 'd');
		expect(warnings()).toEqual([]);
	});

	test('is not told of what the learner does in the step', () => {
		reachReplace();
		run.actions.ran('replace a');
		observer.showPods();
		expect(warnings()).toEqual([]);
	});

	test('is not told while the cluster does not answer', () => {
		observer.showPods('a', 'b');
		run.actions.next();
		observer.set({state: 'retrying', error: 'gone'});
		observer.showPods();
		expect(warnings()).toEqual([]);
	});
});

test('a disk that is full does not end the lesson, and is told', () => {
	let full = false;
	open({
		...memoryJournal(),
		append() {
			if (full) throw new Error('ENOSPC: no space left on device, write');
		},
	});
	expect(step().hints).toEqual([]);
	full = true;
	observer.showPods('a', 'b');
	expect(step()).toMatchObject({solved: true, hints: [expect.stringContaining('ENOSPC')]});
});

describe('time', () => {
	test('spent is counted while the lab is open, across sessions', () => {
		time.move(5_000);
		observer.showPods('a', 'b');
		time.move(2_000);
		run.close();
		time.move(3_600_000);
		open();
		time.move(1_000);
		expect(time.now() - run.view().startedAt).toBe(8_000);
		expect(run.summary()).toMatchObject({spent: 8_000, solved: 1});
		expect(run.summary().steps[0]).toMatchObject({solved: true, spent: 5_000});
	});

	test('a session that was killed counts to its last event', () => {
		time.move(4_000);
		run.actions.ran('x');
		time.move(3_600_000);
		open();
		expect(time.now() - run.view().startedAt).toBe(4_000);
		expect(run.summary().spent).toBe(4_000);
	});
});

describe('the view', () => {
	test('is the same object until something changes, and listeners are told', () => {
		let told = 0;
		run.subscribe(() => told++);
		const first = run.view();
		expect(run.view()).toBe(first);
		observer.showPods('a');
		expect(told).toBe(1);
		expect(run.view()).not.toBe(first);
	});

	test('its timeline has the learner’s commands among what happened, by time', () => {
		observer.happened({at: time.now(), what: 'pod-created', name: 'a'});
		time.move(10);
		run.actions.ran('kubectl get pods');
		time.move(10);
		observer.happened({at: time.now(), what: 'pod-ready', name: 'a'});
		expect(run.view().timeline.map(({what}) => what)).toEqual(['pod-created', 'command', 'pod-ready']);
	});

	test('while the cluster’s time stands still, a command stands before what it causes and after what was there', () => {
		observer.happened({at: time.now(), what: 'pod-created', name: 'a'});
		run.actions.ran('kubectl get pods');
		observer.happened({at: time.now(), what: 'pod-ready', name: 'a'});
		run.actions.ran('kubectl delete pod a');
		observer.happened({at: time.now(), what: 'pod-gone', name: 'a'});
		expect(run.view().timeline.map(({what}) => what)).toEqual([
			'pod-created',
			'command',
			'pod-ready',
			'command',
			'pod-gone',
		]);
	});

	test('after closing, nothing is recorded any more', () => {
		run.close();
		const {length} = events;
		observer.showPods('a', 'b');
		run.actions.ran('x');
		expect(events).toHaveLength(length);
	});
});

describe('solving by the lesson’s own commands', () => {
	const world: Record<string, () => void> = {
		'make two': () => observer.showPods('a', 'b'),
		'look around': () => {},
		'replace a': () => observer.showPods('b', 'c'),
	};

	function solve(upTo: number, ran: string[], commands = world) {
		return solveSteps({
			run,
			upTo,
			limitMs: 1000,
			pace: {beforeStep: async () => {}},
			time,
			signal: new AbortController().signal,
			async execute(line) {
				ran.push(line);
				commands[line]?.();
				return {code: commands[line] ? 0 : 127};
			},
			tell(event) {
				if (event.type === 'stuck') ran.push(`stuck: ${event.why}`);
			},
		});
	}

	test('goes to the step that was asked for and leaves it to the learner', async () => {
		const ran: string[] = [];
		expect(await solve(2, ran)).toBe(true);
		expect(ran).toEqual(['make two', 'look around']);
		expect(step()).toMatchObject({id: 'replace', solved: false});
	});

	test('does a solved step again whose state is gone, and passes over one whose state holds', async () => {
		await solve(2, []);
		run.actions.back();
		run.actions.back();
		const again: string[] = [];
		await solve(2, again);
		expect(again).toEqual([]);

		run.actions.back();
		run.actions.back();
		observer.showPods();
		await solve(2, again);
		expect(again).toEqual(['make two']);
	});

	test('stops at a command that fails', async () => {
		const ran: string[] = [];
		expect(await solve(3, ran, {})).toBe(false);
		expect(ran).toEqual(['make two', 'stuck: command-failed']);
	});

	test('stops when the checks do not come true within the limit', async () => {
		const ran: string[] = [];
		const solving = solve(3, ran, {'make two': () => observer.showPods('a')});
		while (ran.length === 0) await Promise.resolve();
		while (!ran.includes('stuck: checks-waiting')) {
			time.move(1000);
			await new Promise(resolve => setImmediate(resolve));
		}
		expect(await solving).toBe(false);
	});

	test('through the last step finishes the run', async () => {
		expect(await solve(3, [])).toBe(true);
		expect(run.view().finished).toBe(true);
		expect(run.summary()).toMatchObject({finished: true, solved: 3});
	});
});

describe('the score of the predictions', () => {
	test('counts what was answered in solved steps, and says at the end why the right answer is right', () => {
		run.actions.predict('one');
		expect(run.view().predictions).toEqual({right: 0, answered: 0});
		observer.showPods('a', 'b');
		expect(run.view().predictions).toEqual({right: 0, answered: 1});
		// What the words say is what was so then, also after the cluster has changed and the lab was opened again.
		observer.showPods('a');
		run.close();
		open();
		expect(run.summary().steps[0]?.prediction).toMatchObject({
			question: 'How many?',
			chosen: 'One',
			answer: 'Two',
			right: false,
			why: 'There are 2.',
		});
	});

	test('has nothing to explain about a right answer', () => {
		run.actions.predict('two');
		observer.showPods('a', 'b');
		expect(run.view().predictions).toEqual({right: 1, answered: 1});
		expect(run.summary().steps[0]?.prediction?.why).toBeUndefined();
		expect(events.find(({type}) => type === 'solve')).not.toHaveProperty('snapshot');
	});
});

describe('help with a step', () => {
	function show(ran: string[], signal = new AbortController().signal, codes: Record<string, number> = {}) {
		const done: string[] = [];
		const shown = showStep({
			run,
			ran: new Set(ran),
			announce: async line => void done.push(`announce ${line}`),
			execute: async line => {
				done.push(line);
				return {code: codes[line] ?? 0};
			},
			signal,
		});
		return shown.then(how => [how, ...done]);
	}

	test('runs the commands that are left, each after it was announced', async () => {
		expect(await show([])).toEqual(['shown', 'announce make two', 'make two']);
		expect(await show(['make two'])).toEqual(['shown', 'announce make two', 'make two']);
	});

	test('stops where the learner says so, and at a command that does not end as it should', async () => {
		expect(await show([], AbortSignal.abort())).toEqual(['stopped', 'announce make two']);
		expect(await show([], undefined, {'make two': 1})).toEqual(['command-failed', 'announce make two', 'make two']);
	});

	test('is remembered', () => {
		run.actions.helped('shown');
		run.close();
		open();
		expect(run.view().steps[0]).toMatchObject({helped: 'shown'});
		expect(run.summary().steps[0]).toMatchObject({helped: 'shown', solved: false});
	});
});

describe('beginning again', () => {
	test('from a step forgets what was done from there on and keeps what was before', () => {
		run.actions.predict('two');
		reachReplace();
		observer.showPods('b', 'c');
		expect(step().solved).toBe(true);
		run.close();
		open();
		run.resetFrom(2, false);
		// Its beginning is remembered anew, as the cluster is now.
		expect(step()).toMatchObject({id: 'replace', solved: false});
		expect(run.view().before?.pods.map(({name}) => name)).toEqual(['b', 'c']);
		expect(run.view().steps.map(({solved}) => solved)).toEqual([true, true, false]);
		run.close();
		open();
		expect(step()).toMatchObject({id: 'replace', solved: false});
	});

	test('on an empty cluster has the steps before done again, with their answers kept', async () => {
		run.actions.predict('one');
		reachReplace();
		observer.showPods();
		run.resetFrom(2, true);
		expect(step()).toMatchObject({id: 'make', solved: false, prediction: {chosen: 'one'}});
		expect(run.view().steps.map(({solved}) => solved)).toEqual([false, false, false]);
		observer.showPods('a', 'b');
		expect(step()).toMatchObject({solved: true, prediction: {right: false}});
	});
});

describe('a lesson that its author saves while it is open', () => {
	test('goes on in place with the new words and checks, and nothing that was done is forgotten', () => {
		observer.showPods('a', 'b');
		run.actions.next();
		expect(step().id).toBe('look');
		const words = lesson.text.en;
		const text = {
			...lesson.text,
			en: {...words, steps: {...words.steps, look: {...words.steps.look!, title: 'Look up'}}},
		};
		run.revise({lesson: {...lesson, text}});
		expect(step()).toMatchObject({id: 'look', title: 'Look up'});
		expect(run.view().steps[0]).toMatchObject({id: 'make', solved: true});
		expect(events.filter(({type}) => type === 'solve')).toHaveLength(1);
	});

	test('stays as it was when it cannot be read, and says why until it can', () => {
		run.revise({problems: ['en.md:3:1: nothing may stand above the title']});
		expect(step().hints).toEqual([expect.stringContaining('en.md:3:1: nothing may stand above the title')]);
		expect(step().title).toBe('Make');
		run.revise({lesson});
		expect(step().hints).toEqual([]);
	});

	test('is entered at its first unsolved step when the one that was open has gone', () => {
		observer.showPods('a', 'b');
		run.actions.next();
		run.revise({lesson: {...lesson, steps: lesson.steps.filter(({id}) => id !== 'look')}});
		expect(step().id).toBe('replace');
	});
});
