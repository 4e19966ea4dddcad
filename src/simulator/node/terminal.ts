import type {Machine, Process} from '../programs/machine.ts';
import type {Pipe} from '../programs/pipe.ts';

/** A terminal between a client and a process: what is typed passes here to the process and is echoed. */
export type Terminal = {
	/** Takes what the client typed. */
	type(data: Uint8Array): void;
	/** Turns a process' output into what a terminal shows. */
	output(data: string | Uint8Array): void;
};

const escapeKey = String.fromCharCode(27);
const keySequence = new RegExp(`${escapeKey}(\\[[0-9;]*[A-Za-z~]|O.)`, 'g');

/**
 * The line discipline of a Linux terminal in its usual (cooked) mode: echo, erasing with backspace, Ctrl-U, Ctrl-W,
 * Ctrl-D as the end of the input, and Ctrl-C, which calls `interrupt`.
 */
export function createTerminal(input: Pipe, show: (data: string) => void, interrupt: () => void): Terminal {
	let line = '';
	const decoder = new TextDecoder();
	const erase = (count: number) => {
		const gone = [...line].slice(-count).length;
		line = [...line].slice(0, -count || undefined).join('');
		show('\b \b'.repeat(gone));
	};
	const key = (c: string) => {
		switch (c) {
			case '\r':
			case '\n':
				show('\r\n');
				input.write(`${line}\n`);
				line = '';
				return;
			case '\x7f':
			case '\b':
				if (line) erase(1);
				return;
			case '\x15':
				erase([...line].length);
				return;
			case '\x17':
				erase([...line].length - [...line.replace(/\S+\s*$/, '')].length);
				return;
			case '\x03':
				show('^C\r\n');
				line = '';
				interrupt();
				return;
			case '\x04':
				if (line === '') input.end();
				else input.write(line);
				line = '';
				return;
			default:
				if (c >= ' ' || c === '\t') {
					line += c;
					show(c);
				}
		}
	};
	return {
		type(data) {
			// Arrow keys and the like are no text.
			const text = decoder.decode(data, {stream: true}).replace(keySequence, '');
			for (const c of text) key(c);
		},
		output(data) {
			show((typeof data === 'string' ? data : Buffer.from(data).toString()).replace(/\r?\n/g, '\r\n'));
		},
	};
}

/** Ctrl-C: the process and all that it started get SIGINT. */
export function interrupt(machine: Machine, process: Process): void {
	const family = new Set([process.pid]);
	for (const {pid, parent} of machine.processes) if (family.has(parent)) family.add(pid);
	for (const pid of [...family].reverse()) machine.signal(pid, 'SIGINT');
}
