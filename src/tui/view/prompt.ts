import type {Symbols} from '../theme.ts';
import {type Line, type Span, startOf, widthOf} from './line.ts';

/** What stands at the prompt. */
export type PromptView = {
	/** The mark before the line: `$`, or with the folder's name once the learner has left the lesson's. */
	mark: string;
	characters: readonly string[];
	cursor: number;
	/** The rest of a suggestion, shown after the text, dim. */
	suggestion: string;
	/** Said, dim, while the line is empty. */
	placeholder: string;
};

/** The prompt's rows and where the terminal's cursor stands in them. */
export type PromptLines = {lines: Line[]; cursor: {x: number; y: number}};

/**
 * Lays the line out over as many rows as it needs, but at most `maxRows`: of a longer one the rows around the cursor.
 * Line breaks inside (from a paste) are shown by a sign.
 */
export function promptLines(prompt: PromptView, width: number, maxRows: number, symbols: Symbols): PromptLines {
	const mark: Span = {text: `${prompt.mark} `, tone: 'accent'};
	const indent = widthOf(mark.text);
	const rows: Span[][] = [[mark]];
	let used = indent;
	let cursor = {x: indent, y: 0};
	const put = (text: string, tone?: Span['tone']) => {
		const cells = widthOf(text);
		// The last column stays free: the cursor must have somewhere to stand.
		if (used + cells > width - 1) {
			rows.push([{text: ' '.repeat(indent)}]);
			used = indent;
		}
		rows.at(-1)?.push({text, tone});
		used += cells;
	};
	prompt.characters.forEach((character, index) => {
		if (index === prompt.cursor) cursor = {x: used, y: rows.length - 1};
		const cells = character === '\n' ? widthOf(symbols.enter) : widthOf(character);
		const wraps = used + cells > width - 1;
		if (character === '\n') put(symbols.enter, 'dim');
		else put(character);
		if (wraps && index === prompt.cursor) cursor = {x: indent, y: rows.length - 1};
	});
	if (prompt.cursor >= prompt.characters.length) cursor = {x: used, y: rows.length - 1};
	const extra = prompt.characters.length === 0 ? prompt.placeholder : prompt.suggestion;
	const room = width - 1 - used;
	if (extra && room > 0) rows.at(-1)?.push({text: startOf(extra.replaceAll('\n', symbols.enter), room), tone: 'dim'});
	const first = Math.max(0, Math.min(cursor.y - maxRows + 1, rows.length - maxRows));
	return {lines: rows.slice(first, first + maxRows), cursor: {x: cursor.x, y: cursor.y - first}};
}
