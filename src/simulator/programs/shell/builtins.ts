import {format} from '../commands/printf.ts';
import {test} from '../commands/test.ts';
import {resolvePath} from '../file-system.ts';
import {type Signal, signalNumbers} from '../image.ts';
import type {Running} from '../running.ts';
import {Jump, type Shell, type Streams} from './shell.ts';

type Builtin = (shell: Shell, line: string[], streams: Streams) => Running;

/** A builtin that never waits. */
const plain = (run: (shell: Shell, line: string[], streams: Streams) => number): Builtin =>
	// biome-ignore lint/correctness/useYield: builtins that do not wait have the same shape as those that do
	function* builtin(shell, line, streams) {
		return run(shell, line, streams);
	};

const count = (text: string | undefined, otherwise: number) => (text === undefined ? otherwise : Number(text) || 0);

/** The commands that a shell does itself, by name. */
export const builtins: Record<string, Builtin> = {
	':': plain(() => 0),
	true: plain(() => 0),
	false: plain(() => 1),
	break: plain((_, line) => {
		throw new Jump('break', count(line[1], 1));
	}),
	continue: plain((_, line) => {
		throw new Jump('continue', count(line[1], 1));
	}),
	return: plain((shell, line) => {
		throw new Jump('return', count(line[1], shell.status));
	}),
	exit: plain((shell, line) => {
		throw new Jump('exit', count(line[1], shell.status) & 255);
	}),
	echo: plain((_, line, {stdout}) => {
		stdout(echoText(line.slice(1)));
		return 0;
	}),
	printf: plain((_, line, {stdout, stderr}) => {
		if (line[1] === undefined) {
			stderr('printf: usage: printf FORMAT [ARGUMENT...]\n');
			return 1;
		}
		stdout(format(line[1], line.slice(2)));
		return 0;
	}),
	pwd: plain((shell, _, {stdout}) => {
		stdout(`${shell.directory}\n`);
		return 0;
	}),
	cd: plain((shell, line, {stderr}) => {
		const target =
			line[1] === '-' ? (shell.variables.get('OLDPWD') ?? '/') : (line[1] ?? shell.variables.get('HOME') ?? '/');
		const path = resolvePath(shell.directory, target);
		if (!shell.process.machine.files.isDirectory(path)) {
			stderr(`${shell.name}: cd: can't cd to ${target}: No such file or directory\n`);
			return 1;
		}
		shell.variables.set('OLDPWD', shell.directory);
		shell.variables.set('PWD', path);
		shell.directory = path;
		return 0;
	}),
	export: plain((shell, line, {stdout}) => {
		const names = line.slice(line[1] === '-p' ? 2 : 1);
		if (names.length === 0) {
			for (const name of [...shell.exported].sort()) stdout(`export ${name}='${shell.variables.get(name) ?? ''}'\n`);
		}
		for (const word of names) {
			const [name = '', ...value] = word.split('=');
			if (word.includes('=')) shell.variables.set(name, value.join('='));
			shell.exported.add(name);
		}
		return 0;
	}),
	local: plain(assignAll),
	readonly: plain(assignAll),
	unset: plain((shell, line) => {
		for (const name of line.slice(1).filter(word => !word.startsWith('-'))) {
			shell.variables.delete(name);
			shell.exported.delete(name);
			shell.functions.delete(name);
		}
		return 0;
	}),
	set: plain((shell, line, {stdout}) => {
		if (line.length === 1) {
			for (const [name, value] of [...shell.variables].sort()) stdout(`${name}='${value}'\n`);
			return 0;
		}
		for (let i = 1; i < line.length; i++) {
			const word = line[i]!;
			if (word === '--') {
				shell.positional = line.slice(i + 1);
				return 0;
			}
			if (!/^[-+]/.test(word)) {
				shell.positional = line.slice(i);
				return 0;
			}
			const on = word.startsWith('-');
			if (word.includes('o')) i++;
			if (word.includes('e')) shell.options.errexit = on;
			if (word.includes('u')) shell.options.nounset = on;
			if (word.includes('x')) shell.options.xtrace = on;
		}
		return 0;
	}),
	shift: plain((shell, line) => {
		shell.positional = shell.positional.slice(count(line[1], 1));
		return 0;
	}),
	test: plain((shell, line, {stderr}) => test(line.slice(1), shell, stderr)),
	'[': plain((shell, line, {stderr}) => {
		if (line.at(-1) !== ']') {
			stderr(`${shell.name}: [: missing ]\n`);
			return 2;
		}
		return test(line.slice(1, -1), shell, stderr);
	}),
	type: plain((shell, line, streams) => describe(shell, line.slice(1), streams, true)),
	umask: plain((_, line, {stdout}) => {
		if (line.length === 1) stdout('0022\n');
		return 0;
	}),
	trap: plain((shell, line, {stdout}) => {
		if (line.length === 1) {
			for (const [name, action] of shell.traps) stdout(`trap -- '${action}' ${name}\n`);
			return 0;
		}
		const [, action = '', ...names] = line;
		for (const given of names) setTrap(shell, action, given.replace(/^SIG/, ''));
		return 0;
	}),
	*command(shell, line, streams) {
		if (line[1] === '-v' || line[1] === '-V') return describe(shell, line.slice(2), streams, line[1] === '-V');
		const builtin = builtins[line[1] ?? ''];
		if (builtin) return yield* builtin(shell, line.slice(1), streams);
		return yield* shell.program(line.slice(1), streams);
	},
	*eval(shell, line, streams) {
		return yield* shell.evaluate(line.slice(1).join(' '), streams);
	},
	*'.'(shell, line, streams) {
		const path = resolvePath(shell.directory, line[1] ?? '');
		const {files} = shell.process.machine;
		if (!files.entry(path)?.content) {
			streams.stderr(`${shell.name}: .: can't open '${line[1] ?? ''}': No such file or directory\n`);
			return 2;
		}
		return yield* shell.evaluate(files.read(path).toString(), streams);
	},
	*exec(shell, line, streams) {
		if (line.length === 1) return 0;
		const {process} = shell;
		// The program takes over this process: it gets its number and its signals.
		const found = (() => {
			try {
				return process.machine.find(line[1]!, shell.environment(), shell.directory);
			} catch {
				return undefined;
			}
		})();
		if (!found) throw new Jump('exit', yield* shell.program(line.slice(1), streams));
		process.arguments = line.slice(1);
		process.title = line.slice(1).join(' ');
		process.environment = shell.environment();
		process.directory = shell.directory;
		process.handlers.clear();
		Object.assign(process, streams);
		throw new Jump('exit', yield* found.command(process));
	},
	*read(shell, line, streams) {
		const names = line.slice(1).filter(word => !word.startsWith('-'));
		const text = yield* streams.stdin.readLine();
		if (text === undefined) return 1;
		const fields = text.trim().split(/\s+/);
		names.forEach((name, i) => {
			shell.variables.set(name, (i === names.length - 1 ? fields.slice(i).join(' ') : fields[i]) ?? '');
		});
		return 0;
	},
	*wait(shell, line) {
		const wanted = line.length > 1 ? line.slice(1).map(Number) : [...shell.jobs.keys()];
		for (const pid of wanted) {
			const job = shell.jobs.get(pid);
			if (!job) continue;
			if (!job.exited) {
				// A signal with a trap interrupts the wait.
				yield resume => {
					job.wake = resume;
					shell.jobs.set(-1, {exited: false, wake: resume});
					return () => {};
				};
				shell.jobs.delete(-1);
				if (!job.exited) return 143;
			}
			shell.jobs.delete(pid);
		}
		return 0;
	},
};

