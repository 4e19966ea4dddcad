/**
 * What Go's encoding/json says about a text that is not JSON, or undefined when it is JSON. V8's own messages differ,
 * and kubectl shows the server's.
 */
export function jsonSyntaxError(text: string): string | undefined {
	let at = 0;
	const end = 'unexpected end of JSON input';
	const skip = () => {
		while (at < text.length && ' \t\r\n'.includes(text[at]!)) at++;
	};
	const wrong = (where: string): string => {
		if (at >= text.length) return end;
		const character = String.fromCodePoint(text.codePointAt(at)!);
		const quoted =
			character === "'" ? "'\\''" : character === '"' ? `'"'` : `'${JSON.stringify(character).slice(1, -1)}'`;
		return `invalid character ${quoted} ${where}`;
	};

	function value(depth: number): string | undefined {
		if (depth > 500) return 'exceeded max depth';
		skip();
		const first = text[at];
		if (first === '{') return object(depth);
		if (first === '[') return array(depth);
		if (first === '"') return string();
		if (first !== undefined && /[-0-9]/.test(first)) return number();
		for (const word of ['true', 'false', 'null']) if (first === word[0]) return literal(word);
		return wrong('looking for beginning of value');
	}
	function object(depth: number): string | undefined {
		at++;
		skip();
		if (text[at] === '}') return void at++;
		for (;;) {
			skip();
			if (text[at] !== '"') return wrong('looking for beginning of object key string');
			const key = string();
			if (key) return key;
			skip();
			if (text[at] !== ':') return wrong('after object key');
			at++;
			const inside = value(depth + 1);
			if (inside) return inside;
			skip();
			if (text[at] === '}') return void at++;
			if (text[at] !== ',') return wrong('after object key:value pair');
			at++;
		}
	}
	function array(depth: number): string | undefined {
		at++;
		skip();
		if (text[at] === ']') return void at++;
		for (;;) {
			const inside = value(depth + 1);
			if (inside) return inside;
			skip();
			if (text[at] === ']') return void at++;
			if (text[at] !== ',') return wrong('after array element');
			at++;
		}
	}
	function string(): string | undefined {
		for (at++; at < text.length; at++) {
			const character = text[at]!;
			if (character === '"') return void at++;
			if (character < ' ') return wrong('in string literal');
			if (character !== '\\') continue;
			at++;
			if (at >= text.length) return end;
			if (text[at] === 'u') {
				for (let i = 0; i < 4; i++) {
					at++;
					if (!/[0-9a-f]/i.test(text[at] ?? '')) return wrong('in \\u hexadecimal character escape');
				}
			} else if (!'"\\/bfnrt'.includes(text[at]!)) return wrong('in string escape code');
		}
		return end;
	}
	function number(): string | undefined {
		const digit = () => /[0-9]/.test(text[at] ?? '');
		if (text[at] === '-') at++;
		if (!digit()) return wrong('in numeric literal');
		if (text[at] === '0') at++;
		else while (digit()) at++;
		if (text[at] === '.') {
			at++;
			if (!digit()) return wrong('after decimal point in numeric literal');
			while (digit()) at++;
		}
		if (text[at] === 'e' || text[at] === 'E') {
			at++;
			if (text[at] === '+' || text[at] === '-') at++;
			if (!digit()) return wrong('in exponent of numeric literal');
			while (digit()) at++;
		}
		return undefined;
	}
	function literal(word: string): string | undefined {
		for (const expected of word) {
			if (text[at] !== expected) return wrong(`in literal ${word} (expecting '${expected}')`);
			at++;
		}
		return undefined;
	}

	const fault = value(0);
	if (fault) return fault;
	skip();
	return at < text.length ? wrong('after top-level value') : undefined;
}
