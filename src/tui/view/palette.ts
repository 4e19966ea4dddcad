import type {Text} from '../../text/text.ts';
import type {Palette, PaletteEntry} from '../palette.ts';
import {type Line, line, lineWidth, toned, widthOf, wrap} from './line.ts';

/** The list of what can be done in at most `rows` lines: what has been typed to narrow it down, then its entries. */
export function paletteLines(
	palette: Palette,
	entries: readonly PaletteEntry[],
	{width, rows, text}: {width: number; rows: number; text: Text},
): Line[] {
	const head: Line[] = [
		...wrap(
			palette.text
				? [{text: text.screen.paletteFor}, {text: palette.text, tone: 'strong'}]
				: line(text.screen.paletteHow, 'dim'),
			width,
		),
		[],
	];
	if (entries.length === 0) return [...head, line(text.screen.noMatches(palette.text), 'dim')];
	const wordWidth = Math.max(...entries.map(({word}) => widthOf(word))) + 2;
	const keyWidth = Math.max(...entries.map(({key}) => widthOf(key))) + 2;
	const lines = entries.map(({word, key, help}, index): Line => {
		const content: Line = [
			{text: index === palette.selected ? '> ' : '  ', tone: 'accent'},
			{text: word + ' '.repeat(wordWidth - widthOf(word)), tone: 'strong'},
			{text: key + ' '.repeat(keyWidth - widthOf(key)), tone: 'dim'},
			{text: help},
		];
		return index === palette.selected ? toned(content, 'selected') : content;
	});
	// What is cut off of the selected one stands below the list.
	const selected = lines[palette.selected] ?? [];
	const rest = lineWidth(selected) > width ? wrap(line(entries[palette.selected]?.help ?? ''), width, 2) : [];
	const below = rest.length > 0 ? [[], ...rest] : [];
	const room = Math.max(1, rows - head.length - below.length);
	const first = Math.max(0, Math.min(palette.selected - Math.floor(room / 2), lines.length - room));
	return [...head, ...lines.slice(first, first + room), ...below];
}
