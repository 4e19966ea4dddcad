import {rmSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {findLesson} from '../../src/lesson/load-lessons.ts';
import {keys, openLab} from './lab.ts';

const text = findLesson('endpoints')!;
const titles = text.steps.map(({id}, index) => `${index + 1}. ${text.text.en.steps[id]!.title}`);

/** Pods joined with their addresses. */
const joined = (shown: string) => (shown.match(/─┼─/g) ?? []).length;

describe('the lab at the learner’s side', () => {
	it('shows a step, does one, begins one again and then the lesson', {timeout: 300_000}, async () => {
		const lab = openLab({lesson: 'endpoints', columns: 140, rows: 45});
		const {words} = lab;
		await lab.isOpen();

		// From the list of what can be done: the lab types the commands, which run in the learner's own shell.
		await lab.press(keys.ctrl('x'));
		await lab.shows(words.palette);
		await lab.type('show');
		await lab.press(keys.enter);
		await lab.shows('$ kubectl apply -f');
		await lab.shows('service/my-service created');
		await lab.shows(words.placeholder.solved);
		await lab.waitFor(shown => joined(shown) === 3);
		await lab.press(keys.ctrl('n'));
		await lab.shows(titles[1]!);

		await lab.run('skip');
		await lab.shows(titles[2]!);
		await lab.shows(words.placeholder.predict(3));

		// Back in time: before its Pods were taken away, the Service had three addresses.
		await lab.run('kubectl scale deployment nginx-deployment --replicas=0');
		await lab.waitFor(shown => joined(shown) === 0 && shown.includes(words.noAddresses));
		await lab.run('timeline');
		await lab.shows(words.keys.time);
		for (let entry = 0; entry < 30 && joined(lab.text()) !== 3; entry++) {
			const before = lab.text();
			await lab.press(keys.up);
			await lab.waitFor(shown => shown !== before);
		}
		await lab.waitFor(shown => joined(shown) === 3 && shown.includes('looking back'));
		await lab.press(keys.escape);
		await lab.waitFor(shown => joined(shown) === 0 && !shown.includes('looking back'));

		// The cluster goes back to where the step began, with the very same addresses.
		const again = async (line: string) => {
			await lab.run(line);
			await lab.shows(/Press y/);
			await lab.press('y');
		};
		await again('reset');
		await lab.waitFor(shown => shown.includes(titles[2]!) && joined(shown) === 3);
		await lab.shows(words.placeholder.predict(3));

		// Where the beginning was not kept, the steps before are done anew.
		rmSync(join(lab.home, 'progress', 'endpoints', 'steps'), {recursive: true});
		await lab.run('kubectl delete deployment nginx-deployment');
		await lab.waitFor(shown => joined(shown) === 0);
		await again('reset step');
		await lab.waitFor(shown => shown.includes(titles[2]!) && joined(shown) === 3);

		await again('reset lesson');
		await lab.waitFor(shown => shown.includes(titles[0]!) && shown.includes(words.noPods));
		await lab.press(keys.ctrl('d'));
		expect(await lab.exited).toBe(0);
		expect(lab.text()).toContain('0 of 6');
	});

	it('finds an earlier command with Ctrl-R', {timeout: 120_000}, async () => {
		const lab = openLab({lesson: 'endpoints', columns: 120, rows: 40});
		await lab.isOpen();
		await lab.run('echo one-$((1+1))');
		await lab.shows('│ one-2');
		await lab.run('echo other');
		await lab.shows('│ other');
		await lab.press(keys.ctrl('r'));
		await lab.type('one');
		await lab.shows('“one”: echo one-$((1+1))');
		await lab.press(keys.tab);
		await lab.shows('$ echo one-$((1+1))');
		await lab.type('3');
		await lab.press(keys.enter);
		await lab.shows('│ one-23');
	});
});
