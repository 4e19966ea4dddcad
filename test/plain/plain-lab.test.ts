import {expect, test} from 'vitest';
import {memoryJournal} from '../../src/engine/journal.ts';
import {openRun} from '../../src/engine/open-run.ts';
import {realTime} from '../../src/observe/time.ts';
import {plainLab} from '../../src/plain/plain-lab.ts';
import {textIn} from '../../src/text/text.ts';
import {handDrivenObserver} from '../engine/hand-driven.ts';
import {threeStepLesson} from '../engine/three-steps.ts';
import {until} from '../until.ts';

const text = textIn('en');

/** A plain lab over a cluster that the test drives: `make two` and `replace …` change it, everything else fails. */
function openPlain(shell?: (line: string, print: (piece: string) => void) => Promise<number>) {
	const observer = handDrivenObserver();
	const cluster = {title: 'SIMULATED v1.36', simulated: true};
	const lesson = threeStepLesson();
	const run = openRun({lesson, cluster, language: 'en', journal: memoryJournal(), observer, time: realTime});
	const said: string[] = [];
	const entered: string[] = [];
	let wake = () => {};
	let ended = false;
	const enter = (...lines: string[]) => {
		entered.push(...lines);
		wake();
	};
	async function* lines() {
		for (;;) {
			while (entered.length === 0 && !ended)
				await new Promise<void>(resolve => {
					wake = resolve;
				});
			if (entered.length === 0) return;
			yield entered.shift()!;
		}
	}
	const remembered: string[] = [];
	const ending = new AbortController();
	const standard = async (line: string, print: (piece: string) => void) => {
		if (!/^(make two|replace .*|look around)$/.test(line)) return 1;
		print(`\u001b[32m${line}\u001b[0m: well\n`);
		if (line === 'make two') observer.showPods('a', 'b');
		else if (line !== 'look around') observer.showPods('b', 'c');
		return 0;
	};
	const over = plainLab({
		run,
		runner: {
			run: async (line, options) => ({code: await (shell ?? standard)(line, piece => options?.onOutput?.(piece))}),
			runInTerminal: async () => ({code: 0}),
		},
		text,
		prose: markdown => markdown.split('\n').filter(Boolean),
		lines: lines(),
		say: line => said.push(line),
		prompt: {ask: () => {}, echo: true},
		wantsTerminal: () => false,
		why: (subject, service) => (subject === 'a' ? `a is no endpoint of ${service}` : undefined),
		table: () => ['NAME   READY'],
		remember: line => remembered.push(line),
		time: realTime,
		signal: ending.signal,
	});
	return {
		run,
		observer,
		said,
		remembered,
		enter,
		/** Waits until a line has been said, and forgets what came before it and the line. */
		async hears(wanted: string) {
			await until(() => said.includes(wanted));
			return said.splice(0, said.indexOf(wanted) + 1);
		},
		async end() {
			ended = true;
			wake();
			await over;
		},
		async abort() {
			ending.abort();
			enter('');
			await over;
		},
		over,
	};
}

test('a lesson goes from its first word to its end, line by line', async () => {
	const lab = openPlain();
	const opening = await lab.hears('Not yet: 0 of 2 are ready.');
	expect(opening).toEqual([
		'Three steps (SIMULATED v1.36)',
		text.plain.lab.intro,
		'',
		'Step 1 of 3: Make',
		'Do it: 0.',
		'Before you run it: How many?',
		'  1  One',
		'  2  Two',
		'Answer with a number from 1 to 2.',
		'Command: make two',
		'Not yet: 0 of 2 are ready.',
	]);
	lab.enter('1');
	await lab.hears('Your prediction: One');
	lab.enter('make two');
	const solved = await lab.hears('An empty line, or next, goes on.');
	for (const line of ['$ make two', 'make two: well', 'Done: Two are ready.', 'The step is done.', 'Answer: Two'])
		expect(solved).toContain(line);
	expect(solved).toContain(text.screen.predictedWrong);
	lab.enter('');
	await lab.hears('Step 2 of 3: Look');
	lab.enter('look around');
	// The step is done when its command begins; it is said after what the command printed.
	const looked = await lab.hears('The step is done.');
	expect(looked.indexOf('look around: well')).toBeGreaterThan(looked.indexOf('$ look around'));
	lab.enter('next', 'show');
	await lab.hears('The lab runs: replace a');
	await lab.hears('The step is done.');
	lab.enter('next');
	await lab.hears('Lesson complete: Three steps');
	lab.enter('');
	await lab.over;
	expect(lab.run.view().steps.map(({helped}) => helped)).toEqual([undefined, undefined, 'shown']);
	expect(lab.remembered).toEqual(['make two', 'look around']);
});

