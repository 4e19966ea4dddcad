/** The flags that a Go program with cobra knows, by their long names. */
export type Flags = {boolean: string[]; value: string[]; short: Record<string, string>};

/** What was given of them, and the other words. */
export type GivenFlags = {on: Set<string>; values: Record<string, string>; words: string[]};

/** A flag that cannot be understood; `message` is pflag's text. */
export class FlagError extends Error {}

/** Reads flags as spf13/pflag does: anywhere among the words, `--name=value`, `--name value`, `-n value`. Throws FlagError. */
export function readFlags(words: string[], flags: Flags): GivenFlags {
	const given: GivenFlags = {on: new Set(), values: {}, words: []};
	for (let i = 0; i < words.length; i++) {
		const word = words[i]!;
		if (word === '--') {
			given.words.push(...words.slice(i + 1));
			break;
		}
		if (!/^-./.test(word)) {
			given.words.push(word);
			continue;
		}
		const long = word.startsWith('--');
		const [, name = '', value] = (long ? /^--([^=]*)(?:=(.*))?$/s : /^-(.)=?(.+)?$/s).exec(word) ?? [];
		const full = long ? name : flags.short[name];
		if (full !== undefined && flags.boolean.includes(full)) {
			if (value === 'false') given.on.delete(full);
			else given.on.add(full);
		} else if (full !== undefined && flags.value.includes(full)) {
			const text = value ?? words[++i];
			if (text === undefined) throw new FlagError(`flag needs an argument: ${long ? word : `'${name}' in ${word}`}`);
			given.values[full] = text;
		} else throw new FlagError(long ? `unknown flag: --${name}` : `unknown shorthand flag: '${name}' in ${word}`);
	}
	return given;
}
