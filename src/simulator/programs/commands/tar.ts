import {FileError, type FileSystem, resolvePath} from '../file-system.ts';
import type {Command} from '../image.ts';
import {badOption, readOptions} from './options.ts';

const blockSize = 512;

/** A file or directory inside an archive; the name of a directory ends in `/`. */
type Member = {name: string; mode: number; modified: number; content: Buffer | undefined};

/**
 * tar as busybox has it, for `kubectl cp`: `c`, `x` and `t` with `f`, `C`, `v`, and what else kubectl says. Archives are
 * ustar; names longer than 100 bytes are split at a slash, and those that do not fit are refused.
 */
export const tar: Command = function* tar(process) {
	const {files} = process.machine;
	const [first = '', ...rest] = process.arguments.slice(1);
	const words = /^[a-zA-Z]+$/.test(first) ? [`-${first}`, ...rest] : [first, ...rest];
	const {flags, values, words: paths, bad} = readOptions(words, 'cxtvmpoOzf:C:');
	if (bad) return badOption(process, bad);
	const fail = (text: string) => {
		process.stderr(`tar: ${text}\n`);
		return 1;
	};
	const directory = process.path(values.C ?? '.');
	const archive = values.f === undefined || values.f === '-' ? undefined : process.path(values.f);
	try {
		if (values.C !== undefined && !files.isDirectory(directory))
			return fail(`can't change directory to '${values.C}': No such file or directory`);
		if (flags.has('c')) {
			if (paths.length === 0) return fail('empty archive');
			let stripped = false;
			let failed = false;
			const members: Member[] = [];
			for (const path of paths) {
				const full = resolvePath(directory, path);
				if (!files.exists(full)) {
					failed = true;
					fail(`${path}: No such file or directory`);
					continue;
				}
				if (path.startsWith('/') && !stripped) {
					stripped = true;
					process.stderr("tar: removing leading '/' from member names\n");
				}
				members.push(...membersOf(files, full, path.replace(/^\/+/, '').replace(/\/+$/, '') || '.'));
			}
			const bytes = Buffer.concat([...members.flatMap(writeMember), Buffer.alloc(2 * blockSize)]);
			if (archive) files.write(archive, bytes);
			else process.stdout(bytes);
			return failed ? fail('error exit delayed from previous errors') : 0;
		}
		if (!flags.has('x') && !flags.has('t')) return fail('must specify one of -c, -x or -t');
		const bytes = archive ? files.read(archive) : yield* process.stdin.readAll();
		for (const member of readMembers(bytes)) {
			if (flags.has('t') || flags.has('v')) process.stdout(`${member.name}\n`);
			if (flags.has('x')) extract(files, directory, member);
		}
		return 0;
	} catch (error) {
		if (error instanceof FileError || error instanceof ArchiveError) return fail(error.message);
		throw error;
	}
};

class ArchiveError extends Error {}

function* membersOf(files: FileSystem, path: string, name: string): Iterable<Member> {
	const {content, mode, modified} = files.entry(path)!;
	yield {name: content ? name : `${name}/`, mode, modified, content};
	if (content) return;
	for (const child of files.list(path))
		yield* membersOf(files, path === '/' ? `/${child}` : `${path}/${child}`, `${name}/${child}`);
}

function writeMember({name, mode, modified, content}: Member): Buffer[] {
	const header = Buffer.alloc(blockSize);
	const [prefix, base] = splitName(name);
	const octal = (value: number, at: number, length: number) =>
		header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1');
	header.write(base, 0, 'utf8');
	octal(mode & 0o7777, 100, 8);
	octal(0, 108, 8);
	octal(0, 116, 8);
	octal(content?.length ?? 0, 124, 12);
	octal(Math.floor(modified / 1000), 136, 12);
	header.write(' '.repeat(8), 148, 'latin1');
	header.write(content ? '0' : '5', 156, 'latin1');
	header.write('ustar\x0000', 257, 'latin1');
	header.write('root', 265, 'latin1');
	header.write('root', 297, 'latin1');
	header.write(prefix, 345, 'utf8');
	const sum = header.reduce((total, byte) => total + byte, 0);
	header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
	if (!content) return [header];
	return [header, content, Buffer.alloc((blockSize - (content.length % blockSize)) % blockSize)];
}

function splitName(name: string): [prefix: string, base: string] {
	if (Buffer.byteLength(name) <= 100) return ['', name];
	for (let slash = name.indexOf('/'); slash > 0; slash = name.indexOf('/', slash + 1)) {
		const base = name.slice(slash + 1);
		if (base !== '' && Buffer.byteLength(base) <= 100 && slash <= 155) return [name.slice(0, slash), base];
	}
	throw new ArchiveError(`${name}: file name too long`);
}

function* readMembers(bytes: Buffer): Iterable<Member> {
	let longName: string | undefined;
	for (let at = 0; at + blockSize <= bytes.length; ) {
		const header = bytes.subarray(at, at + blockSize);
		if (header[0] === 0) return;
		const text = (from: number, length: number) => {
			const field = header.subarray(from, from + length);
			const end = field.indexOf(0);
			return field.subarray(0, end < 0 ? length : end).toString();
		};
		const octal = (from: number, length: number) => Number.parseInt(text(from, length).trim() || '0', 8);
		const size = octal(124, 12);
		if (text(257, 5) !== 'ustar' || !Number.isInteger(size)) throw new ArchiveError('invalid tar magic');
		const start = at + blockSize;
		const content = bytes.subarray(start, start + size);
		if (content.length < size) throw new ArchiveError('short read');
		at = start + Math.ceil(size / blockSize) * blockSize;
		const type = text(156, 1);
		const prefix = text(345, 155);
		const name = longName ?? (prefix ? `${prefix}/${text(0, 100)}` : text(0, 100));
		longName = undefined;
		const modified = octal(136, 12) * 1000;
		if (type === 'L') longName = content.toString().replace(/\0+$/, '');
		else if (type === 'x') longName = /\d+ path=(.*)\n/.exec(content.toString())?.[1];
		else if (type === '5') yield {name: name.replace(/\/*$/, '/'), mode: octal(100, 8), modified, content: undefined};
		else if (type === '0' || type === '') yield {name, mode: octal(100, 8), modified, content};
	}
}

function extract(files: FileSystem, directory: string, {name, mode, content}: Member): void {
	if (name.split('/').includes('..')) throw new ArchiveError(`name with '..' skipped: '${name}'`);
	const path = resolvePath(directory, name.replace(/^\/+/, ''));
	const folder = content ? path.slice(0, path.lastIndexOf('/')) || '/' : path;
	let made = '';
	for (const part of folder.split('/').filter(Boolean)) {
		made += `/${part}`;
		if (!files.exists(made)) files.makeDirectory(made);
	}
	if (content) files.write(path, content, mode & 0o7777);
}
