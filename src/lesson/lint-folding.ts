import {type Document, isScalar, parse, Scalar, YAMLParseError} from 'yaml';
import type {PlacedCommand} from './lint-commands.ts';
import type {YamlPath} from './yaml-file.ts';

type At = (path: YamlPath, message: string, offset?: number) => void;

/**
 * Finds what YAML makes of a command that stands on several lines and its author did not mean: a line break that stays, and one
 * that becomes a space inside a text of JSON.
 */
export function lintFolding({line, path}: PlacedCommand, document: Document, source: string, at: At): void {
	const node = document.getIn(path, true);
	if (!isScalar(node) || node.type !== Scalar.BLOCK_FOLDED) return;
	const kept = line.trimEnd().indexOf('\n');
	if (kept >= 0) {
		at(
			path,
			'YAML keeps the line break before an empty line, or one that is indented more: a second command begins',
			kept,
		);
		return;
	}
	const broken = foldsOf(source.slice(...(node.range ?? [0, 0]))).find(offset => inJsonText(line, offset));
	if (broken !== undefined) at(path, 'this line break becomes a space inside a text of JSON', broken);
}

/** Tells why a patch in a command is neither JSON nor YAML; undefined when it is one of them. */
export function patchProblem(words: readonly string[]): string | undefined {
	for (const [index, word] of words.entries()) {
		const patch =
			/^(?:-p|--patch)=(.*)$/s.exec(word)?.[1] ?? (/^(-p|--patch)$/.test(word) ? words[index + 1] : undefined);
		if (patch === undefined) continue;
		try {
			parse(patch);
		} catch (error) {
			if (!(error instanceof YAMLParseError)) throw error;
			return `the patch is neither JSON nor YAML: ${error.message.split('\n')[0]}`;
		}
	}
	return undefined;
}

/** Where the line breaks of a folded text are in its value, as spaces; its source begins with a line `>-`. */
function foldsOf(source: string): number[] {
	const [, ...lines] = source.trimEnd().split('\n');
	const folds: number[] = [];
	let length = 0;
	for (const text of lines) {
		length += text.trimStart().length;
		folds.push(length++);
	}
	return folds.slice(0, -1);
}

/** Whether a place in a command is inside a double-quoted text of JSON that stands in single quotes. */
function inJsonText(line: string, offset: number): boolean {
	let single = false;
	let double = false;
	for (let index = 0; index < offset; index++) {
		const character = line[index];
		if (character === "'") {
			single = !single;
			double = false;
		} else if (single && character === '\\') index++;
		else if (single && character === '"') double = !double;
	}
	return single && double && /^[{[]/.test(line.slice(0, offset).split("'").at(-1) ?? '');
}
