import {describe, expect, it} from 'vitest';
import type {KeyPress} from '../../src/tui/keys.ts';
import {type PickableLesson, pickerState, pressed} from '../../src/tui/picker.ts';
import {themeOf} from '../../src/tui/theme.ts';
import {lineWidth, textOf} from '../../src/tui/view/line.ts';
import {drawPicker} from '../../src/tui/view/picker.ts';

const aLesson = (id: string, solved: number): PickableLesson => ({
	id,
	minutes: 10,
	steps: 6,
	solved,
	text: {
		en: {title: `Lesson ${id}`, introduction: `About **${id}**.`},
		'zh-CN': {title: `课程 ${id}`, introduction: `关于 **${id}**。`},
	},
});
const lessons = [aLesson('a', 6), aLesson('b', 2), aLesson('c', 0)];
const clusters = [
	{id: 'auto', title: {en: 'auto: embedded', 'zh-CN': '自动：内置'}},
	{id: 'embedded', title: {en: 'embedded', 'zh-CN': '内置'}},
];
const first = pickerState(lessons, clusters, 'en', 'embedded');
const keys = (...names: string[]): KeyPress[] =>
	names.map(name => (name.length === 1 ? {name: 'text', text: name} : {name: name as 'enter'}));
const afterKeys = (...names: string[]) => keys(...names).reduce(pressed, first);
const drawn = (state = first, columns = 100, rows = 30) =>
	drawPicker(state, columns, rows, themeOf({LANG: 'C.UTF-8'}, 'linux'));

describe('the picker', () => {
	it('begins at the first lesson that is not complete, on the cluster of the last time', () => {
		expect(first.lessons[first.selected]?.id).toBe('b');
		expect(first.clusters[first.cluster]?.id).toBe('embedded');
	});

	it('starts what is selected', () => {
		const {outcome} = afterKeys('down', 'enter');
		expect(outcome).toEqual({lesson: 'c', language: 'en', cluster: 'embedded'});
	});

	it('stays within the list', () => {
		expect(afterKeys('down', 'down', 'down', 'down').selected).toBe(2);
		expect(afterKeys('up', 'up', 'up').selected).toBe(0);
	});

	it('changes language and cluster on the spot', () => {
		const state = afterKeys('l', 'c');
		const text = drawn(state).map(textOf).join('\n');
		expect(text).toContain('课程 b');
		expect(text).toContain('自动：内置');
		expect(pressed(state, {name: 'enter'}).outcome).toEqual({lesson: 'b', language: 'zh-CN', cluster: 'auto'});
	});

	it('is left without a choice', () => {
		for (const key of ['q', 'escape', 'ctrl-c', 'ctrl-d']) expect(afterKeys(key).outcome).toBeNull();
	});

	it('says how far each lesson has been taken', () => {
		const text = drawn().map(textOf).join('\n');
		expect(text).toMatch(/✓ Lesson a +done/);
		expect(text).toMatch(/● Lesson b +2 of 6 steps/);
		expect(text).toMatch(/○ Lesson c +new/);
		expect(text).toContain('About b.');
	});

	it('fills every terminal exactly', () => {
		const many = pickerState(
			Array.from({length: 40}, (_, n) => aLesson(`lesson-${n}`, 0)),
			clusters,
			'zh-CN',
			'auto',
		);
		for (const state of [first, many, pickerState([], clusters, 'en', 'auto')]) {
			for (let columns = 30; columns <= 200; columns += 17) {
				for (let rows = 8; rows <= 50; rows += 7) {
					const lines = drawn(state, columns, rows);
					expect(lines).toHaveLength(rows);
					expect(Math.max(...lines.map(lineWidth))).toBeLessThanOrEqual(columns);
				}
			}
		}
	});

	it('keeps the selected lesson in view', () => {
		const many = pickerState(
			Array.from({length: 40}, (_, n) => aLesson(`lesson-${n}`, 0)),
			clusters,
			'en',
			'auto',
		);
		const end = pressed(many, {name: 'end'});
		expect(drawn(end, 80, 24).map(textOf).join('\n')).toContain('Lesson lesson-39');
	});
});
