import {allVariables} from '../environment.ts';
import {FileError, resolvePath} from '../file-system.ts';
import type {Command as Program, Signal} from '../image.ts';
import {CommandNotFound, type Process} from '../machine.ts';
import {emptyPipe, Pipe} from '../pipe.ts';
import {type Running, waitFor} from '../running.ts';
import {ArithmeticError} from './arithmetic.ts';
import {builtins} from './builtins.ts';
import {type Expander, expandPattern, expandText, expandWords} from './expand.ts';
import {parseScript, SyntaxFailure} from './parse.ts';
import {patternExpression} from './pattern.ts';
import type {AndOr, Command, List, Pipeline, Redirect} from './syntax.ts';

/** Where a command reads and writes. */
export type Streams = {
	stdin: Pipe;
	stdout: (data: string | Uint8Array) => void;
	stderr: (data: string | Uint8Array) => void;
};

/** Leaves loops, functions or the shell; it travels as an exception up to the place that it is for. */
export class Jump {
	readonly to: 'break' | 'continue' | 'return' | 'exit';
	/** How many loops, or the exit status. */
	readonly value: number;

	constructor(to: Jump['to'], value: number) {
		this.to = to;
		this.value = value;
	}
}

/** An error that ends a script, such as a bad substitution. */
class ShellError extends Error {}

/** One shell or subshell at work: its variables, functions and options. */
export class Shell {
	readonly process: Process;
	readonly variables: Map<string, string>;
	readonly exported: Set<string>;
	readonly functions: Map<string, Command>;
	readonly traps = new Map<string, string>();
	name: string;
	positional: string[];
	directory: string;
	status = 0;
	options = {errexit: false, nounset: false, xtrace: false};
	/** Background jobs that are still running, by process number. */
	readonly jobs = new Map<number, {exited: boolean; wake: () => void}>();
	lastJob: number | undefined;
	/** Signals that came while a command was running, and whose traps are still to run. */
	readonly caught: Signal[] = [];
	/** Errors do not end the script inside conditions. */
	#unchecked = 0;
	#iterations = 0;

	constructor(
		process: Process,
		{name = 'sh', positional = [] as string[], parent}: {name?: string; positional?: string[]; parent?: Shell} = {},
	) {
		this.process = process;
		this.name = parent?.name ?? name;
		this.positional = parent ? [...parent.positional] : positional;
		this.directory = parent?.directory ?? process.directory;
		this.variables = new Map(parent?.variables ?? Object.entries(allVariables(process.environment)));
		this.exported = new Set(parent?.exported ?? this.variables.keys());
		this.functions = new Map(parent?.functions);
		this.status = parent?.status ?? 0;
		this.options = {...(parent?.options ?? this.options)};
		this.variables.set('PWD', this.directory);
	}

	/** Runs a script to its end; the result is its exit status. Errors are written to stderr. */
	*runScript(text: string, streams: Streams): Running {
		let status: number;
		try {
			const list = parseScript(text);
			status = yield* this.list(list, streams);
		} catch (error) {
			status = this.#statusOf(error, streams);
		}
		const atExit = this.traps.get('EXIT');
		if (atExit) {
			this.traps.delete('EXIT');
			try {
				yield* this.list(parseScript(atExit), streams);
			} catch (error) {
				if (error instanceof Jump && error.to === 'exit') return error.value;
				this.#statusOf(error, streams);
			}
		}
		return status;
	}

	/** Runs one line of an interactive shell: an error does not end it. False after `exit`. */
	*runLine(list: List, streams: Streams): Running<boolean> {
		try {
			yield* this.list(list, streams);
			return true;
		} catch (error) {
			this.status = this.#statusOf(error, streams);
			return !(error instanceof Jump && error.to === 'exit');
		}
	}

	*list(list: List, streams: Streams): Running {
		for (const item of list) {
			if (item.background) this.#background(item, streams);
			else yield* this.#andOr(item, streams);
			yield* this.#runTraps(streams);
		}
		return this.status;
	}

	/** The variables that programs get. */
	environment(extra: Map<string, string> = new Map()): Record<string, string> {
		const environment: Record<string, string> = {};
		for (const name of this.exported) {
			const value = this.variables.get(name);
			if (value !== undefined) environment[name] = value;
		}
		return {...environment, ...Object.fromEntries(extra)};
	}

