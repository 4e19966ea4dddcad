import type {BaseFiles} from './file-system.ts';
import type {Process} from './machine.ts';
import type {Running} from './running.ts';

/** A program inside an image: it runs with its process and ends with an exit code. */
export type Command = (process: Process) => Running;

/** What an image brings, as its OCI configuration and layers would. */
export type ImageContents = {
	files: BaseFiles;
	/** Programs by absolute path; each is also an executable file. */
	programs: ReadonlyMap<string, Command>;
	entrypoint: string[];
	command: string[];
	environment: Record<string, string>;
	workingDirectory: string;
	user: {uid: number; gid: number; name: string};
	stopSignal: Signal;
	sizeBytes: number;
};

export type Signal = 'SIGHUP' | 'SIGINT' | 'SIGQUIT' | 'SIGKILL' | 'SIGUSR1' | 'SIGUSR2' | 'SIGTERM';

/** The numbers of the signals, as `kill -9` and exit codes of 128 + n use them. */
export const signalNumbers: Record<Signal, number> = {
	SIGHUP: 1,
	SIGINT: 2,
	SIGQUIT: 3,
	SIGKILL: 9,
	SIGUSR1: 10,
	SIGUSR2: 12,
	SIGTERM: 15,
};

/** An image that the nodes can run, in all its tags. */
export type Image = {
	/** Full names without tag, such as `docker.io/library/nginx`. */
	repositories: string[];
	/** A part of Kubernetes itself, which nobody is told to make Pods of. */
	system?: true;
	hasTag(tag: string): boolean;
	open(tag: string): ImageContents;
};
