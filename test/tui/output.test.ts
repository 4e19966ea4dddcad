import {describe, expect, it} from 'vitest';
import {closeOpen, emptyOutput, outputLines, withCommand, withNote, withText} from '../../src/tui/output.ts';

const shown = (...chunks: string[]) => outputLines(chunks.reduce(withText, emptyOutput)).map(({text}) => text);

describe('the output of commands', () => {
	it('shows a line as soon as its first letter arrives, and goes on with it', () => {
		expect(shown('NA')).toEqual(['NA']);
		expect(shown('NA', 'ME\nx')).toEqual(['NAME', 'x']);
	});

	it('drops colours and cursor movements, also when they arrive in two pieces', () => {
		expect(shown('\u001b[31mred\u001b[0m\n')).toEqual(['red']);
		expect(shown('a\u001b[3', '1mb\n')).toEqual(['ab']);
		expect(shown('\u001b]0;title\u0007x\n')).toEqual(['x']);
	});

	it('overwrites a progress line at each carriage return', () => {
		expect(shown('10%\r', '20%\r', '30%\n')).toEqual(['30%']);
		expect(shown('10%\r')).toEqual(['10%']);
		expect(shown('a\r\nb\r\n')).toEqual(['a', 'b']);
	});

	it('starts afresh when a command clears the screen', () => {
		expect(shown('old\n', '\u001b[H\u001b[2Jnew\n')).toEqual(['new']);
	});

	it('puts tabs where a terminal has them', () => {
		expect(shown('a\tb\n')).toEqual(['a       b']);
	});

	it('keeps empty lines', () => {
		expect(shown('a\n\nb\n')).toEqual(['a', '', 'b']);
	});

	it('remembers where the last command stands', () => {
		const output = withNote(withText(withCommand(withText(emptyOutput, 'x'), 'ls'), 'file\n'), 'exit code 1');
		expect(output.lines.slice(output.lastCommand).map(({text}) => text)).toEqual(['ls', 'file', 'exit code 1']);
	});

	it('forgets the oldest lines, not the newest', () => {
		const output = closeOpen(withText(emptyOutput, Array.from({length: 10_000}, (_, n) => `${n}\n`).join('')));
		expect(output.lines.length).toBeLessThanOrEqual(3000);
		expect(output.lines.at(-1)?.text).toBe('9999');
	});
});