function assignAll(shell: Shell, line: string[]): number {
	for (const word of line.slice(1)) {
		const [name = '', ...value] = word.split('=');
		shell.variables.set(name, value.join('='));
	}
	return 0;
}

function setTrap(shell: Shell, action: string, name: string) {
	const signal = name === '0' || name === 'EXIT' ? 'EXIT' : name;
	const byNumber = Object.entries(signalNumbers).find(([, number]) => String(number) === signal)?.[0];
	const full = (byNumber ?? `SIG${signal}`) as Signal;
	const short = full.slice(3);
	if (action === '-') {
		shell.traps.delete(signal === 'EXIT' ? signal : short);
		shell.process.handlers.delete(full);
		return;
	}
	shell.traps.set(signal === 'EXIT' ? signal : short, action);
	if (signal === 'EXIT' || !(full in signalNumbers)) return;
	shell.process.handlers.set(full, () => {
		shell.caught.push(full);
		shell.jobs.get(-1)?.wake();
	});
}

function describe(shell: Shell, names: string[], {stdout, stderr}: Streams, long: boolean): number {
	let status = 0;
	for (const name of names) {
		if (shell.functions.has(name)) stdout(long ? `${name} is a shell function\n` : `${name}\n`);
		else if (builtins[name]) stdout(long ? `${name} is a shell builtin\n` : `${name}\n`);
		else {
			try {
				const {path} = shell.process.machine.find(name, shell.environment(), shell.directory);
				stdout(long ? `${name} is ${path}\n` : `${path}\n`);
			} catch {
				if (long) stderr(`${name}: not found\n`);
				status = 127;
			}
		}
	}
	return status;
}

/** What `echo` prints for its arguments: -n drops the newline, -e knows backslashes. */
export function echoText(words: string[]): string {
	let newline = true;
	let escapes = false;
	let i = 0;
	for (; /^-[neE]+$/.test(words[i] ?? ''); i++) {
		if (words[i]!.includes('n')) newline = false;
		if (words[i]!.includes('e')) escapes = true;
	}
	const text = words.slice(i).join(' ');
	return (escapes ? format(text.replaceAll('%', '%%'), []) : text) + (newline ? '\n' : '');
}
