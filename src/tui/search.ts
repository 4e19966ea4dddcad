import type {KeyPress} from './keys.ts';

/** A search in the history: what is looked for, and the index of the line that was found; -1 for none. */
export type Search = {readonly text: string; readonly at: number};

/** The newest line, from `from` on backwards, that contains the text; -1 when there is none, and for no text. */
function found(lines: readonly string[], text: string, from: number): number {
	if (text === '') return -1;
	return lines.findLastIndex((line, index) => index <= from && line.includes(text));
}

/** A search that has just been begun. */
export const newSearch: Search = {text: '', at: -1};

/** What a key makes of a search: it goes on, it is given up, or its line is taken to the prompt, and run by Enter. */
export type Searched = {search: Search} | {cancelled: true} | {line: string; run: boolean};

/** Follows readline: letters narrow it down, Ctrl-R finds an older line, Ctrl-C gives it up, any other key takes the line. */
export function searched(search: Search, lines: readonly string[], key: KeyPress): Searched {
	const {text, at} = search;
	const newest = lines.length - 1;
	if ('text' in key) return {search: narrowed(lines, text + key.text, at < 0 ? newest : at)};
	switch (key.name) {
		case 'ctrl-r': {
			const older = found(lines, text, at - 1);
			// At the oldest it stays.
			return {search: older < 0 ? search : {text, at: older}};
		}
		case 'backspace':
		case 'ctrl-h':
			return {search: narrowed(lines, [...text].slice(0, -1).join(''), newest)};
		case 'ctrl-c':
		case 'ctrl-g':
		case 'ctrl-d':
			return {cancelled: true};
		default:
			return at < 0 ? {cancelled: true} : {line: lines[at]!, run: key.name === 'enter'};
	}
}

function narrowed(lines: readonly string[], text: string, from: number): Search {
	return {text, at: found(lines, text, from)};
}
