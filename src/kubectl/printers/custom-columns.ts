import {KubectlError} from '../errors.ts';
import {TabWriter, tableTabs} from '../tabwriter.ts';
import {compactJson} from './json.ts';
import {valuesAt} from './jsonpath.ts';

type Column = {header: string; values: (data: unknown) => unknown[]};

/** Reads `NAME:.metadata.name,…` (get.NewCustomColumnsPrinterFromSpec). Throws KubectlError. */
function parseColumns(spec: string): Column[] {
	if (spec === '') throw new KubectlError('custom-columns format specified but no custom columns given');
	return spec.split(/,(?![^[(]*[\])])/).map(part => {
		const colon = part.indexOf(':');
		if (colon < 0) {
			throw new KubectlError(`unexpected custom-columns spec: ${part}, expected <header>:<json-path-expr>`);
		}
		return {header: part.slice(0, colon), values: valuesAt(part.slice(colon + 1))};
	});
}

/** How Go's %v prints a value. */
function goText(value: unknown): string {
	if (value === null || value === undefined) return '<nil>';
	if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
	if (typeof value === 'object') {
		return `map[${Object.keys(value)
			.sort()
			.map(key => `${key}:${goText((value as Record<string, unknown>)[key])}`)
			.join(' ')}]`;
	}
	return String(value);
}

/** Prints objects in columns that the user chose. */
export class CustomColumnsPrinter {
	readonly #columns: Column[];
	readonly #tabs = new TabWriter(tableTabs);
	#headers: boolean;

	constructor(spec: string, {headers}: {headers: boolean}) {
		this.#columns = parseColumns(spec);
		this.#headers = headers;
	}

	/** Lines with their newlines; the header stands only in the first printing. */
	print(objects: unknown[]): string {
		const lines = objects.map(object =>
			this.#columns
				.map(({values}) => {
					const found = values(object).filter(value => value !== undefined);
					return found.length === 0 ? '<none>' : found.map(goText).join(',');
				})
				.join('\t'),
		);
		if (this.#headers) lines.unshift(this.#columns.map(({header}) => header).join('\t'));
		this.#headers = false;
		return lines.length === 0 ? '' : this.#tabs.format(`${lines.join('\n')}\n`);
	}
}

/** For sorting: text that two values can be compared by. */
export const comparable = (value: unknown) => (typeof value === 'object' ? compactJson(value) : value);
