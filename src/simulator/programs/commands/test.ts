import {type FileSystem, resolvePath} from '../file-system.ts';

type Where = {directory: string; process: {machine: {files: FileSystem}}};

/** The status of `test` or `[`: 0 true, 1 false, 2 for a mistake. */
export function test(words: string[], where: Where, stderr: (text: string) => void): number {
	try {
		return new Expression(words, where).value() ? 0 : 1;
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		stderr(`sh: ${error.message}\n`);
		return 2;
	}
}

class Expression {
	readonly #words: string[];
	readonly #where: Where;
	#at = 0;

	constructor(words: string[], where: Where) {
		this.#words = words;
		this.#where = where;
	}

	value(): boolean {
		if (this.#words.length === 0) return false;
		const result = this.#or();
		if (this.#at < this.#words.length) throw new SyntaxError(`${this.#words[this.#at]}: unknown operand`);
		return result;
	}

	#or(): boolean {
		let left = this.#and();
		while (this.#words[this.#at] === '-o') {
			this.#at++;
			const right = this.#and();
			left = left || right;
		}
		return left;
	}

	#and(): boolean {
		let left = this.#not();
		while (this.#words[this.#at] === '-a') {
			this.#at++;
			const right = this.#not();
			left = left && right;
		}
		return left;
	}

	#not(): boolean {
		const binary = this.#words[this.#at + 1];
		if (
			this.#words[this.#at] === '!' &&
			!(binary !== undefined && isBinary(binary) && this.#words.length - this.#at >= 3)
		) {
			this.#at++;
			return !this.#not();
		}
		return this.#primary();
	}

	#primary(): boolean {
		const [first = '', second, third] = this.#words.slice(this.#at);
		if (second !== undefined && third !== undefined && isBinary(second)) {
			this.#at += 3;
			return this.#compare(first, second, third);
		}
		if (first === '(') {
			this.#at++;
			const inner = this.#or();
			if (this.#words[this.#at++] !== ')') throw new SyntaxError('closing paren expected');
			return inner;
		}
		if (second !== undefined && /^-[a-zA-Z]$/.test(first)) {
			this.#at += 2;
			return this.#check(first, second);
		}
		this.#at++;
		return first !== '';
	}

	#check(operator: string, operand: string): boolean {
		const entry = this.#where.process.machine.files.entry(resolvePath(this.#where.directory, operand));
		switch (operator) {
			case '-z':
				return operand === '';
			case '-n':
				return operand !== '';
			case '-e':
				return entry !== undefined;
			case '-f':
				return entry?.content !== undefined;
			case '-d':
				return entry !== undefined && entry.content === undefined;
			case '-s':
				return (entry?.content?.length ?? 0) > 0;
			case '-r':
			case '-w':
				return entry !== undefined;
			case '-x':
				return entry !== undefined && (entry.mode & 0o111) !== 0;
			case '-t':
			case '-L':
			case '-h':
				return false;
			default:
				throw new SyntaxError(`${operator}: unknown operand`);
		}
	}

	#compare(left: string, operator: string, right: string): boolean {
		if (operator === '=' || operator === '==') return left === right;
		if (operator === '!=') return left !== right;
		if (operator === '<') return left < right;
		if (operator === '>') return left > right;
		const number = (text: string) => {
			if (/^\s*[-+]?\d+\s*$/.test(text)) return Number(text);
			throw new SyntaxError(`${text}: bad number`);
		};
		const a = number(left);
		const b = number(right);
		return (
			{'-eq': a === b, '-ne': a !== b, '-lt': a < b, '-le': a <= b, '-gt': a > b, '-ge': a >= b}[operator] ?? false
		);
	}
}

const isBinary = (word: string) => /^(==?|!=|<|>|-(eq|ne|lt|le|gt|ge))$/.test(word);
