import type {Process} from '../machine.ts';

/** The options and the other words of a command line. */
export type Options = {flags: Set<string>; values: Record<string, string>; words: string[]};

/**
 * Reads short options as getopt does: `known` lists them, with a colon after each that takes a value. Long options are
 * kept by name, with what stands after `=`. Returns the name of an unknown option as `bad`.
 */
export function readOptions(words: string[], known: string): Options & {bad?: string} {
	const result: Options & {bad?: string} = {flags: new Set(), values: {}, words: []};
	for (let i = 0; i < words.length; i++) {
		const word = words[i]!;
		if (word === '--') {
			result.words.push(...words.slice(i + 1));
			break;
		}
		if (word.startsWith('--')) {
			const [name = '', ...value] = word.slice(2).split('=');
			result.flags.add(name);
			if (word.includes('=')) result.values[name] = value.join('=');
			continue;
		}
		if (!/^-./.test(word)) {
			result.words.push(word);
			continue;
		}
		for (let at = 1; at < word.length; at++) {
			const letter = word[at]!;
			const index = letter === ':' ? -1 : known.indexOf(letter);
			if (index < 0) {
				result.bad ??= letter;
				continue;
			}
			result.flags.add(letter);
			if (known[index + 1] !== ':') continue;
			result.values[letter] = word.slice(at + 1) || (words[++i] ?? '');
			break;
		}
	}
	return result;
}

/** Says that an option is not known, as busybox does, and returns the exit code. */
export function badOption(process: Process, letter: string): number {
	const name = process.arguments[0] ?? '';
	process.stderr(`${name}: unrecognized option: ${letter}\n`);
	return 1;
}
