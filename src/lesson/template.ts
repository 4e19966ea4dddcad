import {ExpressionError, type Expressions, type Moments, type TextExpression} from './expressions.ts';

/** A text with `${…}` places, compiled. */
export type Template = {
	/** The text as its author wrote it. */
	source: string;
	/** The text with every place filled in; `…` where an expression has no answer yet. */
	fill(moments: Moments): string;
	/** The same, or undefined while a place has no answer: commands must not run with a hole in them. */
	complete(moments: Moments): string | undefined;
};

/**
 * Compiles a text with CEL expressions in `${…}`; `$${` stands for a literal `${`. Throws ExpressionError with the
 * offset in this text.
 */
export function compileTemplate(source: string, expressions: Expressions): Template {
	const parts: (string | TextExpression)[] = [];
	let literal = '';
	for (let at = 0; at < source.length; ) {
		if (source.startsWith('$${', at)) {
			literal += '${';
			at += 3;
		} else if (source.startsWith('${', at)) {
			const end = closingBrace(source, at + 2);
			parts.push(literal, compileAt(source.slice(at + 2, end), at + 2, expressions));
			literal = '';
			at = end + 1;
		} else {
			literal += source[at];
			at++;
		}
	}
	parts.push(literal);
	const render = (moments: Moments) => parts.map(part => (typeof part === 'string' ? part : part(moments)));
	return {
		source,
		fill: moments =>
			render(moments)
				.map(part => part ?? '…')
				.join(''),
		complete(moments) {
			const rendered = render(moments);
			return rendered.includes(undefined) ? undefined : rendered.join('');
		},
	};
}

function compileAt(expression: string, offset: number, expressions: Expressions): TextExpression {
	try {
		return expressions.text(expression);
	} catch (error) {
		if (error instanceof ExpressionError) throw new ExpressionError(error.message, offset + error.offset);
		throw error;
	}
}

/** The index of the brace that closes a place, past nested braces and CEL strings. */
function closingBrace(source: string, from: number): number {
	let depth = 0;
	let quote = '';
	for (let at = from; at < source.length; at++) {
		const character = source[at]!;
		if (quote) {
			if (character === '\\') at++;
			else if (character === quote) quote = '';
		} else if (character === '"' || character === "'") quote = character;
		else if (character === '{') depth++;
		else if (character === '}' && depth-- === 0) return at;
	}
	throw new ExpressionError(
		'this place has no closing brace; for a literal dollar and brace, write two dollars',
		from - 2,
	);
}
