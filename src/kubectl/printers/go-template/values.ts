import {GoNumber} from './read.ts';

/** What a template can hold: JSON, whole numbers of Go, and undefined for a missing key. */
export type Value = unknown;

/** A number as Go's %v prints it: whole ones in full, others with an exponent from a million on. */
function goNumber(value: number): string {
	if (Number.isInteger(value)) return String(value);
	const [digits = '', exponent = ''] = value.toExponential().split('e');
	const power = Number(exponent);
	if (power >= -4 && power < 6) return String(value);
	return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** A value as Go's %v prints it inside another one. */
export function goText(value: Value): string {
	if (value === null || value === undefined) return '<nil>';
	if (value instanceof GoNumber) return goNumber(value.value);
	if (typeof value === 'number') return goNumber(value);
	if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
	if (typeof value !== 'object') return String(value);
	return `map[${entriesOf(value)
		.map(([key, item]) => `${key}:${goText(item)}`)
		.join(' ')}]`;
}

/** A map's entries in the order in which Go prints and ranges over them. */
export function entriesOf(value: object): [string, Value][] {
	return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Whether `if` and `with` take a value for true: it is there, and not empty or zero. */
export function isTrue(value: Value): boolean {
	if (value instanceof GoNumber) return value.value !== 0;
	if (Array.isArray(value)) return value.length > 0;
	if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0;
	return Boolean(value);
}

/** A value's type in Go's words. */
export function typeOf(value: Value): string {
	if (value === null || value === undefined) return '<nil>';
	if (value instanceof GoNumber) return value.type;
	if (Array.isArray(value)) return '[]interface {}';
	if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
	return {string: 'string', boolean: 'bool'}[typeof value as string] ?? 'map[string]interface {}';
}

/** The number, if it is a whole one; undefined for everything else. */
export function integerOf(value: Value): number | undefined {
	if (value instanceof GoNumber) return value.type === 'int' ? value.value : undefined;
	return typeof value === 'number' && Number.isInteger(value) ? value : undefined;
}
