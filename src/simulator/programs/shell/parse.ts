import type {AndOr, Assignment, Command, List, Part, Pipeline, Redirect, Word} from './syntax.ts';

/** A script that is wrong, or, when `incomplete`, one that goes on on the next line. */
export class SyntaxFailure extends Error {
	readonly incomplete: boolean;

	constructor(message: string, incomplete = false) {
		super(message);
		this.incomplete = incomplete;
	}
}

/** Reads a shell script; throws SyntaxFailure. */
export function parseScript(text: string): List {
	const parser = new Parser(text);
	const list = parser.list([]);
	parser.expectEnd();
	return list;
}

const reserved = new Set(['then', 'else', 'elif', 'fi', 'do', 'done', 'esac', '}', ';;']);
const delimiter = /[\s;&|<>()]/;

class Parser {
	readonly #text: string;
	#at = 0;
	/** Here-documents whose bodies begin after the next newline. */
	#pending: {redirect: Redirect; end: string; quoted: boolean; tabs: boolean}[] = [];

	constructor(text: string) {
		this.#text = text;
	}

	/** Commands up to one of the words, which is left unread. */
	list(until: string[]): List {
		const list: List = [];
		for (;;) {
			this.#skipNewlines();
			const word = this.#peekWord();
			if (this.#at >= this.#text.length || until.includes(word) || this.#peek() === ')') return list;
			if (reserved.has(word)) throw new SyntaxFailure(`syntax error: unexpected "${word}"`);
			list.push(this.#andOr());
			this.#skipBlanks();
			const next = this.#peek();
			if (next === ';' && this.#text[this.#at + 1] !== ';') this.#at++;
			else if (next === ';' || next === ')' || next === '\n' || next === '') continue;
			else if (next !== '&' && !until.includes(this.#peekWord()) && !list.at(-1)!.background)
				throw new SyntaxFailure(`syntax error: unexpected "${next}"`);
		}
	}

	expectEnd(): void {
		this.#skipNewlines();
		if (this.#at < this.#text.length) throw new SyntaxFailure(`syntax error: unexpected "${this.#peek()}"`);
		if (this.#pending.length > 0) throw new SyntaxFailure('syntax error: unterminated here-document', true);
	}

	#andOr(): AndOr {
		const result: AndOr = {first: this.#pipeline(), rest: [], background: false};
		for (;;) {
			this.#skipBlanks();
			const operator = this.#text.slice(this.#at, this.#at + 2);
			if (operator === '&&' || operator === '||') {
				this.#at += 2;
				this.#skipNewlines();
				result.rest.push({operator, pipeline: this.#pipeline()});
			} else {
				if (this.#peek() === '&') {
					this.#at++;
					result.background = true;
				}
				return result;
			}
		}
	}

	#pipeline(): Pipeline {
		this.#skipBlanks();
		let negated = false;
		if (this.#peekWord() === '!') {
			this.#at++;
			negated = true;
		}
		const commands = [this.#command()];
		for (;;) {
			this.#skipBlanks();
			if (this.#peek() !== '|' || this.#text[this.#at + 1] === '|') return {negated, commands};
			this.#at++;
			this.#skipNewlines();
			commands.push(this.#command());
		}
	}

	#command(): Command {
		this.#skipBlanks();
		const command = this.#compound() ?? this.#simple();
		if (command.is !== 'simple' && command.is !== 'function') {
			for (let found = this.#redirect(); found; found = this.#redirect()) command.redirects.push(found);
		}
		return command;
	}

	#compound(): Command | undefined {
		const redirects: Redirect[] = [];
		if (this.#peek() === '(') {
			this.#at++;
			const body = this.list([]);
			this.#expect(')');
			return {is: 'group', body, subshell: true, redirects};
		}
		const word = this.#peekWord();
		const keyword = () => {
			this.#at += word.length;
		};
		if (word === '{') {
			keyword();
			const body = this.list(['}']);
			this.#expectWord('}');
			return {is: 'group', body, subshell: false, redirects};
		}
		if (word === 'if') {
			keyword();
			const branches: {condition: List; body: List}[] = [];
			let otherwise: List | undefined;
			for (;;) {
				const condition = this.list(['then']);
				this.#expectWord('then');
				branches.push({condition, body: this.list(['elif', 'else', 'fi'])});
				const next = this.#peekWord();
				if (next === 'elif') {
					this.#at += 4;
					continue;
				}
				if (next === 'else') {
					this.#at += 4;
					otherwise = this.list(['fi']);
				}
				this.#expectWord('fi');
				return {is: 'if', branches, otherwise, redirects};
			}
		}
		if (word === 'while' || word === 'until') {
			keyword();
			const condition = this.list(['do']);
			return {is: 'loop', until: word === 'until', condition, body: this.#doGroup(), redirects};
		}
		if (word === 'for') {
			keyword();
			this.#skipBlanks();
			const name = this.#name();
			this.#skipNewlines();
			let words: Word[] | undefined;
			if (this.#peekWord() === 'in') {
				this.#at += 2;
				words = [];
				for (this.#skipBlanks(); !/[\n;]/.test(this.#peek() || '\n'); this.#skipBlanks()) words.push(this.#word());
			}
			if (this.#peek() === ';') this.#at++;
			this.#skipNewlines();
			return {is: 'for', name, words, body: this.#doGroup(), redirects};
		}
		if (word === 'case') {
			keyword();
			return this.#case(redirects);
		}
		const definition = /^([A-Za-z_][\w-]*)[ \t]*\([ \t]*\)/.exec(this.#text.slice(this.#at, this.#at + 200));
		if (definition) {
			this.#at += definition[0].length;
			this.#skipNewlines();
			return {is: 'function', name: definition[1]!, body: this.#command(), redirects};
		}
		return undefined;
	}

	#doGroup(): List {
		this.#skipNewlines();
		this.#expectWord('do');
		const body = this.list(['done']);
		this.#expectWord('done');
		return body;
	}

	#case(redirects: Redirect[]): Command {
		this.#skipBlanks();
		const word = this.#word();
		this.#skipNewlines();
		this.#expectWord('in');
		const branches: {patterns: Word[]; body: List}[] = [];
		for (;;) {
			this.#skipNewlines();
			if (this.#peekWord() === 'esac') break;
			if (this.#at >= this.#text.length) throw new SyntaxFailure('syntax error: expecting "esac"', true);
			if (this.#peek() === '(') this.#at++;
			const patterns: Word[] = [];
			do {
				if (this.#peek() === '|') this.#at++;
				this.#skipBlanks();
				patterns.push(this.#word());
				this.#skipBlanks();
			} while (this.#peek() === '|');
			this.#expect(')');
			branches.push({patterns, body: this.list(['esac', ';;'])});
			if (this.#text.startsWith(';;', this.#at)) this.#at += 2;
		}
		this.#expectWord('esac');
		return {is: 'case', word, branches, redirects};
	}

	#simple(): Command {
		const assignments: Assignment[] = [];
		const words: Word[] = [];
		const redirects: Redirect[] = [];
		for (;;) {
			this.#skipBlanks();
			const redirect = this.#redirect();
			if (redirect) {
				redirects.push(redirect);
				continue;
			}
			const next = this.#peek();
			if (next === '' || /[\n;&|)]/.test(next)) break;
			if (next === '(') throw new SyntaxFailure('syntax error: unexpected "("');
			const assignment = words.length === 0 && /^([A-Za-z_]\w*)=/.exec(this.#text.slice(this.#at, this.#at + 200));
			if (assignment) {
				this.#at += assignment[0].length;
				assignments.push({name: assignment[1]!, value: this.#word(true)});
			} else words.push(this.#word());
		}
		if (assignments.length === 0 && words.length === 0 && redirects.length === 0) {
			const next = this.#peek();
			if (next === '') throw new SyntaxFailure('syntax error: unexpected end of file', true);
			throw new SyntaxFailure(`syntax error: unexpected "${next === '\n' ? 'newline' : next}"`);
		}
		return {is: 'simple', assignments, words, redirects};
	}

	#redirect(): Redirect | undefined {
		this.#skipBlanks();
		const match = /^(\d*)(<<-?|>>|>&|<&|>\||&>|<>|[<>])/.exec(this.#text.slice(this.#at, this.#at + 10));
		if (!match) return undefined;
		const [whole, number = '', operator = ''] = match;
		this.#at += whole.length;
		this.#skipBlanks();
		const fd = number ? Number(number) : operator.startsWith('<') ? 0 : 1;
		if (operator.startsWith('<<')) {
			const word = this.#word();
			const quoted = word.some(part => part.quoted);
			const end = word.map(part => (part.is === 'text' ? part.text : '')).join('');
			const redirect: Redirect = {fd, kind: '<<', target: []};
			this.#pending.push({redirect, end, quoted, tabs: operator === '<<-'});
			return redirect;
		}
		const kind = operator === '>|' ? '>' : operator === '<>' ? '<' : (operator as Redirect['kind']);
		return {fd, kind, target: this.#word()};
	}

	/** A word must be there, except for the value of `NAME=`. */
	#word(mayBeEmpty = false): Word {
		const parts: Word = [];
		let text = '';
		const flush = () => {
			if (text) parts.push({is: 'text', text, quoted: false});
			text = '';
		};
		const start = this.#at;
		while (this.#at < this.#text.length) {
			const c = this.#text[this.#at]!;
			if (delimiter.test(c)) break;
			if (c === '\\') {
				flush();
				const next = this.#text[this.#at + 1] ?? '';
				if (next !== '\n') parts.push({is: 'text', text: next, quoted: true});
				this.#at += 2;
			} else if (c === "'") {
				flush();
				const end = this.#text.indexOf("'", this.#at + 1);
				if (end < 0) throw new SyntaxFailure('syntax error: unterminated quoted string', true);
				parts.push({is: 'text', text: this.#text.slice(this.#at + 1, end), quoted: true});
				this.#at = end + 1;
			} else if (c === '"') {
				flush();
				this.#at++;
				parts.push(...this.#doubleQuoted('"'));
				this.#expect('"');
			} else if (c === '$' || c === '`') {
				const part = this.#dollar(false);
				if (part) {
					flush();
					parts.push(part);
				} else text += c;
			} else {
				text += c;
				this.#at++;
			}
		}
		flush();
		if (this.#at === start && !mayBeEmpty) {
			const next = this.#peek();
			const found = next === '' ? 'end of file' : next === '\n' ? 'newline' : `"${next}"`;
			throw new SyntaxFailure(`syntax error: unexpected ${found}`, next === '');
		}
		return parts;
	}

	/** The inside of double quotes, or of a here-document when `end` is empty. */
	#doubleQuoted(end: string): Word {
		const parts: Word = [];
		let text = '';
		let any = false;
		while (this.#at < this.#text.length && this.#text[this.#at] !== end) {
			const c = this.#text[this.#at]!;
			if (c === '\\' && /[$`"\\\n]/.test(this.#text[this.#at + 1] ?? '')) {
				if (this.#text[this.#at + 1] !== '\n') text += this.#text[this.#at + 1];
				this.#at += 2;
			} else if (c === '$' || c === '`') {
				const part = this.#dollar(true);
				if (part) {
					if (text) parts.push({is: 'text', text, quoted: true});
					text = '';
					any = true;
					parts.push(part);
				} else text += c;
			} else {
				text += c;
				this.#at++;
			}
		}
		if (text || !any) parts.push({is: 'text', text, quoted: true});
		return parts;
	}

	/** What begins with `$` or a backquote; undefined when the `$` stands for itself. */
	#dollar(quoted: boolean): Part | undefined {
		const rest = this.#text.slice(this.#at);
		if (rest[0] === '`') {
			let inner = '';
			let i = 1;
			for (; i < rest.length && rest[i] !== '`'; i++) {
				if (rest[i] === '\\' && /[`$\\]/.test(rest[i + 1] ?? '')) i++;
				inner += rest[i];
			}
			if (i >= rest.length) throw new SyntaxFailure('syntax error: EOF in backquote substitution', true);
			this.#at += i + 1;
			return {is: 'command', script: parseScript(inner), quoted};
		}
		if (rest.startsWith('$((')) {
			const end = matching(rest, 1);
			if (end > 0 && rest[end - 1] === ')') {
				const expression = new Parser(rest.slice(3, end - 1)).#doubleQuoted('\0');
				this.#at += end + 1;
				return {is: 'arithmetic', expression, quoted};
			}
		}
		if (rest.startsWith('$(')) {
			this.#at += 2;
			const inner = new Parser(this.#text.slice(this.#at));
			const script = inner.list([]);
			this.#at += inner.#at;
			this.#expect(')');
			return {is: 'command', script, quoted};
		}
		if (rest.startsWith('${')) return this.#braced(quoted);
		const name = /^\$([A-Za-z_]\w*|[0-9@*#?$!-])/.exec(rest.slice(0, 200))?.[1];
		this.#at += name ? 1 + name.length : 1;
		return name ? {is: 'variable', name, operator: '', argument: undefined, quoted} : undefined;
	}

	#braced(quoted: boolean): Part {
		const rest = this.#text.slice(this.#at);
		const length = /^\$\{#([A-Za-z_]\w*|[0-9@*])\}/.exec(rest);
		if (length) {
			this.#at += length[0].length;
			return {is: 'variable', name: length[1]!, operator: 'length', argument: undefined, quoted};
		}
		const match = /^\$\{([A-Za-z_]\w*|[0-9]+|[@*#?$!-])(:?[-=?+]|%%?|##?)?/.exec(rest);
		if (!match) throw new SyntaxFailure('syntax error: bad substitution');
		this.#at += match[0].length;
		let argument: Word | undefined;
		if (match[2]) argument = this.#untilBrace(quoted);
		if (this.#peek() !== '}') throw new SyntaxFailure('syntax error: bad substitution', this.#peek() === '');
		this.#at++;
		return {is: 'variable', name: match[1]!, operator: match[2] ?? '', argument, quoted};
	}

	#untilBrace(quoted: boolean): Word {
		const parts: Word = [];
		let text = '';
		const flush = () => {
			if (text) parts.push({is: 'text', text, quoted});
			text = '';
		};
		while (this.#at < this.#text.length && this.#peek() !== '}') {
			const c = this.#peek();
			if (c === '$' || c === '`') {
				const part = this.#dollar(quoted);
				if (part) {
					flush();
					parts.push(part);
				} else text += c;
			} else if (c === '"') {
				flush();
				this.#at++;
				parts.push(...this.#doubleQuoted('"'));
				this.#expect('"');
			} else if (c === "'" && !quoted) {
				flush();
				const end = this.#text.indexOf("'", this.#at + 1);
				if (end < 0) throw new SyntaxFailure('syntax error: unterminated quoted string', true);
				parts.push({is: 'text', text: this.#text.slice(this.#at + 1, end), quoted: true});
				this.#at = end + 1;
			} else if (c === '\\') {
				flush();
				parts.push({is: 'text', text: this.#text[this.#at + 1] ?? '', quoted: true});
				this.#at += 2;
			} else {
				text += c;
				this.#at++;
			}
		}
		flush();
		return parts;
	}

	#skipBlanks() {
		for (;;) {
			const c = this.#peek();
			if (c === ' ' || c === '\t' || c === '\r') this.#at++;
			else if (c === '\\' && this.#text[this.#at + 1] === '\n') this.#at += 2;
			else if (c === '#' && (this.#at === 0 || /[\s;&|()]/.test(this.#text[this.#at - 1]!))) {
				while (this.#at < this.#text.length && this.#peek() !== '\n') this.#at++;
			} else return;
		}
	}

	#skipNewlines() {
		for (;;) {
			this.#skipBlanks();
			if (this.#peek() !== '\n') return;
			this.#at++;
			for (const document of this.#pending.splice(0)) this.#hereDocument(document);
		}
	}

	#hereDocument({redirect, end, quoted, tabs}: {redirect: Redirect; end: string; quoted: boolean; tabs: boolean}) {
		let body = '';
		for (;;) {
			if (this.#at >= this.#text.length) throw new SyntaxFailure('syntax error: unterminated here-document', true);
			const stop = this.#text.indexOf('\n', this.#at);
			const line = this.#text.slice(this.#at, stop < 0 ? undefined : stop);
			this.#at = stop < 0 ? this.#text.length : stop + 1;
			const stripped = tabs ? line.replace(/^\t+/, '') : line;
			if (stripped === end) break;
			body += `${stripped}\n`;
		}
		redirect.target = quoted ? [{is: 'text', text: body, quoted: true}] : new Parser(body).#doubleQuoted('\0');
	}

	#peek(): string {
		return this.#text[this.#at] ?? '';
	}

	/** The plain word that begins here, for reserved words. */
	#peekWord(): string {
		this.#skipBlanks();
		const rest = this.#text.slice(this.#at, this.#at + 12);
		return /^(;;|(?:[a-z]+|[{}!])(?=$|[\s;&|<>()]))/.exec(rest)?.[1] ?? '';
	}

	#expectWord(word: string) {
		this.#skipNewlines();
		if (this.#peekWord() === word) {
			this.#at += word.length;
			return;
		}
		const incomplete = this.#at >= this.#text.length;
		const found = incomplete ? 'end of file' : this.#peek();
		throw new SyntaxFailure(
			`syntax error: unexpected ${incomplete ? found : `"${found}"`} (expecting "${word}")`,
			incomplete,
		);
	}

	#expect(c: string) {
		if (c === ')') this.#skipNewlines();
		if (this.#peek() !== c) {
			const incomplete = this.#at >= this.#text.length;
			throw new SyntaxFailure(`syntax error: expecting "${c}"`, incomplete);
		}
		this.#at++;
	}

	#name(): string {
		const name = /^[A-Za-z_]\w*/.exec(this.#text.slice(this.#at, this.#at + 200))?.[0];
		if (!name) throw new SyntaxFailure('syntax error: bad for loop variable', this.#at >= this.#text.length);
		this.#at += name.length;
		return name;
	}
}

/** The index of the parenthesis that closes the one at `open`, or -1. */
function matching(text: string, open: number): number {
	let depth = 0;
	for (let i = open; i < text.length; i++) {
		if (text[i] === '(') depth++;
		if (text[i] === ')' && --depth === 0) return i;
	}
	return -1;
}
