import type {Readable, Writable} from 'node:stream';
import {Client} from './client.ts';
import {Discovery} from './discovery.ts';
import type {FlagSet, ParsedFlags} from './flags.ts';
import {contextOf, endpointOf, type Kubeconfig, kubeconfigFiles, readKubeconfig} from './kubeconfig.ts';

/** The process around a run. `stdin` and `stdout` are streams of a terminal where `isTTY` says so. */
export type Io = {
	stdin: Readable & {isTTY?: boolean; setRawMode?: (raw: boolean) => unknown};
	stdout: Writable & {isTTY?: boolean; columns?: number; rows?: number};
	stderr: Writable;
	environment: Record<string, string | undefined>;
	cwd: string;
	signal: AbortSignal;
};

/** One command of kubectl. */
export type Command = {
	/** One line for the list of commands. */
	summary: string;
	/** How it is called, as kubectl's help says it. */
	usage: string;
	flags: FlagSet;
	/** Resolves to the exit code. */
	run(session: Session): Promise<number>;
};

/** One run of a command: what was asked, and the ways to the cluster, each opened when it is first needed. */
export class Session {
	readonly flags: ParsedFlags;
	readonly io: Io;
	#config?: Kubeconfig;
	#client?: Client;
	#discovery?: Promise<Discovery>;

	constructor(flags: ParsedFlags, io: Io) {
		this.flags = flags;
		this.io = io;
	}

	get arguments(): string[] {
		return this.flags.arguments;
	}

	/** The merged kubeconfig. */
	get config(): Kubeconfig {
		const flag = this.flags.text('kubeconfig');
		this.#config ??= readKubeconfig(kubeconfigFiles(flag, this.io.environment), {mustExist: flag !== ''});
		return this.#config;
	}

	get client(): Client {
		if (!this.#client) {
			const {flags} = this;
			const endpoint = endpointOf(this.config, {
				context: flags.text('context'),
				cluster: flags.text('cluster'),
				user: flags.text('user'),
				server: flags.text('server'),
				token: flags.text('token'),
				certificateAuthority: flags.text('certificate-authority'),
				clientCertificate: flags.text('client-certificate'),
				clientKey: flags.text('client-key'),
				servername: flags.text('tls-server-name'),
				insecure: flags.on('insecure-skip-tls-verify'),
				impersonate: flags.text('as'),
			});
			this.#client = new Client(endpoint, {warn: text => this.error(`Warning: ${text}`), signal: this.io.signal});
		}
		return this.#client;
	}

	/** What the server serves. */
	discovery(): Promise<Discovery> {
		this.#discovery ??= Discovery.of(this.client);
		return this.#discovery;
	}

	/** The namespace that is meant when an object does not name its own. */
	get namespace(): string {
		return this.flags.text('namespace') || contextOf(this.config, this.flags.text('context'))?.namespace || 'default';
	}

	/** Writes one line (or several) to stdout. */
	print(line: string): void {
		this.io.stdout.write(`${line}\n`);
	}

	/** Writes text as it is to stdout. */
	write(text: string): void {
		this.io.stdout.write(text);
	}

	/** Writes one line (or several) to stderr. */
	error(line: string): void {
		this.io.stderr.write(`${line}\n`);
	}

	close(): void {
		this.#client?.close();
	}
}
