import type {Symbols, Tone} from '../theme.ts';
import {fitted, type Line, lineWidth, type Span, startOf, widthOf} from './line.ts';

/** What a horizontal edge of a frame carries. Columns count from its left end. */
export type Edge = {
	kind: 'top' | 'middle' | 'bottom';
	width: number;
	/** Columns of vertical lines that meet it from above and from below. */
	above?: readonly number[];
	below?: readonly number[];
	/** Words on the edge, each beginning at a column; a later one cuts an earlier one off. */
	titles?: readonly {at: number; text: string; tone?: Tone}[];
	tone?: Tone;
};

/** A horizontal edge with the joints that the lines around it need. */
export function edge({kind, width, above = [], below = [], titles = [], tone = 'frame'}: Edge, symbols: Symbols): Line {
	if (width < 2) return [];
	const ends = {
		top: [symbols.topLeft, symbols.topRight],
		middle: [symbols.teeRight, symbols.teeLeft],
		bottom: [symbols.bottomLeft, symbols.bottomRight],
	}[kind];
	const at = (column: number) => {
		if (column === 0) return ends[0]!;
		if (column === width - 1) return ends[1]!;
		if (above.includes(column)) return below.includes(column) ? symbols.cross : symbols.teeUp;
		return below.includes(column) ? symbols.teeDown : symbols.horizontal;
	};
	const spans: Span[] = [];
	let column = 0;
	const draw = (to: number) => {
		let text = '';
		for (; column < to; column++) text += at(column);
		if (text) spans.push({text, tone});
	};
	titles.forEach((title, index) => {
		const end = titles[index + 1]?.at ?? width;
		draw(title.at + 1);
		const room = end - title.at - 3;
		const text = ` ${widthOf(title.text) > room ? startOf(title.text, Math.max(0, room - 2)) : title.text} `;
		if (room < 3 || !title.text) return;
		spans.push({text, tone: title.tone ?? 'strong'});
		column += widthOf(text);
	});
	draw(width);
	return spans;
}

/** A line between the two sides of a frame, exactly `width` cells. */
export function sided(content: Line, width: number, symbols: Symbols, tone: Tone = 'frame'): Line {
	const side = {text: symbols.vertical, tone};
	return [side, ...fitted(content, width - 2, symbols.ellipsis), side];
}

/** Lines cut or filled to exactly `height`. */
export function filled(lines: readonly Line[], height: number): Line[] {
	return Array.from({length: Math.max(0, height)}, (_, index) => lines[index] ?? []);
}

/** Two blocks of lines next to each other; the left one is `width` cells wide. */
export function beside(left: readonly Line[], width: number, right: readonly Line[]): Line[] {
	return Array.from({length: Math.max(left.length, right.length)}, (_, index) => [
		...(left[index] && lineWidth(left[index]) === width ? left[index] : fitted(left[index] ?? [], width)),
		...(right[index] ?? []),
	]);
}
