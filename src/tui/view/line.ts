import stringWidth from 'string-width';
import {inAscii, type Theme, type Tone} from '../theme.ts';

/** A piece of a line in one tone. */
export type Span = {readonly text: string; readonly tone?: Tone};

/** One line of the screen, without a line break. */
export type Line = readonly Span[];

const graphemes = new Intl.Segmenter(undefined, {granularity: 'grapheme'});

/** The characters of a text as a reader counts them. */
export function charactersOf(text: string): string[] {
	return isAscii(text) ? [...text] : Array.from(graphemes.segment(text), segment => segment.segment);
}

/** How many cells a text takes. Measuring is a quarter of what a frame costs, so plain ASCII takes the short way. */
export function widthOf(text: string): number {
	if (isAscii(text)) return text.length;
	const known = widths.get(text);
	if (known !== undefined) return known;
	const width = stringWidth(text);
	if (widths.size >= 5000) widths.clear();
	widths.set(text, width);
	return width;
}

/** Of other texts a screen mostly has the same ones as in the frame before. */
const widths = new Map<string, number>();

function isAscii(text: string): boolean {
	return /^[\x20-\x7e]*$/.test(text);
}

/** How many cells a line takes. */
export function lineWidth(line: Line): number {
	let width = 0;
	for (const span of line) width += widthOf(span.text);
	return width;
}

/** A line of one span. */
export function line(text: string, tone?: Tone): Line {
	return [{text, tone}];
}

/** The longest start of a text that takes at most `width` cells. */
export function startOf(text: string, width: number): string {
	if (widthOf(text) <= width) return text;
	let result = '';
	let used = 0;
	for (const character of charactersOf(text)) {
		const cells = widthOf(character);
		if (used + cells > width) break;
		result += character;
		used += cells;
	}
	return result;
}

/** The longest end of a text that takes at most `width` cells. */
function endOf(text: string, width: number): string {
	if (widthOf(text) <= width) return text;
	let result = '';
	let used = 0;
	for (const character of charactersOf(text).reverse()) {
		const cells = widthOf(character);
		if (used + cells > width) break;
		result = character + result;
		used += cells;
	}
	return result;
}

/** A name cut in front, since the end of a Pod's name is what tells it from its brothers. */
export function shortenedName(name: string, width: number, ellipsis: string): string {
	if (widthOf(name) <= width) return name;
	if (width <= 0) return '';
	const kept = endOf(name, width - widthOf(ellipsis));
	// `…-9lnlt` rather than `…9-9lnlt`, where the cut falls next to a dash.
	const dash = kept.indexOf('-');
	return ellipsis + (dash > 0 && kept.length - dash > 5 ? kept.slice(dash) : kept);
}

/** A line of exactly `width` cells: cut with an ellipsis, or filled with spaces. */
export function fitted(source: Line, width: number, ellipsis = '…'): Line {
	if (width <= 0) return [];
	const total = lineWidth(source);
	if (total === width) return source;
	if (total < width) return [...source, {text: ' '.repeat(width - total)}];
	const mark = startOf(ellipsis, width);
	let left = width - widthOf(mark);
	const result: Span[] = [];
	for (const span of source) {
		const kept = startOf(span.text, left);
		if (kept) result.push({text: kept, tone: span.tone});
		left -= widthOf(kept);
		if (kept !== span.text) break;
	}
	result.push({text: mark + ' '.repeat(Math.max(0, left)), tone: result.at(-1)?.tone});
	return result;
}

/** Fits a line to `width` and gives it one tone throughout, as a selected row has it. */
export function toned(source: Line, tone: Tone): Line {
	return [{text: source.map(span => span.text).join(''), tone}];
}

/*
 * What a line may not begin with (closing punctuation, 避头点) sticks to what stands before it. Chinese may break
 * between any two characters, other scripts between words.
 */
const unit =
	/\s+|(?:[\p{Script=Han}\u3000-\u30ff\uff00-\uffef]|[^\s\p{Script=Han}\u3000-\u30ff\uff00-\uffef]+)[，。、；：！？）」』》”’…]*/gu;

/** `reach` is its width with all that sticks to it from the spans behind, which must not begin a line either. */
type Unit = {text: string; tone: Tone | undefined; width: number; reach: number; space: boolean};

const closing = /^[，。、；：！？）」』》”’…,.;:!?)]/;

function unitsOf(source: Line): Unit[] {
	const units = source.flatMap(span =>
		Array.from(span.text.matchAll(unit), ([text]) => ({
			text,
			tone: span.tone,
			width: widthOf(text),
			reach: widthOf(text),
			space: /^\s/.test(text),
		})),
	);
	for (let at = units.length - 1; at > 0; at--) {
		const [before, unit] = [units[at - 1]!, units[at]!];
		if (!before.space && closing.test(unit.text)) before.reach += unit.reach;
	}
	return units;
}

/** Breaks a line into lines of at most `width` cells, at spaces where there are some; following lines are indented. */
export function wrap(source: Line, width: number, indent = 0): Line[] {
	if (width <= 0) return [];
	const margin = Math.min(indent, Math.max(0, width - 8));
	const lines: Line[] = [];
	let current: Span[] = [];
	let used = 0;
	const start = () => {
		current = margin > 0 ? [{text: ' '.repeat(margin)}] : [];
		used = margin;
	};
	const flush = () => {
		const last = current.at(-1);
		if (last && !last.text.trim() && current.length > (margin > 0 && lines.length > 0 ? 1 : 0)) current.pop();
		lines.push(merged(current));
		start();
	};
	let empty = true;
	for (const part of unitsOf(source)) {
		const wanted = part.reach > width ? part.width : part.reach;
		if (used + wanted > width && !empty && (!part.space || used >= width)) {
			flush();
			empty = true;
		}
		if (part.space && empty && lines.length > 0) continue;
		let rest = part.text;
		while (widthOf(rest) > width - used) {
			const head = startOf(rest, width - used);
			if (head) current.push({text: head, tone: part.tone});
			rest = rest.slice(head.length);
			if (!head && empty) return lines;
			flush();
			empty = true;
		}
		if (rest) {
			current.push({text: rest, tone: part.tone});
			used += widthOf(rest);
			empty = false;
		}
	}
	if (!empty || lines.length === 0) lines.push(merged(current));
	return lines;
}

/** Breaks a text into rows of `width` cells wherever the width ends, as a terminal does with output. */
export function hardWrap(text: string, width: number): string[] {
	if (widthOf(text) <= width) return [text];
	const rows: string[] = [];
	let rest = text;
	while (rest) {
		const row = startOf(rest, width) || charactersOf(rest)[0] || rest;
		rows.push(row);
		rest = rest.slice(row.length);
	}
	return rows;
}

function merged(spans: readonly Span[]): Line {
	const result: {text: string; tone?: Tone}[] = [];
	for (const span of spans) {
		const last = result.at(-1);
		if (last && last.tone === span.tone) last.text += span.text;
		else result.push({...span});
	}
	return result;
}

/** A line as the terminal takes it: its tones as SGR sequences, each closed. */
export function paint(source: Line, theme: Theme): string {
	let result = '';
	for (const {text, tone} of source) {
		const sgr = tone ? theme.sgr[tone] : '';
		const shown = theme.ascii ? inAscii(text) : text;
		result += sgr ? `\u001b[${sgr}m${shown}\u001b[0m` : shown;
	}
	return result;
}

/** A line's text alone. */
export function textOf(source: Line): string {
	return source.map(span => span.text).join('');
}
