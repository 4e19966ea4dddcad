import {access, constants, readFile} from 'node:fs/promises';
import {createServer} from 'node:net';
import {homedir, release} from 'node:os';
import {delimiter, join} from 'node:path';
import {promisify} from 'node:util';
import {gunzip} from 'node:zlib';
import {parse} from 'yaml';
import {type Environment, findOnPath, lineShell} from '../clusters/shell.ts';
import type {Facts, TerminalFacts} from './facts.ts';
import {probeHome} from './probe-home.ts';
import {probeKind} from './probe-kind.ts';
import {probeProgram} from './probe-program.ts';
import {proxiesOf} from './proxies.ts';
import {startTimeLimit} from './time-limit.ts';

export type ProbeOptions = {
	environment: Environment;
	signal: AbortSignal;
	/** ms that everything together may take; what has not answered by then counts as silent. */
	limitMs: number;
	input: {isTTY?: boolean};
	output: {isTTY?: boolean; columns?: number; rows?: number; getColorDepth?(environment?: object): number};
	/** Reads the images that lessons use on a kind cluster. Throws when the package's lessons are damaged. */
	images: () => string[];
};

/** Looks at the machine, at everything at once, and changes nothing. Throws only the reason of an aborted signal. */
export async function probe(options: ProbeOptions): Promise<Facts> {
	const {environment, limitMs} = options;
	const limit = startTimeLimit(limitMs, options.signal);
	try {
		const [kind, home, loopback, kubectl, recentMatch, contexts] = await Promise.all([
			probeKind({environment, limitMs, limit, contents: true}),
			probeHome(environment),
			limit.inTime(probeLoopback(), 'ETIMEDOUT'),
			probeProgram('kubectl', ['version', '--client', '-o', 'json'], environment, limit),
			probeRecentMatch(),
			countContexts(environment),
		]);
		options.signal.throwIfAborted();
		return {
			...kind,
			node: process.versions.node,
			home,
			loopback,
			shell: lineShell(environment),
			curl: findOnPath('curl', environment.PATH),
			kubectl,
			terminal: probeTerminal(options),
			proxies: proxiesOf(environment),
			asked: environment.ENDPOINT_LAB_CLUSTER || undefined,
			recentMatch,
			contexts,
			...lessonFacts(options),
		};
	} finally {
		limit.end();
	}
}

/** Lessons that cannot be read are a finding, and no end of the others. */
function lessonFacts({images}: ProbeOptions): Pick<Facts, 'images' | 'lessonsProblem'> {
	try {
		return {images: images()};
	} catch (error) {
		return {images: [], lessonsProblem: error instanceof Error ? error.message : String(error)};
	}
}

/** Why nothing can listen on 127.0.0.1; undefined when it can. */
function probeLoopback(): Promise<string | undefined> {
	const server = createServer();
	return new Promise(resolve => {
		server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
		server.listen(0, '127.0.0.1', () => server.close(() => resolve(undefined)));
	});
}

/** Reads the kernel's own configuration, which WSL's kernel shows in /proc/config.gz. */
async function probeRecentMatch(): Promise<boolean | undefined> {
	if (!/microsoft/i.test(release())) return undefined;
	try {
		const config = (await promisify(gunzip)(await readFile('/proc/config.gz'))).toString();
		return /^CONFIG_NETFILTER_XT_MATCH_RECENT=[ym]$/m.test(config);
	} catch {
		return undefined;
	}
}

/** How many contexts the files of KUBECONFIG have, or else ~/.kube/config; undefined when one cannot be read. */
async function countContexts({KUBECONFIG, HOME, USERPROFILE}: Environment): Promise<number | undefined> {
	const files = KUBECONFIG
		? KUBECONFIG.split(delimiter).filter(Boolean)
		: [join(HOME || USERPROFILE || homedir(), '.kube', 'config')];
	const names = new Set<unknown>();
	for (const file of files) {
		try {
			await access(file, constants.F_OK);
		} catch {
			continue;
		}
		try {
			const config = parse(await readFile(file, 'utf8')) as {contexts?: {name?: unknown}[] | null} | null;
			for (const {name} of config?.contexts ?? []) names.add(name);
		} catch {
			return undefined;
		}
	}
	return names.size;
}

function probeTerminal({environment, input, output}: ProbeOptions): TerminalFacts {
	const {LC_ALL, LC_CTYPE, LANG, TERM, CI} = environment;
	const locale = LC_ALL || LC_CTYPE || LANG || '';
	return {
		input: Boolean(input.isTTY),
		output: Boolean(output.isTTY),
		columns: output.columns ?? 0,
		rows: output.rows ?? 0,
		colourDepth: environment.NO_COLOR ? 1 : (output.getColorDepth?.(environment) ?? 1),
		utf8: /utf-?8/i.test(locale) || process.platform === 'win32' || (process.platform === 'darwin' && !locale),
		dumb: TERM === 'dumb',
		ci: CI !== undefined,
	};
}
