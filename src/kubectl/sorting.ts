import type {Table} from './objects.ts';
import {comparable} from './printers/custom-columns.ts';
import {valuesAt} from './printers/jsonpath.ts';

/** Text with its numbers compared as numbers (fvbommel/sortorder NaturalLess). */
function compareNaturally(a: string, b: string): number {
	const split = (text: string) => text.match(/\d+|\D+/g) ?? [];
	const left = split(a);
	const right = split(b);
	for (let index = 0; index < Math.min(left.length, right.length); index++) {
		const [x, y] = [left[index]!, right[index]!];
		if (x === y) continue;
		const numbers = /^\d/.test(x) && /^\d/.test(y);
		if (numbers && Number(x) !== Number(y)) return Number(x) - Number(y);
		return x < y ? -1 : 1;
	}
	return left.length - right.length;
}

function compare(a: unknown, b: unknown): number {
	if (a === undefined || a === null) return b === undefined || b === null ? 0 : -1;
	if (b === undefined || b === null) return 1;
	if (typeof a === 'number' && typeof b === 'number') return a - b;
	return compareNaturally(String(comparable(a)), String(comparable(b)));
}

/**
 * Sorts a table's rows by a field of their objects, as --sort-by does (get.TableSorter). A field that none of
 * several objects has leaves no rows: stock kubectl then says that it found no resources.
 */
export function sorter(expression: string): (table: Table) => Table {
	const values = valuesAt(expression);
	return table => {
		const keyed = table.rows.map(row => ({row, found: values(row.object)}));
		if (keyed.length > 1 && keyed.every(({found}) => found.length === 0)) return {...table, rows: []};
		return {...table, rows: keyed.sort((a, b) => compare(a.found[0], b.found[0])).map(({row}) => row)};
	};
}
