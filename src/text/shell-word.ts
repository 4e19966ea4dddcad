/** A word as it can be pasted into a POSIX shell: as it is where that does no harm, else in single quotes. */
export const shellWord = (word: string): string =>
	/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
