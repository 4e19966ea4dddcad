import type {Clock} from '../clock.ts';
import type {HttpServer} from '../network/http-server.ts';
import type {PodNetwork} from '../network/pod-network.ts';
import type {Random} from '../random.ts';
import {FileError, type FileSystem, resolvePath} from './file-system.ts';
import {type Command, type ImageContents, type Signal, signalNumbers} from './image.ts';
import {BrokenPipe, type Pipe} from './pipe.ts';
import {drive, type Running, type Task, waitFor} from './running.ts';

type Write = (data: string | Uint8Array) => void;

/** How a process is started. */
export type ProcessStart = {
	arguments: string[];
	environment: Record<string, string>;
	directory: string;
	stdin: Pipe;
	stdout: Write;
	stderr: Write;
	tty?: boolean;
};

/** Thrown when there is no such program; `message` is the text of Go's exec.LookPath. */
export class CommandNotFound extends Error {
	/** True when the file is there and cannot be executed. */
	readonly notExecutable: boolean;

	constructor(name: string, notExecutable: boolean) {
		const missing = name.includes('/')
			? `stat ${name}: no such file or directory`
			: 'executable file not found in $PATH';
		super(`exec: "${name}": ${notExecutable ? 'permission denied' : missing}`);
		this.notExecutable = notExecutable;
	}
}

/** A process that runs a command inside a container. */
export class Process {
	readonly machine: Machine;
	readonly pid: number;
	readonly parent: number;
	stdin: Pipe;
	stdout: Write;
	stderr: Write;
	readonly tty: boolean;
	arguments: string[];
	environment: Record<string, string>;
	directory: string;
	/** The line that `ps` shows. */
	title: string;
	user: string;
	#handlers: Map<Signal, () => void> | undefined;

	constructor(machine: Machine, pid: number, parent: number, start: ProcessStart) {
		this.machine = machine;
		this.pid = pid;
		this.parent = parent;
		this.stdin = start.stdin;
		this.stdout = start.stdout;
		this.stderr = start.stderr;
		this.tty = start.tty ?? false;
		this.arguments = start.arguments;
		this.environment = start.environment;
		this.directory = start.directory;
		this.title = start.arguments.join(' ');
		this.user = machine.image.user.name;
	}

	/** What the process does at signals; without a handler it dies. */
	get handlers(): Map<Signal, () => void> {
		this.#handlers ??= new Map();
		return this.#handlers;
	}

	/** The handler of a signal, if there is one. */
	handler(signal: Signal): (() => void) | undefined {
		return this.#handlers?.get(signal);
	}

	/** An absolute path for one that may be relative to the working directory. */
	path(path: string): string {
		return resolvePath(this.directory, path);
	}

	/** Lets simulated time pass. */
	*sleep(ms: number): Running<void> {
		yield resume => {
			const timer = this.machine.clock.after(ms, resume);
			return () => timer.cancel();
		};
	}

	/** Waits for one of the signals; from then on they no longer kill the process. */
	*signal(...signals: Signal[]): Running<Signal> {
		return yield* waitFor<Signal>(settle => {
			for (const signal of signals) this.handlers.set(signal, () => settle(signal));
			return () => {};
		});
	}

