import type {KubeObject, Table} from '../objects.ts';
import {TabWriter, tableTabs} from '../tabwriter.ts';

/** How `kubectl get` shows a table. */
export type TableOptions = {
	wide: boolean;
	showLabels: boolean;
	labelColumns: string[];
	withNamespace: boolean;
	/** `pod`, `deployment.apps`: put before the names when several types are shown. */
	kind: string;
	headers: boolean;
};

const maximumLine = /[\r\n]/;

/** A cell as cli-runtime's TablePrinter writes it: one line, cut where it breaks. */
function cellText(cell: unknown): string {
	const text = cell === null || cell === undefined ? '' : String(cell);
	const cut = text.search(maximumLine);
	return cut < 0 ? text : `${text.slice(0, cut)}...`;
}

const labelsOf = (object: KubeObject | undefined) =>
	Object.entries(object?.metadata?.labels ?? {})
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([key, value]) => `${key}=${value}`)
		.join(',') || '<none>';

/** Lays out tables of one printing; it remembers columns between tables of a watch, which come with no headers of their own. */
export class TablePrinter {
	readonly #options: TableOptions;
	readonly #tabs = new TabWriter(tableTabs);
	#columns: Table['columnDefinitions'] = null;
	#headersShown = false;

	constructor(options: TableOptions) {
		this.#options = options;
	}

	/** The table's lines with their newlines; the header only the first time. `lead` is a first column, for events. */
	print(table: Table, lead?: {header: string; cell: string}): string {
		const {wide, showLabels, labelColumns, withNamespace, kind, headers} = this.#options;
		this.#columns = table.columnDefinitions ?? this.#columns ?? [];
		const shown = this.#columns.flatMap(({priority}, index) => (wide || priority === 0 ? [index] : []));
		const lines: string[] = [];
		if (headers && !this.#headersShown) {
			lines.push(
				[
					...(lead ? [lead.header] : []),
					...(withNamespace ? ['NAMESPACE'] : []),
					...shown.map(index => this.#columns![index]!.name.toUpperCase()),
					...labelColumns.map(label => label.split('/').at(-1)!.toUpperCase()),
					...(showLabels ? ['LABELS'] : []),
				].join('\t'),
			);
			this.#headersShown = true;
		}
		for (const {cells, object} of table.rows) {
			const texts = shown.map(index => {
				const text = cellText(cells[index]);
				return kind && this.#columns![index]!.format === 'name' ? `${kind}/${text}` : text;
			});
			lines.push(
				[
					...(lead ? [lead.cell] : []),
					...(withNamespace ? [object?.metadata?.namespace ?? ''] : []),
					...texts,
					...labelColumns.map(label => object?.metadata?.labels?.[label] ?? ''),
					...(showLabels ? [labelsOf(object)] : []),
				].join('\t'),
			);
		}
		return lines.length === 0 ? '' : this.#tabs.format(`${lines.join('\n')}\n`);
	}
}
