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
			const start = node?.range?.[0] ?? 0;
			// Positions inside a value are exact only where the value stands in the source as it is.
			const quoted = isScalar(node) && (node.type === 'QUOTE_SINGLE' || node.type === 'QUOTE_DOUBLE');
			const inline = isScalar(node) && !String(node.type).startsWith('BLOCK');
			complain(inline ? start + (quoted ? 1 : 0) + offset : start, message);
		},
	};
}
