import type {KeyValue} from './keys.ts';

/** How etcdctl writes its answers (`-w`). */
export type Format = 'simple' | 'json' | 'fields';

/** What every answer of etcd begins with. There is one member, and its leader's term never changes. */
export type Header = {clusterID: bigint; memberID: bigint; revision: number; raftTerm: number};

/** What is wanted of keys besides their format. */
export type KeyOptions = {hex: boolean; keysOnly: boolean; valueOnly: boolean};

const newline = Buffer.from('\n');

/** A text as Go's `%q` writes its bytes. */
export function goQuoted(bytes: Buffer): string {
	const named: Record<string, string> = {'\n': '\\n', '\t': '\\t', '\r': '\\r', '"': '\\"', '\\': '\\\\'};
	const more: Record<string, string> = {'\x07': '\\a', '\b': '\\b', '\f': '\\f', '\v': '\\v'};
	let text = '';
	for (let at = 0; at < bytes.length; ) {
		const length = sequenceLength(bytes, at);
		const char = bytes.toString('utf8', at, at + Math.max(1, length));
		if (length === 0) text += `\\x${bytes[at]!.toString(16).padStart(2, '0')}`;
		else if (named[char] ?? more[char]) text += named[char] ?? more[char];
		else if (length === 1 && (bytes[at]! < 0x20 || bytes[at] === 0x7f))
			text += `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
		else if (/^[\p{C}\p{Z}]$/u.test(char) && char !== ' ')
			text += `\\u${char.codePointAt(0)!.toString(16).padStart(4, '0')}`;
		else text += char;
		at += Math.max(1, length);
	}
	return `"${text}"`;
}

/** How many bytes the character at a place has, or 0 where there is none of UTF-8. */
function sequenceLength(bytes: Buffer, at: number): number {
	const first = bytes[at]!;
	const length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
	if (length < 2) return length;
	const char = bytes.toString('utf8', at, at + length);
	return char.includes('\ufffd') || Buffer.byteLength(char) !== length ? 0 : length;
}

const hexed = (bytes: Buffer) => bytes.toString('hex').replace(/../g, pair => `\\x${pair}`);

/** A key and its value on lines of their own; the value is bytes. */
export function simpleKey(entry: KeyValue, {hex, keysOnly, valueOnly}: KeyOptions): Buffer {
	const key = Buffer.from(entry.key);
	const value = keysOnly ? Buffer.alloc(0) : entry.value();
	const lines = valueOnly ? [value] : [key, value];
	return Buffer.concat(lines.flatMap(line => [hex ? Buffer.from(hexed(line)) : line, newline]));
}

/** A key as JSON has it: bytes in base64, and zeros left out. */
export function jsonKey(entry: KeyValue, {keysOnly}: KeyOptions): object {
	return {
		key: Buffer.from(entry.key).toString('base64'),
		create_revision: entry.createRevision,
		mod_revision: entry.modRevision,
		version: entry.version,
		...(!keysOnly && {value: entry.value().toString('base64')}),
	};
}

/** A key as one field a line. */
export function fieldsKey(entry: KeyValue, {keysOnly}: KeyOptions): string {
	return [
		`"Key" : ${goQuoted(Buffer.from(entry.key))}`,
		`"CreateRevision" : ${entry.createRevision}`,
		`"ModRevision" : ${entry.modRevision}`,
		`"Version" : ${entry.version}`,
		`"Value" : ${keysOnly ? '""' : goQuoted(entry.value())}`,
		'"Lease" : 0\n',
	].join('\n');
}

/** The header as one field a line. */
export const fieldsHeader = ({clusterID, memberID, revision, raftTerm}: Header): string =>
	`"ClusterID" : ${clusterID}\n"MemberID" : ${memberID}\n"Revision" : ${revision}\n"RaftTerm" : ${raftTerm}\n`;

/** The header as JSON has it. */
export const jsonHeader = ({clusterID, memberID, revision, raftTerm}: Header): object => ({
	cluster_id: clusterID,
	member_id: memberID,
	revision,
	raft_term: raftTerm,
});

/** JSON in one line; numbers of 64 bits stay whole. */
export const json = (value: unknown): string =>
	`${JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? `\0${part}` : part)).replace(/"\\u0000(\d+)"/g, '$1')}\n`;

/** Rows in a frame, as olekukonko/tablewriter draws them for etcdctl. */
export function table(heading: string[], rows: string[][]): string {
	const widths = heading.map((cell, i) => Math.max(cell.length, ...rows.map(row => row[i]!.length)));
	const rule = `+${widths.map(width => '-'.repeat(width + 2)).join('+')}+\n`;
	const centre = (cell: string, width: number) => {
		const left = Math.floor((width - cell.length) / 2);
		return ' '.repeat(left) + cell + ' '.repeat(width - cell.length - left);
	};
	const numeric = (cell: string) => /^\d+$/.test(cell);
	const line = (cells: string[], align: (cell: string, width: number) => string) =>
		`|${cells.map((cell, i) => ` ${align(cell, widths[i]!)} `).join('|')}|\n`;
	const body = rows.map(row => line(row, (cell, width) => (numeric(cell) ? cell.padStart(width) : cell.padEnd(width))));
	return rule + line(heading, centre) + rule + body.join('') + rule;
}
