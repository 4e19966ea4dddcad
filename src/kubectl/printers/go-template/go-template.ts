import {KubectlError} from '../../errors.ts';
import {functions} from './functions.ts';
import {checkNames, GoNumber, type Node, type Operand, type Pipe, readTemplate, type Template} from './read.ts';
import {entriesOf, goText, isTrue, type Value} from './values.ts';

/** A template of `-o go-template`: what it makes of an object. Throws TemplateFailure. */
export type GoTemplate = (data: unknown, options: {allowMissing: boolean}) => string;

/** A template could not go on: the reason, and what it had printed by then. */
export class TemplateFailure extends Error {
	readonly printed: string;

	constructor(message: string, printed: string) {
		super(message);
		this.printed = printed;
	}
}

type Variables = {name: string; value: Value}[];

/** How deep templates may call each other. */
const deepest = 1000;

/** How a body ended: to its end, or by {{break}} or {{continue}}. */
type Ending = 'break' | 'continue' | undefined;

/** Reads a template; kubectl calls it `output`. Throws KubectlError. */
export function goTemplate(source: string): GoTemplate {
	const fail = (message: string, at: number): never => {
		const line = source.slice(0, at).split('\n').length;
		throw new KubectlError(`error parsing template ${source}, template: output:${line}: ${message}`);
	};
	const template = readTemplate(source, fail);
	checkNames(template, name => Object.hasOwn(functions, name) || name === 'and' || name === 'or', fail);
	return (data, {allowMissing}) => run(template, source, data, allowMissing);
}

function run(template: Template, source: string, data: unknown, allowMissing: boolean): string {
	let out = '';
	let depth = 0;

	function fail(message: string, {at, source: node}: {at: number; source: string}): never {
		const before = source.slice(0, at).split('\n');
		const place = `template: output:${before.length}:${before.at(-1)!.length}: executing "output" at <${node}>: ${message}`;
		throw new TemplateFailure(place, out);
	}

	function walk(nodes: readonly Node[], dot: Value, variables: Variables): Ending {
		for (const node of nodes) {
			const ending = step(node, dot, variables);
			if (ending) return ending;
		}
		return undefined;
	}

	function step(node: Node, dot: Value, variables: Variables): Ending {
		switch (node.kind) {
			case 'text':
				out += node.text;
				return undefined;
			case 'action': {
				const value = evaluate(node.pipe, dot, variables);
				if (node.pipe.names.length === 0) out += value === undefined || value === null ? '<no value>' : goText(value);
				return undefined;
			}
			case 'if':
			case 'with': {
				const inner = [...variables];
				const value = evaluate(node.pipe, dot, inner);
				const chosen = isTrue(value) ? node.body : node.otherwise;
				return walk(chosen, node.kind === 'with' && isTrue(value) ? value : dot, inner);
			}
			case 'range':
				return range(node, dot, variables);
			case 'template': {
				const body = template.defined.get(node.name);
				if (!body)
					return fail(`template ${JSON.stringify(node.name)} not defined`, {
						at: 0,
						source: `{{template ${JSON.stringify(node.name)}}}`,
					});
				const given = node.pipe && evaluate(node.pipe, dot, variables);
				if (++depth > deepest) fail('exceeded maximum template depth (100000)', {at: 0, source: node.name});
				walk(body, given, [{name: '$', value: given}]);
				depth--;
				return undefined;
			}
			default:
				return node.kind;
		}
	}

	function range(
		{pipe, body, otherwise}: Extract<Node, {kind: 'if' | 'with' | 'range'}>,
		dot: Value,
		variables: Variables,
	): Ending {
		const value = evaluate({...pipe, names: []}, dot, variables);
		const items: [Value, Value][] = Array.isArray(value)
			? value.map((item, at) => [at, item])
			: typeof value === 'object' && value !== null && !(value instanceof GoNumber)
				? entriesOf(value)
				: value === undefined || value === null
					? []
					: fail(`range can't iterate over ${goText(value)}`, pipe);
		if (items.length === 0) return walk(otherwise, dot, [...variables]);
		for (const [key, item] of items) {
			const inner = [...variables];
			const [first, second] = pipe.names;
			if (first !== undefined) inner.push({name: first, value: second === undefined ? item : key});
			if (second !== undefined) inner.push({name: second, value: item});
			if (walk(body, item, inner) === 'break') break;
		}
		return undefined;
	}

	function evaluate(pipe: Pipe, dot: Value, variables: Variables): Value {
		let value: Value;
		pipe.commands.forEach(({words, at, source}, index) => {
			const piped = index > 0 ? [value] : [];
			const [first, ...rest] = words as [Operand, ...Operand[]];
			if (first.kind === 'nil') fail('nil is not a command', first);
			if (first.kind === 'function') value = call(first, rest, piped, {at, source}, dot, variables);
			else {
				if (rest.length > 0 || piped.length > 0) fail(`can't give argument to non-function ${first.source}`, first);
				value = operand(first, dot, variables);
			}
		});
		const [name] = pipe.names;
		if (name === undefined) return value;
		const known = pipe.declares ? undefined : variables.findLast(variable => variable.name === name);
		if (known) known.value = value;
		else if (pipe.declares) variables.push({name, value});
		else fail(`undefined variable: ${name}`, pipe);
		return value;
	}

	function call(
		{name, path, at}: Operand & {kind: 'function'},
		words: Operand[],
		piped: Value[],
		command: {at: number; source: string},
		dot: Value,
		variables: Variables,
	): Value {
		if (name === 'and' || name === 'or') {
			let value: Value;
			for (const get of [...words.map(word => () => operand(word, dot, variables)), ...piped.map(last => () => last)]) {
				value = get();
				if (isTrue(value) === (name === 'or')) break;
			}
			return value;
		}
		const values = [...words.map(word => operand(word, dot, variables)), ...piped];
		try {
			return fields(functions[name]!(...values), path, {at, source: command.source});
		} catch (error) {
			if (!(error instanceof Error) || error instanceof TemplateFailure) throw error;
			return fail(`error calling ${name}: ${error.message}`, {at, source: command.source});
		}
	}

	function operand(word: Operand, dot: Value, variables: Variables): Value {
		switch (word.kind) {
			case 'dot':
				return fields(dot, word.path, word);
			case 'nil':
				return null;
			case 'constant':
				return word.value;
			case 'variable': {
				const variable = variables.findLast(({name}) => name === word.name);
				if (!variable) return fail(`undefined variable: ${word.name}`, word);
				return fields(variable.value, word.path, word);
			}
			case 'pipe':
				return fields(evaluate(word.pipe, dot, variables), word.path, word);
			case 'function':
				return call(word, [], [], word, dot, variables);
		}
	}

	function fields(value: Value, path: readonly string[], place: {at: number; source: string}): Value {
		return path.reduce((inner: Value, name) => {
			if (inner === undefined)
				return allowMissing ? undefined : fail(`nil data; no entry for key ${JSON.stringify(name)}`, place);
			if (inner === null) return fail(`nil pointer evaluating interface {}.${name}`, place);
			if (typeof inner !== 'object' || Array.isArray(inner) || inner instanceof GoNumber)
				return fail(`can't evaluate field ${name} in type interface {}`, place);
			if (!Object.hasOwn(inner, name) && !allowMissing) fail(`map has no entry for key ${JSON.stringify(name)}`, place);
			return (inner as Record<string, Value>)[name];
		}, value);
	}

	walk(template.nodes, data, [{name: '$', value: data}]);
	return out;
}
