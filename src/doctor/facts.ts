import type {RuntimeHost, RuntimeName, RuntimeProblemCode} from '../clusters/container-runtime.ts';
import type {DamageReason} from '../state/json-file.ts';
import type {LockHolder} from '../state/lock.ts';
import type {System} from './operating-system.ts';

/** A program on PATH; without a version it did not say one in time. */
export type ProgramFacts = {path: string; version?: string};

/** The container runtime, when one answers. Images and clusters are undefined when it did not tell them in time. */
export type RuntimeFacts = {
	name: RuntimeName;
	program: string;
	version: string;
	host: RuntimeHost;
	/** Docker's context by name. */
	context?: string;
	/** Full names of the images that it has. */
	images?: string[];
	/** Names of the kind clusters that it runs or keeps. */
	kindClusters?: string[];
	/** Whether a rootless one may limit memory, processes and CPU of its containers; undefined when it is not rootless. */
	delegated?: boolean;
};

/** Why no container runtime answers. */
export type RuntimeProblemFacts = {
	code: RuntimeProblemCode;
	name?: RuntimeName;
	detail: string;
	/** DOCKER_HOST is set, and decides which daemon is asked. */
	dockerHost: boolean;
	/** Docker's current context. */
	context?: string | undefined;
	/** Others of which the socket on this machine answers. */
	otherContexts: string[];
};

/** An HTTP proxy that the environment names. `local`: on this machine's loopback. */
export type ProxyFacts = {name: string; wellFormed: boolean; local: boolean};

export type TerminalFacts = {
	input: boolean;
	output: boolean;
	columns: number;
	rows: number;
	/** Bits: 1 is none, 24 is all. */
	colourDepth: number;
	utf8: boolean;
	dumb: boolean;
	ci: boolean;
};

/** The folder where the lab keeps its state. */
export type HomeFacts = {
	folder: string;
	exists: boolean;
	/** Why it cannot be written to or made: the file system's code, like EACCES. */
	unwritable?: string;
	/** Others than its owner may read it. */
	open: boolean;
	/** Bytes free on its file system. */
	free?: number;
	damaged: {file: string; reason: DamageReason}[];
	/** Locks of processes that are gone. */
	staleLocks: string[];
	lab?: LockHolder;
	/** Who holds the embedded cluster, and the kind cluster. */
	cluster?: LockHolder;
	kindCluster?: LockHolder;
	/** The context of the user's in which a lab is at work. */
	context?: string;
	/** A kind cluster was not finished or not removed whole, and nobody is at work with it. */
	kindUnfinished: boolean;
	/** The cluster that was chosen in the lab before, as `--cluster` names it. */
	remembered?: string;
};

/** The kernel's limits on inotify for one user. */
export type InotifyFacts = {watches: number; instances: number};

/** Everything that the doctor looks at, as it was found; nothing is judged yet. */
export type Facts = {
	system: System;
	/** Version of Node. */
	node: string;
	home: HomeFacts;
	/** Why nothing can listen on 127.0.0.1, when that is so. */
	loopback?: string;
	/** The shell that runs a lesson's commands. */
	shell?: string;
	curl?: string;
	kubectl?: ProgramFacts;
	terminal: TerminalFacts;
	/** The cluster that ENDPOINT_LAB_CLUSTER names. */
	asked?: string;
	proxies: ProxyFacts[];
	runtime?: RuntimeFacts;
	runtimeProblem?: RuntimeProblemFacts;
	/** The runtime's program is a snap, which sees little of the file system. */
	snap: boolean;
	/** Docker's daemon is told to run an init of its own in each container. */
	daemonInit: boolean;
	kind?: ProgramFacts;
	/** Bytes free where the runtime keeps its images, when that is on this machine. */
	runtimeDisk?: number;
	inotify?: InotifyFacts;
	/** Whether WSL's kernel can keep a client at its endpoint (netfilter's `recent`); undefined when it does not tell. */
	recentMatch?: boolean;
	/** How many contexts the user's kubeconfig has; undefined when it cannot be read. */
	contexts?: number;
	/** Images that lessons use on a kind cluster. */
	images: string[];
	/** Why the package's lessons cannot be read, when that is so. */
	lessonsProblem?: string;
};
