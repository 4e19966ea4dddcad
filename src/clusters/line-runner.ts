import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {randomUUID} from 'node:crypto';
import {existsSync, readFileSync, rmSync} from 'node:fs';
import {constants} from 'node:os';
import {basename, join} from 'node:path';
import {makeTemporaryFolder} from '../state/temporary-folder.ts';
import {hangUp} from './process-tree.ts';
import {type Environment, lineShell} from './shell.ts';

/**
 * How a line ended. `code` is the shell's exit code; a line that a signal ended has 128 + its number, and its name.
 * `interrupted` is set after Ctrl-C, whatever the command made of it: `kubectl get -w` ends with 1.
 */
type LineResult = {code: number; signal?: NodeJS.Signals; interrupted?: true};

type LineOptions = {
	/** Width of the place where the output is shown, for commands that read COLUMNS. */
	columns?: number;
	/** Called with every piece of standard output and standard error, in the order they were written. */
	onOutput?: (text: string) => void;
};

/** Runs a learner's commands, one line after the other, as one shell session would. */
export type LineRunner = {
	/** Runs one line (or several, pasted). Only one runs at a time: a second call meanwhile throws. */
	run(line: string, options?: LineOptions): Promise<LineResult>;
	/** Runs one line that owns the terminal (editors, pagers, `exec -it`); the caller has given the screen away. */
	runInTerminal(line: string): Promise<LineResult>;
	/** Ctrl-C: SIGINT to everything the line started; what is still there after three seconds, or at a second call, is killed. */
	interrupt(): void;
	/** The folder that the next line runs in. */
	cwd(): string;
	/** Ends what runs, also jobs that lines have left in the background, and removes the session's temporary files. */
	close(): Promise<void>;
};

export type LineRunnerOptions = {
	environment: Environment;
	cwd: string;
	/** Aborting it does what `close` does. */
	signal: AbortSignal;
	/** Told that Ctrl-C now belongs to a command in the terminal, and (by calling the result) that it no longer does. */
	holdInterrupt?: () => () => void;
};

/**
 * The program around a line. Every line gets a shell of its own, so that nothing a learner types can break the next
 * line; what a session keeps (exported variables, assignments, functions of bash, the folder) goes through files.
 * `set -a` exports plain assignments too, which is what keeps `POD=…` for the next line. Descriptor 9 is the output
 * even when the line redirects its own; only Git's bash on Windows knows `pwd -W`, which is the folder as Windows calls it; the mark on it tells that everything before has been read. In the terminal, what a
 * killed program has made of its modes is put right.
 */
const wrapper = `
__endpoint_lab_line=$1 __endpoint_lab_state=$2 __endpoint_lab_mark=$3 __endpoint_lab_columns=$4
set --
if [ -r "$__endpoint_lab_state/variables" ]; then . "$__endpoint_lab_state/variables" 2>/dev/null; fi
if [ -n "$__endpoint_lab_columns" ]; then COLUMNS=$__endpoint_lab_columns; export COLUMNS; fi
if [ -n "$__endpoint_lab_mark" ]; then exec 2>&1 9>&1; else
	__endpoint_lab_tty=$(stty -g 2>/dev/null)
	trap 'exit 129' HUP
fi
__endpoint_lab_end() {
	set +a
	if [ -n "$__endpoint_lab_tty" ]; then (trap '' TTOU; stty "$__endpoint_lab_tty") 2>/dev/null; fi
	{ pwd -W 2>/dev/null || pwd; } >"$__endpoint_lab_state/folder"
	{ export -p; if [ -n "$BASH_VERSION" ]; then declare -f; fi; } >"$__endpoint_lab_state/next" 2>/dev/null &&
		mv -f "$__endpoint_lab_state/next" "$__endpoint_lab_state/variables"
	if [ -n "$__endpoint_lab_mark" ]; then printf '\\000%s\\000' "$__endpoint_lab_mark" >&9; fi
}
trap '__endpoint_lab_code=$?; __endpoint_lab_end; exit $__endpoint_lab_code' EXIT
set -a
eval "$__endpoint_lab_line"
`;

const killAfterMs = 3000;