	/** Runs a program by name; the status is 127 when there is none. */
	*program(line: string[], streams: Streams, extra?: Map<string, string>): Running {
		try {
			return yield* this.process.run({
				arguments: line,
				environment: this.environment(extra),
				directory: this.directory,
				...streams,
			});
		} catch (error) {
			if (!(error instanceof CommandNotFound)) throw error;
			streams.stderr(`${this.name}: ${line[0]}: ${error.notExecutable ? 'Permission denied' : 'not found'}\n`);
			return error.notExecutable ? 126 : 127;
		}
	}

	/** Expands and runs text as `eval` and `.` do. */
	*evaluate(text: string, streams: Streams): Running {
		return yield* this.list(parseScript(text), streams);
	}

	get expander(): Expander {
		return {
			variable: name => this.#variable(name),
			assign: (name, value) => void this.variables.set(name, value),
			positional: this.positional,
			substitute: script => this.#substitute(script),
			fail: message => {
				throw new ShellError(message);
			},
			files: this.process.machine.files,
			directory: this.directory,
			unsetIsError: this.options.nounset,
		};
	}

	#variable(name: string): string | undefined {
		if (/^\d+$/.test(name)) return name === '0' ? this.name : this.positional[Number(name) - 1];
		switch (name) {
			case '?':
				return String(this.status);
			case '$':
				return String(this.process.pid);
			case '#':
				return String(this.positional.length);
			case '!':
				return this.lastJob === undefined ? '' : String(this.lastJob);
			case '@':
			case '*':
				return this.positional.join(' ');
			case '-':
				return `${this.options.errexit ? 'e' : ''}${this.options.nounset ? 'u' : ''}${this.options.xtrace ? 'x' : ''}`;
			case 'RANDOM':
				return String(this.process.machine.random.below(32_768));
			default:
				return this.variables.get(name);
		}
	}

	*#andOr({first, rest}: AndOr, streams: Streams): Running {
		const checked = rest.length === 0;
		if (!checked) this.#unchecked++;
		try {
			yield* this.#pipeline(first, streams);
			for (const [i, {operator, pipeline}] of rest.entries()) {
				if ((this.status === 0) !== (operator === '&&')) continue;
				if (i === rest.length - 1) this.#unchecked--;
				try {
					yield* this.#pipeline(pipeline, streams);
				} finally {
					if (i === rest.length - 1) this.#unchecked++;
				}
			}
		} finally {
			if (!checked) this.#unchecked--;
		}
		return this.status;
	}

	*#pipeline({negated, commands}: Pipeline, streams: Streams): Running {
		if (negated) this.#unchecked++;
		try {
			if (commands.length === 1) this.status = yield* this.#command(commands[0]!, streams);
			else this.status = yield* this.#pipe(commands, streams);
		} finally {
			if (negated) this.#unchecked--;
		}
		if (negated) this.status = this.status === 0 ? 1 : 0;
		else if (this.status !== 0 && this.options.errexit && this.#unchecked === 0) throw new Jump('exit', this.status);
		return this.status;
	}

	/** All parts of a pipeline run at once, each in a subshell; the last one's status counts. */
	*#pipe(commands: Command[], streams: Streams): Running {
		const statuses: (number | undefined)[] = commands.map(() => undefined);
		let wake = () => {};
		let stdin = streams.stdin;
		const children: number[] = [];
		commands.forEach((command, i) => {
			const out = i < commands.length - 1 ? new Pipe() : undefined;
			const own: Streams = {...streams, stdin, ...(out && {stdout: out.write})};
			const input = i > 0 ? stdin : undefined;
			const child = this.#subshell(
				own,
				shell => shell.#command(command, own),
				status => {
					statuses[i] = status;
					out?.end();
					input?.breakOff();
					wake();
				},
			);
			children.push(child.pid);
			if (out) stdin = out;
		});
		try {
			while (statuses.includes(undefined)) {
				yield resume => {
					wake = resume;
					return () => {
						wake = () => {};
					};
				};
			}
		} finally {
			for (const pid of children) this.process.machine.kill(pid);
		}
		return statuses.at(-1) ?? 0;
	}

	#background(item: AndOr, streams: Streams) {
		const own = {...streams, stdin: emptyPipe()};
		const job = {exited: false, wake: () => {}};
		const child = this.#subshell(
			own,
			shell => shell.#andOr({...item, background: false}, own),
			() => {
				job.exited = true;
				job.wake();
			},
		);
		this.jobs.set(child.pid, job);
		this.lastJob = child.pid;
		this.status = 0;
	}

	#subshell(streams: Streams, run: (shell: Shell) => Running, exited: (status: number) => void): Process {
		const parent = this;
		const program: Program = function* subshell(process) {
			const shell = new Shell(process, {parent});
			try {
				return yield* run(shell);
			} catch (error) {
				return shell.#statusOf(error, streams);
			}
		};
		return this.process.machine.startCommand(
			program,
			{arguments: [this.name], environment: this.environment(), directory: this.directory, ...streams},
			exited,
			this.process.pid,
		);
	}

	*#substitute(script: List): Running<string> {
		const pipe = new Pipe();
		const streams = {stdin: this.process.stdin, stdout: pipe.write, stderr: this.process.stderr};
		let child: Process | undefined;
		try {
			this.status = yield* waitFor<number>(settle => {
				child = this.#subshell(streams, shell => shell.list(script, streams), settle);
				return () => {};
			});
		} finally {
			if (child) this.process.machine.kill(child.pid);
		}
		pipe.end();
		return (yield* pipe.readAll()).toString();
	}

	*#command(command: Command, streams: Streams): Running {
		let own = streams;
		try {
			own = yield* this.#redirected(command.redirects, streams);
		} catch (error) {
			if (!(error instanceof FileError)) throw error;
			return 1;
		}
		switch (command.is) {
			case 'simple':
				return yield* this.#simple(command, own);
			case 'if':
				for (const {condition, body} of command.branches) {
					if ((yield* this.#condition(condition, own)) === 0) return yield* this.list(body, own);
				}
				if (command.otherwise) return yield* this.list(command.otherwise, own);
				return 0;
			case 'loop':
				return yield* this.#loop(own, command.body, function* (this: Shell) {
					return ((yield* this.#condition(command.condition, own)) === 0) !== command.until;
				});
			case 'for': {
				const words = command.words ? yield* expandWords(command.words, this.expander) : [...this.positional];
				let next = 0;
				// biome-ignore lint/correctness/useYield: the same shape as a loop's condition, which waits
				return yield* this.#loop(own, command.body, function* (this: Shell) {
					if (next >= words.length) return false;
					this.variables.set(command.name, words[next++]!);
					return true;
				});
			}
			case 'case': {
				const text = yield* expandText(command.word, this.expander);
				for (const {patterns, body} of command.branches) {
					for (const pattern of patterns) {
						const expression = patternExpression(yield* expandPattern(pattern, this.expander));
						if (expression.test(text)) return yield* this.list(body, own);
					}
				}
				return 0;
			}
			case 'group': {
				if (!command.subshell) return yield* this.list(command.body, own);
				let child: Process | undefined;
				try {
					return yield* waitFor<number>(settle => {
						child = this.#subshell(own, shell => shell.list(command.body, own), settle);
						return () => {};
					});
				} finally {
					if (child) this.process.machine.kill(child.pid);
				}
			}
			default:
				this.functions.set(command.name, command.body);
				return 0;
		}
	}

	*#condition(list: List, streams: Streams): Running {
		this.#unchecked++;
		try {
			return yield* this.list(list, streams);
		} finally {
			this.#unchecked--;
		}
	}

	*#loop(streams: Streams, body: List, goOn: (this: Shell) => Running<boolean>): Running {
		let status = 0;
		while (yield* goOn.call(this)) {
			// A loop that never waits would stop time for the whole cluster.
			if (++this.#iterations % 200 === 0) yield* this.process.sleep(1);
			try {
				status = yield* this.list(body, streams);
			} catch (error) {
				if (!(error instanceof Jump) || (error.to !== 'break' && error.to !== 'continue')) throw error;
				if (error.value > 1) throw new Jump(error.to, error.value - 1);
				if (error.to === 'break') return 0;
			}
		}
		return status;
	}

	*#simple(command: Extract<Command, {is: 'simple'}>, streams: Streams): Running {
		const before = this.status;
		const line = yield* expandWords(command.words, this.expander);
		const assigned = new Map<string, string>();
		for (const {name, value} of command.assignments) assigned.set(name, yield* expandText(value, this.expander));
		if (this.options.xtrace) {
			const shown = [...assigned].map(([name, value]) => `${name}=${value}`).concat(line);
			streams.stderr(`+ ${shown.join(' ')}\n`);
		}
		const [name] = line;
		if (name === undefined) {
			for (const [key, value] of assigned) this.variables.set(key, value);
			// The status of a substitution that was the value stays.
			const substituted = command.assignments.some(({value}) => value.some(({is}) => is === 'command'));
			return substituted ? this.status : this.status === before ? 0 : this.status;
		}
		const body = this.functions.get(name);
		if (body) return yield* this.#call(body, line.slice(1), assigned, streams);
		const builtin = builtins[name];
		if (builtin) {
			for (const [key, value] of assigned) this.variables.set(key, value);
			return yield* builtin(this, line, streams);
		}
		return yield* this.program(line, streams, assigned);
	}

	*#call(body: Command, positional: string[], assigned: Map<string, string>, streams: Streams): Running {
		for (const [key, value] of assigned) this.variables.set(key, value);
		const outer = this.positional;
		this.positional = positional;
		try {
			return yield* this.#command(body, streams);
		} catch (error) {
			if (error instanceof Jump && error.to === 'return') return error.value;
			throw error;
		} finally {
			this.positional = outer;
		}
	}

	/** Opens files for a command; a failure is written to stderr and thrown as FileError. */
	*#redirected(redirects: Redirect[], streams: Streams): Running<Streams> {
		const own = {...streams};
		for (const {fd, kind, target} of redirects) {
			const text = yield* expandText(target, this.expander);
			if (kind === '<<') {
				const pipe = new Pipe();
				pipe.write(text);
				pipe.end();
				own.stdin = pipe;
				continue;
			}
			if (kind === '>&' || kind === '<&') {
				if (kind === '<&') continue;
				const from = text === '2' ? own.stderr : text === '1' ? own.stdout : undefined;
				if (text === '-') own[fd === 2 ? 'stderr' : 'stdout'] = () => {};
				else if (from) own[fd === 2 ? 'stderr' : 'stdout'] = from;
				continue;
			}
			try {
				if (kind === '<') own.stdin = this.#open(text, own);
				else {
					const write = this.#create(text, kind === '>>', own);
					if (kind === '&>') own.stdout = own.stderr = write;
					else own[fd === 2 ? 'stderr' : 'stdout'] = write;
				}
			} catch (error) {
				if (!(error instanceof FileError)) throw error;
				const what = kind === '<' ? 'open' : 'create';
				const why = error.code === 'ENOENT' && kind !== '<' ? 'nonexistent directory' : error.message;
				const short = error.code === 'ENOENT' && kind === '<' ? 'no such file' : why;
				streams.stderr(`${this.name}: can't ${what} ${text}: ${short}\n`);
				throw error;
			}
		}
		return own;
	}

	#open(text: string, streams: Streams): Pipe {
		if (text === '/dev/null') return emptyPipe();
		if (text === '/dev/stdin') return streams.stdin;
		const pipe = new Pipe();
		pipe.write(this.process.machine.files.read(resolvePath(this.directory, text)));
		pipe.end();
		return pipe;
	}

	#create(text: string, append: boolean, streams: Streams): Streams['stdout'] {
		if (text === '/dev/null') return () => {};
		if (text === '/dev/stdout') return streams.stdout;
		if (text === '/dev/stderr') return streams.stderr;
		const descriptor = /^\/proc\/1\/fd\/([12])$/.exec(text);
		if (descriptor) {
			const first = this.process.machine.processes.find(({pid}) => pid === 1);
			return (descriptor[1] === '1' ? first?.stdout : first?.stderr) ?? (() => {});
		}
		const {files} = this.process.machine;
		const path = resolvePath(this.directory, text);
		if (!append || !files.exists(path)) files.write(path, '');
		else if (files.isDirectory(path)) throw new FileError('EISDIR');
		return data => files.append(path, data);
	}

	*#runTraps(streams: Streams): Running<void> {
		for (let signal = this.caught.shift(); signal; signal = this.caught.shift()) {
			const action = this.traps.get(signal.slice(3));
			if (!action) continue;
			const status = this.status;
			yield* this.list(parseScript(action), streams);
			this.status = status;
		}
	}

	/** The exit status that an exception stands for; what is an error of the script is written to stderr. */
	#statusOf(error: unknown, streams: Streams): number {
		if (error instanceof Jump) return error.to === 'exit' || error.to === 'return' ? error.value : 0;
		if (error instanceof SyntaxFailure || error instanceof ShellError || error instanceof ArithmeticError) {
			streams.stderr(`${this.name}: ${error.message}\n`);
			return 2;
		}
		throw error;
	}
}
