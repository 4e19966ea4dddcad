import {goText, integerOf, typeOf, type Value} from './values.ts';

/** Go's Sprintf, as far as values of JSON and whole numbers go. */
export function formatted(format: string, values: readonly Value[]): string {
	let next = 0;
	const text = format.replace(
		/%([-+# 0]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g,
		(_, flags: string, width, precision, verb: string) => {
			if (verb === '%') return '%';
			if (next >= values.length) return `%!${verb}(MISSING)`;
			return padded(one(verb, values[next++], precision), flags, Number(width ?? 0));
		},
	);
	const extra = values.slice(next).map(value => (value === undefined ? '<nil>' : `${typeOf(value)}=${goText(value)}`));
	return extra.length === 0 ? text : `${text}%!(EXTRA ${extra.join(', ')})`;
}

function one(verb: string, value: Value, precision: string | undefined): string {
	const digits = precision === undefined ? undefined : Number(precision);
	if (verb === 'v') return goText(value);
	if (verb === 'T') return typeOf(value);
	if (verb === 's' && typeof value === 'string')
		return digits === undefined ? value : [...value].slice(0, digits).join('');
	if (verb === 'q' && typeof value === 'string') return JSON.stringify(value);
	if (verb === 't' && typeof value === 'boolean') return String(value);
	const whole = integerOf(value);
	if (whole !== undefined && 'dxXobc'.includes(verb)) return integer(verb, whole);
	if (typeof value === 'number' && whole === undefined) {
		if (verb === 'f' || verb === 'F') return value.toFixed(digits ?? 6);
		if (verb === 'g') return goText(value);
		if (verb === 'e') return value.toExponential(digits ?? 6).replace(/e([+-])(\d)$/, 'e$10$2');
	}
	if (Array.isArray(value)) return `[${value.map(item => one(verb, item, precision)).join(' ')}]`;
	return value === undefined || value === null ? `%!${verb}(<nil>)` : `%!${verb}(${typeOf(value)}=${goText(value)})`;
}

function integer(verb: string, value: number): string {
	if (verb === 'c') return String.fromCodePoint(value);
	const text = value.toString({x: 16, X: 16, o: 8, b: 2}[verb] ?? 10);
	return verb === 'X' ? text.toUpperCase() : text;
}

function padded(text: string, flags: string, width: number): string {
	if (flags.includes('-')) return text.padEnd(width);
	if (flags.includes('0') && /^-?\d/.test(text))
		return text.replace(
			/^(-?)(.*)$/,
			(_, sign: string, rest: string) => sign + rest.padStart(width - sign.length, '0'),
		);
	return text.padStart(width);
}
