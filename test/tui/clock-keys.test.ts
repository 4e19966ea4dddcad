import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {simulatorClock} from '../../src/clusters/simulator-control.ts';
import {type Language, textIn} from '../../src/text/text.ts';
import type {KeyName} from '../../src/tui/keys.ts';
import {createLab, type Lab} from '../../src/tui/lab.ts';
import {themeOf} from '../../src/tui/theme.ts';
import {textOf} from '../../src/tui/view/line.ts';
import {drawScreen} from '../../src/tui/view/screen.ts';
import {type RunningCluster, startRunningCluster} from '../simulator/running-cluster.ts';
import {until} from '../until.ts';
import {aRun, aView, start} from './fake-run.ts';

let cluster: RunningCluster;
let stop: AbortController;

beforeEach(async () => {
	cluster = await startRunningCluster();
	stop = new AbortController();
});

afterEach(async () => {
	stop.abort();
	await cluster.close();
});

/** A lab on a real cluster's clock, or on one that has none; what it runs is not what this is about. */
async function aLab({clock = true, language = 'en' as Language} = {}) {
	const text = textIn(language);
	const control = simulatorClock(cluster.kubeconfig, text);
	const ran: string[] = [];
	const lab = createLab({
		run: aRun(aView()),
		runner: {
			run: async line => {
				ran.push(line);
				return {code: 0};
			},
			runInTerminal: async () => ({code: 0}),
			interrupt: () => {},
			cwd: () => '/work',
		},
		history: {lines: [], add: () => {}},
		text,
		now: () => start,
		files: () => [],
		columns: () => 80,
		withTerminal: async () => {},
		pause: async () => {},
		redraw: () => {},
		leave: () => {},
		...(clock && {clock: {...control, ...(await control.follow(stop.signal))}}),
	});
	const screen = (columns = 120, rows = 40, environment: Record<string, string> = {LANG: 'C.UTF-8'}) =>
		drawScreen(lab.store.get(), {columns, rows, now: start, text, theme: themeOf(environment, 'linux'), why: () => ''})
			.lines.map(textOf)
			.join('\n');
	return {lab, ran, screen, header: (...size: Parameters<typeof screen>) => screen(...size).split('\n')[0]!};
}

const press = (lab: Lab, ...names: KeyName[]) => {
	for (const name of names) lab.press({name});
};
const type = (lab: Lab, text: string) => {
	for (const character of text) lab.press({name: 'text', text: character});
};
const speed = async () => (await cluster.get<{speed: number | 'max'}>('/simulator/clock')).speed;
const reaches = (wanted: number | 'max') => until(async () => (await speed()) === wanted);

describe('the cluster’s time in the lab', () => {
	it('is paused by Ctrl-Z and passes again after the next, and the header says so', async () => {
		const {lab, header} = await aLab();
		expect(header()).not.toMatch(/paused|×/);
		press(lab, 'ctrl-z');
		await reaches(0);
		await until(() => header().includes('‖ paused'));
		expect(header(80, 24)).toContain('‖ paused');
		expect(header(80, 24, {LANG: 'C'})).toContain('|| paused');
		press(lab, 'ctrl-z');
		await reaches(1);
		await until(() => !header().includes('paused'));
	});

	it('goes on after a pause as fast as it did before', async () => {
		const {lab} = await aLab();
		// As three presses come in one read from a slow line.
		lab.press({name: 'text', text: '+++'});
		await reaches(10);
		press(lab, 'ctrl-z');
		await reaches(0);
		press(lab, 'ctrl-z');
		await reaches(10);
	});

	it('leaves to the prompt what only begins with a sign of the clock', async () => {
		const {lab} = await aLab();
		lab.press({name: 'text', text: '-x'});
		expect(lab.store.get().editor.characters.join('')).toBe('-x');
		expect(await speed()).toBe(1);
	});

	it('is made faster and slower by + and -, through all speeds, and as fast as it goes by *', async () => {
		const {lab, header} = await aLab();
		for (const [key, wanted, shown] of [
			['+', 2, ' 2×'],
			['+', 5, ' 5×'],
			['+', 10, ' 10×'],
			['+', 25, ' 25×'],
			['+', 50, ' 50×'],
			['+', 100, ' 100×'],
			['+', 'max', ' max'],
			['+', 'max', ' max'],
			['-', 100, ' 100×'],
			['*', 'max', ' max'],
		] as const) {
			type(lab, key);
			await reaches(wanted);
			await until(() => header().includes(shown));
		}
		type(lab, '-'.repeat(20));
		await reaches(0.25);
		await until(() => header().includes('¼×'));
		expect(header(120, 40, {LANG: 'C'})).toContain(' 0.25');
	});

	it('makes one step with Ctrl-O, and says when there is none to make', async () => {
		const {lab, screen} = await aLab();
		press(lab, 'ctrl-o');
		await reaches(0);
		while (!screen().includes('Nothing is under way')) {
			press(lab, 'ctrl-o');
			await until(async () => (await speed()) === 0);
		}
		press(lab, 'escape');
		expect(screen()).not.toContain('Nothing is under way');
	});

	it('obeys the words too, which are no commands of the shell then', async () => {
		const {lab, ran} = await aLab();
		for (const [word, wanted] of [
			['pause', 0],
			['resume', 1],
			['faster', 2],
			['slower', 1],
			['max', 'max'],
			['step', 0],
		] as const) {
			type(lab, word);
			press(lab, 'enter');
			await reaches(wanted);
		}
		expect(ran).toEqual([]);
	});

	it('shows a pace that somebody else has set, and goes on from there', async () => {
		const {lab, header} = await aLab();
		await cluster.speed(50);
		await until(() => header().includes('50×'));
		type(lab, '+');
		await reaches(100);
	});

	it('is what the keys and the help tell of, most of all while it is paused', async () => {
		const {lab, screen} = await aLab();
		type(lab, '?');
		const help = screen(120, 60);
		for (const words of ['Ctrl-Z', 'pauses the cluster', 'Ctrl-O', 'as fast as it goes', '<invalid>'])
			expect(help).toContain(words);
		press(lab, 'escape', 'ctrl-z');
		await until(() => screen().split('\n').at(-1)!.includes('^Z resume'));
	});

	it('is nothing that a cluster without such a clock hears of', async () => {
		const {lab, ran, screen, header} = await aLab({clock: false});
		press(lab, 'ctrl-z', 'ctrl-o');
		type(lab, '+');
		expect(lab.store.get().editor.characters.join('')).toBe('+');
		press(lab, 'backspace');
		type(lab, 'pause');
		press(lab, 'enter');
		expect(ran).toEqual(['pause']);
		type(lab, '?');
		expect(screen(120, 60)).not.toMatch(/Ctrl-Z|Ctrl-O/);
		expect(header()).not.toMatch(/paused|×/);
	});

	it('speaks Chinese as well', async () => {
		const {lab, header} = await aLab({language: 'zh-CN'});
		press(lab, 'ctrl-z');
		await until(() => header().includes('‖ 已暂停'));
	});
});

describe('signs on a line that has begun', () => {
	it('are text', async () => {
		const {lab} = await aLab();
		type(lab, 'a+-*');
		expect(lab.store.get().editor.characters.join('')).toBe('a+-*');
		expect(await speed()).toBe(1);
	});
});
