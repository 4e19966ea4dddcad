import {existsSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {playCast, readCast} from '../record/cast.ts';
import {until} from '../until.ts';
import {keys, newHome, openLab} from './lab.ts';

describe('--record', () => {
	it('plays back to the screen that the learner saw, also after a kill', {timeout: 120_000}, async () => {
		const home = newHome();
		const file = join(home, 'session.cast');
		let lab = openLab({lesson: 'endpoints', args: ['--record', file], home, columns: 100, rows: 30});
		await lab.isOpen();
		await lab.run('echo 你好; TOKEN=typed-but-cleared');
		await lab.shows('│ 你好');
		lab.resize(120, 40);
		await lab.run('kubectl get nodes');
		await lab.shows('lab-control-plane');
		await lab.waitFor(text => !text.includes(lab.words.keys.stop));
		lab.kill('SIGKILL');
		await lab.exited;
		// What the lab wrote last may still be on its way to the screen.
		await until(async () => {
			const {lines, alternate} = await playCast(file);
			return alternate && lines.join('\n') === lab.text();
		});
		const last = readFileSync(file, 'utf8');
		expect(last.endsWith('\n')).toBe(true);
		expect(readCast(file).header).toMatchObject({version: 2, width: 100, height: 30});
		expect(readCast(file).events.some(([, code, data]) => code === 'r' && data === '120x40')).toBe(true);

		// A file that is there is not replaced; leaving in the ordinary way gives the terminal back in the recording too.
		lab = openLab({lesson: 'endpoints', args: ['--record', file], home});
		expect(await lab.exited).toBe(1);
		await lab.shows('session.cast exists already');
		expect(readFileSync(file, 'utf8')).toBe(last);
		lab = openLab({lesson: 'endpoints', args: ['--record', join(home, 'second.cast')], home, columns: 100, rows: 30});
		await lab.isOpen();
		await lab.press(keys.ctrl('d'));
		expect(await lab.exited).toBe(0);
		const {lines, alternate} = await playCast(join(home, 'second.cast'));
		expect(alternate).toBe(false);
		expect(lines.join('\n')).toContain('Go on with: endpoint-lab endpoints');
	});

	it('says so where it cannot be written', {timeout: 60_000}, async () => {
		const home = newHome();
		writeFileSync(join(home, 'plain-file'), '');
		const lab = openLab({lesson: 'endpoints', args: ['--record', join(home, 'plain-file', 'x.cast')], home});
		expect(await lab.exited).toBe(1);
		await lab.shows('the recording cannot be written to');
		expect(existsSync(join(home, 'lab.json'))).toBe(false);
	});
});
