/** A piece of a pattern; quoted pieces match only themselves. */
export type Segment = {text: string; quoted: boolean};

const special = /[*?[]/;

export const isPattern = (segments: Segment[]): boolean =>
	segments.some(({text, quoted}) => !quoted && special.test(text));

/** A regular expression for a shell pattern that matches a whole text, or its beginning or end. */
export function patternExpression(segments: Segment[], {prefix = '^', suffix = '$', greedy = true} = {}): RegExp {
	let source = '';
	for (const {text, quoted} of segments) {
		for (let i = 0; i < text.length; i++) {
			const c = text[i]!;
			if (quoted) source += literal(c);
			else if (c === '*') source += greedy ? '[^]*' : '[^]*?';
			else if (c === '?') source += '[^]';
			else if (c === '[') {
				const end = text.indexOf(']', i + 2);
				if (end < 0) source += '\\[';
				else {
					const set = text
						.slice(i + 1, end)
						.replace(/^!/, '^')
						.replaceAll('\\', '\\\\');
					source += `[${set}]`;
					i = end;
				}
			} else source += literal(c);
		}
	}
	return new RegExp(prefix + source + suffix);
}

const literal = (c: string) => c.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
