import {badRequest} from '../errors.ts';
import type {ResourceDefinition} from '../resources/definition.ts';
import type {KubeObject} from '../types.ts';

type Labels = Record<string, string>;

/** Which objects a list or watch shows. */
export type Selection = {
	matches(object: KubeObject): boolean;
	/** False when every object of the namespace matches, so that lists can count without looking. */
	narrows: boolean;
	/** The only name that can match, when the field selector gives one. */
	name: string | undefined;
};

/** The selection of `labelSelector` and `fieldSelector`, with the real server's complaints. Throws StatusError. */
export function parseSelection(
	definition: ResourceDefinition,
	labelSelector: string | null,
	fieldSelector: string | null,
): Selection {
	const byLabel = labelSelector ? parseLabelSelector(labelSelector) : undefined;
	const fields = fieldSelector ? parseFieldSelector(definition, fieldSelector) : undefined;
	return {
		narrows: byLabel !== undefined || fields !== undefined,
		name: fields?.find(({path, negated}) => path === 'metadata.name' && !negated)?.value,
		matches: object =>
			(!byLabel || byLabel(object.metadata.labels ?? {})) &&
			(!fields || fields.every(({read, value, negated}) => (read(object) === value) !== negated)),
	};
}

type FieldTerm = {path: string; value: string; negated: boolean; read: (object: KubeObject) => string};

/** `a=b,c!=d` as apimachinery/pkg/fields; a backslash escapes `\`, `,` and `=`. */
function parseFieldSelector(definition: ResourceDefinition, text: string): FieldTerm[] {
	const terms = splitUnescaped(text).filter(Boolean);
	return terms.map(term => {
		const match = /^((?:[^=!\\]|\\.)*?)(!=|==|=)(.*)$/s.exec(term);
		if (!match) throw badRequest(`invalid selector: '${text}'; can't understand '${term}'`);
		const [, path = '', operator, raw = ''] = match;
		return {
			path,
			value: raw.replace(/\\([\\,=])/g, '$1'),
			negated: operator === '!=',
			read: fieldReader(definition, path),
		};
	});
}

function splitUnescaped(text: string): string[] {
	const terms = [''];
	for (let i = 0; i < text.length; i++) {
		const character = text[i]!;
		if (character === '\\' && i + 1 < text.length) terms[terms.length - 1] += character + text[++i];
		else if (character === ',') terms.push('');
		else terms[terms.length - 1] += character;
	}
	return terms;
}

function fieldReader(definition: ResourceDefinition, path: string): (object: KubeObject) => string {
	if (path === 'metadata.name') return object => object.metadata.name;
	if (path === 'metadata.namespace') return object => object.metadata.namespace ?? '';
	const read = definition.selectableFields?.[path];
	if (read) return read;
	throw badRequest(
		definition.selectableFields
			? `field label not supported: ${path}`
			: `${JSON.stringify(path)} is not a known field selector: only "metadata.name", "metadata.namespace"`,
	);
}

type Token = {kind: 'word' | 'symbol' | 'end'; text: string};

/** A label selector as apimachinery/pkg/labels parses it. */
function parseLabelSelector(text: string): (labels: Labels) => boolean {
	const tokens = tokenize(text);
	let at = 0;
	const next = () => tokens[Math.min(at++, tokens.length - 1)]!;
	const peek = () => tokens[Math.min(at, tokens.length - 1)]!;
	const fail = (why: string): never => {
		throw badRequest(`unable to parse requirement: ${why}`);
	};
	const found = ({kind, text}: Token) => (kind === 'end' ? '' : text);
	const requirements: ((labels: Labels) => boolean)[] = [];
	while (peek().kind !== 'end') {
		const negated = peek().text === '!' && peek().kind === 'symbol';
		if (negated) next();
		const key = next();
		if (key.kind !== 'word') fail(`found '${found(key)}', expected: identifier`);
		const problem = labelKeyProblem(key.text);
		if (problem) fail(`<nil>: Invalid value: ${JSON.stringify(key.text)}: ${problem}`);
		requirements.push(negated ? labels => labels[key.text] === undefined : requirement(key.text));
		const separator = next();
		if (separator.kind === 'end') break;
		if (separator.text !== ',') fail(`found '${separator.text}', expected: ',' or 'end of string'`);
		if (peek().kind === 'end') fail(`found '', expected: identifier after ','`);
	}
	return labels => requirements.every(check => check(labels));

	function requirement(key: string): (labels: Labels) => boolean {
		const operator = peek();
		if (operator.kind === 'end' || operator.text === ',') return labels => labels[key] !== undefined;
		next();
		switch (operator.text) {
			case '=':
			case '==': {
				const value = single();
				return labels => labels[key] === value;
			}
			case '!=': {
				const value = single();
				return labels => labels[key] !== value;
			}
			case 'in': {
				const values = set();
				return labels => labels[key] !== undefined && values.has(labels[key]!);
			}
			case 'notin': {
				const values = set();
				return labels => labels[key] === undefined || !values.has(labels[key]!);
			}
			case '<':
			case '>': {
				const bound = single();
				if (!/^-?\d+$/.test(bound)) fail(`for 'Gt', 'Lt' operators, the value must be an integer`);
				const greater = operator.text === '>';
				return labels => {
					const value = labels[key];
					if (value === undefined || !/^-?\d+$/.test(value)) return false;
					return greater ? Number(value) > Number(bound) : Number(value) < Number(bound);
				};
			}
			default:
				return fail(`found '${found(operator)}', expected: in, notin, =, ==, !=, >, <`);
		}
	}
	function single(): string {
		const token = peek();
		if (token.kind === 'end' || token.text === ',') return '';
		next();
		if (token.kind !== 'word') fail(`found '${token.text}', expected: identifier`);
		return checkedValue(token.text);
	}
	function set(): Set<string> {
		const open = next();
		if (open.text !== '(') fail(`found '${found(open)}' expected: '('`);
		const values = new Set<string>();
		for (;;) {
			const token = next();
			if (token.text === ',' || token.text === ')') values.add('');
			else if (token.kind === 'word') values.add(checkedValue(token.text));
			else fail(`found '${found(token)}', expected: ',', ')' or identifier`);
			if (token.text === ')') return values;
			if (token.text === ',') continue;
			const after = next();
			if (after.text === ')') return values;
			if (after.text !== ',') fail(`found '${found(after)}', expected: ',' or ')'`);
		}
	}
	function checkedValue(value: string): string {
		if (value.length > 63 || !/^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/.test(value)) {
			fail(
				`values[0][]: Invalid value: ${JSON.stringify(value)}: a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')`,
			);
		}
		return value;
	}
}

function tokenize(text: string): Token[] {
	const tokens: Token[] = [];
	for (const [part] of text.matchAll(/\s+|==|!=|[=!<>(),]|[^\s=!<>(),]+/g)) {
		if (/^\s/.test(part)) continue;
		tokens.push({kind: /^[=!<>(),]/.test(part) ? 'symbol' : 'word', text: part});
	}
	return [...tokens, {kind: 'end', text: ''}];
}

function labelKeyProblem(key: string): string | undefined {
	const slash = key.indexOf('/');
	const name = key.slice(slash + 1);
	if (
		name.length <= 63 &&
		/^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/.test(name) &&
		(slash < 0 || /^[a-z0-9.-]+$/.test(key.slice(0, slash)))
	)
		return undefined;
	return "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
}
