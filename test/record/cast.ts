import {readFileSync} from 'node:fs';
import xterm from '@xterm/headless';

type CastEvent = [seconds: number, code: 'o' | 'r', data: string];

/** A recording as a player reads it. */
export function readCast(file: string) {
	const [header, ...events] = readFileSync(file, 'utf8')
		.trimEnd()
		.split('\n')
		.map(line => JSON.parse(line));
	return {
		header: header as {version: number; width: number; height: number; timestamp: number; title: string},
		events: events as CastEvent[],
	};
}

/** Plays a recording into a screen buffer; answers the rows that it ends with. */
export async function playCast(file: string): Promise<{lines: string[]; alternate: boolean}> {
	const {header, events} = readCast(file);
	const terminal = new xterm.Terminal({cols: header.width, rows: header.height, allowProposedApi: true});
	for (const [, code, data] of events) {
		const [columns = 0, rows = 0] = data.split('x').map(Number);
		if (code === 'r') terminal.resize(columns, rows);
		else await new Promise<void>(resolve => terminal.write(data, resolve));
	}
	const buffer = terminal.buffer.active;
	return {
		lines: Array.from(
			{length: terminal.rows},
			(_, y) => buffer.getLine(buffer.viewportY + y)?.translateToString(true) ?? '',
		),
		alternate: buffer.type === 'alternate',
	};
}
