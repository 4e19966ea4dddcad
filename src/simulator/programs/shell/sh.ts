import type {Command} from '../image.ts';
import type {Process} from '../machine.ts';
import type {Running} from '../running.ts';
import {parseScript, SyntaxFailure} from './parse.ts';
import {Shell, type Streams} from './shell.ts';
import type {List} from './syntax.ts';

/** The program `sh`: `-c TEXT`, a script file, or commands from stdin, with a prompt on a terminal. */
export function shellProgram(prompt: (shell: Shell) => string): Command {
	return function* sh(process) {
		const words = process.arguments.slice(1);
		const options: string[] = [];
		while (/^[-+][a-z]+$/.test(words[0] ?? '')) options.push(words.shift()!);
		const flags = options.join('');
		const shellName = process.arguments[0] ?? 'sh';
		if (flags.includes('c')) {
			const [text = '', name = shellName, ...positional] = words;
			const shell = configured(process, name, positional, flags);
			return yield* shell.runScript(text, streamsOf(process));
		}
		const [file, ...positional] = words;
		if (file !== undefined) {
			const entry = process.machine.files.entry(process.path(file));
			if (!entry?.content) {
				process.stderr(`${shellName}: can't open '${file}': No such file or directory\n`);
				return 2;
			}
			return yield* configured(process, file, positional, flags).runScript(
				entry.content.toString(),
				streamsOf(process),
			);
		}
		return yield* fromInput(configured(process, shellName, [], flags), prompt);
	};
}

const streamsOf = ({stdin, stdout, stderr}: Process): Streams => ({stdin, stdout, stderr});

function configured(process: Process, name: string, positional: string[], flags: string): Shell {
	const shell = new Shell(process, {name: name.replace(/^.*\//, ''), positional});
	shell.options.errexit = flags.includes('e');
	shell.options.nounset = flags.includes('u');
	shell.options.xtrace = flags.includes('x');
	return shell;
}

/** Runs stdin line by line; commands that are not finished go on on the next line. */
function* fromInput(shell: Shell, prompt: (shell: Shell) => string): Running {
	const {process} = shell;
	// Ctrl-C at the prompt or in a command is for the command; the shell stays.
	if (process.tty) process.handlers.set('SIGINT', () => {});
	let text = '';
	for (;;) {
		if (process.tty) process.stdout(text ? '> ' : prompt(shell));
		const line = yield* process.stdin.readLine();
		if (line === undefined) break;
		text += `${line}\n`;
		let list: List;
		try {
			list = parseScript(text);
		} catch (error) {
			if (!(error instanceof SyntaxFailure)) throw error;
			if (error.incomplete) continue;
			process.stderr(`${shell.name}: ${error.message}\n`);
			shell.status = 2;
			text = '';
			if (process.tty) continue;
			return 2;
		}
		text = '';
		if (!(yield* shell.runLine(list, streamsOf(process)))) return shell.status;
	}
	if (process.tty) process.stdout('exit\n');
	return shell.status;
}
