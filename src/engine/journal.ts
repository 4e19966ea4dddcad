import {closeSync, copyFileSync, mkdirSync, openSync, readFileSync, writeSync} from 'node:fs';
import {dirname} from 'node:path';
import {sync as writeFileAtomic} from 'write-file-atomic';
import type {Damage, DamageReason} from '../state/json-file.ts';
import type {RunEvent} from './run-state.ts';

/** The version of the journal's lines; it stands in the first one. */
const version = 1;

/** Where a run's events are kept. Appending returns once the event is with the operating system. */
export type Journal = {
	/** What was there when the journal was opened. */
	events: readonly RunEvent[];
	/** Set when the file was damaged: its original has been kept beside it, and everything before the damage here. */
	damage?: Damage;
	append(event: RunEvent): void;
	close(): void;
};

/** A journal that lives no longer than its run. */
export function memoryJournal(): Journal {
	return {events: [], append() {}, close() {}};
}

/**
 * Opens a run's journal: JSON lines, a header first, only ever appended to, so that a killed process costs at most the
 * line it was writing. Damage keeps everything before it; the damaged original is copied to `NAME.damaged-TIME`.
 * `now` names that copy (ms since 1970). Throws what the file system throws.
 */
export function openJournal(file: string, lesson: string, now: number): Journal {
	mkdirSync(dirname(file), {recursive: true, mode: 0o700});
	const {events, reason} = readJournal(file, lesson);
	let damage: Damage | undefined;
	if (reason) {
		const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '');
		damage = {file, movedTo: `${file}.damaged-${time}`, reason};
		copyFileSync(file, damage.movedTo);
	}
	if (reason || !events) {
		const lines = [header(lesson), ...(events ?? [])].map(line => `${JSON.stringify(line)}\n`);
		writeFileAtomic(file, lines.join(''), {mode: 0o600});
	}
	const descriptor = openSync(file, 'a', 0o600);
	let open = true;
	return {
		events: events ?? [],
		damage,
		append(event) {
			if (open) writeSync(descriptor, `${JSON.stringify(event)}\n`);
		},
		close() {
			if (open) closeSync(descriptor);
			open = false;
		},
	};
}

/**
 * Reads the events of a journal without touching it; `events` is undefined when there is none. `reason` tells what is
 * wrong with the file, if something is.
 */
export function readJournal(file: string, lesson: string): {events?: RunEvent[]; reason?: DamageReason} {
	let text: string;
	try {
		text = readFileSync(file, 'utf8');
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
		throw error;
	}
	if (text === '') return {events: [], reason: 'empty'};
	const lines = text.split('\n');
	// A whole file ends with a newline; what follows the last one is a line that was cut off, even if it parses.
	const cut = lines.pop() !== '';
	const [first = '', ...rest] = lines;
	const head = parseLine(first);
	if (!isRecord(head) || head.journal !== 'endpoint-lab' || head.lesson !== lesson) {
		return {events: [], reason: lines.length === 0 ? 'cut' : 'content'};
	}
	if (head.version !== version) return {events: [], reason: 'version'};
	const events: RunEvent[] = [];
	for (const line of rest) {
		const event = parseLine(line);
		if (!isRunEvent(event)) return {events, reason: 'content'};
		events.push(event);
	}
	return cut ? {events, reason: 'cut'} : {events};
}

function header(lesson: string) {
	return {journal: 'endpoint-lab', version, lesson};
}

function parseLine(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		return undefined;
	}
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The text fields that each type of event must have. */
const textFields: Record<RunEvent['type'], string[]> = {
	open: [],
	close: [],
	enter: ['step'],
	remember: ['step'],
	requests: [],
	predict: ['step', 'choice'],
	ran: ['step', 'command'],
	ended: ['command', 'output'],
	changes: [],
	hint: ['step', 'hint'],
	solve: ['step'],
	helped: ['step', 'how'],
	reset: ['step'],
	redo: ['step'],
	finish: [],
};

const snapshotLists = ['pods', 'services', 'endpoints', 'slices', 'deployments'];

function isRunEvent(value: unknown): value is RunEvent {
	if (!isRecord(value) || typeof value.at !== 'number' || typeof value.type !== 'string') return false;
	const fields = Object.hasOwn(textFields, value.type) ? textFields[value.type as RunEvent['type']] : undefined;
	if (!fields?.every(field => typeof value[field] === 'string')) return false;
	if (value.type === 'open')
		return value.seed === undefined || (Number.isInteger(value.seed) && Number(value.seed) > 0);
	if (value.type === 'requests') return isRequestsView(value.requests);
	if (value.type === 'helped') return value.how === 'shown' || value.how === 'skipped';
	if (value.type === 'ended') return typeof value.code === 'number';
	if (value.type === 'changes') return Array.isArray(value.entries) && value.entries.every(isTimelineEntry);
	const {type, snapshot} = value;
	if (type !== 'remember' && !(type === 'solve' && snapshot !== undefined)) return true;
	return isRecord(snapshot) && snapshotLists.every(list => Array.isArray(snapshot[list]));
}

function isTimelineEntry(value: unknown): boolean {
	return (
		isRecord(value) && typeof value.at === 'number' && typeof value.what === 'string' && typeof value.name === 'string'
	);
}

function isRequestsView(value: unknown): boolean {
	return (
		isRecord(value) && typeof value.total === 'number' && Array.isArray(value.counts) && Array.isArray(value.recent)
	);
}
