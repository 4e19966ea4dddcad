import {mkdirSync, readFileSync, renameSync} from 'node:fs';
import {dirname} from 'node:path';
import {sync as writeFileAtomic} from 'write-file-atomic';

/** What is wrong with a file: `cut` is no whole JSON, `version` another version, `content` anything else. */
export type DamageReason = 'empty' | 'cut' | 'version' | 'content';

/** A file that could not be read as what it should be; it lies beside its old place now. */
export type Damage = {file: string; movedTo: string; reason: DamageReason};

/** Says that a file does not hold what it should. */
export class DamageError extends Error {
	readonly reason: DamageReason;

	constructor(reason: DamageReason) {
		super(`damaged: ${reason}`);
		this.name = 'DamageError';
		this.reason = reason;
	}
}

/** What a versioned file holds, or why it does not. */
export type Read<T> = {value?: T; damage?: Damage};

/** One kind of JSON file: its version, and how to tell its content from anything else. */
export type JsonFormat<T> = {
	version: number;
	/** Returns the content, or throws a DamageError. */
	parse(content: Record<string, unknown>): T;
};

/**
 * Reads a versioned JSON file. A missing one is simply absent. A damaged one, and one of a version this program does not
 * know, is moved aside as `NAME.damaged-TIME`, never overwritten. Throws what the file system throws otherwise.
 */
export function readJsonFile<T>(file: string, format: JsonFormat<T>): Read<T> {
	let text: string;
	try {
		text = readFileSync(file, 'utf8');
	} catch (error) {
		if (errorCode(error) === 'ENOENT') return {};
		throw error;
	}
	try {
		return {value: parseVersioned(text, format)};
	} catch (error) {
		if (!(error instanceof DamageError)) throw error;
		return {damage: moveAside(file, error.reason)};
	}
}

/** Replaces a versioned JSON file in one step, readable by its owner alone. */
export function writeJsonFile(file: string, version: number, content: Record<string, unknown>): void {
	mkdirSync(dirname(file), {recursive: true, mode: 0o700});
	writeFileAtomic(file, `${JSON.stringify({version, ...content}, null, '\t')}\n`, {mode: 0o600});
}

/** The content of a versioned JSON text. Throws DamageError. */
export function parseVersioned<T>(text: string, format: JsonFormat<T>): T {
	if (text.trim() === '') throw new DamageError('empty');
	let content: unknown;
	try {
		content = JSON.parse(text);
	} catch {
		throw new DamageError('cut');
	}
	if (typeof content !== 'object' || content === null || Array.isArray(content)) throw new DamageError('content');
	const {version, ...rest} = content as Record<string, unknown>;
	if (version !== format.version) throw new DamageError('version');
	return format.parse(rest);
}

/** Renames a file that cannot be read to `NAME.damaged-TIME`. */
function moveAside(file: string, reason: DamageReason): Damage {
	const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
	const movedTo = `${file}.damaged-${time}`;
	renameSync(file, movedTo);
	return {file, movedTo, reason};
}

/** The code of a file system or network error, like ENOENT. */
export function errorCode(error: unknown): string | undefined {
	const code = error instanceof Error && 'code' in error ? error.code : undefined;
	return typeof code === 'string' ? code : undefined;
}
