/** Programs that draw on the terminal or talk to it, whatever their arguments. */
const programs = new Set(
	'vi vim nvim view nano emacs pico micro helix hx joe less more most man top htop btop watch k9s kdash ssh tmux screen fzf mc nnn ranger lazygit lazydocker tig visudo crontab dialog whiptail'.split(
		' ',
	),
);

/** Programs that do so when they are given nothing to run. */
const interpreters = new Set(
	'sh bash zsh fish dash ash ksh python python3 node irb psql mysql sqlite3 redis-cli'.split(' '),
);

/** Words of the shell that may stand before a program. */
const prefixes = new Set('sudo env command exec time nohup nice then else elif do if while until ! { ('.split(' '));

/** Container tools, which like kubectl talk to the terminal when told to with -t. */
const containerTools = new Set(['docker', 'podman', 'nerdctl']);

/** kubectl's verbs that may talk to the terminal: edit always, the others with -t. */
const terminalVerbs = new Set(['edit', 'exec', 'run', 'attach', 'debug']);

/**
 * Whether a command line wants the terminal to itself: an editor, a pager, a shell, `kubectl edit`, `kubectl exec -it`.
 * Looked at are the programs of each part of a pipeline; a script that opens an editor inside is not seen through.
 */
export function wantsTerminal(line: string): boolean {
	return withoutQuotes(line)
		.split(/\|\|?|&&|;|\n/)
		.some((part, _index, parts) => {
			const [program = '', ...args] = wordsOf(part);
			const name = program.split('/').at(-1) ?? '';
			if (programs.has(name)) return true;
			// In the middle of a pipe, or with its output sent to a file, it has no use for the terminal.
			if (parts.length === 1 && interpreters.has(name))
				return !/[<>]/.test(part) && (args.includes('-i') || args.every(isInteractive));
			const wantsTty = (words: readonly string[]) => words.some(word => /^--tty(=true)?$|^-[a-z]*t[a-z]*$/.test(word));
			if (containerTools.has(name)) return ['run', 'exec'].includes(args[0] ?? '') && wantsTty(args);
			if (name !== 'kubectl' && name !== 'k') return false;
			const own = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
			const verb = own.find(word => terminalVerbs.has(word));
			if (verb === 'edit') return true;
			return verb !== undefined && wantsTty(own);
		});
}

/** The line with a plain word for everything in quotes, in which `;`, `|` and `>` have no meaning. */
function withoutQuotes(line: string): string {
	return line.replace(/'[^']*'|"(?:[^"\\]|\\.)*"/gs, 'quoted');
}

/** An option that leaves an interpreter with nothing to run but what is typed. */
function isInteractive(word: string): boolean {
	return word.startsWith('-') && !/^(-c|-e|-V|--version|--help)$/.test(word);
}

/** The words of one command, without the assignments and wrappers that may stand before its program. */
function wordsOf(part: string): string[] {
	const words = part.trim().split(/\s+/);
	while (words.length > 0 && (/^\w+=/.test(words[0]!) || prefixes.has(words[0]!))) words.shift();
	const [program = '', ...args] = words;
	return [program.replace(/^\(+/, ''), ...args];
}
