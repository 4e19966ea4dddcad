/** How cells become columns; the fields of Go's text/tabwriter that kubectl uses. */
export type TabOptions = {minWidth: number; padding: number; rememberWidths?: boolean};

/** The settings of the tables of `kubectl get`. */
export const tableTabs: TabOptions = {minWidth: 6, padding: 3, rememberWidths: true};
/** The settings of `kubectl describe`. */
export const describeTabs: TabOptions = {minWidth: 0, padding: 2};

const widthOf = (text: string) => [...text].length;

/**
 * Lays out text whose cells end in tabs, as Go's text/tabwriter does: a column is a run of neighbouring lines that have
 * that cell, so that a line with fewer cells begins the columns anew. The text after a line's last tab belongs to no column.
 */
export class TabWriter {
	readonly #options: TabOptions;
	readonly #widths: number[] = [];

	constructor(options: TabOptions) {
		this.#options = options;
	}

	/** The laid out text; with `rememberWidths` a later call keeps columns at least as wide. */
	format(text: string): string {
		const lines = text.split('\n').map(line => line.split('\t'));
		const widths = lines.map(cells => new Array<number>(cells.length - 1).fill(0));
		this.#measure(lines, widths, 0, lines.length, 0);
		return lines
			.map((cells, row) =>
				cells.map((cell, column) => cell.padEnd(cell.length + (widths[row]![column] ?? 0) - widthOf(cell))).join(''),
			)
			.join('\n');
	}

	#measure(lines: string[][], widths: number[][], from: number, to: number, column: number): void {
		const {minWidth, padding, rememberWidths} = this.#options;
		for (let start = from; start < to; start++) {
			if (lines[start]!.length <= column + 1) continue;
			let end = start;
			let width = 0;
			for (; end < to && lines[end]!.length > column + 1; end++) width = Math.max(width, widthOf(lines[end]![column]!));
			// A column of nothing but empty cells takes no room (DiscardEmptyColumns is off, but minWidth may be 0).
			width = Math.max(minWidth, width + padding);
			if (rememberWidths) {
				width = Math.max(width, this.#widths[column] ?? 0);
				this.#widths[column] = width;
			}
			for (let row = start; row < end; row++) widths[row]![column] = width;
			this.#measure(lines, widths, start, end, column + 1);
			start = end;
		}
	}
}
