import {FileError, resolvePath} from '../file-system.ts';
import type {Command} from '../image.ts';
import type {Process} from '../machine.ts';
import {badOption, readOptions} from './options.ts';

/** Does something with each path; a FileError is written to stderr and makes the exit code 1. */
function forEach(process: Process, paths: string[], what: string, run: (path: string, given: string) => void): number {
	let code = 0;
	for (const given of paths) {
		try {
			run(process.path(given), given);
		} catch (error) {
			if (!(error instanceof FileError)) throw error;
			process.stderr(`${process.arguments[0]}: ${what.replace('%', given)}: ${error.message}\n`);
			code = 1;
		}
	}
	return code;
}

/** A command that never waits. */
const plain = (known: string, run: (process: Process, options: ReturnType<typeof readOptions>) => number): Command =>
	// biome-ignore lint/correctness/useYield: commands that do not wait have the same shape as those that do
	function* command(process) {
		const options = readOptions(process.arguments.slice(1), known);
		if (options.bad) return badOption(process, options.bad);
		return run(process, options);
	};

const modeText = (mode: number, directory: boolean) =>
	(directory ? 'd' : '-') +
	[6, 3, 0]
		.map(shift =>
			'rwx'
				.split('')
				.map((c, i) => ((mode >> shift) & (4 >> i) ? c : '-'))
				.join(''),
		)
		.join('');

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function listDate(ms: number, now: number): string {
	const date = new Date(ms);
	const day = `${months[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2)}`;
	if (now - ms > 182 * 86_400_000) return `${day}  ${date.getUTCFullYear()}`;
	return `${day} ${date.toISOString().slice(11, 16)}`;
}

const ls = plain('1lahRAFdtrS', (process, {flags, words}) => {
	const {files, clock} = process.machine;
	const all = flags.has('a') || flags.has('A');
	const line = (path: string, name: string) => {
		if (!flags.has('l')) return `${name}\n`;
		const entry = files.entry(path);
		const size = entry?.content?.length ?? 4096;
		const links = entry?.content === undefined ? 2 : 1;
		const date = listDate(entry?.modified ?? 0, clock.now());
		const mode = modeText(entry?.mode ?? 0, entry?.content === undefined);
		return `${mode}    ${links} root     root      ${String(size).padStart(8)} ${date} ${name}\n`;
	};
	const paths = words.length > 0 ? words : ['.'];
	let first = true;
	const directory = (path: string, given: string): void => {
		if (paths.length > 1 || flags.has('R')) process.stdout(`${first ? '' : '\n'}${given}:\n`);
		first = false;
		let names = files.list(path).filter(name => all || !name.startsWith('.'));
		if (flags.has('a')) names = ['.', '..', ...names];
		if (flags.has('l')) process.stdout(`total ${names.length * 4}\n`);
		if (process.tty && !flags.has('l') && !flags.has('1'))
			process.stdout(names.length > 0 ? `${names.join('  ')}\n` : '');
		else for (const name of names) process.stdout(line(resolvePath(path, name), name));
		if (!flags.has('R')) return;
		for (const name of files.list(path)) {
			const inner = resolvePath(path, name);
			if (files.isDirectory(inner)) directory(inner, `${given}/${name}`);
		}
	};
	return forEach(process, paths, '%', (path, given) => {
		if (!files.exists(path)) throw new FileError('ENOENT');
		if (files.isDirectory(path) && !flags.has('d')) directory(path, given);
		else process.stdout(line(path, given));
	});
});

const cat: Command = function* cat(process) {
	const {words} = readOptions(process.arguments.slice(1), 'nvetu');
	let code = 0;
	for (const given of words.length > 0 ? words : ['-']) {
		if (given === '-') {
			for (let chunk = yield* process.stdin.read(); chunk; chunk = yield* process.stdin.read()) process.stdout(chunk);
			continue;
		}
		code ||= forEach(process, [given], "can't open '%'", path => {
			if (path !== '/dev/null') process.stdout(process.machine.files.read(path));
		});
	}
	return code;
};

const rm = plain('rfvi', (process, {flags, words}) => {
	const {files} = process.machine;
	const remove = (path: string): void => {
		if (files.isDirectory(path)) for (const name of files.list(path)) remove(resolvePath(path, name));
		files.remove(path);
	};
	const code = forEach(process, words, "can't remove '%'", path => {
		if (!files.exists(path)) {
			if (flags.has('f')) return;
			throw new FileError('ENOENT');
		}
		if (files.isDirectory(path) && !flags.has('r')) throw new FileError('EISDIR');
		remove(path);
	});
	return code;
});

