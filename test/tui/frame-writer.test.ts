import xterm from '@xterm/headless';
import {describe, expect, it} from 'vitest';
import {seededRandom} from '../../src/simulator/random.ts';
import {createFrameWriter, type ScreenFrame} from '../../src/tui/frame-writer.ts';
import {type Theme, type Tone, themeOf} from '../../src/tui/theme.ts';
import {fitted, type Line} from '../../src/tui/view/line.ts';

const size = {columns: 24, rows: 6};
const theme: Theme = themeOf({LANG: 'C.UTF-8'}, 'linux');

/** A terminal with a writer, and what has been sent to it. */
function terminalOf({columns, rows} = size) {
	const terminal = new xterm.Terminal({cols: columns, rows, allowProposedApi: true});
	let sent = '';
	const frames = createFrameWriter(bytes => {
		sent += bytes;
	});
	return {
		frames,
		/** Shows a frame; what that has sent. */
		async show(frame: ScreenFrame): Promise<string> {
			sent = '';
			frames.show(frame, theme);
			await new Promise<void>(done => terminal.write(sent, done));
			return sent;
		},
		type: (text: string) => new Promise<void>(done => terminal.write(text, done)),
		resize: (columns: number, rows: number) => terminal.resize(columns, rows),
		/** Every cell with its colours, and where the cursor stands. */
		screen() {
			const {active} = terminal.buffer;
			const cells = Array.from({length: terminal.rows}, (_, y) =>
				Array.from({length: terminal.cols}, (_, x) => {
					const cell = active.getLine(y)?.getCell(x);
					const styles = [cell?.getFgColor(), cell?.isBold(), cell?.isDim(), cell?.isInverse()].map(Number).join('.');
					return `${cell?.getChars() || ' '}${styles}`;
				}),
			);
			return {cells, cursor: `${active.cursorX},${active.cursorY}`};
		},
		text: () =>
			Array.from({length: terminal.rows}, (_, y) => terminal.buffer.active.getLine(y)?.translateToString(true)),
	};
}

const frameOf = (lines: Line[], cursor = {x: 2, y: 5}): ScreenFrame => ({
	lines: Array.from({length: size.rows}, (_, y) => lines[y] ?? []),
	columns: size.columns,
	cursor,
});

describe('the frame writer', () => {
	it('brings every screen to what the whole next frame looks like, however the two differ', async () => {
		const {below} = seededRandom(7);
		const words = ['a', 'my-app', '10.244.0.7', '│', '● ', '就绪', '端点，', '', ' ', '✓ done', '☕', '👩‍💻 x'];
		const tones: (Tone | undefined)[] = [undefined, 'plain', 'good', 'bad', 'dim', 'selected', 'title'];
		const anyLine = () =>
			fitted(
				Array.from({length: below(6)}, () => ({text: words[below(words.length)]!, tone: tones[below(tones.length)]})),
				below(size.columns + 1),
			);
		const one = terminalOf();
		let lines: Line[] = [];
		for (let step = 0; step < 150; step++) {
			lines = Array.from({length: size.rows}, (_, y) => {
				const old = lines[y] ?? [];
				if (below(3) > 0) return old;
				if (below(2) > 0) return anyLine();
				return old.map(span => {
					const kind = below(4);
					if (kind === 0) return {...span, tone: tones[below(tones.length)]};
					return kind === 1 && span.text.trim() ? {...span, text: words[below(5)]!} : span;
				});
			});
			const frame = frameOf(lines, {x: below(size.columns), y: below(size.rows)});
			await one.show(frame);
			const fresh = terminalOf();
			await fresh.show(frame);
			expect(one.screen(), `step ${step}`).toEqual(fresh.screen());
		}
	});

	it('sends what has changed, and nothing when nothing has', async () => {
		const terminal = terminalOf();
		const row = (status: string): Line => [{text: 'pod-1 '}, {text: status, tone: 'good'}, {text: ' 10.244.0.7'}];
		await terminal.show(frameOf([row('Running'), row('Pending')]));
		expect(await terminal.show(frameOf([row('Running'), row('Pending')]))).toBe('');
		const changed = await terminal.show(frameOf([row('Running'), row('Stopped')]));
		expect(changed).toContain('Stopped');
		expect(changed).not.toMatch(/pod-1|10\.244|Running/);
		const moved = await terminal.show(frameOf([row('Running'), row('Stopped')], {x: 9, y: 5}));
		expect(moved).not.toMatch(/pod-1|Stopped/);
		expect(terminal.screen().cursor).toBe('9,5');
	});

	it('leaves nothing of a longer row behind, and keeps to its row what is wider than it', async () => {
		const terminal = terminalOf();
		await terminal.show(frameOf([[{text: 'x'.repeat(24)}], [{text: 'second'}]]));
		await terminal.show(frameOf([[{text: 'short'}], [{text: 'second'}]]));
		expect(terminal.text().slice(0, 2)).toEqual(['short', 'second']);
		await terminal.show(frameOf([[{text: 'y'.repeat(40)}], [{text: 'second'}]]));
		expect(terminal.text().slice(0, 2)).toEqual(['y'.repeat(24), 'second']);
		await terminal.type(`\u001b[1;20H${'z'.repeat(10)}`);
		expect(terminal.text()[1], 'lines are continued again for whoever writes next').toMatch(/^z/);
	});

	it('writes everything again at another size, and when the screen is no longer what it was', async () => {
		const terminal = terminalOf();
		const lines: Line[] = [[{text: 'one'}], [{text: 'two'}]];
		await terminal.show(frameOf(lines));
		await terminal.type('\u001b[H\u001b[Jdirt\r\nmore of it');
		terminal.frames.forget();
		await terminal.show(frameOf(lines));
		expect(terminal.text().slice(0, 3)).toEqual(['one', 'two', '']);
		terminal.resize(30, 6);
		await terminal.type('\u001b[3;1Hdirt');
		await terminal.show({...frameOf(lines), columns: 30});
		expect(terminal.text().slice(0, 3)).toEqual(['one', 'two', '']);
	});
});
