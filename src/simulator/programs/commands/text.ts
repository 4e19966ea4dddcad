import {FileError} from '../file-system.ts';
import type {Command} from '../image.ts';
import type {Process} from '../machine.ts';
import type {Running} from '../running.ts';
import {badOption, readOptions} from './options.ts';

/** The texts of the files, or of stdin when there is none; a missing one is written to stderr. */
function* inputs(process: Process, paths: string[]): Running<{name: string; text: string}[]> {
	const texts: {name: string; text: string}[] = [];
	for (const given of paths.length > 0 ? paths : ['-']) {
		if (given === '-') texts.push({name: '-', text: (yield* process.stdin.readAll()).toString()});
		else {
			try {
				texts.push({name: given, text: process.machine.files.read(process.path(given)).toString()});
			} catch (error) {
				if (!(error instanceof FileError)) throw error;
				process.stderr(`${process.arguments[0]}: ${given}: ${error.message}\n`);
			}
		}
	}
	return texts;
}

const linesOf = (text: string) => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));
const join = (lines: string[]) => lines.map(line => `${line}\n`).join('');

/** A command that turns whole texts into another one. */
const filter = (known: string, run: (lines: string[], options: ReturnType<typeof readOptions>) => string[]): Command =>
	function* command(process) {
		const options = readOptions(process.arguments.slice(1), known);
		if (options.bad) return badOption(process, options.bad);
		const texts = yield* inputs(process, options.words);
		process.stdout(
			join(
				run(
					texts.flatMap(({text}) => linesOf(text)),
					options,
				),
			),
		);
		return texts.length < options.words.length ? 1 : 0;
	};

/** `-5` as well as `-n 5`. */
const countWords = (words: string[]) => words.flatMap(word => (/^-\d+$/.test(word) ? ['-n', word.slice(1)] : [word]));

const head: Command = function* head(process) {
	const options = readOptions(countWords(process.arguments.slice(1)), 'n:c:q');
	if (options.bad) return badOption(process, options.bad);
	const {values, words} = options;
	const bytes = values.c === undefined ? undefined : Number(values.c);
	const lines = Number(values.n ?? 10);
	if (Number.isNaN(bytes ?? lines)) {
		process.stderr(`head: invalid number '${values.c ?? values.n}'\n`);
		return 1;
	}
	if (words.length > 0) {
		const texts = yield* inputs(process, words);
		for (const {text} of texts)
			process.stdout(bytes === undefined ? join(linesOf(text).slice(0, lines)) : text.slice(0, bytes));
		return texts.length < words.length ? 1 : 0;
	}
	// It ends as soon as it has enough, which also ends whoever writes on.
	for (let left = bytes ?? 0; left > 0; ) {
		const chunk = yield* process.stdin.read();
		if (!chunk) break;
		process.stdout(chunk.subarray(0, left));
		left -= chunk.length;
	}
	for (let i = 0; bytes === undefined && i < lines; i++) {
		const line = yield* process.stdin.readLine();
		if (line === undefined) break;
		process.stdout(`${line}\n`);
	}
	return 0;
};

const tail: Command = function* tail(process) {
	const {flags, values, words} = readOptions(countWords(process.arguments.slice(1)), 'n:c:fF');
	const texts = yield* inputs(process, words);
	const given = values.n ?? '10';
	for (const {text} of texts) {
		const lines = linesOf(text);
		process.stdout(
			join(given.startsWith('+') ? lines.slice(Number(given) - 1) : lines.slice(-Number(given) || lines.length)),
		);
	}
	const [path] = words;
	if (!flags.has('f') && !flags.has('F')) return texts.length < words.length ? 1 : 0;
	// Follows for good what is appended; /dev/null is the usual way to wait for ever.
	let length = texts[0]?.text.length ?? 0;
	for (;;) {
		yield* process.sleep(1000);
		const content = path === undefined ? undefined : process.machine.files.entry(process.path(path))?.content;
		if (!content || content.length <= length) continue;
		process.stdout(content.subarray(length));
		length = content.length;
	}
};

