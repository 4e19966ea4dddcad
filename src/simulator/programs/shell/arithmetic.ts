/** Where an expression finds and keeps variables. */
export type Variables = {get(name: string): string; set(name: string, value: string): void};

/** Thrown for an expression that is wrong; the message is the shell's. */
export class ArithmeticError extends Error {}

const levels = [
	['||'],
	['&&'],
	['|'],
	['^'],
	['&'],
	['==', '!='],
	['<=', '>=', '<', '>'],
	['<<', '>>'],
	['+', '-'],
	['*', '/', '%'],
];

/** Evaluates the inside of `$((…))` with whole numbers. Throws ArithmeticError. */
export function evaluate(text: string, variables: Variables): number {
	const tokens = text.match(/\d+|[A-Za-z_]\w*|\+\+|--|<<|>>|[<>=!]=|&&|\|\||[-+*/%]=|\S/g) ?? [];
	let at = 0;
	const value = (name: string) => Math.trunc(Number(variables.get(name) || 0)) || 0;

	function assignment(): number {
		const name = tokens[at] ?? '';
		const operator = tokens[at + 1] ?? '';
		if (/^[A-Za-z_]/.test(name) && /^[-+*/%]?=$/.test(operator)) {
			at += 2;
			const right = assignment();
			const result = operator === '=' ? right : apply(operator[0]!, value(name), right);
			variables.set(name, String(result));
			return result;
		}
		return conditional();
	}
	function conditional(): number {
		const condition = binary(0);
		if (tokens[at] !== '?') return condition;
		at++;
		const yes = assignment();
		if (tokens[at++] !== ':') throw new ArithmeticError('arithmetic syntax error');
		const no = assignment();
		return condition ? yes : no;
	}
	function binary(level: number): number {
		const operators = levels[level];
		if (!operators) return unary();
		let left = binary(level + 1);
		while (operators.includes(tokens[at] ?? '')) {
			const operator = tokens[at++]!;
			left = apply(operator, left, binary(level + 1));
		}
		return left;
	}
	function unary(): number {
		const token = tokens[at++] ?? '';
		if (token === '-') return -unary();
		if (token === '+') return unary();
		if (token === '!') return unary() ? 0 : 1;
		if (token === '~') return ~unary();
		if (token === '++' || token === '--') {
			const name = tokens[at++] ?? '';
			const result = value(name) + (token === '++' ? 1 : -1);
			variables.set(name, String(result));
			return result;
		}
		if (token === '(') {
			const inner = assignment();
			if (tokens[at++] !== ')') throw new ArithmeticError('arithmetic syntax error');
			return inner;
		}
		if (/^\d/.test(token)) return Number(token);
		if (/^[A-Za-z_]/.test(token)) {
			const before = value(token);
			if (tokens[at] === '++' || tokens[at] === '--')
				variables.set(token, String(before + (tokens[at++] === '++' ? 1 : -1)));
			return before;
		}
		throw new ArithmeticError('arithmetic syntax error');
	}

	if (tokens.length === 0) return 0;
	const result = assignment();
	if (at < tokens.length) throw new ArithmeticError('arithmetic syntax error');
	return result;
}

function apply(operator: string, a: number, b: number): number {
	if ((operator === '/' || operator === '%') && b === 0) throw new ArithmeticError('divide by zero');
	switch (operator) {
		case '+':
			return a + b;
		case '-':
			return a - b;
		case '*':
			return a * b;
		case '/':
			return Math.trunc(a / b);
		case '%':
			return a % b;
		case '<<':
			return a << b;
		case '>>':
			return a >> b;
		case '&':
			return a & b;
		case '|':
			return a | b;
		case '^':
			return a ^ b;
		case '<':
			return Number(a < b);
		case '>':
			return Number(a > b);
		case '<=':
			return Number(a <= b);
		case '>=':
			return Number(a >= b);
		case '==':
			return Number(a === b);
		case '!=':
			return Number(a !== b);
		case '&&':
			return Number(a !== 0 && b !== 0);
		default:
			return Number(a !== 0 || b !== 0);
	}
}
