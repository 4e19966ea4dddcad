import type {Cause} from '../errors.ts';

// The error kinds of apimachinery/pkg/util/validation/field, with its wording.

// Go writes the keys of a map in order, and the fields of a struct as they are declared.
const inGoOrder = (value: unknown): unknown => {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
	const entries = Object.entries(value).map(([key, member]) => [key, inGoOrder(member)] as const);
	const isMap = entries.every(([, member]) => typeof member === 'string');
	return Object.fromEntries(isMap ? entries.sort(([a], [b]) => (a < b ? -1 : 1)) : entries);
};

const print = (value: unknown) => JSON.stringify(inGoOrder(value));

const withDetail = (head: string, detail: string) => (detail ? `${head}: ${detail}` : head);

/** `Invalid value: "x": detail` */
export const invalidValue = (field: string, value: unknown, detail: string): Cause => ({
	reason: 'FieldValueInvalid',
	message: withDetail(`Invalid value: ${print(value)}`, detail),
	field,
});

/** `Required value: detail` */
export const required = (field: string, detail = ''): Cause => ({
	reason: 'FieldValueRequired',
	message: withDetail('Required value', detail),
	field,
});

/** `Duplicate value: "x"` */
export const duplicate = (field: string, value: unknown): Cause => ({
	reason: 'FieldValueDuplicate',
	message: `Duplicate value: ${print(value)}`,
	field,
});

/** `Unsupported value: "x": supported values: "a", "b"`; the caller gives the values in their order. */
export const notSupported = (field: string, value: unknown, supported: readonly string[]): Cause => ({
	reason: 'FieldValueNotSupported',
	message: withDetail(
		`Unsupported value: ${print(value)}`,
		`supported values: ${supported.map(name => JSON.stringify(name)).join(', ')}`,
	),
	field,
});

/** `Not found: "x"` */
export const notFoundValue = (field: string, value: unknown): Cause => ({
	reason: 'FieldValueNotFound',
	message: `Not found: ${print(value)}`,
	field,
});

/** `Forbidden: detail` */
export const forbidden = (field: string, detail: string): Cause => ({
	reason: 'FieldValueForbidden',
	message: withDetail('Forbidden', detail),
	field,
});

/** `Too long: may not be more than 63 bytes` */
export const tooLong = (field: string, max: number): Cause => ({
	reason: 'FieldValueTooLong',
	message: `Too long: may not be more than ${max} bytes`,
	field,
});

/** `Too many: 101: must have at most 100 items` */
export const tooMany = (field: string, actual: number, max: number): Cause => ({
	reason: 'FieldValueTooMany',
	message: `Too many: ${actual}: must have at most ${max} items`,
	field,
});

/** The text for a field that may not change. */
export const immutableText = 'field is immutable';