	/** Starts another program and waits for its exit code; it shares the streams that are not given. */
	*run(start: Partial<ProcessStart> & {arguments: string[]}): Running {
		let child: Process | undefined;
		try {
			return yield* waitFor<number>(settle => {
				child = this.machine.start({...this.#inherited(), ...start}, settle, this.pid);
				return () => {};
			});
		} finally {
			if (child) this.machine.kill(child.pid);
		}
	}

	/** Starts a child without waiting for it. */
	spawn(start: Partial<ProcessStart> & {arguments: string[]}, exited: (code: number) => void = () => {}): Process {
		return this.machine.start({...this.#inherited(), ...start}, exited, this.pid);
	}

	#inherited(): Omit<ProcessStart, 'arguments'> {
		const {environment, directory, stdin, stdout, stderr, tty} = this;
		return {environment, directory, stdin, stdout, stderr, tty};
	}
}

type Surroundings = {
	image: ImageContents;
	files: FileSystem;
	clock: Clock;
	random: Random;
	network: PodNetwork;
	hostname: string;
	mayAdministerNetwork: boolean;
	/** Opens a port in the Pod; undefined when it is taken. The returned function closes it. */
	listen(port: number, server: HttpServer): (() => void) | undefined;
};

type Running1 = {
	process: Process;
	task: Task | undefined;
	/** The signals at which a process without a command ends well. */
	leavesOn?: ReadonlySet<Signal>;
	exited: (code: number) => void;
};

/** What the processes of one running container share: files, network, clock, and the table of processes. */
export class Machine {
	readonly image: ImageContents;
	readonly files: FileSystem;
	readonly clock: Clock;
	readonly random: Random;
	readonly network: PodNetwork;
	readonly hostname: string;
	readonly mayAdministerNetwork: boolean;
	readonly listen: Surroundings['listen'];
	readonly #processes = new Map<number, Running1>();
	#nextPid = 1;
	#ended = false;

	constructor(surroundings: Surroundings) {
		this.image = surroundings.image;
		this.files = surroundings.files;
		this.clock = surroundings.clock;
		this.random = surroundings.random;
		this.network = surroundings.network;
		this.hostname = surroundings.hostname;
		this.mayAdministerNetwork = surroundings.mayAdministerNetwork;
		this.listen = surroundings.listen;
	}

	/** The processes, by number. */
	get processes(): Process[] {
		return [...this.#processes.values()].map(({process}) => process);
	}

	/** Finds a program by path or along PATH; throws CommandNotFound. */
	find(name: string, environment: Record<string, string>, directory = '/'): {path: string; command: Command} {
		const candidates = name.includes('/')
			? [resolvePath(directory, name)]
			: (environment.PATH ?? '').split(':').map(folder => resolvePath(folder || directory, name));
		let notExecutable = false;
		for (const path of candidates) {
			const entry = this.files.entry(path);
			if (!entry) continue;
			const executable = entry.content !== undefined && (entry.mode & 0o111) !== 0;
			const command = this.image.programs.get(path) ?? this.#script(path);
			if (executable && command) return {path, command};
			notExecutable = true;
		}
		throw new CommandNotFound(name, notExecutable);
	}

	/** Starts a process; throws CommandNotFound. `exited` is called once with its exit code. */
	start(start: ProcessStart, exited: (code: number) => void, parent = 0): Process {
		const {command} = this.find(start.arguments[0] ?? '', start.environment, start.directory);
		return this.startCommand(command, start, exited, parent);
	}

	/** Starts a process of a command that needs no file, such as a part of a shell's pipeline. */
	startCommand(command: Command, start: ProcessStart, exited: (code: number) => void, parent = 0): Process {
		const pid = this.#takePid();
		const process = new Process(this, pid, parent, start);
		const running: Running1 = {process, task: undefined, exited};
		this.#processes.set(pid, running);
		const task = drive(
			command(process),
			code => this.#exit(running, code),
			error => this.#exit(running, failureCode(process, error)),
		);
		running.task = task;
		return process;
	}

	/** Starts a process that only waits for one of the signals to end: it costs no more than its place in the table. */
	park(start: ProcessStart, parent: number, leavesOn: ReadonlySet<Signal>): Process {
		const process = new Process(this, this.#takePid(), parent, start);
		this.#processes.set(process.pid, {process, task: undefined, leavesOn, exited: () => {}});
		return process;
	}

	/**
	 * Sends a signal. A process without a handler dies of it; process 1 is safe from all but a SIGKILL from `outside`,
	 * as the first process of a PID namespace is. False when there is no such process.
	 */
	signal(pid: number, signal: Signal, outside = false): boolean {
		const running = this.#processes.get(pid);
		if (!running) return false;
		const handler = signal === 'SIGKILL' ? undefined : running.process.handler(signal);
		if (handler) handler();
		else if (running.leavesOn?.has(signal)) this.#exit(running, 0);
		else if (pid !== 1 || (outside && signal === 'SIGKILL')) this.#kill(running, 128 + signalNumbers[signal]);
		return true;
	}

	/** Ends a process without a signal: it was part of something that is over. */
	kill(pid: number): void {
		const running = this.#processes.get(pid);
		if (running) this.#kill(running, 137);
	}

	/** Ends every process at once. */
	stop(): void {
		this.#ended = true;
		for (const running of [...this.#processes.values()].reverse()) {
			this.#processes.delete(running.process.pid);
			running.task?.stop();
		}
	}

	#takePid(): number {
		const pid = this.#nextPid;
		this.#nextPid += pid === 1 ? 6 : 1;
		return pid;
	}

	#kill(running: Running1, code: number) {
		running.task?.stop();
		this.#exit(running, code);
	}

	#exit(running: Running1, code: number) {
		const {pid} = running.process;
		if (!this.#processes.delete(pid) || this.#ended) return;
		// With the first process all others of the container go.
		if (pid === 1) {
			this.#ended = true;
			for (const other of this.#processes.values()) {
				other.task?.stop();
				other.exited(137);
			}
			this.#processes.clear();
		}
		running.exited(code);
	}

	/** A text file with `#!` runs with its interpreter. */
	#script(path: string): Command | undefined {
		const text = this.files.entry(path)?.content?.subarray(0, 200).toString();
		if (!text?.startsWith('#!')) return undefined;
		const interpreter = text.slice(2).split('\n')[0]!.trim().split(/\s+/);
		return function* script(process) {
			const line = [...interpreter, path, ...process.arguments.slice(1)];
			try {
				return yield* process.run({arguments: line});
			} catch (error) {
				if (!(error instanceof CommandNotFound)) throw error;
				process.stderr(`${path}: ${interpreter[0]}: not found\n`);
				return 127;
			}
		};
	}
}

/** What a command that threw leaves behind: a mistake in one command must not stop the cluster. */
function failureCode(process: Process, error: unknown): number {
	if (error instanceof BrokenPipe) return 128 + 13;
	const name = process.arguments[0] ?? '';
	const known = error instanceof FileError;
	try {
		process.stderr(known ? `${name}: ${error.message}\n` : `${name}: internal error: ${error}\n`);
	} catch (failure) {
		if (!(failure instanceof BrokenPipe)) throw failure;
	}
	return known ? 1 : 70;
}
