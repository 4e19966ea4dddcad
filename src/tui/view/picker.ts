import {textIn} from '../../text/text.ts';
import type {PickerState} from '../picker.ts';
import type {Theme} from '../theme.ts';
import {beside, edge, filled, sided} from './frame.ts';
import {keyHintLine} from './key-hints.ts';
import {fitted, type Line, line, lineWidth, toned, widthOf, wrap} from './line.ts';
import {markdownLines} from './markdown.ts';

/** Draws the picker: the lessons with their progress, what the selected one is about, cluster, language and keys. */
export function drawPicker(state: PickerState, columns: number, rows: number, theme: Theme): Line[] {
	const text = textIn(state.language);
	const {picker} = text;
	const {symbols} = theme;
	const wide = columns >= 90;
	const lesson = state.lessons[state.selected];
	const choice = state.clusters[state.cluster];
	const list = lessonLines(state, (wide ? Math.floor(columns / 2) : columns) - 2, theme);
	const header: Line = [
		{text: ' endpoint-lab', tone: 'strong'},
		{text: `  ${picker.title}`, tone: 'title'},
	];
	const settings: Line = [
		{text: ` ${picker.cluster}: `, tone: 'dim'},
		{text: choice?.title[state.language] ?? ''},
		{text: `   ${picker.language}: `, tone: 'dim'},
		{text: picker.languageName},
	];
	const keys = keyHintLine(
		[
			{key: symbols.upDown, label: picker.keys.choose},
			{key: symbols.enter, label: picker.keys.start},
			{key: 'l', label: picker.keys.language},
			...(state.clusters.length > 1 ? [{key: 'c', label: picker.keys.cluster}] : []),
			{key: 'q', label: picker.keys.quit},
		],
		columns,
	);
	const height = Math.max(4, rows - 3);
	const about = (width: number) =>
		lesson
			? [
					...wrap(line(lesson.text[state.language].title, 'title'), width - 4),
					[],
					...markdownLines(lesson.text[state.language].introduction, width - 4, symbols),
				]
			: [];
	const body = wide
		? beside(
				boxed(visible(list, height - 2, state.selected), Math.floor(columns / 2), height, theme),
				Math.floor(columns / 2),
				boxed(about(columns - Math.floor(columns / 2)).map(padded), columns - Math.floor(columns / 2), height, theme),
			)
		: stacked(list, about(columns).map(padded), columns, height, state.selected, theme);
	return filled(
		[header, ...body, settings, keys].map(content =>
			lineWidth(content) > columns ? fitted(content, columns, symbols.ellipsis) : content,
		),
		rows,
	);
}

function padded(content: Line): Line {
	return [{text: ' '}, ...content];
}

function lessonLines(state: PickerState, width: number, {symbols}: Theme): Line[] {
	const {picker} = textIn(state.language);
	if (state.lessons.length === 0) return [line(` ${picker.none}`, 'dim')];
	return state.lessons.map((lesson, index) => {
		const done = lesson.solved >= lesson.steps;
		const progress = done
			? picker.done
			: lesson.solved > 0
				? picker.progress(lesson.solved, lesson.steps)
				: picker.fresh;
		const right = `${progress}  ${picker.minutes(lesson.minutes)} `;
		const left: Line = [
			{text: ` ${done ? symbols.done : lesson.solved > 0 ? symbols.on : symbols.off} `, tone: done ? 'good' : 'plain'},
			{text: lesson.text[state.language].title},
		];
		const whole: Line = [
			...fitted(left, Math.max(0, width - widthOf(right) - 1), symbols.ellipsis),
			{text: ` ${right}`, tone: 'dim'},
		];
		return index === state.selected ? toned(whole, 'selected') : whole;
	});
}

function visible(lines: Line[], height: number, selected: number): Line[] {
	const first = Math.max(0, Math.min(selected - Math.floor(height / 2), lines.length - height));
	return lines.slice(first, first + height);
}

function boxed(lines: Line[], width: number, height: number, {symbols}: Theme): Line[] {
	return [
		edge({kind: 'top', width}, symbols),
		...filled(lines, height - 2).map(content => sided(content, width, symbols)),
		edge({kind: 'bottom', width}, symbols),
	];
}

function stacked(list: Line[], about: Line[], width: number, height: number, selected: number, theme: Theme): Line[] {
	const {symbols} = theme;
	const inner = height - 3;
	const listRows = Math.max(1, Math.min(list.length, inner - Math.min(about.length, Math.floor(inner / 2))));
	return [
		edge({kind: 'top', width}, symbols),
		...visible(list, listRows, selected).map(content => sided(content, width, symbols)),
		edge({kind: 'middle', width}, symbols),
		...filled(about, inner - listRows).map(content => sided(content, width, symbols)),
		edge({kind: 'bottom', width}, symbols),
	];
}
