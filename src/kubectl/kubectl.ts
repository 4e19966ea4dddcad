import {describeFailure, Exit, exitCodeOf, KubectlError, lacks} from './errors.ts';
import {findCommand, parseFlags} from './flags.ts';
import {commandHelp, kubectlHelp} from './help.ts';
import {type Command, type Io, Session} from './session.ts';

type Load = () => Promise<{command: Command}>;

/** The commands, each loaded only when it is called: most runs need one, and a learner waits for it. */
const commands: Record<string, Load> = {
	get: () => import('./commands/get.ts'),
	describe: () => import('./commands/describe.ts'),
	apply: () => import('./commands/apply.ts'),
	delete: () => import('./commands/delete.ts'),
	scale: () => import('./commands/scale.ts'),
	rollout: () => import('./commands/rollout.ts'),
	wait: () => import('./commands/wait.ts'),
	create: () => import('./commands/create.ts'),
	label: () => import('./commands/label.ts'),
	annotate: () => import('./commands/annotate.ts'),
	patch: () => import('./commands/patch.ts'),
	expose: () => import('./commands/expose.ts'),
	set: () => import('./commands/set.ts'),
	run: () => import('./commands/run.ts'),
	edit: () => import('./commands/edit.ts'),
	attach: () => import('./commands/attach.ts'),
	logs: () => import('./commands/logs.ts'),
	exec: () => import('./commands/exec.ts'),
	'port-forward': () => import('./commands/port-forward.ts'),
	events: () => import('./commands/events.ts'),
	explain: () => import('./commands/explain.ts'),
	'api-resources': () => import('./commands/api-resources.ts'),
	'api-versions': () => import('./commands/api-versions.ts'),
	'cluster-info': () => import('./commands/cluster-info.ts'),
	config: () => import('./commands/config.ts'),
	top: () => import('./commands/top.ts'),
	version: () => import('./commands/version.ts'),
};

/** Commands of stock kubectl that are not here. */
const missing = new Set([
	'alpha',
	'auth',
	'autoscale',
	'certificate',
	'completion',
	'cordon',
	'cp',
	'debug',
	'diff',
	'drain',
	'kustomize',
	'options',
	'plugin',
	'proxy',
	'replace',
	'taint',
	'uncordon',
]);

/** The commands that look like the word, as the library under kubectl suggests them (spf13/cobra SuggestionsFor). */
async function suggestion(word: string): Promise<string> {
	const {default: leven} = await import('leven');
	const known = [...Object.keys(commands), ...missing].sort();
	const alike = known.filter(name => leven(word.toLowerCase(), name) <= 2 || name.startsWith(word.toLowerCase()));
	return alike.length === 0 ? '' : `\n\nDid you mean this?\n${alike.map(name => `\t${name}`).join('\n')}`;
}

async function run(argv: string[], io: Io): Promise<number> {
	const at = findCommand(argv, new Set());
	const name = at < 0 ? '' : argv[at]!;
	// Refuses a flag that is none.
	if (name === '') parseFlags(argv, {}, '');
	if (name === '' || name === 'help') {
		const topic = name === 'help' ? argv[at + 1] : undefined;
		const load = topic ? commands[topic] : undefined;
		io.stdout.write(load ? commandHelp((await load()).command) : await kubectlHelp(commands));
		return 0;
	}
	const {command} = await loadCommand(name);
	const rest = [...argv.slice(0, at), ...argv.slice(at + 1)];
	const flags = parseFlags(rest, command.flags, name);
	if (flags.on('help')) {
		io.stdout.write(commandHelp(command));
		return 0;
	}
	const session = new Session(flags, io);
	try {
		return await command.run(session);
	} finally {
		session.close();
	}
}

/**
 * What a command line asks for, without running it: the command's name and its arguments without flags. Throws
 * KubectlError for a command, a flag or a flag's value that this kubectl does not know.
 */
export async function readCommandLine(argv: string[]): Promise<{name: string; arguments: string[]}> {
	const at = findCommand(argv, new Set());
	const name = at < 0 ? '' : argv[at]!;
	if (name === '' || name === 'help') return {name, arguments: []};
	const {command} = await loadCommand(name);
	const flags = parseFlags([...argv.slice(0, at), ...argv.slice(at + 1)], command.flags, name);
	return {
		name,
		arguments: flags.argumentsBeforeDash < 0 ? flags.arguments : flags.arguments.slice(0, flags.argumentsBeforeDash),
	};
}

async function loadCommand(name: string): Promise<{command: Command}> {
	const load = commands[name];
	if (load) return await load();
	if (missing.has(name)) throw lacks(name);
	throw new KubectlError(`unknown command "${name}" for "kubectl"${await suggestion(name)}`);
}

/** What a shell reports for a program whose reader went away, as in `kubectl get pods -w | head -1`. */
const brokenPipe = 141;

/**
 * Runs kubectl's command line: what stock kubectl would print goes to `stdout` and `stderr`. Resolves to the exit code
 * and never rejects; 130 when `signal` ended it.
 */
export async function runKubectl(argv: string[], io: Io): Promise<number> {
	const reader = new AbortController();
	const gone = () => reader.abort();
	io.stdout.on('error', gone);
	const signal = AbortSignal.any([io.signal, reader.signal]);
	const ended = () => (reader.signal.aborted ? brokenPipe : 130);
	try {
		const code = await run(argv, {...io, signal});
		return signal.aborted ? ended() : code;
	} catch (error) {
		if (signal.aborted) return ended();
		if (!(error instanceof Exit && error.message === '')) io.stderr.write(`${describeFailure(error)}\n`);
		return exitCodeOf(error);
	} finally {
		io.stdout.off('error', gone);
	}
}
