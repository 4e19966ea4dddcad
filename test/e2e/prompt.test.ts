import {existsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {findOnPath} from '../../src/clusters/shell.ts';
import {until} from '../until.ts';
import {keys, type LabScreen, newHome, openLab} from './lab.ts';

const sizes = {columns: 120, rows: 40};

/** The prompt's row, with the terminal's cursor in it as `|`. */
function promptRow(lab: LabScreen): string {
	const {x, y} = lab.cursor();
	const row = (lab.lines()[y] ?? '').padEnd(x);
	return `${row.slice(0, x)}|${row.slice(x)}`;
}

describe('the prompt in a real terminal', () => {
	it('edits, runs, interrupts, pastes and remembers', {timeout: 120_000}, async () => {
		const home = newHome();
		let lab = openLab({lesson: 'endpoints', home, ...sizes});
		await lab.isOpen();

		// Typing, moving and deleting, wide characters too; the terminal's own cursor follows.
		await lab.type('echo helo 你好');
		await lab.shows('$ echo helo 你好');
		await lab.press(...Array<string>(4).fill('\u001b[D'));
		await lab.type('l');
		await lab.waitFor(() => promptRow(lab).startsWith('$ echo hell|o 你好'));
		await lab.press(keys.enter);
		await lab.shows('│ hello 你好');

		// A whole line in one read, as a script or a slow ssh line sends it.
		lab.write('echo one-$((1+1))-read\r');
		await lab.shows('│ one-2-read');

		// What a command prints shows while it runs, Ctrl-C stops it, and what was typed meanwhile is kept.
		await lab.run('echo started; sleep 1000; echo never');
		await lab.shows('│ started');
		await lab.shows(lab.words.keys.stop);
		await lab.type('echo ahead');
		await lab.press(keys.ctrl('c'));
		await lab.shows(lab.words.interrupted);
		await lab.shows('$ echo ahead');
		expect(lab.text()).not.toContain('│ never');
		await lab.press(keys.enter);
		await lab.shows('│ ahead');

		// A paste of several lines waits for Enter and runs as one.
		await lab.press(keys.paste('$ cat > pasted.txt <<EOF\nfirst\nsecond\nEOF\n'));
		await lab.shows('$ cat > pasted.txt <<EOF⏎first⏎second⏎EOF');
		expect(existsSync(join(home, 'work', 'endpoints', 'pasted.txt'))).toBe(false);
		await lab.press(keys.enter);
		await lab.run('wc -l pasted.txt');
		await lab.shows('│ 2 pasted.txt');

		// The session keeps variables and the folder, and the prompt says where it is.
		await lab.run('mkdir -p deep; cd deep; X=kept');
		await lab.shows('deep $');
		await lab.run('echo $X; cd ..');
		await lab.shows('│ kept');
		await lab.run('exit-with-nonsense');
		await lab.shows(lab.words.exitCode(127));

		// The history outlives the session.
		await lab.press(keys.ctrl('d'));
		expect(await lab.exited).toBe(0);
		lab = openLab({lesson: 'endpoints', home, ...sizes});
		await lab.isOpen();
		await lab.press(keys.up, keys.up);
		await lab.shows('$ echo $X; cd ..');
		await lab.press(keys.down);
		await lab.shows('$ exit-with-nonsense');
	});

	it.skipIf(!findOnPath('less', process.env.PATH))(
		'gives the whole terminal to a pager and takes it back',
		{timeout: 60_000},
		async () => {
			const lab = openLab({lesson: 'endpoints', ...sizes});
			await lab.isOpen();
			writeFileSync(join(lab.home, 'long.txt'), Array.from({length: 200}, (_, n) => `line ${n + 1}\n`).join(''));
			await lab.run(`less ${join(lab.home, 'long.txt')}`);
			await lab.waitFor(text => text.startsWith('line 1\nline 2\n'));
			// The pager's keys are the pager's: here Space turns its page and q leaves it, not the lab.
			await lab.press(' ');
			await lab.shows('line 78');
			// A change of size meanwhile is the pager's business too, and the lab's when it has the screen again.
			lab.resize(100, 30);
			await lab.shows(/^line 40\n[\s\S]*line 68\n/);
			await lab.press('q');
			await lab.isOpen();
			expect(lab.lines().filter(line => line.includes('endpoint-lab  '))).toHaveLength(1);
			await lab.run('echo back');
			await lab.shows('│ back');
		},
	);

	it.skipIf(!findOnPath('vim', process.env.PATH))(
		'gives the whole terminal to an editor, at any size, and takes it back',
		{timeout: 120_000},
		async () => {
			const lab = openLab({lesson: 'endpoints', ...sizes});
			await lab.isOpen();
			await lab.run('vim -u NONE deployment.yaml');
			await lab.waitFor(text => text.startsWith('apiVersion: apps/v1\n') && text.includes('"deployment.yaml"'));
			for (const [columns, rows] of [
				[80, 30],
				[140, 50],
				[100, 36],
			] as const) {
				lab.resize(columns, rows);
				// Every row below the text has vim's mark, down to the one above its command line.
				await lab.waitFor(text => text.startsWith('apiVersion: apps/v1\n') && lab.lines()[rows - 2]?.trim() === '~');
			}
			await lab.press(':%s/replicas: 3/replicas: 1/', keys.enter);
			await lab.shows('replicas: 1');
			await lab.press(':wq', keys.enter);
			await lab.isOpen();
			expect(lab.lines().filter(line => line.includes('endpoint-lab  '))).toHaveLength(1);
			await lab.run('grep replicas deployment.yaml');
			await lab.shows(/│ +replicas: 1/);
		},
	);

	it('takes no key away from a command that has the terminal', {timeout: 120_000}, async () => {
		const lab = openLab({lesson: 'endpoints', ...sizes});
		await lab.isOpen();
		await lab.run('bash --norc --noprofile');
		await lab.waitFor(shown => shown.includes('bash-') && !lab.isAlternate());
		for (let line = 1; line <= 20; line++) {
			// Text and Enter apart, as they come from a person who types fast.
			await lab.press(`echo $((1000 + ${line}))`, keys.enter);
			await lab.shows(`\n${1000 + line}\n`);
		}
		await lab.press('exit', keys.enter);
		await lab.isOpen();
		await lab.run('echo back');
		await lab.shows('│ back');
	});

	it('lets an editor of the learner’s own change an object', {timeout: 60_000}, async () => {
		const lab = openLab({lesson: 'endpoints', ...sizes, env: {KUBE_EDITOR: "sed -i 's/replicas: 3/replicas: 2/'"}});
		await lab.isOpen();
		await lab.run('kubectl apply -f deployment.yaml');
		await lab.waitFor(text => (text.match(/Running/g) ?? []).length === 3);
		await lab.run('kubectl edit deployment nginx-deployment');
		await lab.waitFor(text => (text.match(/Running/g) ?? []).length === 2);
		await lab.run('echo back');
		await lab.shows('│ back');
	});

	it('shows the error of a command that had the terminal until it has been read', {timeout: 60_000}, async () => {
		const lab = openLab({lesson: 'endpoints', ...sizes});
		await lab.isOpen();
		await lab.run('kubectl exec -it nothing -- sh');
		await lab.shows(lab.words.enterReturns);
		expect(lab.isAlternate()).toBe(false);
		expect(lab.text()).toContain('pods "nothing" not found');
		await lab.press(keys.enter);
		await lab.isOpen();
		await lab.run('echo back');
		await lab.shows('│ back');
	});

	it('completes what is being typed', {timeout: 60_000}, async () => {
		const lab = openLab({lesson: 'endpoints', ...sizes});
		await lab.isOpen();
		await lab.type('cat dep');
		await lab.press(keys.tab);
		await lab.shows('$ cat deployment.yaml');
		await lab.press(keys.ctrl('u'));
		await lab.type('kubectl api-r');
		await lab.press(keys.tab);
		await lab.shows('$ kubectl api-resources');
	});

	it('stays usable while a command prints without end', {timeout: 60_000}, async () => {
		const lab = openLab({lesson: 'endpoints', ...sizes});
		await lab.isOpen();
		await lab.run('yes');
		await lab.shows(/│ y +│/);
		await lab.press(keys.ctrl('c'));
		await lab.shows(lab.words.interrupted);
		await lab.run('echo calm');
		await lab.shows('│ calm');
		await until(() => lab.text().includes('calm'));
	});
});
