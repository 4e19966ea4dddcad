import {stripVTControlCharacters} from 'node:util';

/** What differs each time, and what stands for it; in this order. */
const varying: [RegExp, string][] = [
	[/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, 'TIME'],
	[/\b[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, 'TIME'],
	[/\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'UID'],
	[/\b\d{1,3}(\.\d{1,3}){3}\b/g, 'ADDRESS'],
	// Names that Kubernetes makes up: of a ReplicaSet's Pod, and of whatever else has five characters at its end.
	[/-[bcdf4-9]{6,10}-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '-HASH-RANDOM'],
	[/-[bcdf4-9]{6,10}\b/g, '-HASH'],
	[/-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '-RANDOM'],
	[/\b[a-z0-9][a-z0-9-]*-(control-plane|worker\d*)\b/g, 'NODE'],
	[/(?<![\w.-])(\d+y)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(?<=\d[ydhms])(?![\w.-])/g, 'AGE'],
	// kubectl says the namespace since 1.34.
	[/( deleted) from \S+ namespace\b/g, '$1'],
	// Columns are as wide as what stands in them.
	[/[ \t]+/g, ' '],
];

/** A line without what differs from one cluster, or one minute, to the next. */
function normalized(line: string): string {
	let text = stripVTControlCharacters(line);
	for (const [pattern, stand] of varying) text = text.replaceAll(pattern, stand);
	return text.trim();
}

/**
 * Compares what a lesson quotes with what was printed, line by line, apart from addresses, ages, times and names that
 * Kubernetes makes up. A quoted line `…` stands for any lines, and `…` in a line for anything. Undefined when they agree; else
 * a diff: `-` is quoted and was not printed, `+` was printed and is not quoted.
 */
export function compareOutput(quoted: string, printed: string): string[] | undefined {
	const wanted = linesOf(quoted);
	const found = linesOf(printed);
	const patterns = wanted.map(linePattern);
	const same = (row: number, column: number) => patterns[row]?.test(normalized(found[column]!)) ?? false;
	const skips = (row: number) => wanted[row]?.trim() === '…';

	// cost[row][column]: how many lines differ when the rest begins there.
	const cost = Array.from({length: wanted.length + 1}, () => new Array<number>(found.length + 1).fill(0));
	const costAt = (row: number, column: number) => cost[row]?.[column] ?? Number.POSITIVE_INFINITY;
	for (let row = wanted.length; row >= 0; row--) {
		for (let column = found.length; column >= 0; column--) {
			if (row === wanted.length) cost[row]![column] = found.length - column;
			else if (skips(row)) cost[row]![column] = Math.min(costAt(row + 1, column), costAt(row, column + 1));
			else {
				const matched = column < found.length && same(row, column) ? costAt(row + 1, column + 1) : Infinity;
				cost[row]![column] = Math.min(matched, costAt(row + 1, column) + 1, costAt(row, column + 1) + 1);
			}
		}
	}
	if (cost[0]![0] === 0) return undefined;

	const diff: string[] = [];
	for (let row = 0, column = 0; row < wanted.length || column < found.length; ) {
		const rest = costAt(row, column);
		if (row < wanted.length && skips(row)) {
			if (costAt(row + 1, column) === rest) row++;
			else diff.push(`  ${found[column++]}`);
		} else if (
			row < wanted.length &&
			column < found.length &&
			same(row, column) &&
			costAt(row + 1, column + 1) === rest
		) {
			diff.push(`  ${found[column]}`);
			row++;
			column++;
		} else if (row < wanted.length && costAt(row + 1, column) + 1 === rest) diff.push(`- ${wanted[row++]}`);
		else diff.push(`+ ${found[column++]}`);
	}
	return diff;
}

function linesOf(text: string): string[] {
	const lines = text.split(/\r?\n/).map(line => line.trimEnd());
	while (lines[0] === '') lines.shift();
	while (lines.at(-1) === '') lines.pop();
	return lines;
}

function linePattern(line: string): RegExp {
	const parts = line.split('…').map(part => normalized(part).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
	return new RegExp(`^${parts.join('.*')}$`);
}
