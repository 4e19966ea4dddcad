import {existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmdirSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {createLineRunner, type LineRunner} from '../../src/clusters/line-runner.ts';
import {lives} from '../lives.ts';
import {until} from '../until.ts';

let folder: string;
let stop: AbortController;
let runner: LineRunner;

function open(shell: string): LineRunner {
	return createLineRunner({
		environment: {...process.env, SHELL: shell, LAB_TEST: 'from outside'},
		cwd: folder,
		signal: stop.signal,
	});
}

async function output(line: string, columns?: number): Promise<{code: number; signal?: string; text: string}> {
	let text = '';
	const result = await runner.run(line, {columns, onOutput: piece => (text += piece)});
	return {...result, text};
}

beforeEach(() => {
	folder = realpathSync(mkdtempSync(join(tmpdir(), 'line-runner-')));
	stop = new AbortController();
});

afterEach(async () => {
	stop.abort();
	await runner.close();
	rmSync(folder, {recursive: true, force: true});
});

describe.each(['/bin/bash', '/bin/dash'])('in %s', shell => {
	beforeEach(() => {
		runner = open(shell);
	});

	test('output and errors arrive in the order they were written, with the exit code', async () => {
		const result = await output('echo one; echo two >&2; echo three; (exit 7)');
		expect(result).toEqual({code: 7, text: 'one\ntwo\nthree\n'});
	});

	test('exit in a line ends the line, not the session', async () => {
		expect(await output('cd /; exit 3; echo never')).toEqual({code: 3, text: ''});
		expect(await output('pwd')).toEqual({code: 0, text: '/\n'});
	});

	test('cd and cd - hold for the next line', async () => {
		mkdirSync(join(folder, 'in side'));
		await output('cd "in side"');
		expect(runner.cwd()).toBe(join(folder, 'in side'));
		await output('cd /tmp');
		expect((await output('cd - >/dev/null; pwd')).text).toBe(`${join(folder, 'in side')}\n`);
	});

	test('exported and plain variables hold for the next line, with every character in them', async () => {
		await output(`export A='it'"'"'s "x" $HOME \`y\`'; POD=my-app-1`);
		await output('B="two\nlines"');
		expect((await output('printf "%s|%s|%s" "$A" "$POD" "$B"')).text).toBe('it\'s "x" $HOME `y`|my-app-1|two\nlines');
		await output('unset POD LAB_TEST');
		expect((await output('echo "<$POD$LAB_TEST>"')).text).toBe('<>\n');
	});

	test('a syntax error is told and does not end the session', async () => {
		const wrong = await output('echo "open');
		expect(wrong.code).not.toBe(0);
		expect(wrong.text).toMatch(/unexpected|unterminated/i);
		expect((await output('echo fine')).text).toBe('fine\n');
	});

	test('a line that redirects its own output does not hang', async () => {
		expect(await output('exec >all.txt 2>&1; echo hidden')).toEqual({code: 0, text: ''});
		expect(readFileSync(join(folder, 'all.txt'), 'utf8')).toBe('hidden\n');
	});

	test('a here-document, a pipe and a loop work as pasted', async () => {
		const result = await output('cat <<EOF | tr a-z A-Z\nabc\nEOF\nfor i in 1 2; do echo $i; done');
		expect(result).toEqual({code: 0, text: 'ABC\n1\n2\n'});
	});

	test('the width of the pane is in COLUMNS', async () => {
		expect((await output('sh -c "echo \\$COLUMNS"', 57)).text).toBe('57\n');
		expect((await output('sh -c "echo \\$COLUMNS"', 41)).text).toBe('41\n');
	});

	test('standard input is empty, so a command that reads it ends', async () => {
		expect(await output('cat; echo end')).toEqual({code: 0, text: 'end\n'});
	});

	test('Ctrl-C ends everything in a pipe, and the folder stays', async () => {
		let text = '';
		const line = 'sh -c "echo \\$\\$; exec sleep 600" | sh -c "cat; sleep 600"';
		const running = runner.run(line, {onOutput: piece => (text += piece)});
		await until(() => text.endsWith('\n'));
		const pid = Number(text);
		expect(lives(pid)).toBe(true);
		runner.interrupt();
		expect(await running).toEqual({code: 130, signal: 'SIGINT', interrupted: true});
		await until(() => !lives(pid));
		expect((await output('pwd')).text).toBe(`${folder}\n`);
	});

	test('a second Ctrl-C ends a command that ignores the first', async () => {
		let text = '';
		const running = runner.run(`trap "echo no" INT; while :; do sleep 600 & echo ready; wait; done`, {
			onOutput: piece => (text += piece),
		});
		await until(() => text.includes('ready'));
		runner.interrupt();
		await until(() => text.includes('no'));
		runner.interrupt();
		expect(await running).toEqual({code: 137, signal: 'SIGKILL', interrupted: true});
	});

	test('a job in the background does not hold the line, and ends with the session', async () => {
		const {text} = await output('sleep 600 & echo $!');
		const pid = Number(text);
		expect(lives(pid)).toBe(true);
		await runner.close();
		await until(() => !lives(pid));
	});

	test('two hundred thousand lines come whole, and the marks of the session never show', async () => {
		const {text, code} = await output('i=0; while [ $i -lt 20 ]; do seq 1 10000; i=$((i+1)); done');
		expect(code).toBe(0);
		expect(text).toBe(
			Array.from({length: 10_000}, (_, i) => `${i + 1}\n`)
				.join('')
				.repeat(20),
		);
	});
});

describe('a session', () => {
	beforeEach(() => {
		runner = open('/bin/bash');
	});

	test('keeps a function that a line defined', async () => {
		await output('k() { echo "k $*"; }');
		expect((await output('k get pods')).text).toBe('k get pods\n');
	});

	test('goes back to its first folder when the folder it stood in is removed', async () => {
		mkdirSync(join(folder, 'gone'));
		await output('cd gone');
		rmdirSync(join(folder, 'gone'));
		expect((await output('pwd')).text).toBe(`${folder}\n`);
	});

	test('runs one line at a time and says so', async () => {
		const running = runner.run('sleep 600');
		await expect(runner.run('echo second')).rejects.toThrow('a command is still running');
		runner.interrupt();
		await running;
	});

	test('ends a running line when it is aborted, and leaves no files', async () => {
		let text = '';
		const running = runner.run('echo $$; dirname "$__endpoint_lab_state/x"; sleep 600', {
			onOutput: piece => (text += piece),
		});
		await until(() => text.split('\n').length === 3);
		const [pid, state] = text.split('\n') as [string, string];
		expect(existsSync(state)).toBe(true);
		stop.abort();
		await running;
		await runner.close();
		expect(lives(Number(pid))).toBe(false);
		expect(existsSync(state)).toBe(false);
	});

	test('ends what has the terminal when it is aborted, the shell around it last', async () => {
		const file = join(folder, 'order');
		// Like an editor, the inner one puts something in order when it is hung up on.
		const inner = `trap 'sleep 0.2; echo inner >>${file}; exit' HUP; echo up >${file}.up; while :; do sleep 0.05; done`;
		const running = runner.runInTerminal(`sh -c "${inner}"; echo never >>${file}; sleep 600`);
		await until(() => existsSync(`${file}.up`));
		stop.abort();
		await running;
		expect(readFileSync(file, 'utf8')).toBe('inner\n');
		await runner.close();
	});

	test('does not let a fish user’s shell read POSIX commands: bash or sh runs them', async () => {
		await runner.close();
		runner = open('/usr/bin/fish');
		expect((await output('for i in 1 2; do echo $i; done')).text).toBe('1\n2\n');
	});
});
