import {KubectlError} from '../errors.ts';
import {compactJson} from './json.ts';

type Step =
	| {kind: 'field'; name: string}
	| {kind: 'wildcard'}
	| {kind: 'recursive'}
	| {kind: 'array'; from?: number; to?: number; step?: number; single?: boolean}
	| {kind: 'filter'; left: Operand; operator: string; right?: Operand}
	| {kind: 'union'; paths: Step[][]};
type Operand = {path: Step[]; root: boolean} | {constant: unknown};
type Node =
	| {kind: 'text'; text: string}
	| {kind: 'path'; steps: Step[]; root: boolean}
	| {kind: 'constant'; value: unknown}
	/** What kubectl notices only when it prints. */
	| {kind: 'wrong'; why: string}
	| {kind: 'range'; steps: Step[]; root: boolean; body: Node[]};

/** A template of `-o jsonpath`, read once and run on many objects (client-go/util/jsonpath). */
export type JsonPath = (data: unknown, options?: {allowMissing?: boolean}) => string;

const fail = (message: string): never => {
	throw new KubectlError(`error parsing jsonpath ${message}`);
};

class Reader {
	readonly text: string;
	at = 0;

	constructor(text: string) {
		this.text = text;
	}

	peek(): string {
		return this.text[this.at] ?? '';
	}

	quoted(): string {
		const quote = this.text[this.at++]!;
		let out = '';
		while (this.peek() !== quote) {
			if (this.at >= this.text.length) fail(`${this.text}, unterminated quoted string`);
			const character = this.text[this.at++]!;
			if (character !== '\\') out += character;
			else {
				const next = this.text[this.at++] ?? '';
				out += {n: '\n', t: '\t', r: '\r', '\\': '\\'}[next] ?? next;
			}
		}
		this.at++;
		return out;
	}

	/** Up to the bracket that closes the one just read. */
	bracketed(close: string): string {
		const open = close === ']' ? '[' : '(';
		const start = this.at;
		for (let depth = 1; this.at < this.text.length; this.at++) {
			const character = this.peek();
			if (character === '"' || character === "'") {
				this.quoted();
				this.at--;
			} else if (character === open) depth++;
			else if (character === close && --depth === 0) return this.text.slice(start, this.at++);
		}
		return fail(`${this.text}, unterminated array`);
	}

	fieldName(): string {
		let name = '';
		for (; this.at < this.text.length; this.at++) {
			const character = this.peek();
			if (character === '\\') name += this.text[++this.at] ?? '';
			else if (/[\s.[\](){}|=!<>,]/.test(character)) break;
			else name += character;
		}
		return name;
	}

	steps(): Step[] {
		const steps: Step[] = [];
		for (;;) {
			const character = this.peek();
			if (character === '.') {
				this.at++;
				if (this.peek() === '.') {
					this.at++;
					steps.push({kind: 'recursive'});
				}
				if (this.peek() === '*') {
					this.at++;
					steps.push({kind: 'wildcard'});
				} else {
					const name = this.fieldName();
					if (name) steps.push({kind: 'field', name});
				}
			} else if (character === '[') {
				this.at++;
				steps.push(subscript(this.bracketed(']'), this.text));
			} else return steps;
		}
	}
}

function subscript(text: string, template: string): Step {
	const inner = text.trim();
	if (inner === '*') return {kind: 'wildcard'};
	if (inner.startsWith('?(') && inner.endsWith(')')) return filter(inner.slice(2, -1).trim());
	// Only single quotes: kubectl takes no others here.
	if (/^'(?:[^'\\]|\\.)*'$/.test(inner)) return {kind: 'field', name: new Reader(inner).quoted()};
	if (inner.includes(',')) {
		return {
			kind: 'union',
			paths: inner
				.split(',')
				.map(part =>
					/^\s*-?\d*(:|$)/.test(part.trim()) || /^['"]/.test(part.trim())
						? [subscript(part, template)]
						: new Reader(part.trim().startsWith('.') ? part.trim() : `.${part.trim()}`).steps(),
				),
		};
	}
	const match = /^(-?\d+)?(?:(:)(-?\d+)?(?::(-?\d+)?)?)?$/.exec(inner);
	if (!match || inner === '') return fail(`${template}, invalid array index ${inner}`);
	const number = (index: string | undefined) => (index === undefined ? undefined : Number(index));
	return match[2]
		? {kind: 'array', from: number(match[1]), to: number(match[3]), step: number(match[4])}
		: {kind: 'array', from: number(match[1]), single: true};
}

