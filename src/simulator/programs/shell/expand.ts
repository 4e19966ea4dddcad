import type {FileSystem} from '../file-system.ts';
import {resolvePath} from '../file-system.ts';
import type {Running} from '../running.ts';
import {evaluate} from './arithmetic.ts';
import {isPattern, patternExpression, type Segment} from './pattern.ts';
import type {List, Part, Word} from './syntax.ts';

/** What expansion needs of the shell. */
export type Expander = {
	variable(name: string): string | undefined;
	assign(name: string, value: string): void;
	positional: string[];
	/** The output of a command substitution. */
	substitute(script: List): Running<string>;
	fail(message: string): never;
	files: FileSystem;
	directory: string;
	unsetIsError: boolean;
};

/** The fields that a word becomes: substitutions, field splitting, pathnames, quote removal (POSIX 2.6). */
export function* expandWords(words: Word[], shell: Expander): Running<string[]> {
	const fields: string[] = [];
	for (const word of words) {
		for (const segments of yield* fieldsOf(word, shell)) {
			const paths = isPattern(segments) ? pathnames(segments, shell) : [];
			if (paths.length > 0) fields.push(...paths);
			else fields.push(plain(segments));
		}
	}
	return fields;
}

/** A word as one text, without field splitting and pathnames: for assignments, redirections and `case`. */
export function* expandText(word: Word, shell: Expander): Running<string> {
	return plain(yield* segmentsOf(word, shell));
}

/** A word as a pattern: what was quoted matches only itself. */
export function* expandPattern(word: Word, shell: Expander): Running<Segment[]> {
	return yield* segmentsOf(word, shell);
}

const plain = (segments: Segment[]) => segments.map(({text}) => text).join('');

function* segmentsOf(word: Word, shell: Expander): Running<Segment[]> {
	const segments: Segment[] = [];
	for (const part of tilde(word, shell)) {
		if (part.is === 'text') segments.push({text: part.text, quoted: part.quoted});
		else segments.push({text: yield* textOf(part, shell), quoted: part.quoted});
	}
	return segments;
}

function* fieldsOf(word: Word, shell: Expander): Running<Segment[][]> {
	const fields: Segment[][] = [];
	let current: Segment[] | undefined;
	const add = (segment: Segment) => {
		current ??= [];
		current.push(segment);
	};
	const end = () => {
		if (current) fields.push(current);
		current = undefined;
	};
	for (const part of tilde(word, shell)) {
		if (part.is === 'text') add({text: part.text, quoted: part.quoted});
		else if (part.is === 'variable' && part.name === '@' && part.quoted && !part.operator) {
			shell.positional.forEach((text, i) => {
				if (i > 0) end();
				add({text, quoted: true});
			});
		} else {
			const text = yield* textOf(part, shell);
			if (part.quoted) {
				add({text, quoted: true});
				continue;
			}
			const separators = shell.variable('IFS') ?? ' \t\n';
			let piece = '';
			for (const c of text) {
				if (!separators.includes(c)) {
					piece += c;
					continue;
				}
				if (piece) add({text: piece, quoted: false});
				// A separator that is not blank also makes an empty field.
				else if (!/\s/.test(c)) add({text: '', quoted: false});
				piece = '';
				end();
			}
			if (piece) add({text: piece, quoted: false});
		}
	}
	end();
	return fields;
}

/** `~` at the start of a word is the home directory. */
function tilde(word: Word, shell: Expander): Word {
	const [first] = word;
	if (first?.is !== 'text' || first.quoted || !/^~(\/|$)/.test(first.text)) return word;
	const home = shell.variable('HOME') ?? '/root';
	return [{is: 'text', text: home, quoted: true}, {...first, text: first.text.slice(1)}, ...word.slice(1)];
}

function* textOf(part: Exclude<Part, {is: 'text'}>, shell: Expander): Running<string> {
	if (part.is === 'command') return (yield* shell.substitute(part.script)).replace(/\n+$/, '');
	if (part.is === 'arithmetic') {
		const expression = yield* expandText(part.expression, shell);
		return String(evaluate(expression, {get: name => shell.variable(name) ?? '', set: shell.assign}));
	}
	const {name, operator, argument = []} = part;
	const value = shell.variable(name);
	if (operator === 'length') {
		if (name === '@' || name === '*') return String(shell.positional.length);
		return String((value ?? '').length);
	}
	const missing = operator.startsWith(':') ? !value : value === undefined;
	switch (operator.replace(':', '')) {
		case '-':
			return missing ? yield* expandText(argument, shell) : (value ?? '');
		case '=': {
			if (!missing) return value ?? '';
			const text = yield* expandText(argument, shell);
			shell.assign(name, text);
			return text;
		}
		case '+':
			return missing ? '' : yield* expandText(argument, shell);
		case '?':
			if (!missing) return value ?? '';
			return shell.fail(`${name}: ${(yield* expandText(argument, shell)) || 'parameter not set'}`);
		case '#':
		case '##':
		case '%':
		case '%%':
			return strip(value ?? '', operator, yield* expandPattern(argument, shell));
		default:
			if (value === undefined && shell.unsetIsError && !'@*'.includes(name)) shell.fail(`${name}: parameter not set`);
			return value ?? '';
	}
}

function strip(value: string, operator: string, pattern: Segment[]): string {
	if (operator.startsWith('#')) {
		return value.replace(patternExpression(pattern, {suffix: '', greedy: operator === '##'}), '');
	}
	// The shortest or longest end that matches, found from its start.
	const whole = patternExpression(pattern);
	const starts = Array.from({length: value.length + 1}, (_, i) => (operator === '%%' ? i : value.length - i));
	const start = starts.find(i => whole.test(value.slice(i)));
	return start === undefined ? value : value.slice(0, start);
}

/** The existing paths that a pattern matches, sorted. */
function pathnames(segments: Segment[], {files, directory}: Expander): string[] {
	const parts: Segment[][] = [[]];
	for (const {text, quoted} of segments) {
		text.split('/').forEach((piece, i) => {
			if (i > 0) parts.push([]);
			if (piece) parts.at(-1)!.push({text: piece, quoted});
		});
	}
	let found = [''];
	parts.forEach((part, i) => {
		const next: string[] = [];
		const join = (base: string, name: string) => (i === 0 ? name : `${base}/${name}`);
		for (const base of found) {
			if (!isPattern(part)) {
				const path = join(base, plain(part));
				if (i < parts.length - 1 || files.exists(resolvePath(directory, path || '/'))) next.push(path);
				continue;
			}
			const folder = resolvePath(directory, i === 0 ? '.' : base || '/');
			if (!files.isDirectory(folder)) continue;
			const expression = patternExpression(part);
			const hidden = plain(part).startsWith('.');
			for (const name of files.list(folder))
				if (expression.test(name) && (hidden || !name.startsWith('.'))) next.push(join(base, name));
		}
		found = next;
	});
	return found.sort();
}
