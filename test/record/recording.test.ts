import {EventEmitter} from 'node:events';
import {mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {startRecording} from '../../src/record/recording.ts';
import {playCast, readCast} from './cast.ts';

/** A terminal that keeps what is written to it. */
class FakeTerminal extends EventEmitter {
	columns = 80;
	rows = 24;
	written = '';
	write = ((chunk: string | Uint8Array) => {
		this.written += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString();
		return true;
	}) as NodeJS.WriteStream['write'];
}

const began = Date.UTC(2026, 10, 22, 9, 0, 0);
let folder: string;
let file: string;
let time: number;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'endpoint-lab-test-'));
	file = join(folder, 'session.cast');
	time = began;
});

afterEach(() => rmSync(folder, {recursive: true, force: true}));

function start(stream: FakeTerminal) {
	return startRecording({file, stream, title: 'a lesson', environment: {TERM: 'xterm', SECRET: 'no'}, now: () => time});
}

test('has size, start and title, then every piece of output with its time, and each new size', async () => {
	const stream = new FakeTerminal();
	const recording = start(stream);
	time += 250;
	stream.write('one\r\n');
	time += 1000;
	stream.columns = 100;
	stream.emit('resize');
	stream.write('two');
	// A clock that is set back.
	time -= 5000;
	stream.write('\nthree');
	expect(recording.close()).toBeUndefined();
	stream.write('after the end');

	const {header, events} = readCast(file);
	expect(header).toEqual({
		version: 2,
		width: 80,
		height: 24,
		timestamp: began / 1000,
		title: 'a lesson',
		env: {TERM: 'xterm'},
	});
	expect(events).toEqual([
		[0.25, 'o', 'one\r\n'],
		[1.25, 'r', '100x24'],
		[1.25, 'o', 'two'],
		[1.25, 'o', '\r\nthree'],
	]);
	expect(stream.written).toBe('one\r\ntwo\nthreeafter the end');
	expect((await playCast(file)).lines.slice(0, 3)).toEqual(['one', 'two', 'three']);
	expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a size that was never announced still stands before what is drawn for it', () => {
	const stream = new FakeTerminal();
	const recording = start(stream);
	stream.rows = 50;
	stream.write('drawn');
	recording.close();
	expect(readCast(file).events.map(([, code]) => code)).toEqual(['r', 'o']);
});

test('characters that arrive in two pieces are whole', () => {
	const stream = new FakeTerminal();
	const recording = start(stream);
	const bytes = Buffer.from('端点');
	stream.write(bytes.subarray(0, 4));
	stream.write(bytes.subarray(4));
	recording.close();
	expect(
		readCast(file)
			.events.map(([, , data]) => data)
			.join(''),
	).toBe('端点');
});

test('a file that is there is left as it is', () => {
	writeFileSync(file, 'mine');
	const stream = new FakeTerminal();
	expect(() => start(stream)).toThrow(/EEXIST/);
	expect(readFileSync(file, 'utf8')).toBe('mine');
	stream.write('goes on');
	expect(stream.written).toBe('goes on');
});

test('is whole at every moment, as a killed process leaves it', () => {
	const stream = new FakeTerminal();
	const recording = start(stream);
	stream.write('one');
	expect(readCast(file).events).toHaveLength(1);
	stream.write('two');
	expect(readCast(file).events).toHaveLength(2);
	recording.close();
});
