/** Programs that draw on the terminal or talk to it, whatever their arguments. */
const programs = new Set(
	'vi vim nvim view nano emacs pico micro helix hx joe less more most man top htop btop watch k9s ssh tmux screen fzf mc nnn ranger lazygit tig visudo crontab'.split(
		' ',
	),
);

/** Programs that do so when they are given nothing to run. */
const interpreters = new Set(
	'sh bash zsh fish dash ash ksh python python3 node irb psql mysql sqlite3 redis-cli'.split(' '),
);

/** kubectl's verbs that may talk to the terminal: edit always, the others with -t. */
const terminalVerbs = new Set(['edit', 'exec', 'run', 'attach', 'debug']);

/**
 * Whether a command line wants the terminal to itself: an editor, a pager, a shell, `kubectl edit`, `kubectl exec -it`.
 * Looked at are the programs of each part of a pipeline; a script that opens an editor inside is not seen through.
 */
export function wantsTerminal(line: string): boolean {
	return line.split(/\|\|?|&&|;|\n/).some((part, _index, parts) => {
		const [program = '', ...args] = wordsOf(part);
		const name = program.split('/').at(-1) ?? '';
		if (programs.has(name)) return true;
		// In the middle of a pipe, or with its output sent to a file, it has no use for the terminal.
		if (parts.length === 1 && interpreters.has(name)) return args.length === 0 && !/[<>]/.test(part);
		if (name !== 'kubectl' && name !== 'k') return false;
		const own = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
		const verb = own.find(word => terminalVerbs.has(word));
		if (verb === 'edit') return true;
		return verb !== undefined && own.some(word => /^--tty(=true)?$|^-[a-z]*t[a-z]*$/.test(word));
	});
}

/** The words of one command, without the assignments and wrappers that may stand before its program. */
function wordsOf(part: string): string[] {
	const words = part.trim().split(/\s+/);
	while (
		words.length > 0 &&
		(/^\w+=/.test(words[0]!) || ['sudo', 'env', 'command', 'exec', 'time'].includes(words[0]!))
	)
		words.shift();
	return words;
}
