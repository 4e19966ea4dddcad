import {
	appendFileSync,
	existsSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	statSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {openJournal, readJournal} from '../../src/engine/journal.ts';
import type {RunEvent} from '../../src/engine/run-state.ts';
import {emptySnapshot} from './hand-driven.ts';

let folder: string;
let file: string;

const events: RunEvent[] = [
	{at: 1, type: 'open'},
	{at: 2, type: 'enter', step: 'make'},
	{at: 3, type: 'remember', step: 'make', snapshot: emptySnapshot()},
	{at: 4, type: 'predict', step: 'make', choice: 'two'},
	{at: 5, type: 'ran', step: 'make', command: 'echo "ü\n中"'},
	{at: 6, type: 'solve', step: 'make'},
];

function write(list: RunEvent[] = events) {
	const journal = openJournal(file, 'endpoints', 10);
	for (const event of list) journal.append(event);
	journal.close();
	return journal;
}

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'endpoint-lab-journal-'));
	file = join(folder, 'progress', 'endpoints.jsonl');
});
afterEach(() => rmSync(folder, {recursive: true, force: true}));

describe('a journal', () => {
	test('gives back what was written, and goes on from there', () => {
		write();
		write([{at: 7, type: 'finish'}]);
		const journal = openJournal(file, 'endpoints', 10);
		expect(journal.events).toEqual([...events, {at: 7, type: 'finish'}]);
		expect(journal.damage).toBeUndefined();
		journal.close();
	});

	test('holds every event at once, so that a killed process loses none', () => {
		const journal = openJournal(file, 'endpoints', 10);
		journal.append(events[0]!);
		expect(readJournal(file, 'endpoints').events).toEqual([events[0]]);
		journal.close();
	});

	test('is readable by its owner alone', () => {
		write();
		expect(statSync(file).mode & 0o777).toBe(0o600);
	});

	test('that does not exist has no events and is no damage; reading makes no file', () => {
		expect(readJournal(file, 'endpoints')).toEqual({});
		expect(existsSync(file)).toBe(false);
	});
});

describe('a damaged journal', () => {
	/** Damages the file, opens it, and checks what was kept. */
	function expectKept(damage: () => void, kept: number, reason: string) {
		write();
		damage();
		const original = readFileSync(file, 'utf8');
		const journal = openJournal(file, 'endpoints', Date.UTC(2026, 10, 22, 1, 2, 3));
		expect(journal.events).toEqual(events.slice(0, kept));
		expect(journal.damage).toEqual({file, movedTo: `${file}.damaged-20261122T010203Z`, reason});
		expect(readFileSync(journal.damage!.movedTo, 'utf8')).toBe(original);
		journal.append({at: 9, type: 'finish'});
		journal.close();
		expect(readJournal(file, 'endpoints')).toEqual({events: [...events.slice(0, kept), {at: 9, type: 'finish'}]});
	}

	test('cut in its last line keeps all before', () => {
		expectKept(() => truncateSync(file, statSync(file).size - 8), 5, 'cut');
	});

	test('cut exactly before the last newline loses no more than that line', () => {
		expectKept(() => truncateSync(file, statSync(file).size - 1), 5, 'cut');
	});

	test('with a broken line in the middle keeps what is before it', () => {
		expectKept(() => replaceLine(3, '{"at":3,"type":"rem'), 2, 'content');
	});

	test('with an event of an unknown type keeps what is before it', () => {
		expectKept(() => replaceLine(4, '{"at":4,"type":"toString"}'), 3, 'content');
	});

	test('with an event that lacks a part keeps what is before it', () => {
		expectKept(() => replaceLine(5, '{"at":5,"type":"ran","step":"make"}'), 4, 'content');
		rmSync(file);
		expectKept(() => replaceLine(3, '{"at":3,"type":"remember","step":"make","snapshot":{"pods":[]}}'), 2, 'content');
		rmSync(file);
		expectKept(() => replaceLine(3, '{"at":3,"type":"requests","requests":{"total":1,"counts":[]}}'), 2, 'content');
		rmSync(file);
		expectKept(() => replaceLine(3, '{"at":3,"type":"solve","step":"make","snapshot":{"pods":[]}}'), 2, 'content');
		rmSync(file);
		expectKept(() => replaceLine(3, '{"at":3,"type":"helped","step":"make","how":"somehow"}'), 2, 'content');
	});

	test('of zeros, as a crash of the machine can leave it, keeps what is before them', () => {
		expectKept(() => appendFileSync(file, '\0'.repeat(64)), 6, 'cut');
	});

	test('that is empty starts anew', () => {
		expectKept(() => truncateSync(file, 0), 0, 'empty');
	});

	test('of a version that is not known is kept aside whole', () => {
		expectKept(() => replaceLine(0, '{"journal":"endpoint-lab","version":99,"lesson":"endpoints"}'), 0, 'version');
	});

	test('of another lesson is not taken for this one’s', () => {
		expectKept(() => replaceLine(0, '{"journal":"endpoint-lab","version":1,"lesson":"other"}'), 0, 'content');
	});
});

function replaceLine(index: number, text: string) {
	const lines = readFileSync(file, 'utf8').split('\n');
	lines[index] = text;
	writeFileSync(file, lines.join('\n'));
}
