import {expect, test} from 'vitest';
import {keepOutput} from '../../src/engine/kept-output.ts';
import type {RunEvent} from '../../src/engine/run-state.ts';
import {exportRun} from '../../src/plain/export-run.ts';
import {threeStepLesson} from '../engine/three-steps.ts';

const lesson = threeStepLesson();
const began = new Date(2026, 10, 22, 9, 0, 0).getTime();
/** The cluster's time runs ahead of the machine's. */
const ahead = 3_600_000;

/** A run of two steps, the second one open; `events` come in between. */
function run(...events: (RunEvent extends infer E ? (E extends RunEvent ? Omit<E, 'at'> : never) : never)[]) {
	const all = [{type: 'open'} as const, {type: 'enter', step: 'make'} as const, ...events];
	return all.map((event, index) => ({at: began + index * 1000, ...event})) as RunEvent[];
}

const events = run(
	{type: 'predict', step: 'make', choice: 'one'},
	{type: 'hint', step: 'make', hint: 'first'},
	{type: 'ran', step: 'make', command: 'make two', clusterAt: began + ahead},
	{
		type: 'ended',
		command: 'make two',
		code: 3,
		output: '\u001b[32mgreen\u001b[0m\r\n10%\r100%\r\n```\nfenced\n```\n',
	},
	{
		type: 'changes',
		more: 7,
		entries: [
			{at: began + ahead + 20, what: 'pod-created', name: 'web-1'},
			{at: began + ahead + 1400, what: 'endpoint-in', name: 'web', detail: '10.0.0.1:80'},
		],
	},
	{type: 'solve', step: 'make'},
	{type: 'enter', step: 'look'},
	{type: 'close'},
);

test('a run is told step by step: prediction, checks, commands with outputs, and what they caused', () => {
	const markdown = exportRun({lesson, events, language: 'en'});
	expect(markdown).toContain('# Three steps\n\n- Begun Nov 22, 2026, 9:00');
	expect(markdown).toContain('- 1 of 3 steps done in 0:09\n- Predictions: 0 of 1 came true.');
	expect(markdown).toMatch(/## 1\. Make\n\nDone Nov 22, 2026, 9:00\sAM, in 0:06 · 1 tip\n\n\*\*How many\?\*\*/);
	expect(markdown).toContain('- Expected: One\n- It came otherwise: Two');
	expect(markdown).toContain('- [x] Two are ready.');
	expect(markdown).toContain('- [ ] A new one is there.');
	expect(markdown).toContain('## 2. Look\n\nNot done yet');
});

test('an output is shown as the terminal showed it, in a fence that it cannot close', () => {
	const markdown = exportRun({lesson, events, language: 'en'});
	expect(markdown).toContain(
		'At 09:00:04:\n\n````console\n$ make two\ngreen\n100%\n```\nfenced\n```\n[exit code 3]\n````\n\n',
	);
});

test('what a command caused stands below it, by the cluster’s own time', () => {
	expect(exportRun({lesson, events, language: 'en'})).toContain(
		'- +20 ms Pod web-1 created\n- +1.4 s + address 10.0.0.1:80\n- … and 7 more changes\n',
	);
});

test('a long output keeps its beginning and its end, and says how much is missing', () => {
	const kept = keepOutput();
	kept.push('first\n');
	for (let line = 0; line < 5000; line++) kept.push(`line ${line}\n`);
	const long = run(
		{type: 'ran', step: 'make', command: 'yes'},
		{type: 'ended', command: 'yes', code: 0, ...kept.kept()},
	);
	const markdown = exportRun({lesson, events: long, language: 'en'});
	expect(markdown.length).toBeLessThan(9000);
	expect(markdown).toMatch(/\$ yes\nfirst\nline 0\n[\s\S]*\n\[… \d+ characters left out …\]\n[\s\S]*line 4999\n```/);
	const short = keepOutput();
	short.push('all of it\n');
	expect(short.kept()).toEqual({output: 'all of it\n'});
});

test('an unsolved step does not give its answer away, and the lab’s own help is named', () => {
	const open = run({type: 'predict', step: 'make', choice: 'one'}, {type: 'helped', step: 'make', how: 'shown'});
	const markdown = exportRun({lesson, events: open, language: 'en'});
	expect(markdown).toContain('Not done yet · the lab showed how');
	expect(markdown).toContain('- Expected: One\n');
	expect(markdown).not.toContain('It came');
});

test('a command that the lab ran itself has its output too, and one that was cut off has none', () => {
	const markdown = exportRun({
		lesson,
		events: run(
			{type: 'ended', command: 'make two', code: 0, output: 'made\n'},
			{type: 'ran', step: 'make', command: 'make two'},
			{type: 'ran', step: 'make', command: 'sleep 1000'},
			{type: 'open'},
			{type: 'changes', entries: [{at: began, what: 'pod-gone', name: 'web-1'}]},
		),
		language: 'en',
	});
	expect(markdown).toContain('$ make two\nmade\n```');
	expect(markdown).toMatch(/```console\n\$ sleep 1000\n```\n\n## 2/);
	expect(markdown).not.toContain('web-1');
});

test('speaks Chinese', () => {
	const markdown = exportRun({lesson, events, language: 'zh-CN'});
	expect(markdown).toContain('# 三步\n\n- 开始于');
	expect(markdown).toContain('完成了 3 步中的 1 步，用时 0:09');
	expect(markdown).toContain('Pod web-1 已创建');
	expect(markdown).not.toMatch(/Expected|Done|left out/);
});
