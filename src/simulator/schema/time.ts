const layout = '2006-01-02T15:04:05Z07:00';
const microLayout = '2006-01-02T15:04:05.000000Z07:00';

// The parts of RFC 3339 in order, with the name that Go's layout gives each.
const parts: [string, RegExp][] = [
	['2006', /^\d{4}/],
	['-', /^-/],
	['01', /^\d{2}/],
	['-', /^-/],
	['02', /^\d{2}/],
	['T', /^T/],
	['15', /^\d{2}/],
	[':', /^:/],
	['04', /^\d{2}/],
	[':', /^:/],
	['05', /^\d{2}(\.\d+)?/],
	['Z07:00', /^(Z|[+-]\d{2}:\d{2})/],
];

/** A time as the API server writes it back, in UTC and whole seconds (or microseconds), or Go's error text. */
export function canonicalTime(text: string, micro: boolean): {text: string} | {error: string} {
	const form = micro ? microLayout : layout;
	const fail = (detail: string) => ({
		error: `parsing time ${JSON.stringify(text)} as ${JSON.stringify(form)}: ${detail}`,
	});
	let rest = text;
	for (const [name, pattern] of parts) {
		const found = pattern.exec(rest)?.[0];
		if (found === undefined) return fail(`cannot parse ${JSON.stringify(rest)} as ${JSON.stringify(name)}`);
		rest = rest.slice(found.length);
	}
	if (rest) return {error: `parsing time ${JSON.stringify(text)}: extra text: ${JSON.stringify(rest)}`};
	const ms = Date.parse(text);
	if (Number.isNaN(ms)) return {error: `parsing time ${JSON.stringify(text)}: day out of range`};
	const utc = new Date(ms).toISOString().slice(0, 19);
	if (!micro) return {text: `${utc}Z`};
	const fraction = /\.(\d+)/.exec(text)?.[1] ?? '';
	return {text: `${utc}.${fraction.padEnd(6, '0').slice(0, 6)}Z`};
}
