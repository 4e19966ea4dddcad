/** A template in Go's language (text/template), read once and run on many objects. */
export type Node =
	| {kind: 'text'; text: string}
	| {kind: 'action'; pipe: Pipe}
	| {kind: 'if' | 'with' | 'range'; pipe: Pipe; body: Node[]; otherwise: Node[]}
	| {kind: 'template'; name: string; pipe?: Pipe}
	| {kind: 'break' | 'continue'};

/** Commands, each of which gets the value of the one before it as its last argument; `names` are set to the result. */
export type Pipe = {names: string[]; declares: boolean; commands: Command[]; at: number; source: string};

type Command = {words: Operand[]; at: number; source: string};

/** A value in a command; `path` are the fields taken from it, `at` is where it stands in the template. */
export type Operand = {path: string[]; at: number; source: string} & (
	| {kind: 'dot' | 'nil'}
	| {kind: 'constant'; value: string | boolean | GoNumber}
	| {kind: 'variable'; name: string}
	| {kind: 'function'; name: string}
	| {kind: 'pipe'; pipe: Pipe}
);

/** A number that does not come from JSON. Go calls the type of whole ones int, and int64 that of those from JSON. */
export class GoNumber {
	readonly value: number;
	readonly type: 'int' | 'float64';

	constructor(value: number, type: 'int' | 'float64' = 'int') {
		this.value = value;
		this.type = type;
	}
}

/** What a template is made of: its own nodes, and those of the templates that it defines. */
export type Template = {nodes: Node[]; defined: Map<string, Node[]>};

/** Throws an error with the place in the template. */
export type Fail = (message: string, at: number) => never;

type Token = {
	kind: 'string' | 'number' | 'field' | 'variable' | 'word' | 'sign';
	text: string;
	at: number;
	spaced: boolean;
};