/** Opens a session. Throws when there is no POSIX shell on this machine. */
export function createLineRunner({environment, cwd, signal, holdInterrupt}: LineRunnerOptions): LineRunner {
	const found = lineShell(environment);
	if (!found)
		throw new Error('no POSIX shell (bash, sh) was found on PATH; install one, on Windows through WSL or Git');
	const shell: string = found;
	const state = makeTemporaryFolder();
	/** Process groups that may still hold background jobs of finished lines. */
	const groups = new Set<number>();
	let folder = cwd;
	let running: {child: ChildProcess; inTerminal: boolean; interrupted: boolean} | undefined;
	let closed: Promise<void> | undefined;

	function start(line: string, mark: string, columns: number | undefined): ChildProcess {
		if (running) throw new Error('a command is still running; interrupt it first');
		if (closed) throw new Error('the session is closed');
		if (!existsSync(folder)) folder = cwd;
		const words = ['-c', wrapper, basename(shell), line, state, mark, columns === undefined ? '' : String(columns)];
		const child = spawn(shell, words, {
			cwd: folder,
			// From the second line on the variables come from the file alone, or `unset` would not hold.
			env: existsSync(join(state, 'variables')) ? {HOME: environment.HOME, PWD: folder} : {...environment, PWD: folder},
			// A group of its own is what lets Ctrl-C reach everything the line started. In the terminal the
			// line shares the lab's group instead, or it could not read from the terminal.
			// Windows has no groups, and would open a window for it.
			detached: mark !== '' && process.platform !== 'win32',
			windowsHide: true,
			stdio: mark === '' ? 'inherit' : ['ignore', 'pipe', 'ignore'],
		});
		running = {child, inTerminal: mark === '', interrupted: false};
		return child;
	}

	function finish(child: ChildProcess, code: number | null, by: NodeJS.Signals | null): LineResult {
		const interrupted = running?.interrupted ? {interrupted: true as const} : {};
		running = undefined;
		try {
			const next = readFileSync(join(state, 'folder'), 'utf8').replace(/\n$/, '');
			if (next) folder = next;
		} catch {
			// The very first line was killed before it could say where it stood.
		}
		for (const group of [...groups, child.pid]) {
			if (group !== undefined && signalGroup(group, 0)) groups.add(group);
			else if (group !== undefined) groups.delete(group);
		}
		if (by) return {code: 128 + constants.signals[by], signal: by, ...interrupted};
		return {code: code ?? 1, ...interrupted};
	}

	async function close(): Promise<void> {
		const {child: current, inTerminal} = running ?? {};
		const pid = current?.pid;
		const ended = current && new Promise<void>(resolve => current.once('exit', () => resolve()));
		// A command in the terminal is not in a group of its own.
		if (pid !== undefined && inTerminal && process.platform !== 'win32') await hangUp(pid, killAfterMs);
		else if (pid !== undefined) groups.add(pid);
		for (const group of groups) signalGroup(group, 'SIGTERM');
		if (ended) {
			const timer = setTimeout(() => {
				if (inTerminal) current.kill('SIGKILL');
				else if (pid !== undefined) signalGroup(pid, 'SIGKILL');
			}, killAfterMs);
			await ended;
			clearTimeout(timer);
		}
		rmSync(state, {recursive: true, force: true});
	}

	const runner: LineRunner = {
		run(line, {columns, onOutput} = {}) {
			return new Promise((resolve, reject) => {
				const mark = randomUUID();
				const child = start(line, mark, columns);
				const output = child.stdout!;
				let pending = '';
				let drained = false;
				let exit: {code: number | null; by: NodeJS.Signals | null} | undefined;
				const settle = () => {
					if (exit && drained) resolve(finish(child, exit.code, exit.by));
				};
				const emit = (text: string) => {
					if (text) onOutput?.(text);
				};
				output.setEncoding('utf8');
				output.on('data', (chunk: string) => {
					const {text, rest, marked} = splitAtMark(pending + chunk, `\0${mark}\0`);
					pending = rest;
					emit(text);
					if (marked) {
						drained = true;
						settle();
					}
				});
				output.once('end', () => {
					emit(pending);
					pending = '';
					drained = true;
					settle();
				});
				child.once('error', error => {
					running = undefined;
					reject(error);
				});
				child.once('exit', (code, by) => {
					exit = {code, by};
					settle();
					// A killed shell prints no mark, and a job in the background may hold the pipe open: what was
					// written before is in the pipe, and one turn of reading away.
					if (!drained) {
						setTimeout(() => {
							drained = true;
							settle();
						}, 200).unref();
					}
				});
			});
		},
		runInTerminal(line) {
			return new Promise((resolve, reject) => {
				const release = holdInterrupt?.();
				const child = start(line, '', undefined);
				child.once('error', error => {
					running = undefined;
					release?.();
					reject(error);
				});
				child.once('exit', (code, by) => {
					release?.();
					resolve(finish(child, code, by));
				});
			});
		},
		interrupt() {
			if (running?.child.pid === undefined) return;
			const {child, interrupted} = running;
			const pid = child.pid!;
			running.interrupted = true;
			if (interrupted) {
				signalGroup(pid, 'SIGKILL');
				return;
			}
			signalGroup(pid, 'SIGINT');
			const timer = setTimeout(() => signalGroup(pid, 'SIGKILL'), killAfterMs);
			child.once('exit', () => clearTimeout(timer));
		},
		cwd: () => folder,
		close() {
			closed ??= close();
			return closed;
		},
	};
	signal.addEventListener('abort', () => void runner.close(), {once: true});
	if (signal.aborted) void runner.close();
	return runner;
}

/** Sends a signal to a process group; false when there is no such group any more. Signal 0 only asks. */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
	if (process.platform === 'win32') return signalTree(group, signal);
	try {
		process.kill(-group, signal);
		return true;
	} catch {
		return false;
	}
}

/** The same on Windows, where a process and those that it has started can only be ended. */
function signalTree(pid: number, signal: NodeJS.Signals | 0): boolean {
	if (signal !== 0) return spawnSync('taskkill', ['/pid', String(pid), '/t', '/f'], {stdio: 'ignore'}).status === 0;
	try {
		return process.kill(pid, 0);
	} catch {
		return false;
	}
}

/** Splits off the mark. `rest` is a tail that might be the beginning of one and must wait for more. */
function splitAtMark(text: string, mark: string): {text: string; rest: string; marked: boolean} {
	const at = text.indexOf(mark);
	if (at !== -1) return {text: text.slice(0, at) + text.slice(at + mark.length), rest: '', marked: true};
	const start = text.lastIndexOf('\0', text.length - 1);
	const tail = start === -1 ? '' : text.slice(start);
	return tail && mark.startsWith(tail)
		? {text: text.slice(0, start), rest: tail, marked: false}
		: {text, rest: '', marked: false};
}
