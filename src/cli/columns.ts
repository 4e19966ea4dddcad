import {cellWidth} from '../text/cell-width.ts';

/** Lines of a table without rules: each column as wide as its widest cell on a terminal, two spaces between. */
export function alignColumns(rows: string[][]): string[] {
	const widths: number[] = [];
	for (const row of rows) {
		for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, cellWidth(cell));
	}
	return rows.map(row =>
		row
			.map((cell, column) => cell + ' '.repeat(widths[column]! - cellWidth(cell)))
			.join('  ')
			.trimEnd(),
	);
}