const tokenPattern =
	/(?<string>"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)+')|(?<number>[+-]?(?:0x[0-9a-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?))|(?<field>\.[A-Za-z_]\w*)|(?<variable>\$\w*)|(?<word>[A-Za-z_]\w*)|(?<sign>:=|=|\||\(|\)|,|\.)/y;

function tokensOf(text: string, start: number, fail: Fail): Token[] {
	const tokens: Token[] = [];
	let at = 0;
	for (;;) {
		const spaces = /^\s*/.exec(text.slice(at))![0].length;
		at += spaces;
		if (at >= text.length) return tokens;
		tokenPattern.lastIndex = at;
		const match = tokenPattern.exec(text);
		if (!match?.groups) return fail(`unexpected ${JSON.stringify(text[at])} in operand`, start + at);
		const [kind] = Object.entries(match.groups).find(([, found]) => found !== undefined)!;
		tokens.push({kind: kind as Token['kind'], text: match[0], at: start + at, spaced: spaces > 0 || at === 0});
		at += match[0].length;
	}
}

/** The template's pieces: text, and actions without their braces. */
function* piecesOf(template: string, fail: Fail): Generator<{text: string} | {action: string; at: number}> {
	let at = 0;
	let trim = false;
	while (at < template.length) {
		const open = template.indexOf('{{', at);
		const text = template.slice(at, open < 0 ? undefined : open);
		const trimEnd = open >= 0 && /^\{\{-\s/.test(template.slice(open, open + 4));
		const left = trim ? text.trimStart() : text;
		const shown = trimEnd ? left.trimEnd() : left;
		if (shown) yield {text: shown};
		if (open < 0) return;
		const start = open + (trimEnd ? 3 : 2);
		const comment = /^\s*\/\*[\s\S]*?\*\/(\s*-)?\s*\}\}/.exec(template.slice(start));
		const close = comment ? start + comment[0].length - 2 : closeOf(template, start);
		if (close < 0) fail('unclosed action', open);
		const inner = template.slice(start, close);
		trim = /\s-$/.test(inner) || comment?.[1] !== undefined;
		if (!comment) yield {action: trim ? inner.slice(0, -1) : inner, at: start};
		at = close + 2;
	}
}

/** Where the braces close that are open at `start`; those in strings do not count. */
function closeOf(template: string, start: number): number {
	const pattern = /"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)+'|\}\}/g;
	pattern.lastIndex = start;
	for (let match = pattern.exec(template); match; match = pattern.exec(template))
		if (match[0] === '}}') return match.index;
	return -1;
}

/** Reads a template. Throws what `fail` throws. */
export function readTemplate(template: string, fail: Fail): Template {
	const defined = new Map<string, Node[]>();
	const nodes: Node[] = [];
	/** What waits for its {{end}}; `nested` counts the {{else if}} that end with it. */
	type Open = {nodes: Node[]; otherwise?: Node[]; nested: number; word: string};
	const open: Open[] = [{nodes, nested: 0, word: ''}];
	const into = () => open.at(-1)!;

	for (const piece of piecesOf(template, fail)) {
		if ('text' in piece) {
			into().nodes.push({kind: 'text', text: piece.text});
			continue;
		}
		const tokens = tokensOf(piece.action, piece.at, fail);
		const [first] = tokens;
		if (!first) fail('missing value for command', piece.at);
		else if (
			first.kind !== 'word' ||
			!/^(if|with|range|else|end|template|define|block|break|continue)$/.test(first.text)
		)
			into().nodes.push({kind: 'action', pipe: pipeOf(tokens)});
		else control(first, tokens.slice(1));
	}
	if (open.length > 1) fail('unexpected EOF', template.length);
	return {nodes, defined};

	function control({text: word, at}: Token, rest: Token[]): void {
		switch (word) {
			case 'if':
			case 'with':
			case 'range':
				begin(word, rest, 0);
				break;
			case 'else': {
				const {otherwise = [], word: opened} = into();
				if (!into().otherwise || into().nodes === otherwise) fail('unexpected {{else}}', at);
				into().nodes = otherwise;
				const [again, ...more] = rest;
				if (again && again.text === opened && opened !== 'range') begin(again.text as 'if', more, into().nested + 1);
				break;
			}
			case 'end': {
				if (open.length === 1) fail('unexpected {{end}}', at);
				for (let levels = into().nested; levels >= 0; levels--) open.pop();
				break;
			}
			case 'template':
			case 'block':
			case 'define': {
				const [name, ...more] = rest;
				if (name?.kind !== 'string') fail(`unexpected token in ${word} clause`, at);
				const called = stringOf(name?.text ?? '');
				const pipe = more.length > 0 ? pipeOf(more) : undefined;
				if (word !== 'define') into().nodes.push({kind: 'template', name: called, ...(pipe && {pipe})});
				if (word === 'template') break;
				const body: Node[] = [];
				defined.set(called, body);
				open.push({nodes: body, nested: 0, word});
				break;
			}
			case 'break':
			case 'continue':
				if (!open.some(({word}) => word === 'range')) fail(`{{${word}}} outside {{range}}`, at);
				into().nodes.push({kind: word});
		}
	}

	function begin(kind: 'if' | 'with' | 'range', tokens: Token[], nested: number): void {
		if (tokens.length === 0) fail(`missing value for ${kind}`, template.length);
		const [body, otherwise]: [Node[], Node[]] = [[], []];
		into().nodes.push({kind, pipe: pipeOf(tokens), body, otherwise});
		open.push({nodes: body, otherwise, nested, word: kind});
	}

	function pipeOf(tokens: Token[]): Pipe {
		const assign = tokens.findIndex(({kind, text}) => kind === 'sign' && (text === ':=' || text === '='));
		const names = tokens.slice(0, Math.max(0, assign)).filter(({kind}) => kind === 'variable');
		const reader = createReader(tokens.slice(assign + 1));
		const pipe = reader.pipe();
		if (reader.rest()) fail(`unexpected ${JSON.stringify(reader.rest()!.text)} in operand`, reader.rest()!.at);
		return {...pipe, names: names.map(({text}) => text), declares: tokens[assign]?.text === ':='};
	}

	function createReader(tokens: Token[]) {
		let next = 0;
		const isSign = (text: string) => tokens[next]?.kind === 'sign' && tokens[next]?.text === text;
		const sourceFrom = (from: number) => {
			const last = tokens[next - 1];
			return last ? template.slice(tokens[from]?.at ?? last.at, last.at + last.text.length) : '';
		};
		function pipe(): Pipe {
			const from = next;
			const commands = [command()];
			while (isSign('|')) {
				next++;
				commands.push(command());
			}
			return {names: [], declares: false, commands, at: tokens[from]?.at ?? 0, source: sourceFrom(from)};
		}
		function command(): Command {
			const from = next;
			const words: Operand[] = [];
			while (next < tokens.length && !isSign('|') && !isSign(')')) words.push(operand());
			if (words.length === 0) fail('missing value for command', tokens[next]?.at ?? template.length);
			return {words, at: tokens[from]!.at, source: sourceFrom(from)};
		}
		function operand(): Operand {
			const from = next;
			const token = tokens[next++]!;
			const value = wordOf(token);
			const path = value.kind === 'dot' && token.kind === 'field' ? [token.text.slice(1)] : [];
			let {at} = token;
			for (let second = true; tokens[next]?.kind === 'field' && !tokens[next]!.spaced; next++, second = false) {
				if (second) at = tokens[next]!.at;
				path.push(tokens[next]!.text.slice(1));
			}
			return {...value, path, at, source: sourceFrom(from)};
		}
		function wordOf({kind, text, at}: Token) {
			if (kind === 'field' || text === '.') return {kind: 'dot'} as const;
			if (kind === 'variable') return {kind: 'variable', name: text} as const;
			if (kind === 'string') return {kind: 'constant', value: constantOf(text)} as const;
			if (kind === 'number') {
				const value = Number(text);
				return {kind: 'constant', value: new GoNumber(value, /^[^x]*[.eE]/.test(text) ? 'float64' : 'int')} as const;
			}
			if (text === '(') {
				const inner = pipe();
				if (!isSign(')')) fail('unclosed left paren', at);
				next++;
				return {kind: 'pipe', pipe: inner} as const;
			}
			if (text === 'true' || text === 'false') return {kind: 'constant', value: text === 'true'} as const;
			if (text === 'nil') return {kind: 'nil'} as const;
			if (kind === 'word') return {kind: 'function', name: text} as const;
			return fail(`unexpected ${JSON.stringify(text)} in operand`, at);
		}
		return {pipe, rest: () => tokens[next]};
	}
}

function constantOf(text: string): string | GoNumber {
	return text.startsWith("'") ? new GoNumber(stringOf(text).codePointAt(0) ?? 0) : stringOf(text);
}

const escapes: Record<string, string> = {n: '\n', t: '\t', r: '\r', a: '\u0007', b: '\b', f: '\f', v: '\v'};

/** Fails at the first function or variable that is not known; variables are known in the rest of the body that sets them. */
export function checkNames({nodes, defined}: Template, isFunction: (name: string) => boolean, fail: Fail): void {
	const inPipe = ({commands, names, declares}: Pipe, known: Set<string>) => {
		for (const {kind, at, ...word} of commands.flatMap(({words}): Operand[] => words)) {
			if (kind === 'function' && 'name' in word && !isFunction(word.name))
				fail(`function ${JSON.stringify(word.name)} not defined`, at);
			if (kind === 'variable' && 'name' in word && !known.has(word.name))
				fail(`undefined variable ${JSON.stringify(word.name)}`, at);
			if ('pipe' in word) inPipe(word.pipe, known);
		}
		for (const name of names) if (declares) known.add(name);
	};
	const inBody = (body: readonly Node[], known: Set<string>) => {
		for (const node of body) {
			const inner = 'body' in node ? new Set(known) : known;
			if ('pipe' in node && node.pipe) inPipe(node.pipe, inner);
			if (!('body' in node)) continue;
			inBody(node.body, new Set(inner));
			inBody(node.otherwise, new Set(inner));
		}
	};
	for (const body of [nodes, ...defined.values()]) inBody(body, new Set(['$']));
}

/** What a quoted string of Go says. */
function stringOf(quoted: string): string {
	const inner = quoted.slice(1, -1);
	if (quoted.startsWith('`')) return inner;
	return inner.replace(/\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|(.))/g, (_, byte, unit, letter: string | undefined) =>
		letter === undefined ? String.fromCodePoint(Number.parseInt(byte ?? unit, 16)) : (escapes[letter] ?? letter),
	);
}
