/** What a piece of text means. Colours only repeat what symbols and words already say. */
export type Tone =
	| 'plain'
	| 'dim'
	| 'strong'
	| 'emphasis'
	| 'title'
	| 'frame'
	| 'focus'
	| 'good'
	| 'bad'
	| 'warn'
	| 'accent'
	| 'code'
	| 'badge'
	| 'selected';

/** The signs of the screen. All of them are one cell wide in every terminal that was measured; no emoji. */
export type Symbols = {
	added: string;
	removed: string;
	changed: string;
	done: string;
	waiting: string;
	broken: string;
	on: string;
	off: string;
	bar: string;
	ellipsis: string;
	bullet: string;
	enter: string;
	arrow: string;
	/** Points from what happened to what it follows from. */
	because: string;
	upDown: string;
	horizontal: string;
	vertical: string;
	topLeft: string;
	topRight: string;
	bottomLeft: string;
	bottomRight: string;
	teeDown: string;
	teeUp: string;
	teeRight: string;
	teeLeft: string;
	cross: string;
	paused: string;
};

/** Signs for a terminal that shows UTF-8. */
export const unicodeSymbols: Symbols = {
	added: '+',
	removed: '−',
	changed: '~',
	done: '✓',
	waiting: '…',
	broken: '!',
	on: '●',
	off: '○',
	bar: '█',
	ellipsis: '…',
	bullet: '•',
	enter: '⏎',
	arrow: '→',
	because: '←',
	upDown: '↑↓',
	horizontal: '─',
	vertical: '│',
	topLeft: '┌',
	topRight: '┐',
	bottomLeft: '└',
	bottomRight: '┘',
	teeDown: '┬',
	teeUp: '┴',
	teeRight: '├',
	teeLeft: '┤',
	cross: '┼',
	paused: '‖',
};

/** Signs for a terminal whose locale is not UTF-8. */
const asciiSymbols: Symbols = {
	added: '+',
	removed: '-',
	changed: '~',
	done: 'v',
	waiting: '.',
	broken: '!',
	on: '*',
	off: 'o',
	bar: '#',
	ellipsis: '.',
	bullet: '*',
	enter: 'Enter',
	arrow: '->',
	because: '<-',
	upDown: 'Up/Down',
	horizontal: '-',
	vertical: '|',
	topLeft: '+',
	topRight: '+',
	bottomLeft: '+',
	bottomRight: '+',
	teeDown: '+',
	teeUp: '+',
	teeRight: '+',
	teeLeft: '+',
	cross: '+',
	paused: '||',
};

/** How the screen looks: its signs, the SGR parameters of each tone, and whether it has to do without UTF-8. */
export type Theme = {symbols: Symbols; sgr: Record<Tone, string>; ascii: boolean};

const asciiFor: Record<string, string> = {
	'…': '.',
	'’': "'",
	'‘': "'",
	'“': '"',
	'”': '"',
	'–': '-',
	'—': '-',
	'−': '-',
	'×': 'x',
	'→': '>',
	'←': '<',
	'↑': '^',
	'↓': 'v',
	'●': '*',
	'○': 'o',
};

/** A text with its typographic signs in ASCII, each as wide as before. */
export function inAscii(text: string): string {
	return text.replaceAll(/[…’‘“”–—−×→←↑↓●○]/g, sign => asciiFor[sign] ?? sign);
}

/*
 * Only the terminal's own sixteen colours, which its owner has made readable on its own background, light or dark, and
 * of those none of white, black, yellow and the bright ones, which vanish on one of the two. Without colour the same
 * tones keep bold, dim, underline and inverse.
 */
const coloured: Record<Tone, string> = {
	plain: '',
	dim: '2',
	strong: '1',
	emphasis: '3',
	title: '1;36',
	frame: '2',
	focus: '36',
	good: '32',
	bad: '31',
	warn: '1;35',
	accent: '36',
	code: '36',
	badge: '7',
	selected: '7',
};

const colourless: Record<Tone, string> = {
	...coloured,
	title: '1',
	focus: '1',
	good: '',
	bad: '1',
	warn: '1',
	accent: '1',
	code: '1',
};

/** The theme for an environment: NO_COLOR (any value but empty, as no-color.org says), TERM and the locale decide. */
export function themeOf(environment: Record<string, string | undefined>, platform: NodeJS.Platform): Theme {
	const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || '';
	// Windows and macOS terminals show UTF-8 whatever the locale says.
	const speaksUtf8 = /utf-?8/i.test(locale) || platform === 'win32' || (platform === 'darwin' && !locale);
	// The font of the Linux console has 256 or 512 signs, and most of ours are not among them.
	const utf8 = speaksUtf8 && environment.TERM !== 'linux';
	return {
		symbols: utf8 ? unicodeSymbols : asciiSymbols,
		ascii: !utf8,
		sgr: environment.NO_COLOR || environment.TERM === 'dumb' ? colourless : coloured,
	};
}
