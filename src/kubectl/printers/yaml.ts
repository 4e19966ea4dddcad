/** Where go-yaml breaks long plain and quoted text: at the first space after this column. */
const bestWidth = 80;

const words =
	/^(?:|~|null|Null|NULL|[yYnN]|yes|Yes|YES|no|No|NO|on|On|ON|off|Off|OFF|true|True|TRUE|false|False|FALSE|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const numbers =
	/^(?:[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)|[-+]?(?:\.[0-9]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)$/;
const times =
	/^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:$|(?:[Tt]|\s+)[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:Z|\s*[-+][0-9]{1,2}(?::?[0-9]{2})?)?$)/;

/** Whether the text, written plain, would be read as something other than text. */
const readsAsOther = (text: string) => words.test(text) || numbers.test(text) || times.test(text);

const printable = (code: number) =>
	code === 0x0a ||
	(code >= 0x20 && code <= 0x7e) ||
	code === 0x85 ||
	(code >= 0xa0 && code <= 0xd7ff) ||
	(code >= 0xe000 && code <= 0xfffd && code !== 0xfeff);

/** What yaml_emitter_analyze_scalar finds out about a text. */
function analyse(text: string): {
	special: boolean;
	multiline: boolean;
	plain: boolean;
	single: boolean;
	block: boolean;
} {
	const characters = [...text];
	const multiline = /[\n\u0085\u2028\u2029]/.test(text);
	const special = characters.some(character => !printable(character.codePointAt(0)!));
	const first = characters[0] ?? '';
	const blank = (character: string | undefined) =>
		character === undefined || /[ \t\n\r\u0085\u2028\u2029]/.test(character);
	let indicators =
		/^(?:---|\.\.\.)/.test(text) ||
		'#,[]{}&*!|>\'"%@`'.includes(first) ||
		('-?:'.includes(first) && blank(characters[1]));
	let spaceBreak = false;
	characters.forEach((character, index) => {
		if (index > 0 && character === ':' && blank(characters[index + 1])) indicators = true;
		if (index > 0 && character === '#' && blank(characters[index - 1])) indicators = true;
		if (character === ' ' && characters[index + 1] === '\n') spaceBreak = true;
	});
	const edges = /^[ \n]|[ \n]$/.test(text);
	const breakSpace = /\n /.test(text);
	return {
		special,
		multiline,
		plain: text !== '' && !indicators && !edges && !breakSpace && !spaceBreak && !special && !multiline,
		single: !special && !spaceBreak,
		block: !special && !spaceBreak && !/ $/.test(text),
	};
}

const shortEscapes: Record<string, string> = {
	'\0': '\\0',
	'\x07': '\\a',
	'\b': '\\b',
	'\t': '\\t',
	'\n': '\\n',
	'\v': '\\v',
	'\f': '\\f',
	'\r': '\\r',
	'\x1b': '\\e',
	'"': '\\"',
	'\\': '\\\\',
	'\u0085': '\\N',
	'\u00a0': '\\_',
	'\u2028': '\\L',
	'\u2029': '\\P',
};

function escaped(character: string): string {
	const short = shortEscapes[character];
	if (short) return short;
	const code = character.codePointAt(0)!;
	if (printable(code)) return character;
	const hex = code.toString(16).toUpperCase();
	return code <= 0xff
		? `\\x${hex.padStart(2, '0')}`
		: code <= 0xffff
			? `\\u${hex.padStart(4, '0')}`
			: `\\U${hex.padStart(8, '0')}`;
}

/** Writes text in one of the flow styles, breaking at spaces beyond the best width. */
function flow(text: string, style: 'plain' | 'single' | 'double', column: number, indent: number): string {
	const characters = [...text];
	const quote = style === 'plain' ? '' : style === 'single' ? "'" : '"';
	let out = quote;
	let at = column + quote.length;
	let spaces = false;
	characters.forEach((character, index) => {
		const inside = index > 0 && index < characters.length - 1;
		if (
			character === ' ' &&
			!spaces &&
			at > bestWidth &&
			inside &&
			(style === 'double' || characters[index + 1] !== ' ')
		) {
			out += `\n${' '.repeat(indent)}${style === 'double' && characters[index + 1] === ' ' ? '\\' : ''}`;
			at = indent;
			spaces = true;
			return;
		}
		const written =
			style === 'double' ? escaped(character) : style === 'single' && character === "'" ? "''" : character;
		out += written;
		at += written.length;
		spaces = character === ' ';
	});
	return out + quote;
}

function literal(text: string, indent: number): string {
	const hint = /^[ \n]/.test(text) ? '2' : '';
	const chomp = !text.endsWith('\n') ? '-' : text === '\n' || text.endsWith('\n\n') ? '+' : '';
	const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
	return `|${hint}${chomp}\n${lines.map(line => (line === '' ? '' : ' '.repeat(indent) + line)).join('\n')}`;
}

/** `column` is where the text begins on its line; `indent` is that of its continuation lines. */
function scalar(value: unknown, column: number, indent: number, isKey = false): string {
	if (value === null || value === undefined) return 'null';
	if (typeof value === 'number')
		return Number.isInteger(value) && Math.abs(value) < 1e21
			? String(value)
			: String(value).replace(/e([-+])(\d)$/, 'e$10$2');
	if (typeof value !== 'string') return String(value);
	const {special, multiline, plain, single, block} = analyse(value);
	if (!isKey && multiline && block) return literal(value, indent);
	if (readsAsOther(value) || special || (multiline && !block)) return flow(value, 'double', column, indent);
	if (plain) return flow(value, 'plain', column, indent);
	return flow(value, single && !multiline ? 'single' : 'double', column, indent);
}

const isLetter = (character: string | undefined) => character !== undefined && /\p{L}/u.test(character);
const isDigit = (character: string | undefined) => character !== undefined && /\p{Nd}/u.test(character);

/** The number that begins at the place; zeros that it begins with count only when another digit stands before them. */
function numberAt(text: string[], from: number): {value: number; end: number} {
	let end = from;
	while (isDigit(text[end])) end++;
	return {value: Number(text.slice(from, end).join('') || '0'), end};
}

/** The order of go-yaml's maps: numbers inside keys by their value, letters after everything else. */
function compareKeys(left: string, right: string): number {
	const a = [...left];
	const b = [...right];
	const at = a.findIndex((character, index) => character !== b[index]);
	if (at < 0 || at >= b.length) return a.length - b.length;
	const [x, y] = [isLetter(a[at]), isLetter(b[at])];
	if (x && y) return a[at]! < b[at]! ? -1 : 1;
	if (x || y) return x ? 1 : -1;
	const [m, n] = [numberAt(a, at), numberAt(b, at)];
	const inside = (a[at] === '0' || b[at] === '0') && /[1-9]\d*$/.test(a.slice(0, at).join(''));
	const scale = (number: {value: number; end: number}) => number.value + (inside ? 10 ** (number.end - at) : 0);
	return scale(m) - scale(n) || m.end - n.end || (a[at]! < b[at]! ? -1 : 1);
}

const sortedEntries = (value: object) =>
	Object.entries(value)
		.filter(([, inner]) => inner !== undefined)
		.sort(([a], [b]) => compareKeys(a, b));

const isEmpty = (value: object) => (Array.isArray(value) ? value : sortedEntries(value)).length === 0;

function block(value: object, indent: number): string {
	const pad = ' '.repeat(indent);
	if (Array.isArray(value)) {
		return value
			.map(item => {
				if (item === null || typeof item !== 'object') return `${pad}- ${scalar(item, indent + 2, indent + 2)}\n`;
				if (isEmpty(item)) return `${pad}- ${Array.isArray(item) ? '[]' : '{}'}\n`;
				return `${pad}- ${block(item, indent + 2).slice(indent + 2)}`;
			})
			.join('');
	}
	return sortedEntries(value)
		.map(([name, inner]) => {
			const key = scalar(name, indent, indent, true);
			if (inner === null || typeof inner !== 'object')
				return `${pad}${key}: ${scalar(inner, indent + key.length + 2, indent + 2)}\n`;
			if (isEmpty(inner)) return `${pad}${key}: ${Array.isArray(inner) ? '[]' : '{}'}\n`;
			return `${pad}${key}:\n${block(inner, Array.isArray(inner) ? indent : indent + 2)}`;
		})
		.join('');
}

/** `-o yaml`: sorted keys, and text quoted and broken where sigs.k8s.io/yaml does. Ends in a newline. */
export function toYaml(value: unknown): string {
	if (value === null || typeof value !== 'object') return `${scalar(value, 0, 2)}\n`;
	return isEmpty(value) ? (Array.isArray(value) ? '[]\n' : '{}\n') : block(value, 0);
}
