import * as pty from '@lydell/node-pty';
import xterm from '@xterm/headless';

/** A program in a real pseudo-terminal, with its bytes in a real screen buffer. */
export type Screen = ReturnType<typeof openScreen>;

export type ScreenOptions = {columns?: number; rows?: number; env?: Record<string, string | undefined>; cwd?: string};

/** Starts Node with these arguments in a terminal of its own. */
export function openScreen(args: string[], {columns = 120, rows = 40, env = {}, cwd}: ScreenOptions = {}) {
	const terminal = new xterm.Terminal({cols: columns, rows, allowProposedApi: true});
	// Ink takes any CI in the environment, even an empty one, for a reason not to be interactive.
	const {CI: _ci, CONTINUOUS_INTEGRATION: _continuous, ...inherited} = process.env;
	const child = pty.spawn(process.execPath, args, {
		name: env.TERM ?? 'xterm-256color',
		cols: columns,
		rows,
		cwd,
		env: {...inherited, ...env},
	});
	let unparsed = 0;
	child.onData(data => {
		unparsed++;
		terminal.write(data, () => unparsed--);
	});
	// Answers to what programs ask the terminal, such as where its cursor is.
	terminal.onData(reply => child.write(reply));
	const exited = new Promise<number>(resolve => child.onExit(({exitCode}) => resolve(exitCode)));

	const lines = () => {
		const buffer = terminal.buffer.active;
		return Array.from(
			{length: terminal.rows},
			(_, y) => buffer.getLine(buffer.viewportY + y)?.translateToString(true) ?? '',
		);
	};

	return {
		pid: child.pid,
		exited,
		lines,
		text: () => lines().join('\n'),
		cursor: () => ({x: terminal.buffer.active.cursorX, y: terminal.buffer.active.cursorY}),
		/** Whether the program has the screen to itself. */
		isAlternate: () => terminal.buffer.active.type === 'alternate',
		/** One write a key, as a person types. */
		async press(...keys: string[]) {
			for (const key of keys) {
				child.write(key);
				await new Promise(resolve => setTimeout(resolve, 5));
			}
		},
		async type(text: string) {
			await this.press(...text);
		},
		/** Everything in one write, as a paste arrives. */
		write: (text: string) => child.write(text),
		resize(nextColumns: number, nextRows: number) {
			terminal.resize(nextColumns, nextRows);
			child.resize(nextColumns, nextRows);
		},
		/** Waits until all bytes are on the screen and it shows what is expected. */
		async waitFor(isReady: (text: string) => boolean, limitMs = 60_000) {
			const deadline = performance.now() + limitMs;
			while (unparsed > 0 || !isReady(lines().join('\n'))) {
				if (performance.now() > deadline) throw new Error(`The screen never showed it:\n${lines().join('\n')}`);
				await new Promise(resolve => setTimeout(resolve, 5));
			}
		},
		/** Reads nothing more, as a line that is clogged; calling the result lets it flow again. */
		clog() {
			child.pause();
			return () => child.resume();
		},
		kill: (signal?: string) => child.kill(signal),
	};
}
