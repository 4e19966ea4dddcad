const escapes: Record<string, string> = {
	n: '\n',
	t: '\t',
	r: '\r',
	a: '\x07',
	b: '\b',
	f: '\f',
	v: '\v',
	'\\': '\\',
	'"': '"',
};

/** What printf prints: the format is used again while arguments are left. */
export function format(template: string, values: string[]): string {
	let next = 0;
	let text = '';
	do {
		const before = next;
		text += template.replace(
			/\\(x[0-9a-fA-F]{1,2}|0?[0-7]{1,3}|.)|%%|%([-0 +#]*)(\d*)(?:\.(\d+))?([sdiuxXocbq])/g,
			(whole, escaped: string | undefined, flags = '', width = '', precision: string | undefined, kind: string) => {
				if (whole === '%%') return '%';
				if (escaped !== undefined) {
					if (escaped.startsWith('x')) return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
					if (/^[0-7]/.test(escaped)) return String.fromCharCode(Number.parseInt(escaped, 8));
					return escapes[escaped] ?? whole;
				}
				return pad(convert(kind, values[next++] ?? '', precision), flags, Number(width));
			},
		);
		if (next === before) break;
	} while (next < values.length);
	return text;
}

function convert(kind: string, value: string, precision: string | undefined): string {
	if (kind === 's' || kind === 'b' || kind === 'q')
		return precision === undefined ? value : value.slice(0, Number(precision));
	if (kind === 'c') return value.slice(0, 1);
	const number = Math.trunc(Number(value) || 0);
	if (kind === 'x') return number.toString(16);
	if (kind === 'X') return number.toString(16).toUpperCase();
	return kind === 'o' ? number.toString(8) : String(number);
}

function pad(text: string, flags: string, width: number): string {
	if (flags.includes('-')) return text.padEnd(width);
	return text.padStart(width, flags.includes('0') ? '0' : ' ');
}
