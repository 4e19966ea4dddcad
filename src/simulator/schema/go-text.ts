/** A JSON value as Go's `%v` prints it. */
export function goText(value: unknown): string {
	if (value === null) return '<nil>';
	if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
	if (typeof value !== 'object') return String(value);
	const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
	return `map[${entries.map(([key, member]) => `${key}:${goText(member)}`).join(' ')}]`;
}
