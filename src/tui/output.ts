import {stripVTControlCharacters} from 'node:util';

/** What the learner's commands have printed: whole lines, oldest first, and what is known of an unfinished one. */
export type Output = {
	readonly lines: readonly OutputLine[];
	/** The line being printed. */
	readonly open: string;
	/** The start of an escape sequence that has not arrived whole. */
	readonly held: string;
	/** The index in `lines` where the last command stands; -1 before the first. */
	readonly lastCommand: number;
};

export type OutputLine = {readonly kind: 'command' | 'output' | 'note'; readonly text: string};

/** Nothing printed yet. */
export const emptyOutput: Output = {lines: [], open: '', held: '', lastCommand: -1};

const KEPT_LINES = 3000;

/** The output after a command line was entered. */
export function withCommand(output: Output, command: string): Output {
	const closed = closeOpen(output);
	const lines = command
		.split('\n')
		.map((text, index): OutputLine => ({kind: 'command', text: index ? `  ${text}` : text}));
	return limited({...closed, lines: [...closed.lines, ...lines], lastCommand: closed.lines.length});
}

/** The output with a line of the lab's own: an exit code, or why something did not run. */
export function withNote(output: Output, text: string): Output {
	const closed = closeOpen(output);
	return limited({...closed, lines: [...closed.lines, {kind: 'note', text}]});
}

/**
 * The output after some more bytes of a command. Escape sequences are dropped (colours among them), a carriage return
 * starts the line again as a progress bar wants it, and a request to clear the screen clears it.
 */
export function withText(output: Output, chunk: string): Output {
	const all = output.held + chunk;
	// biome-ignore lint/suspicious/noControlCharactersInRegex: an unfinished escape sequence at the end waits for its rest.
	const cut = all.search(/\u001b(?:\[[0-9;?]*|\][^\u0007]*)?$/);
	const whole = cut < 0 || all.length - cut > 64 ? all : all.slice(0, cut);
	const held = all.slice(whole.length);
	const clear = whole.lastIndexOf('\u001b[2J');
	const base = clear < 0 ? output : {...output, lines: [], open: '', lastCommand: -1};
	const text = base.open + printable(clear < 0 ? whole : whole.slice(clear));
	const rows = text.split('\n');
	const open = overwritten(rows.pop() ?? '', true);
	const lines = rows.map((row): OutputLine => ({kind: 'output', text: expanded(overwritten(row, false))}));
	return limited({
		lines: lines.length > 0 ? [...base.lines, ...lines] : base.lines,
		open,
		held,
		lastCommand: base.lastCommand,
	});
}

/** The output with its unfinished line made whole, as when its command has ended. */
export function closeOpen(output: Output): Output {
	if (!output.open && !output.held) return output;
	const text = expanded(overwritten(output.open, false));
	return {...output, lines: text ? [...output.lines, {kind: 'output', text}] : output.lines, open: '', held: ''};
}

/** All lines, the unfinished one included. */
export function outputLines(output: Output): readonly OutputLine[] {
	const text = expanded(overwritten(output.open, false));
	return text ? [...output.lines, {kind: 'output', text}] : output.lines;
}

function printable(text: string): string {
	return (
		stripVTControlCharacters(text)
			.replaceAll('\r\n', '\n')
			// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters would move the cursor about.
			.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g, '')
	);
}

/** What is left of a line after its carriage returns; one at the very end of an open line waits for what follows. */
function overwritten(row: string, open: boolean): string {
	const end = open && row.endsWith('\r') ? row.length - 1 : row.length;
	const last = row.lastIndexOf('\r', end - 1);
	if (last < 0) return row;
	if (end > 0 && last === row.length - 1) return row.slice(0, last).split('\r').at(-1) ?? '';
	return row.slice(last + 1);
}

function expanded(row: string): string {
	if (!row.includes('\t')) return row;
	let result = '';
	for (const character of row) {
		if (character !== '\t') result += character;
		else result += ' '.repeat(8 - (result.length % 8));
	}
	return result;
}

function limited(output: Output): Output {
	const surplus = output.lines.length - KEPT_LINES;
	if (surplus <= 0) return output;
	return {
		...output,
		lines: output.lines.slice(surplus),
		lastCommand: Math.max(-1, output.lastCommand - surplus),
	};
}
