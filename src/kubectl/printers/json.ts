/** Go's encoding/json escapes these for HTML. */
const escapeHtml = (text: string) =>
	text.replace(/[<>&\u2028\u2029]/g, character => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`);

/** The value with all keys sorted, as Go writes maps. */
function sortKeys(value: unknown): unknown {
	if (Array.isArray(value)) return value.map(sortKeys);
	if (value === null || typeof value !== 'object') return value;
	return Object.fromEntries(
		Object.entries(value)
			.filter(([, inner]) => inner !== undefined)
			.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
			.map(([key, inner]) => [key, sortKeys(inner)]),
	);
}

/** JSON on one line as Go's encoding/json writes a map. */
export const compactJson = (value: unknown) => escapeHtml(JSON.stringify(sortKeys(value)));

/** `-o json`: indented by four spaces. */
export const toJson = (value: unknown) => escapeHtml(JSON.stringify(sortKeys(value), undefined, 4));
