/** Words of the shell that stand before a command and are none. */
const keywords = new Set(['if', 'then', 'elif', 'else', 'while', 'until', 'do', '!', '{', 'time']);

/**
 * The commands in a line of POSIX shell, each as its words with the quotes gone: those of pipes, lists, loops and command
 * substitutions too. Redirections and assignments are left out. Reads what it can of a line whose syntax is wrong.
 */
export function shellCommands(line: string): string[][] {
	const commands: string[][] = [];
	let words: string[] = [];
	let word: string | undefined;
	/** The next word is where something is redirected to. */
	let target = false;
	const endWord = () => {
		if (word !== undefined && !target) words.push(word);
		if (word !== undefined) target = false;
		word = undefined;
	};
	const endCommand = () => {
		endWord();
		target = false;
		commands.push(words);
		words = [];
	};
	/** The commands in `$(…)` at an index; answers the index after it. What it prints is not known. */
	const substitute = (at: number) => {
		const end = closingParenthesis(line, at + 2);
		if (line[at + 2] !== '(') commands.push(...shellCommands(line.slice(at + 2, end)));
		word = `${word ?? ''}1`;
		return end;
	};
	for (let at = 0; at < line.length; at++) {
		const character = line[at]!;
		if (character === "'") {
			const end = line.indexOf("'", at + 1);
			word = (word ?? '') + line.slice(at + 1, end < 0 ? line.length : end);
			if (end < 0) break;
			at = end;
		} else if (character === '"') {
			word ??= '';
			for (at++; at < line.length && line[at] !== '"'; at++) {
				if (line.startsWith('$(', at)) at = substitute(at);
				else word += line[at] === '\\' ? (line[++at] ?? '') : line[at];
			}
		} else if (character === '\\') {
			at++;
			if (line[at] !== '\n') word = (word ?? '') + (line[at] ?? '');
		} else if (line.startsWith('$(', at)) at = substitute(at);
		else if (character === '#' && word === undefined) {
			while (at + 1 < line.length && line[at + 1] !== '\n') at++;
		} else if (character === '>' || character === '<') {
			if (word !== undefined && /^\d$/.test(word)) word = undefined;
			endWord();
			while (/[<>&|-]/.test(line[at + 1] ?? '')) at++;
			target = true;
		} else if (/[\n;&|()]/.test(character)) endCommand();
		else if (/\s/.test(character)) endWord();
		else word = (word ?? '') + character;
	}
	endCommand();
	return commands.flatMap(command => {
		const first = command.findIndex(text => !keywords.has(text) && !/^[A-Za-z_]\w*=/.test(text));
		return first < 0 || command[first] === 'for' ? [] : [command.slice(first)];
	});
}

function closingParenthesis(line: string, from: number): number {
	let depth = 0;
	for (let at = from; at < line.length; at++) {
		if (line[at] === '(') depth++;
		else if (line[at] === ')' && depth-- === 0) return at;
	}
	return line.length;
}
