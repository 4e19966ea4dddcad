import type {Listeners} from '../network/http-server.ts';
import type {PodNetwork} from '../network/pod-network.ts';
import {type FileChanges, FileSystem, type Mount} from '../programs/file-system.ts';
import type {ImageContents, Signal} from '../programs/image.ts';
import {Machine} from '../programs/machine.ts';
import {emptyPipe, Pipe} from '../programs/pipe.ts';
import type {Simulation} from '../simulation.ts';
import type {Container} from '../types.ts';
import {ContainerLog} from './container-log.ts';
import {createTerminal, interrupt} from './terminal.ts';

type Write = (data: string | Uint8Array) => void;

/** What a container is made from. */
export type ContainerStart = {
	simulation: Pick<Simulation, 'clock' | 'random'>;
	spec: Container;
	image: ImageContents;
	environment: Record<string, string>;
	mounts: Mount[];
	hostname: string;
	network: PodNetwork;
	/** Whether its programs may read and change the network's rules (CAP_NET_ADMIN). */
	mayAdministerNetwork: boolean;
	listeners: Listeners;
	/**
	 * For a container that ran before a restart of the cluster: its files and log, which it keeps. Unless the log is of
	 * that time, what the container says when it begins belongs into it.
	 */
	previous?: {files: FileChanges; log: ContainerLog; logged: boolean};
	exited: (code: number) => void;
};

/** A container that runs: the processes of an image, their files and what they wrote. */
export type RunningContainer = {
	machine: Machine;
	log: ContainerLog;
	environment: Record<string, string>;
	directory: string;
	/** The first process' stdin, when the Pod asks for one (`stdin: true`). */
	input: {type(data: Uint8Array): void; end(): void} | undefined;
	/** Passes on what the first process writes from now on; `ended` gets its exit code. */
	attach(streams: {stdout: Write; stderr: Write}, ended: (code: number) => void): () => void;
	/** Sends the first process a signal from outside, as the container runtime does. */
	signal(signal: Signal): void;
	/** Ends all processes at once, without an exit. */
	destroy(): void;
};

/** Starts a container; throws CommandNotFound when its program is not in the image. */
export function startContainer(start: ContainerStart): RunningContainer {
	const {simulation, spec, image, listeners, previous} = start;
	const {clock, random} = simulation;
	const log = previous?.log ?? new ContainerLog(() => clock.now());
	const files = new FileSystem(image.files, () => clock.now(), {
		mounts: start.mounts,
		changes: previous?.files,
	});
	const open = new Set<() => void>();
	const machine = new Machine({
		image,
		files,
		clock,
		random,
		network: start.network,
		mayAdministerNetwork: start.mayAdministerNetwork,
		hostname: start.hostname,
		listen(port, server) {
			const close = listeners.listen(port, server);
			if (!close) return undefined;
			const closeOnce = () => {
				if (open.delete(closeOnce)) close();
			};
			open.add(closeOnce);
			return closeOnce;
		},
	});
	const closeAll = () => {
		for (const close of [...open]) close();
	};
	const line = commandLine(spec, image, start.environment);
	const directory = spec.workingDir || image.workingDirectory;
	// A container that goes on after a restart of the cluster does not write its first lines again.
	let muted = previous?.logged ?? false;
	const attached = new Set<{streams: {stdout: Write; stderr: Write}; ended: (code: number) => void}>();
	const output =
		(stream: 'stdout' | 'stderr'): Write =>
		data => {
			if (muted) return;
			log.write(data);
			for (const {streams} of attached) streams[stream](data);
		};
	const input = spec.stdin ? new Pipe() : undefined;
	const terminal =
		input && spec.tty
			? createTerminal(input, output('stdout'), () => {
					const first = machine.processes.find(({pid}) => pid === 1);
					if (first) interrupt(machine, first);
				})
			: undefined;
	machine.start(
		{
			arguments: line,
			environment: start.environment,
			directory,
			stdin: input ?? emptyPipe(),
			stdout: terminal?.output ?? output('stdout'),
			stderr: terminal?.output ?? output('stderr'),
			tty: terminal !== undefined,
		},
		code => {
			closeAll();
			log.end();
			for (const {ended} of attached) ended(code);
			start.exited(code);
		},
	);
	muted = false;
	return {
		machine,
		log,
		environment: start.environment,
		directory,
		input: input && {type: terminal?.type ?? input.write, end: () => input.end()},
		attach(streams, ended) {
			const entry = {streams, ended};
			attached.add(entry);
			return () => void attached.delete(entry);
		},
		signal: signal => void machine.signal(1, signal, true),
		destroy() {
			machine.stop();
			closeAll();
			log.end();
			for (const {ended} of attached) ended(137);
		},
	};
}

/** Whether a container has the capability NET_ADMIN: asked for by name, or with all others. */
export function mayAdministerNetwork({securityContext}: Container): boolean {
	const {privileged, capabilities} = (securityContext ?? {}) as {
		privileged?: boolean;
		capabilities?: {add?: string[]};
	};
	return privileged === true || (capabilities?.add ?? []).some(name => name === 'NET_ADMIN' || name === 'ALL');
}

/** command replaces the image's entry point, args its command; a command alone drops the image's arguments. */
function commandLine(spec: Container, image: ImageContents, environment: Record<string, string>): string[] {
	const expand = (words: string[]) => words.map(word => expandVariables(word, environment));
	const command = spec.command?.length ? expand(spec.command) : image.entrypoint;
	const defaults = spec.command?.length ? [] : image.command;
	return [...command, ...(spec.args?.length ? expand(spec.args) : defaults)];
}

/** `$(NAME)` becomes the variable's value, `$$(NAME)` stays as `$(NAME)` (third_party/forked/golang/expansion). */
export function expandVariables(text: string, environment: Record<string, string>): string {
	return text.replace(/\$\$|\$\(([^)]*)\)/g, (whole, name: string | undefined) => {
		if (name === undefined) return '$';
		return environment[name] ?? whole;
	});
}
