import {formatted} from './printf.ts';
import {GoNumber} from './read.ts';
import {goText, integerOf, isTrue, typeOf, type Value} from './values.ts';

type TemplateFunction = (...values: Value[]) => Value;

/** A failure in a function; the template adds where it was. */
class FunctionError extends Error {}

const fail = (message: string): never => {
	throw new FunctionError(message);
};

/** The kinds that Go compares with each other only, and the order in them. */
function comparable(one: Value, other: Value): [string | number | boolean, string | number | boolean] {
	const kinds = [one, other].map(value => {
		const type = typeOf(value).replace('64', '');
		return ['string', 'int', 'float', 'bool'].includes(type)
			? type
			: fail(`non-comparable type ${goText(value)}: ${typeOf(value)}`);
	});
	if (kinds[0] !== kinds[1]) fail('incompatible types for comparison');
	const plain = (value: Value) => (value instanceof GoNumber ? value.value : value);
	return [plain(one), plain(other)] as [string, string];
}

function isEqual(one: Value, other: Value): boolean {
	if (one === null || one === undefined || other === null || other === undefined)
		return (one ?? null) === (other ?? null);
	const [a, b] = comparable(one, other);
	return a === b;
}

function isLess(one: Value, other: Value): boolean {
	const [a, b] = comparable(one, other);
	if (typeof a === 'boolean') fail('invalid type for comparison');
	return a < b;
}

function index(value: Value, ...keys: Value[]): Value {
	return keys.reduce((inner: Value, key) => {
		if (inner === undefined || inner === null) return fail('index of untyped nil');
		if (Array.isArray(inner) || typeof inner === 'string') {
			const at = integerOf(key) ?? fail(`cannot index slice/array with type ${typeOf(key)}`);
			if (at < 0 || at >= inner.length) fail(`index out of range: ${at}`);
			return inner[at];
		}
		if (typeof inner !== 'object') return fail(`can't index item of type ${typeOf(inner)}`);
		if (typeof key !== 'string') return fail(`value has type ${typeOf(key)}; should be string`);
		return (inner as Record<string, Value>)[key];
	}, value);
}

function length(value: Value): GoNumber {
	if (typeof value === 'string') return new GoNumber(Buffer.byteLength(value));
	if (Array.isArray(value)) return new GoNumber(value.length);
	if (typeof value === 'object' && value !== null && !(value instanceof GoNumber))
		return new GoNumber(Object.keys(value).length);
	return fail(value === undefined || value === null ? 'len of nil pointer' : `len of type ${typeOf(value)}`);
}

function slice(value: Value, ...bounds: Value[]): Value {
	if (!Array.isArray(value) && typeof value !== 'string') return fail(`can't slice item of type ${typeOf(value)}`);
	const [from = 0, to = value.length] = bounds.map(
		bound => integerOf(bound) ?? fail(`cannot index slice/array with type ${typeOf(bound)}`),
	);
	for (const bound of [from, to]) if (bound < 0 || bound > value.length) fail(`index out of range: ${bound}`);
	return value.slice(from, to);
}

/** Go's Print: operands that are no text are kept apart by a space. */
function print(...values: Value[]): string {
	return values
		.map((value, at) =>
			at > 0 && typeof value !== 'string' && typeof values[at - 1] !== 'string' ? ` ${goText(value)}` : goText(value),
		)
		.join('');
}

/** Whether all keys are there, one below the other (cli-runtime's own function). */
function exists(value: Value, ...keys: Value[]): boolean {
	let inner = value;
	for (const key of keys) {
		const at = integerOf(key);
		if (Array.isArray(inner) && at !== undefined) inner = inner[at];
		else if (typeof inner === 'object' && inner !== null && typeof key === 'string')
			inner = (inner as Record<string, Value>)[key];
		else return false;
		if (inner === undefined) return false;
	}
	return true;
}

const html: Record<string, string> = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&#34;', "'": '&#39;'};

/** The functions of text/template, and kubectl's own `exists` and `base64decode`; `and` and `or` are the reader's. */
export const functions: Readonly<Record<string, TemplateFunction>> = {
	not: value => !isTrue(value),
	eq: (one, ...others) =>
		others.length === 0 ? fail('missing argument for comparison') : others.some(other => isEqual(one, other)),
	ne: (one, other) => !isEqual(one, other),
	lt: isLess,
	le: (one, other) => isLess(one, other) || isEqual(one, other),
	gt: (one, other) => !(isLess(one, other) || isEqual(one, other)),
	ge: (one, other) => !isLess(one, other),
	len: length,
	index,
	slice,
	print,
	println: (...values) => `${values.map(goText).join(' ')}\n`,
	printf: (format, ...values) => formatted(String(format), values),
	html: (...values) => print(...values).replace(/[&<>"']/g, sign => html[sign]!),
	urlquery: (...values) => encodeURIComponent(print(...values)).replaceAll('%20', '+'),
	exists,
	base64decode: value => Buffer.from(String(value), 'base64').toString(),
};