test('what was so and is no longer is said, and what the cluster does, with its time', async () => {
	const lab = openPlain();
	lab.enter('make two');
	await lab.hears('The step is done.');
	lab.observer.happened({at: Date.now(), what: 'endpoint-in', name: 'web', detail: '10.0.0.1:80'});
	lab.observer.showPods('a');
	await lab.hears('No longer so: Two are ready.');
	lab.observer.showPods('a', 'b');
	await lab.hears('Done: Two are ready.');
	for (let index = 0; index < 25; index++) lab.observer.happened({at: 0, what: 'pod-gone', name: `gone-${index}`});
	lab.observer.set({state: 'retrying', error: 'The cluster does not answer.'});
	const told = await lab.hears('The cluster does not answer.');
	expect(told.length).toBeLessThan(60);
	lab.observer.set({state: 'live'});
	await lab.hears('The cluster answers again.');
	await lab.end();
});

test('next does not pass over a step, skip does it, back and story read again', async () => {
	const lab = openPlain();
	lab.enter('next');
	await lab.hears('$ next');
	await lab.hears('Not yet: 0 of 2 are ready.');
	lab.enter('back');
	await lab.hears(text.screen.firstStep);
	lab.enter('skip');
	await lab.hears('Step 2 of 3: Look');
	lab.enter('back');
	await lab.hears('Step 1 of 3, done: Make');
	lab.enter('story');
	await lab.hears('Step 1 of 3, done: Make');
	expect(lab.run.view().steps[0]?.helped).toBe('skipped');
	await lab.end();
});

test('hints, checks, Pods, reasons and help are there for the asking', async () => {
	const lab = openPlain();
	lab.enter('hint');
	await lab.hears('Tip: There is none.');
	lab.enter('hint', 'hint', 'hint');
	await lab.hears(text.screen.noMoreHints);
	lab.observer.showPods('a');
	lab.enter('checks');
	await lab.hears('Not yet: 1 of 2 are ready.');
	lab.enter('pods');
	await lab.hears('Pod a: Running, ready, address 10.0.0.1, no endpoint');
	lab.enter('why a', 'why nobody');
	await lab.hears('a is no endpoint of web');
	await lab.hears('There is no Pod or address nobody here.');
	lab.enter('help');
	await lab.hears(text.plain.lab.helpShell);
	await lab.end();
});

test('a command that fails says its exit code, and after a while what is missing is said', async () => {
	const lab = openPlain();
	await lab.hears('Not yet: 0 of 2 are ready.');
	lab.enter('nonsense');
	await lab.hears('(the command ended with exit code 1)');
	await lab.hears('Not yet: 0 of 2 are ready.');
	await lab.end();
});

test('show says when a command did not end as it should, and abort ends all', async () => {
	const lab = openPlain(async () => 7);
	lab.enter('show');
	await lab.hears('(the command ended with exit code 7)');
	await lab.hears(text.plain.error(text.plain.stuck['command-failed'](undefined)));
	await lab.abort();
	const {length} = lab.said;
	lab.observer.showPods('a', 'b');
	expect(lab.said).toHaveLength(length);
});

test('a step or the lesson begins again after y, and after nothing else', async () => {
	const doubtful = openPlain();
	doubtful.enter('reset', 'make two');
	await doubtful.hears(text.plain.lab.reset(1));
	await doubtful.hears(text.plain.lab.notReset);
	expect(doubtful.remembered).toEqual([]);
	doubtful.enter('y');
	// Nothing was asked any more: this one is the shell's.
	await doubtful.hears('(the command ended with exit code 1)');
	await doubtful.end();
	expect(await doubtful.over).toEqual({reason: 'quit'});

	const step = openPlain();
	step.enter('reset step', 'y');
	expect(await step.over).toEqual({reason: 'reset', step: 0});
	const lesson = openPlain();
	lesson.enter('reset lesson', 'Y');
	expect(await lesson.over).toEqual({reason: 'restart'});
});

test('what the screen shows in other forms is there for the asking: slices, kubectl’s tables, the timeline with causes', async () => {
	const lab = openPlain();
	await lab.hears('Not yet: 0 of 2 are ready.');
	lab.enter('timeline');
	await lab.hears(text.screen.noTimeline);
	lab.enter('slices');
	await lab.hears(text.screen.noSlices('web'));
	lab.enter('table');
	await lab.hears('NAME   READY');
	lab.observer.showPods('a', 'b');
	lab.enter('filter B');
	expect(await lab.hears('Pod b: Running, ready, address 10.0.0.1, no endpoint')).not.toContain(
		'Pod a: Running, ready, address 10.0.0.1, no endpoint',
	);
	lab.enter('filter zzz');
	await lab.hears(text.screen.noMatches('zzz'));
	const about = {owner: 'uid', deployment: 'web'};
	lab.observer.happened({at: 5, what: 'pod-terminating', name: 'a', ...about});
	lab.observer.happened({at: 6, what: 'pod-created', name: 'c', ...about});
	lab.enter('timeline');
	await lab.hears('Pod c created, because: Pod a deleted');
	await lab.end();
});
