import type {Expressions} from './expressions.ts';
import type {Passage} from './markdown.ts';
import {compileTemplate, type Template} from './template.ts';

/** What a lesson says that a command prints: the lines below a `$ command` in a code block. */
export type Quote = {
	/** As lesson.yaml has it, places and all. */
	command: string;
	output: Template;
	/** Where the command stands in its file, from 1. */
	line: number;
};

/** The quotes in a passage: in each code block, every line `$ …` with the lines below it. Throws ExpressionError. */
export function quotesIn({text, line}: Passage, expressions: Expressions): Quote[] {
	const quotes: {command: string; lines: string[]; line: number}[] = [];
	let fence = '';
	let quoting = false;
	for (const [index, content] of text.split('\n').entries()) {
		const mark = /^\s*(```+|~~~+)/.exec(content)?.[1] ?? '';
		if (mark && (!fence || mark.startsWith(fence))) {
			fence = fence ? '' : mark;
			quoting = false;
		} else if (fence && content.startsWith('$ ')) {
			quotes.push({command: content.slice(2).trim(), lines: [], line: line + index});
			quoting = true;
		} else if (quoting) quotes.at(-1)?.lines.push(content);
	}
	return quotes.map(({command, lines, line}) => ({
		command,
		output: compileTemplate(lines.join('\n'), expressions),
		line,
	}));
}

/** A command's text with its line breaks and runs of spaces as single spaces: YAML folds it, Markdown does not. */
export const commandText = (command: string) => command.trim().replaceAll(/\s+/g, ' ');