function operand(text: string): Operand {
	const trimmed = text.trim();
	if (/^['"]/.test(trimmed)) return {constant: new Reader(trimmed).quoted()};
	if (/^-?\d+(\.\d+)?$/.test(trimmed)) return {constant: Number(trimmed)};
	if (trimmed === 'true' || trimmed === 'false') return {constant: trimmed === 'true'};
	const root = trimmed.startsWith('$');
	return {path: new Reader(trimmed.replace(/^[@$]/, '')).steps(), root};
}

function filter(text: string): Step {
	let quote = '';
	for (let index = 0; index < text.length; index++) {
		const character = text[index]!;
		if (quote) {
			if (character === quote) quote = '';
			continue;
		}
		if (character === '"' || character === "'") quote = character;
		const operator = /^(==|!=|<=|>=|<|>)/.exec(text.slice(index))?.[1];
		if (operator) {
			return {
				kind: 'filter',
				left: operand(text.slice(0, index)),
				operator,
				right: operand(text.slice(index + operator.length)),
			};
		}
	}
	return {kind: 'filter', left: operand(text), operator: 'exists'};
}

/** Reads the template; `text` without braces is one path, as kubectl relaxes it. Throws KubectlError. */
function parse(template: string): Node[] {
	const root: Node[] = [];
	const open: {nodes: Node[]}[] = [{nodes: root}];
	let at = 0;
	while (at < template.length) {
		const brace = template.indexOf('{', at);
		if (brace < 0) {
			open.at(-1)!.nodes.push({kind: 'text', text: template.slice(at)});
			break;
		}
		if (brace > at) open.at(-1)!.nodes.push({kind: 'text', text: template.slice(at, brace)});
		const reader = new Reader(template);
		reader.at = brace + 1;
		for (;;) {
			while (/\s/.test(reader.peek())) reader.at++;
			const character = reader.peek();
			if (character === '}') break;
			if (character === '') fail(`${template}, unclosed action`);
			const nodes = open.at(-1)!.nodes;
			if (character === '"' || character === "'") nodes.push({kind: 'constant', value: reader.quoted()});
			else if (character === '@' || character === '$') {
				reader.at++;
				nodes.push({kind: 'path', root: character === '$', steps: reader.steps()});
			} else if (character === '.' || character === '[') nodes.push({kind: 'path', root: false, steps: reader.steps()});
			else {
				const word = reader.fieldName();
				if (word === 'range') {
					while (/\s/.test(reader.peek())) reader.at++;
					const isRoot = reader.peek() === '$';
					if (isRoot || reader.peek() === '@') reader.at++;
					const range: Node = {kind: 'range', steps: reader.steps(), root: isRoot, body: []};
					nodes.push(range);
					open.push({nodes: range.body});
				} else if (word === 'end') {
					if (open.length === 1) nodes.push({kind: 'wrong', why: 'not in range, nothing to end'});
					else open.pop();
				} else if (/^-?\d+(\.\d+)?$/.test(word)) nodes.push({kind: 'constant', value: Number(word)});
				else if (word === 'true' || word === 'false') nodes.push({kind: 'constant', value: word === 'true'});
				else if (/^[A-Za-z]/.test(word)) nodes.push({kind: 'wrong', why: `unrecognized identifier ${word}`});
				else
					fail(
						`${template}, unrecognized character in action: U+${(word || character).codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')} '${(word || character)[0]}'`,
					);
			}
		}
		at = reader.at + 1;
	}
	return root;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);
const sortedValues = (value: object) =>
	Object.keys(value)
		.sort()
		.map(key => (value as Record<string, unknown>)[key]);

type Context = {root: unknown; allowMissing: boolean};

function walk(values: unknown[], steps: Step[], context: Context): unknown[] {
	return steps.reduce<unknown[]>((current, step) => current.flatMap(value => take(value, step, context)), values);
}

function take(value: unknown, step: Step, context: Context): unknown[] {
	switch (step.kind) {
		case 'field': {
			if (isObject(value) && step.name in value) return [value[step.name]];
			if (context.allowMissing || value === null || value === undefined) return [];
			throw new KubectlError(`${step.name} is not found`);
		}
		case 'wildcard':
			return Array.isArray(value) ? value : isObject(value) ? sortedValues(value) : [];
		case 'recursive': {
			const inner = Array.isArray(value) ? value : isObject(value) ? sortedValues(value) : [];
			return [
				value,
				...inner
					.filter(item => typeof item === 'object' && item !== null)
					.flatMap(item => take(item, step, {...context, allowMissing: true})),
			];
		}
		case 'array': {
			if (!Array.isArray(value)) {
				if (value === null || value === undefined || context.allowMissing) return [];
				throw new KubectlError(`${goType(value)} is not array or slice`);
			}
			const length = value.length;
			if (step.single) {
				const index = step.from! < 0 ? step.from! + length : step.from!;
				if (index < 0 || index >= length) {
					throw new KubectlError(`array index out of bounds: index ${step.from}, length ${length}`);
				}
				return [value[index]];
			}
			const bound = (index: number | undefined, otherwise: number) =>
				Math.min(length, Math.max(0, index === undefined ? otherwise : index < 0 ? index + length : index));
			const stride = step.step ?? 1;
			if (stride <= 0) throw new KubectlError('step must be > 0');
			const from = bound(step.from, 0);
			return value.slice(from, bound(step.to, length)).filter((_, index) => index % stride === 0);
		}
		case 'union':
			return step.paths.flatMap(path => walk([value], path, context));
		case 'filter': {
			const items = Array.isArray(value) ? value : isObject(value) ? sortedValues(value) : [];
			return items.filter(item => matches(item, step, context));
		}
	}
}

/** A value as Go's %#v writes it. */
function goSyntax(value: unknown): string {
	if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
	if (isObject(value)) {
		const entries = Object.keys(value)
			.sort()
			.map(key => `${JSON.stringify(key)}:${goSyntax(value[key])}`);
		return `map[string]interface {}{${entries.join(', ')}}`;
	}
	return value === null || value === undefined ? 'interface {}(nil)' : JSON.stringify(value);
}

const goType = (value: unknown) => (isObject(value) ? 'map[string]interface {}' : typeof value);

function evaluate(item: unknown, side: Operand, context: Context): unknown[] {
	if ('constant' in side) return [side.constant];
	return walk([side.root ? context.root : item], side.path, {...context, allowMissing: true});
}

function matches(item: unknown, step: Extract<Step, {kind: 'filter'}>, context: Context): boolean {
	const left = evaluate(item, step.left, context);
	if (left.length === 0) return false;
	if (step.operator === 'exists') return true;
	const right = evaluate(item, step.right!, context);
	if (right.length === 0) return false;
	if (left.length > 1 || right.length > 1) throw new KubectlError('can only compare one element at a time');
	const a = left[0];
	const b = right[0];
	switch (step.operator) {
		case '==':
			return a === b;
		case '!=':
			return a !== b;
		case '<':
			return (a as number) < (b as number);
		case '>':
			return (a as number) > (b as number);
		case '<=':
			return (a as number) <= (b as number);
		default:
			return (a as number) >= (b as number);
	}
}

/** How Go prints one value of a result: text bare, structures as JSON. */
const printed = (value: unknown): string =>
	value === null || value === undefined ? '' : typeof value === 'object' ? compactJson(value) : String(value);

function renderNode(node: Node, current: unknown, context: Context): string {
	switch (node.kind) {
		case 'text':
			return node.text;
		case 'constant':
			return printed(node.value);
		case 'wrong':
			throw new KubectlError(node.why);
		case 'path':
			return walk([node.root ? context.root : current], node.steps, context)
				.map(printed)
				.join(' ');
		case 'range':
			return walk([node.root ? context.root : current], node.steps, context)
				.map(item => render(node.body, item, context))
				.join('');
	}
}

const render = (nodes: Node[], current: unknown, context: Context): string =>
	nodes.map(node => renderNode(node, current, context)).join('');

/** Reads a template such as `{range .items[*]}{.metadata.name}{"\n"}{end}`. Throws KubectlError with kubectl's sentence. */
export function jsonPath(template: string): JsonPath {
	const nodes = parse(template);
	return (data, {allowMissing = true} = {}) => {
		try {
			return render(nodes, data, {root: data, allowMissing});
		} catch (error) {
			if (!(error instanceof KubectlError)) throw error;
			throw new KubectlError(
				`error executing jsonpath ${JSON.stringify(template)}: Error executing template: ${error.message}. Printing more information for debugging the template:\n\ttemplate was:\n\t\t${template}\n\tobject given to jsonpath engine was:\n\t\t${goSyntax(data)}\n\n`,
			);
		}
	};
}

/** `.a.b`, `a.b` and `{.a.b}` all mean the last (get.RelaxedJSONPathExpression). */
function relaxed(expression: string): string {
	const match = /^\{?\.?([^{}]*|[^{}]*\{[^{}]*\}[^{}]*)\}?$/.exec(expression);
	if (!match) {
		throw new KubectlError(
			`unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'`,
		);
	}
	return `{.${match[1]}}`;
}

/** The values that one path finds; missing fields find nothing. */
export function valuesAt(expression: string): (data: unknown) => unknown[] {
	const [node] = parse(relaxed(expression));
	if (node?.kind !== 'path') throw new KubectlError(`unexpected path string ${expression}`);
	return data => walk([data], node.steps, {root: data, allowMissing: true});
}
