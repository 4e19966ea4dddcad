import {linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {dirname} from 'node:path';
import {DamageError, errorCode, type JsonFormat, parseVersioned, writeJsonFile} from './json-file.ts';
import {isAlive, type ProcessIdentity, thisProcess} from './process-identity.ts';

/** What a lock file tells of its holder. `since` is in ms since 1970; `details` is the holder's own. */
export type LockHolder = ProcessIdentity & {command: string; since: number; details?: Record<string, unknown>};

/** A lock that this process holds. */
export type Lock = {
	/** Tells others more about the holder. */
	describe(details: Record<string, unknown>): void;
	/** Gives it back, unless somebody else holds it by now. */
	release(): void;
};

const version = 1;

const holderFormat: JsonFormat<LockHolder> = {
	version,
	parse(content) {
		const {pid, started, command, since, details} = content;
		if (typeof pid !== 'number' || typeof started !== 'string') throw new DamageError('content');
		return {
			pid,
			started,
			command: typeof command === 'string' ? command : '',
			since: typeof since === 'number' ? since : 0,
			details: typeof details === 'object' && details !== null ? (details as Record<string, unknown>) : undefined,
		};
	},
};

/** Who holds the lock now; undefined when nobody does, or when its process is gone or the file is damaged. */
export function lockHolder(file: string): LockHolder | undefined {
	const text = readText(file);
	return text === undefined ? undefined : livingHolder(text);
}

function livingHolder(text: string): LockHolder | undefined {
	try {
		const holder = parseVersioned(text, holderFormat);
		return isAlive(holder) ? holder : undefined;
	} catch {
		return undefined;
	}
}

function readText(file: string): string | undefined {
	try {
		return readFileSync(file, 'utf8');
	} catch (error) {
		if (errorCode(error) === 'ENOENT') return undefined;
		throw error;
	}
}

/**
 * Takes a lock for this process, or returns the living process that holds it. The lock of a killed process is taken
 * over. `command` is what the holder is running, as a user would type it.
 */
export function takeLock(file: string, command: string): {lock: Lock} | {holder: LockHolder} {
	mkdirSync(dirname(file), {recursive: true, mode: 0o700});
	const own = {...thisProcess(), command, since: Date.now()};
	for (;;) {
		if (createWhole(file, `${JSON.stringify({version, ...own})}\n`)) return {lock: heldLock(file, own)};
		const text = readText(file);
		if (text === undefined) continue;
		const holder = livingHolder(text);
		if (holder) return {holder};
		removeStale(file, text);
	}
}

function heldLock(file: string, own: LockHolder): Lock {
	const stillOwn = () => lockHolder(file)?.pid === own.pid;
	return {
		describe(details) {
			if (stillOwn()) writeJsonFile(file, version, {...own, details});
		},
		release() {
			if (stillOwn()) rmSync(file, {force: true});
		},
	};
}

/** Creates a file with its content in one step; false when it is there already. */
function createWhole(file: string, content: string): boolean {
	const draft = `${file}.${process.pid}`;
	writeFileSync(draft, content, {mode: 0o600});
	try {
		linkSync(draft, file);
		return true;
	} catch (error) {
		if (errorCode(error) === 'EEXIST') return false;
		// A file system without hard links: creating and writing are two steps there.
		try {
			writeFileSync(file, content, {mode: 0o600, flag: 'wx'});
			return true;
		} catch (second) {
			if (errorCode(second) === 'EEXIST') return false;
			throw second;
		}
	} finally {
		rmSync(draft, {force: true});
	}
}

/**
 * Removes the lock of a dead process, and only that: another process may have done the same and taken the lock between
 * our reading and our renaming, and then gets its file back.
 */
function removeStale(file: string, staleText: string): void {
	const aside = `${file}.stale-${process.pid}`;
	try {
		renameSync(file, aside);
	} catch (error) {
		if (errorCode(error) === 'ENOENT') return;
		throw error;
	}
	if (readText(aside) !== staleText) createWhole(file, readText(aside) ?? '');
	rmSync(aside, {force: true});
}
