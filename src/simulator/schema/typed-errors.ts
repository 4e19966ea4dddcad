import {goText} from './go-text.ts';
import {resolve, type Schema, schemaName, schemas} from './schemas.ts';

// What server-side apply says about an object that does not fit its schema (structured-merge-diff typed/validate.go).

const isObject = (value: unknown): value is Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

const goLiteral = (value: unknown) => (typeof value === 'object' ? goText(value) : JSON.stringify(value));

function goTypeOf(value: unknown): string {
	if (Array.isArray(value)) return '[]interface {}';
	if (typeof value === 'object') return 'map[string]interface {}';
	return typeof value === 'boolean' ? 'bool' : typeof value;
}

function scalarFault(type: Schema['type'], value: unknown): string | undefined {
	if (type === 'string' && typeof value !== 'string')
		return `expected string, got &value.valueUnstructured{Value:${goLiteral(value)}}`;
	if (type === 'boolean' && typeof value !== 'boolean') return `expected boolean, got &{${goText(value)}}`;
	if ((type === 'integer' || type === 'number') && typeof value !== 'number')
		return `expected numeric (int or float), got ${goTypeOf(value)}`;
	return undefined;
}

/** The path element of a list item: its keys, its value or its index. */
function itemPath(property: Schema, item: unknown, index: number): string {
	const {'x-kubernetes-list-type': type, 'x-kubernetes-list-map-keys': keys = []} = property;
	if (type === 'set') return `[=${JSON.stringify(item)}]`;
	if (type !== 'map' || !isObject(item)) return `[${index}]`;
	const itemSchema = property.items && resolve(property.items).schema;
	const pairs = keys.map(key => `${key}=${JSON.stringify(item[key] ?? itemSchema?.properties?.[key]?.default)}`);
	return `[${pairs.join(',')}]`;
}

function visit(property: Schema, value: unknown, path: string, faults: string[]) {
	if (value === null || value === undefined) return;
	const {schema} = resolve(property);
	if (schema.type === 'array') {
		if (!Array.isArray(value)) faults.push(`${path}: expected list, got &{${goText(value)}}`);
		else
			for (const [i, item] of value.entries())
				visit(schema.items ?? {}, item, path + itemPath(property, item, i), faults);
		return;
	}
	if (schema.type === 'object') {
		if (!isObject(value)) {
			faults.push(`${path}: expected map, got &{${goText(value)}}`);
			return;
		}
		if (!schema.properties && !schema.additionalProperties) return;
		for (const [key, member] of Object.entries(value)) {
			const known = schema.properties && Object.hasOwn(schema.properties, key) && schema.properties[key];
			const next = known || schema.additionalProperties;
			if (next) visit(next, member, `${path}.${key}`, faults);
			else faults.push(`${path}.${key}: field not declared in schema`);
		}
		return;
	}
	const fault = scalarFault(schema.type, value);
	if (fault) faults.push(`${path}: ${fault}`);
}

/** Why an object is none of its kind, as one text; undefined when it fits, or when the kind has no schema. */
export function typedError(apiVersion: string, kind: string, value: Record<string, unknown>): string | undefined {
	const name = schemaName(apiVersion, kind);
	if (name === undefined) return undefined;
	const faults: string[] = [];
	visit(schemas[name]!, value, '', faults);
	if (faults.length === 0) return undefined;
	return faults.length === 1 ? faults[0] : ['errors:', ...faults.map(fault => `  ${fault}`)].join('\n');
}
