import {omits} from './empty-fields.ts';
import {goType, structName} from './go-types.ts';
import {canonicalQuantity} from './quantity.ts';
import {resolve, type Schema, schemaName, schemas} from './schemas.ts';
import {canonicalTime} from './time.ts';

type JsonObject = Record<string, unknown>;

/**
 * Whose words a wrong type is told in: those of Go's JSON decoder, or those of the converter that strategic merge patches
 * pass through.
 */
export type Wording = 'json' | 'converter';

/** Where the walk is: the struct and field that Go would name, and the path that strict decoding prints. */
type Place = {owner: string; field: string; goPath: string; path: string; wording: Wording};

/** A field of the wrong type, told in Go's words. */
export class FieldTypeError extends Error {}

const isObject = (value: unknown): value is JsonObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

function jsonType(value: unknown): string {
	if (Array.isArray(value)) return 'array';
	return typeof value === 'boolean' ? 'bool' : typeof value;
}

function goKind(value: unknown): string {
	if (Array.isArray(value)) return 'slice';
	if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
	if (typeof value === 'boolean') return 'bool';
	return typeof value === 'object' ? 'map' : typeof value;
}

function converterText(value: unknown, schema: Schema, place: Place): string {
	const found = goKind(value);
	const {name, schema: resolved} = resolve(schema);
	if (resolved.type === 'array') return `cannot restore slice from ${found}`;
	if (resolved.type === 'object')
		return name ? `cannot restore struct from: ${found}` : `cannot restore map from ${found}`;
	const wanted = resolved.type === 'string' ? 'string' : goType(resolved, place.owner, place.field);
	// Go can turn a number into a number or a text, though not as anybody would want it here.
	const convertible = found === 'int64' ? wanted !== 'bool' : found === 'float64' && wanted.startsWith('int');
	return convertible ? `cannot convert ${found} to ${wanted}` : `unrecognized type: ${wanted}`;
}

function mismatch(value: unknown, schema: Schema, place: Place, found = jsonType(value)): FieldTypeError {
	if (place.wording === 'converter') return new FieldTypeError(converterText(value, schema, place));
	const {owner, field, goPath} = place;
	const where = `Go struct field ${owner}.${goPath} of type ${goType(schema, owner, field)}`;
	return new FieldTypeError(`json: cannot unmarshal ${found} into ${where}`);
}

const limits: Record<string, number> = {int32: 2 ** 31 - 1, int64: 2 ** 63};

function integer(value: unknown, schema: Schema, place: Place): number {
	if (typeof value !== 'number') throw mismatch(value, schema, place);
	const max = limits[schema.format ?? 'int32'] ?? limits.int32!;
	if (!Number.isInteger(value) || value > max || value < -max - 1)
		throw mismatch(value, schema, place, `number ${value}`);
	return value;
}

/** Types that decode themselves, and whose errors know nothing of the field. */
function special(name: string, value: unknown): unknown {
	const plain = (type: string, found = jsonType(value)) =>
		new FieldTypeError(`json: cannot unmarshal ${found} into Go value of type ${type}`);
	switch (name) {
		case 'IntOrString':
			if (typeof value === 'string') return value;
			if (typeof value !== 'number') throw plain('int32');
			if (!Number.isInteger(value) || Math.abs(value) > limits.int32!) throw plain('int32', `number ${value}`);
			return value;
		case 'Quantity': {
			const result = canonicalQuantity(typeof value === 'string' ? value.trim() : JSON.stringify(value));
			if ('error' in result) throw new FieldTypeError(result.error);
			return result.text;
		}
		case 'Time':
		case 'MicroTime': {
			if (typeof value !== 'string') throw plain('string');
			const result = canonicalTime(value, name === 'MicroTime');
			if ('error' in result) throw new FieldTypeError(result.error);
			return result.text;
		}
		default:
			return value;
	}
}

const specials = new Set(['IntOrString', 'Quantity', 'Time', 'MicroTime', 'FieldsV1', 'Patch', 'RawExtension']);

function text(value: unknown, schema: Schema, place: Place): string {
	if (typeof value !== 'string') throw mismatch(value, schema, place);
	if (schema.format === 'byte') {
		const bad =
			/[^A-Za-z0-9+/=\r\n]/.exec(value)?.index ?? (value.replace(/[\r\n]/g, '').length % 4 ? value.length : -1);
		if (bad >= 0) throw new FieldTypeError(`illegal base64 data at input byte ${bad}`);
	}
	return value;
}

function decode(property: Schema, value: unknown, place: Place, strict: string[]): unknown {
	const {name, schema} = resolve(property);
	const short = structName(name);
	if (specials.has(short)) return special(short, value);
	switch (schema.type) {
		case 'string':
			return text(value, schema, place);
		case 'boolean':
			if (typeof value !== 'boolean') throw mismatch(value, property, place);
			return value;
		case 'integer':
			return integer(value, schema, place);
		case 'number':
			if (typeof value !== 'number') throw mismatch(value, property, place);
			return value;
		case 'array':
			if (!Array.isArray(value)) throw mismatch(value, property, place);
			return value.map((item, i) =>
				item === null ? item : decode(schema.items ?? {}, item, {...place, path: `${place.path}[${i}]`}, strict),
			);
		case 'object':
			if (!isObject(value)) throw mismatch(value, property, place);
			if (schema.properties) return struct(name, schema, value, place, strict);
			return map(schema, value, place, strict);
		default:
			return value;
	}
}

function map({additionalProperties}: Schema, value: JsonObject, place: Place, strict: string[]): JsonObject {
	if (!additionalProperties) return value;
	const result: JsonObject = {};
	for (const [key, member] of Object.entries(value)) {
		// Null is the zero value of whatever the map holds: for strings the empty one.
		if (member === null) result[key] = additionalProperties.type === 'string' ? '' : null;
		else result[key] = decode(additionalProperties, member, {...place, path: `${place.path}.${key}`}, strict);
	}
	return result;
}

function struct(name: string, schema: Schema, value: JsonObject, place: Place, strict: string[]): JsonObject {
	const owner = structName(name);
	const result: JsonObject = {};
	for (const [field, member] of Object.entries(value)) {
		const property = Object.hasOwn(schema.properties!, field) ? schema.properties![field]! : undefined;
		const path = place.path ? `${place.path}.${field}` : field;
		if (!property) {
			strict.push(`unknown field ${JSON.stringify(path)}`);
			continue;
		}
		const goPath = place.goPath ? `${place.goPath}.${field}` : field;
		const decoded = member === null ? null : decode(property, member, {...place, owner, field, goPath, path}, strict);
		if (!omits(name, field, property, schema.required?.includes(field) ?? false, decoded)) result[field] = decoded;
	}
	return result;
}

/**
 * Reads an object that a client sent as the API server's decoder would: `value` is what its Go types would write back
 * (unknown fields, nulls and empty values gone, quantities and times in their usual form), `strictErrors` what strict
 * decoding complains about. Kinds without a schema pass as they are. Throws FieldTypeError for a field of the wrong type.
 */
export function checkFields(
	apiVersion: string,
	kind: string,
	value: JsonObject,
	wording: Wording = 'json',
): {value: JsonObject; strictErrors: string[]} {
	const name = schemaName(apiVersion, kind);
	if (name === undefined) return {value, strictErrors: []};
	const strictErrors: string[] = [];
	const place = {owner: kind, field: '', goPath: '', path: '', wording};
	return {value: struct(name, schemas[name]!, value, place, strictErrors), strictErrors};
}