const grep: Command = function* grep(process) {
	const options = readOptions(process.arguments.slice(1), 'ivncqEFwoelrHhsA:B:m:');
	if (options.bad) return badOption(process, options.bad);
	const {flags, words, values} = options;
	const [pattern = '', ...paths] = words;
	let source = flags.has('F') ? pattern.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&') : pattern;
	// Basic expressions: \| \( \) \+ are the special ones.
	if (!flags.has('E') && !flags.has('F'))
		source = source.replace(/\\?([|()+?{}])/g, whole => (whole.length === 2 ? whole[1]! : `\\${whole}`));
	if (flags.has('w')) source = `\\b(?:${source})\\b`;
	let expression: RegExp;
	try {
		expression = new RegExp(source, flags.has('i') ? 'gi' : 'g');
	} catch {
		process.stderr(`grep: bad regex '${pattern}'\n`);
		return 2;
	}
	let found = 0;
	const show = (name: string, number: number, line: string): void => {
		expression.lastIndex = 0;
		if (expression.test(line) === flags.has('v')) return;
		found++;
		if (flags.has('q') || flags.has('c') || flags.has('l')) return;
		const prefix = `${paths.length > 1 && !flags.has('h') ? `${name}:` : ''}${flags.has('n') ? `${number}:` : ''}`;
		if (flags.has('o')) for (const [match] of line.matchAll(expression)) process.stdout(`${prefix}${match}\n`);
		else process.stdout(`${prefix}${line}\n`);
	};
	const limit = Number(values.m ?? Number.POSITIVE_INFINITY);
	if (paths.length === 0) {
		for (let number = 1; found < limit; number++) {
			const line = yield* process.stdin.readLine();
			if (line === undefined) break;
			show('-', number, line);
			if (found > 0 && flags.has('q')) break;
		}
	} else {
		for (const {name, text} of yield* inputs(process, paths)) {
			const before = found;
			linesOf(text).forEach((line, i) => {
				show(name, i + 1, line);
			});
			if (flags.has('l') && found > before) process.stdout(`${name}\n`);
		}
	}
	if (flags.has('c')) process.stdout(`${found}\n`);
	return found > 0 ? 0 : 1;
};

const wc: Command = function* wc(process) {
	const {flags, words} = readOptions(process.arguments.slice(1), 'lwcm');
	const all = flags.size === 0;
	for (const {name, text} of yield* inputs(process, words)) {
		const counts = [
			[all || flags.has('l'), text.split('\n').length - 1],
			[all || flags.has('w'), text.split(/\s+/).filter(Boolean).length],
			[all || flags.has('c') || flags.has('m'), Buffer.byteLength(text)],
		] as const;
		const shown = counts.filter(([wanted]) => wanted).map(([, count]) => String(count));
		const columns = shown.length > 1 ? shown.map(count => count.padStart(9)).join(' ') : shown.join('');
		process.stdout(`${columns}${name === '-' ? '' : ` ${name}`}\n`);
	}
	return 0;
};

const sort = filter('rnuk:t:', (lines, {flags}) => {
	const number = (line: string) => Number.parseFloat(line) || 0;
	const sorted = [...lines].sort(
		flags.has('n') ? (a, b) => number(a) - number(b) : (a, b) => (a < b ? -1 : a > b ? 1 : 0),
	);
	if (flags.has('r')) sorted.reverse();
	return flags.has('u') ? [...new Set(sorted)] : sorted;
});

const uniq = filter('cdu', (lines, {flags}) => {
	const groups: {line: string; count: number}[] = [];
	for (const line of lines) {
		if (groups.at(-1)?.line === line) groups.at(-1)!.count++;
		else groups.push({line, count: 1});
	}
	return groups.map(({line, count}) => (flags.has('c') ? `${String(count).padStart(7)} ${line}` : line));
});

