import {type Document, isScalar, LineCounter, type Node, parseDocument} from 'yaml';
import type {Problem} from './problem.ts';

/** Where a value stands in a YAML file: keys and indices from the top. */
export type YamlPath = (string | number)[];

/** A YAML file, opened so that problems can be reported where they stand. */
export type YamlFile = {
	document: Document;
	/** Reports a problem at a character of the file. */
	complain(position: number, message: string): void;
	/** Reports a problem at a path; `offset` counts characters into the value there. */
	at(path: YamlPath, message: string, offset?: number): void;
};

/** Reads a file of one YAML document, reporting what is wrong with its syntax. */
export function openYaml(file: string, source: string, problems: Problem[]): YamlFile {
	const lineCounter = new LineCounter();
	const document = parseDocument(source, {lineCounter});
	const complain = (position: number, message: string) => {
		const {line, col} = lineCounter.linePos(position);
		problems.push({file, line, column: col, message});
	};
	for (const error of document.errors) complain(error.pos[0], error.message.split('\n')[0] ?? error.message);
	return {
		document,
		complain,
		at(path, message, offset = 0) {
			const node = document.getIn(path, true) as Node | undefined;
			const [start, end] = node?.range ?? [0, 0];
			const type = isScalar(node) ? String(node.type) : '';
			if (offset > 0 && type.startsWith('BLOCK')) complain(start + inBlock(source.slice(start, end), offset), message);
			else complain(type.startsWith('QUOTE') ? start + 1 + offset : type === 'PLAIN' ? start + offset : start, message);
		},
	};
}

/** Where a character of a block scalar's value stands in its source, which begins with `>` or `|` and is indented. */
function inBlock(source: string, offset: number): number {
	const [header = '', ...lines] = source.split('\n');
	const indents = lines.filter(line => line.trim() !== '').map(line => line.search(/\S/));
	const indent = Math.min(...indents);
	let position = header.length + 1;
	let left = offset;
	for (const line of lines) {
		const length = Math.max(0, line.length - indent);
		if (left <= length) return position + indent + left;
		// A folded line's end is one space in the value.
		left -= length + 1;
		position += line.length + 1;
	}
	return 0;
}
