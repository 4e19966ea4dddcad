import {isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap} from 'yaml';

/** The part of JSON Schema that lesson.schema.json uses. */
export type Schema = {
	$ref?: string;
	/** Alternatives of different types: the node's own type chooses. */
	anyOf?: readonly Schema[];
	type?: string;
	const?: unknown;
	enum?: readonly unknown[];
	pattern?: string;
	minLength?: number;
	minimum?: number;
	minItems?: number;
	items?: Schema;
	properties?: Record<string, Schema>;
	required?: readonly string[];
	additionalProperties?: boolean | Schema;
	definitions?: Record<string, Schema>;
};

type Complain = (node: Node | null | undefined, message: string) => void;

/**
 * Holds a YAML node against a schema and complains at the node that is wrong. A checker of our own because a lesson's
 * author needs the line and column in the YAML, which validators of plain values have lost.
 */
export function validateNode(root: Schema, node: Node | null | undefined, complain: Complain): void {
	validate(root, root, node, 'the lesson', complain);
}

function validate(root: Schema, schema: Schema, node: Node | null | undefined, name: string, complain: Complain) {
	if (schema.$ref) {
		const target = root.definitions?.[schema.$ref.replace('#/definitions/', '')];
		if (target) validate(root, target, node, name, complain);
		return;
	}
	if (schema.anyOf) {
		const type = isMap(node) ? 'object' : isSeq(node) ? 'array' : 'string';
		const chosen = schema.anyOf.find(alternative => alternative.type === type) ?? schema.anyOf[0];
		if (chosen) validate(root, chosen, node, name, complain);
		return;
	}
	if (schema.type === 'object') validateMap(root, schema, node, name, complain);
	else if (schema.type === 'array') validateList(root, schema, node, name, complain);
	else validateScalar(schema, node, name, complain);
}

function validateMap(root: Schema, schema: Schema, node: Node | null | undefined, name: string, complain: Complain) {
	if (!isMap(node)) {
		complain(node, `${name} must be a map of ${Object.keys(schema.properties ?? {}).join(', ')}`);
		return;
	}
	for (const key of schema.required ?? []) if (!node.has(key)) complain(node, `${name} lacks "${key}"`);
	for (const pair of (node as YAMLMap<Node, Node>).items as Pair<Node, Node | null>[]) {
		const key = String(isScalar(pair.key) ? pair.key.value : pair.key);
		const property = schema.properties?.[key];
		if (property) validate(root, property, pair.value, `"${key}"`, complain);
		else if (typeof schema.additionalProperties === 'object') {
			validate(root, schema.additionalProperties, pair.value, `"${key}"`, complain);
		} else if (schema.additionalProperties === false) {
			const known = Object.keys(schema.properties ?? {}).join(', ');
			complain(pair.key, `${name} knows no "${key}"; it may have ${known}`);
		}
	}
}

function validateList(root: Schema, schema: Schema, node: Node | null | undefined, name: string, complain: Complain) {
	if (!isSeq(node)) {
		complain(node, `${name} must be a list`);
		return;
	}
	if (node.items.length < (schema.minItems ?? 0)) complain(node, `${name} needs at least ${schema.minItems}`);
	for (const item of node.items) validate(root, schema.items ?? {}, item as Node, `an item of ${name}`, complain);
}

function validateScalar(schema: Schema, node: Node | null | undefined, name: string, complain: Complain) {
	const value: unknown = isScalar(node) ? node.value : undefined;
	if ('const' in schema && value !== schema.const) complain(node, `${name} must be ${String(schema.const)}`);
	if (schema.enum && !schema.enum.includes(value)) complain(node, `${name} must be one of ${schema.enum.join(', ')}`);
	if (schema.type === 'boolean' && typeof value !== 'boolean') complain(node, `${name} must be true or false`);
	if (schema.type === 'integer' && !(Number.isInteger(value) && Number(value) >= (schema.minimum ?? 0))) {
		complain(node, `${name} must be a whole number of at least ${schema.minimum ?? 0}`);
	}
	if (schema.type === 'string') {
		if (typeof value !== 'string') complain(node, `${name} must be a text`);
		else if (value.trim().length < (schema.minLength ?? 0)) complain(node, `${name} must not be empty`);
		else if (schema.pattern && !new RegExp(schema.pattern).test(value)) {
			complain(node, `${name} must match ${schema.pattern}, but it is "${value}"`);
		}
	}
}