const cut = filter('d:f:c:', (lines, {values}) => {
	const wanted = (values.f ?? values.c ?? '1').split(',').map(range => range.split('-'));
	const chosen = (index: number) =>
		wanted.some(
			([from, to]) => index >= Number(from || 1) && index <= (to === undefined ? Number(from) : Number(to || 1e9)),
		);
	if (values.c !== undefined) return lines.map(line => [...line].filter((_, i) => chosen(i + 1)).join(''));
	const separator = values.d ?? '\t';
	return lines.map(line => {
		if (!line.includes(separator)) return line;
		return line
			.split(separator)
			.filter((_, i) => chosen(i + 1))
			.join(separator);
	});
});

const tac = filter('', lines => [...lines].reverse());

const tr: Command = function* tr(process) {
	const {flags, words} = readOptions(process.arguments.slice(1), 'ds');
	const range = (text: string) =>
		text
			.replaceAll('\\n', '\n')
			.replaceAll('\\t', '\t')
			.replace(/(.)-(.)/g, (_, from: string, to: string) => {
				let all = '';
				for (let code = from.charCodeAt(0); code <= to.charCodeAt(0); code++) all += String.fromCharCode(code);
				return all;
			})
			.replaceAll('[:lower:]', 'abcdefghijklmnopqrstuvwxyz')
			.replaceAll('[:upper:]', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ')
			.replaceAll('[:space:]', ' \t\n\r\f\v');
	const from = range(words[0] ?? '');
	const to = range(words[1] ?? '');
	let last = '';
	for (let chunk = yield* process.stdin.read(); chunk; chunk = yield* process.stdin.read()) {
		let text = '';
		for (const c of chunk.toString()) {
			const at = from.indexOf(c);
			if (at >= 0 && flags.has('d')) continue;
			const next = at >= 0 && to ? to[Math.min(at, to.length - 1)]! : c;
			if (flags.has('s') && next === last && (to || from).includes(next)) continue;
			text += next;
			last = next;
		}
		process.stdout(text);
	}
	return 0;
};

/** The `s` and `d` commands and `Np` with -n, with addresses `N`, `$`, `/re/`; -i writes the files. */
const sed: Command = function* sed(process) {
	const {flags, values, words} = readOptions(process.arguments.slice(1), 'nie:Er');
	const script = values.e ?? words.shift() ?? '';
	const edits = sedEdits(script, flags.has('E') || flags.has('r'));
	if (!edits) {
		process.stderr(`sed: unsupported command: ${script}\n`);
		return 1;
	}
	const run = (text: string) => {
		const lines = linesOf(text);
		const out: string[] = [];
		lines.forEach((original, i) => {
			let line = original;
			let deleted = false;
			for (const edit of edits) {
				if (deleted || !edit.applies(line, i + 1, lines.length)) continue;
				if (edit.does === 'delete') deleted = true;
				else if (edit.does === 'print') out.push(line);
				else line = line.replace(edit.from, edit.to);
			}
			if (!deleted && !flags.has('n')) out.push(line);
		});
		return join(out);
	};
	const texts = yield* inputs(process, words);
	for (const {name, text} of texts) {
		if (flags.has('i')) process.machine.files.write(process.path(name), run(text));
		else process.stdout(run(text));
	}
	return texts.length < words.length ? 1 : 0;
};

type Edit = {applies(line: string, number: number, last: number): boolean} & (
	| {does: 'delete'}
	| {does: 'print'}
	| {does: 'replace'; from: RegExp; to: (match: string, ...groups: unknown[]) => string}
);

/** The commands of a script, or undefined when there is one that is not known here. */
function sedEdits(script: string, extended: boolean): Edit[] | undefined {
	const edits: Edit[] = [];
	const basic = (source: string) =>
		extended ? source : source.replace(/\\?([|()+?{}])/g, found => (found.length === 2 ? found[1]! : `\\${found}`));
	let rest = script;
	for (;;) {
		rest = rest.replace(/^[;\s]+/, '');
		if (!rest) return edits;
		const [whole, number, last, pattern] = /^(?:(\d+)|(\$)|\/((?:[^/\\]|\\.)*)\/)?\s*/.exec(rest)!;
		rest = rest.slice(whole.length);
		const expression = pattern === undefined ? undefined : new RegExp(basic(pattern));
		const applies = (line: string, at: number, end: number) =>
			number ? at === Number(number) : last ? at === end : expression ? expression.test(line) : true;
		const simple = /^([dp])\s*(?=[;\n]|$)/.exec(rest);
		if (simple) {
			edits.push({does: simple[1] === 'd' ? 'delete' : 'print', applies});
			rest = rest.slice(simple[0].length);
			continue;
		}
		const replace = sedReplace(rest);
		if (!replace) return undefined;
		const {from, to, options, length} = replace;
		rest = rest.slice(length);
		edits.push({
			does: 'replace',
			applies,
			from: new RegExp(basic(from), options),
			to: (match, ...groups) =>
				to.replace(/\\(\d)|\\n|\\(.)|&/g, (found, digit: string | undefined, escaped: string | undefined) => {
					if (digit) return String(groups[Number(digit) - 1] ?? '');
					return found === '&' ? match : found === '\\n' ? '\n' : (escaped ?? '');
				}),
		});
	}
}

/** Reads `s/from/to/options` with any separator. */
function sedReplace(text: string): {from: string; to: string; options: string; length: number} | undefined {
	const separator = text[1] ?? '';
	if (text[0] !== 's' || !separator) return undefined;
	const parts: string[] = [];
	let part = '';
	let i = 2;
	for (; i < text.length && parts.length < 2; i++) {
		if (text[i] === separator) {
			parts.push(part);
			part = '';
		} else if (text[i] === '\\' && text[i + 1] === separator) part += text[++i];
		else part += text[i] === '\\' ? text.slice(i, ++i + 1) : text[i];
	}
	const [from, to] = parts;
	if (from === undefined || to === undefined) return undefined;
	const [options = ''] = /^[gi]*/.exec(text.slice(i)) ?? [];
	return {from, to, options, length: i + options.length};
}

const tee: Command = function* tee(process) {
	const {flags, words} = readOptions(process.arguments.slice(1), 'a');
	const {files} = process.machine;
	if (!flags.has('a')) for (const path of words) files.write(process.path(path), '');
	for (let chunk = yield* process.stdin.read(); chunk; chunk = yield* process.stdin.read()) {
		process.stdout(chunk);
		for (const path of words) files.append(process.path(path), chunk);
	}
	return 0;
};

const xargs: Command = function* xargs(process) {
	const words = process.arguments.slice(1);
	let each = Number.POSITIVE_INFINITY;
	if (words[0] === '-n') each = Number(words.splice(0, 2)[1]);
	const line = words.length > 0 ? words : ['echo'];
	const items = (yield* process.stdin.readAll()).toString().split(/\s+/).filter(Boolean);
	let code = 0;
	for (let i = 0; i < items.length; i += each)
		code = yield* process.run({arguments: [...line, ...items.slice(i, i + each)]});
	return code;
};

const base64: Command = function* base64(process) {
	const {flags, words} = readOptions(process.arguments.slice(1), 'dw:');
	const data =
		words[0] && words[0] !== '-' ? process.machine.files.read(process.path(words[0])) : yield* process.stdin.readAll();
	if (flags.has('d')) process.stdout(Buffer.from(data.toString(), 'base64'));
	else process.stdout(`${data.toString('base64')}\n`);
	return 0;
};

/** Commands that read and write text. */
export const textCommands: Record<string, Command> = {
	base64,
	cut,
	grep,
	head,
	sed,
	sort,
	tac,
	tail,
	tee,
	tr,
	uniq,
	wc,
	xargs,
};
