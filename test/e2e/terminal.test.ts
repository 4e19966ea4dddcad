import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {textIn} from '../../src/text/text.ts';
import {lives} from '../lives.ts';
import {keys, type LabScreen, openLab} from './lab.ts';

/** What is left on the screen when a resize tears a frame: borders that do not meet, or rows past the frame's end. */
function isWhole(lab: LabScreen, columns: number, rows: number): boolean {
	const lines = lab.lines();
	const framed = lines.filter(line => /^[┌├│└]/.test(line));
	return (
		lines.length === rows &&
		lines[0]!.startsWith(' endpoint-lab') &&
		lines.filter(line => line.includes('endpoint-lab  ')).length === 1 &&
		framed.length >= rows - 7 &&
		framed.every(line => line.length === columns && /[┐┤│┘]$/.test(line)) &&
		lines.some(line => line.startsWith('$ '))
	);
}

describe('the terminal', () => {
	it('is drawn whole after every resize of a storm', {timeout: 120_000}, async () => {
		const lab = openLab({lesson: 'endpoints', columns: 120, rows: 40});
		await lab.isOpen();
		await lab.run('ls -l; pwd');
		await lab.shows('deployment.yaml');
		const sizes = [
			[100, 20],
			[60, 16],
			[200, 50],
			[80, 24],
			[140, 30],
			[119, 41],
			[300, 80],
			[120, 40],
		] as const;
		for (const [columns, rows] of sizes) {
			lab.resize(columns, rows);
			await lab.waitFor(() => isWhole(lab, columns, rows));
		}
		// Many at once, with no time to draw between them: only the last one counts.
		for (let round = 0; round < 5; round++) for (const [columns, rows] of sizes) lab.resize(columns, rows);
		await lab.waitFor(() => isWhole(lab, 120, 40));
		// Too small to draw in is said, and is over when the window has grown again.
		lab.resize(40, 10);
		await lab.shows('40×10');
		lab.resize(80, 24);
		await lab.waitFor(() => isWhole(lab, 80, 24));
		await lab.run('echo alive');
		await lab.shows('alive');
	});

	it('is as before however the lab is left', {timeout: 240_000}, async () => {
		const ways: [string, (lab: LabScreen) => Promise<void>, number][] = [
			['Ctrl-D', lab => lab.press(keys.ctrl('d')), 0],
			['exit', lab => lab.run('exit'), 0],
			['Ctrl-C twice', lab => lab.press(keys.ctrl('c'), keys.ctrl('c')), 0],
			[
				'from the help',
				async lab => {
					await lab.press('?');
					await lab.shows(lab.words.helpKeys);
					await lab.press(keys.ctrl('d'));
				},
				0,
			],
			[
				'from the list of what can be done',
				async lab => {
					await lab.press(keys.ctrl('x'));
					await lab.shows(lab.words.paletteHow.slice(0, 20));
					await lab.press(keys.ctrl('d'));
				},
				0,
			],
			[
				'while looking back in time',
				async lab => {
					await lab.run('kubectl create deployment late --image=nginx');
					await lab.shows(/Pod .*ready/);
					await lab.run('timeline');
					await lab.press(keys.up, keys.up);
					await lab.shows(lab.words.past('').slice(0, 10));
					await lab.press(keys.ctrl('d'));
				},
				0,
			],
			[
				'while the lab types',
				async lab => {
					await lab.run('show me');
					await lab.shows(/^\$ kubectl a/m);
					await lab.press(keys.ctrl('d'));
				},
				0,
			],
			[
				'from the search',
				async lab => {
					await lab.press(keys.ctrl('r'));
					await lab.shows(lab.words.searching('', false));
					await lab.press(keys.ctrl('c'), keys.ctrl('d'));
				},
				0,
			],
			[
				'too small a window',
				async lab => {
					lab.resize(30, 8);
					await lab.shows('30×8');
					await lab.press(keys.ctrl('d'));
				},
				0,
			],
			['SIGTERM', async lab => lab.kill('SIGTERM'), 130],
			[
				'SIGHUP while a command runs',
				async lab => {
					await lab.run('sleep 1000');
					await lab.shows(lab.words.keys.stop);
					lab.kill('SIGHUP');
				},
				130,
			],
		];
		for (const [way, leave, code] of ways) {
			const lab = openLab({lesson: 'endpoints', columns: 100, rows: 30});
			await lab.isOpen();
			expect(lab.isAlternate(), way).toBe(true);
			await leave(lab);
			expect(await lab.exited, way).toBe(code);
			expect(lab.isAlternate(), way).toBe(false);
			expect(lab.text(), way).not.toContain('┌');
		}
	});

	it('is as before, and nothing is left, when the lab is ended while a command has the terminal', {
		timeout: 120_000,
	}, async () => {
		const lab = openLab({lesson: 'endpoints', columns: 100, rows: 30});
		await lab.isOpen();
		const file = join(lab.home, 'pid');
		const editor = join(lab.home, 'editor');
		// It takes the terminal's modes for itself, and does not put them back.
		const lines = [
			'#!/bin/sh',
			'stty raw -echo',
			`echo $$ >"${file}"`,
			'echo taken',
			'while :; do sleep 0.1; done',
			'',
		];
		writeFileSync(editor, lines.join('\n'), {mode: 0o700});
		await lab.run(`KUBE_EDITOR=${editor} kubectl edit service kubernetes`);
		await lab.waitFor(text => text.includes('taken') && !lab.isAlternate());
		lab.kill('SIGTERM');
		expect(await lab.exited).toBe(130);
		expect(lives(Number(readFileSync(file, 'utf8')))).toBe(false);
		await lab.waitFor(text => /^Go on with: endpoint-lab endpoints$/m.test(text));
		expect(lab.isAlternate()).toBe(false);
	});

	it('is as before when the picker is left, and the picker opens what is picked', {timeout: 60_000}, async () => {
		const {picker} = textIn('en');
		const left = openLab({});
		await left.shows(picker.keys.start);
		await left.shows('Endpoints follow Pods');
		await left.press('q');
		expect(await left.exited).toBe(0);
		expect(left.isAlternate()).toBe(false);

		const lab = openLab({home: left.home});
		await lab.shows(picker.keys.start);
		await lab.press('l');
		await lab.shows(textIn('zh-CN').picker.keys.start);
		await lab.press(keys.enter);
		await lab.isOpen();
		await lab.shows(textIn('zh-CN').screen.checks);
	});

	it('is used where CI is set too, as in some images and cloud shells', {timeout: 60_000}, async () => {
		const lab = openLab({lesson: 'endpoints', env: {CI: 'true'}});
		await lab.isOpen();
		expect(lab.isAlternate()).toBe(true);
	});

	it('shows help with exactly the keys that work, and gives the key press after it to the prompt', {
		timeout: 60_000,
	}, async () => {
		const lab = openLab({lesson: 'endpoints'});
		await lab.isOpen();
		await lab.press('?');
		await lab.shows(lab.words.helpKeys);
		expect(lab.text()).toMatch(/→ +fills in/);
		expect(lab.text()).toMatch(/Ctrl-T +gives a tip/);
		expect(lab.text()).not.toContain('Ctrl-P');
		await lab.press('l');
		await lab.waitFor(text => !text.includes(lab.words.helpKeys) && text.includes('$ l'));
	});

	it('catches up after a line that was clogged while much was printed', {timeout: 120_000}, async () => {
		const lab = openLab({lesson: 'endpoints', columns: 200, rows: 50});
		await lab.isOpen();
		await lab.run('for n in $(seq 1 200); do echo "$n $(date +%N)"; sleep 0.02; done; echo at the end');
		for (let round = 0; round < 20; round++) {
			const flow = lab.clog();
			await new Promise(resolve => setTimeout(resolve, 150));
			flow();
			await new Promise(resolve => setTimeout(resolve, 10));
		}
		await lab.shows('│ at the end');
		await lab.waitFor(() => isWhole(lab, 200, 50));
		await lab.run('echo alive');
		await lab.shows('│ alive');
	});

	it('gets no colour when NO_COLOR is set, and ASCII where the locale is not UTF-8', {timeout: 60_000}, async () => {
		const lab = openLab({lesson: 'endpoints', env: {LANG: 'C', NO_COLOR: '1'}});
		await lab.isOpen();
		await lab.shows(/^\+- story -+\+/m);
		expect(lab.text()).toMatch(/^[\x20-\x7e\n]*$/);
	});
});
