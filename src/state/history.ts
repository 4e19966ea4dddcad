import {type Damage, DamageError, type JsonFormat, readJsonFile, writeJsonFile} from './json-file.ts';

/** The prompt's history across sessions, oldest line first. */
export type History = {
	readonly lines: readonly string[];
	/** Adds a line, unless it is empty or repeats the last one, and writes the file. */
	add(line: string): void;
	damage?: Damage;
};

const keep = 1000;

const format: JsonFormat<string[]> = {
	version: 1,
	parse({lines}) {
		if (!Array.isArray(lines) || !lines.every(line => typeof line === 'string')) throw new DamageError('content');
		return lines;
	},
};

/** Opens the history of a file; a missing one is empty. A line that cannot be written is kept for this session. */
export function openHistory(file: string): History {
	const {value, damage} = readJsonFile(file, format);
	let lines = value ?? [];
	return {
		damage,
		get lines() {
			return lines;
		},
		add(line) {
			if (line.trim() === '' || line === lines.at(-1)) return;
			lines = [...lines, line].slice(-keep);
			try {
				writeJsonFile(file, format.version, {lines});
			} catch {
				// A full or read-only disk must not end a lesson.
			}
		},
	};
}