/** The target of a copy: inside a directory it keeps its name. */
function targetOf(process: Process, source: string, target: string): string {
	const path = process.path(target);
	return process.machine.files.isDirectory(path) ? resolvePath(path, source.replace(/^.*\//, '')) : path;
}

function copyTree(process: Process, from: string, to: string, recursive: boolean) {
	const {files} = process.machine;
	if (!files.isDirectory(from)) {
		files.write(to, files.read(from), files.entry(from)?.mode);
		return;
	}
	if (!recursive) throw new FileError('EISDIR');
	// A folder cannot go into itself.
	if (`${to}/`.startsWith(from === '/' ? '/' : `${from}/`)) throw new FileError('EINVAL');
	if (!files.exists(to)) files.makeDirectory(to);
	for (const name of files.list(from)) copyTree(process, resolvePath(from, name), resolvePath(to, name), true);
}

const cp = plain('rRafpv', (process, {flags, words}) => {
	const target = words.pop() ?? '';
	const recursive = flags.has('r') || flags.has('R') || flags.has('a');
	return forEach(process, words, "can't stat '%'", (path, given) => {
		if (!process.machine.files.exists(path)) throw new FileError('ENOENT');
		copyTree(process, path, targetOf(process, given, target), recursive);
	});
});

const mv = plain('fvn', (process, {words}) => {
	const {files} = process.machine;
	const target = words.pop() ?? '';
	const remove = (path: string): void => {
		if (files.isDirectory(path)) for (const name of files.list(path)) remove(resolvePath(path, name));
		files.remove(path);
	};
	return forEach(process, words, "can't rename '%'", (path, given) => {
		if (!files.exists(path)) throw new FileError('ENOENT');
		const to = targetOf(process, given, target);
		if (to === path) return;
		copyTree(process, path, to, true);
		remove(path);
	});
});

const mkdir = plain('pm:v', (process, {flags, words}) =>
	forEach(process, words, "can't create directory '%'", path => {
		const {files} = process.machine;
		if (!flags.has('p')) {
			files.makeDirectory(path);
			return;
		}
		for (let at = path.indexOf('/', 1); ; at = path.indexOf('/', at + 1)) {
			const part = at < 0 ? path : path.slice(0, at);
			if (!files.isDirectory(part)) files.makeDirectory(part);
			if (at < 0) return;
		}
	}),
);

const rmdir = plain('p', (process, {words}) =>
	forEach(process, words, "'%'", path => {
		if (!process.machine.files.isDirectory(path)) throw new FileError('ENOTDIR');
		process.machine.files.remove(path);
	}),
);

const touch = plain('cam', (process, {flags, words}) =>
	forEach(process, words, '%', path => {
		if (flags.has('c') && !process.machine.files.exists(path)) return;
		process.machine.files.touch(path);
	}),
);

const chmod = plain('Rv', (process, {words}) => {
	const [wanted = '', ...paths] = words;
	return forEach(process, paths, '%', path => {
		const entry = process.machine.files.entry(path);
		if (!entry) throw new FileError('ENOENT');
		process.machine.files.changeMode(path, newMode(wanted, entry.mode));
	});
});

/** A mode after `644`, `+x` or `o-r`. */
function newMode(wanted: string, mode: number): number {
	if (/^[0-7]+$/.test(wanted)) return Number.parseInt(wanted, 8);
	let result = mode;
	for (const clause of wanted.split(',')) {
		const match = /^([ugoa]*)([-+=])([rwx]*)$/.exec(clause);
		if (!match) continue;
		const [, who = '', operator, bits = ''] = match;
		const value = (bits.includes('r') ? 4 : 0) | (bits.includes('w') ? 2 : 0) | (bits.includes('x') ? 1 : 0);
		for (const [letter, shift] of [
			['u', 6],
			['g', 3],
			['o', 0],
		] as const) {
			if (who && !who.includes('a') && !who.includes(letter)) continue;
			if (operator === '+') result |= value << shift;
			else if (operator === '-') result &= ~(value << shift);
			else result = (result & ~(7 << shift)) | (value << shift);
		}
	}
	return result;
}

const find: Command = function* find(process) {
	const {files} = process.machine;
	const words = process.arguments.slice(1);
	const option = (name: string) => {
		const at = words.indexOf(name);
		return at < 0 ? undefined : words.splice(at, 2)[1];
	};
	const pattern = option('-name');
	const type = option('-type');
	const depth = Number(option('-maxdepth') ?? 100);
	const expression =
		pattern === undefined
			? /^/
			: new RegExp(
					`^${pattern
						.replace(/[.+^${}()|\\]/g, '\\$&')
						.replaceAll('*', '.*')
						.replaceAll('?', '.')}$`,
				);
	const visit = (path: string, shown: string, level: number): void => {
		const directory = files.isDirectory(path);
		if (expression.test(shown.replace(/^.*\//, '')) && (!type || (type === 'd') === directory))
			process.stdout(`${shown}\n`);
		if (!directory || level >= depth) return;
		for (const name of files.list(path))
			visit(resolvePath(path, name), `${shown === '/' ? '' : shown}/${name}`, level + 1);
	};
	return forEach(process, words.length > 0 ? words : ['.'], '%', (path, given) => {
		if (!files.exists(path)) throw new FileError('ENOENT');
		visit(path, given, 0);
	});
};

/** Commands about files. */
export const fileCommands: Record<string, Command> = {cat, chmod, cp, find, ls, mkdir, mv, rm, rmdir, touch};
