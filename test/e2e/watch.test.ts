// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the places of lessons, not of JavaScript.
import {cpSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, it} from 'vitest';
import {lessonsFolder} from '../../src/lesson/find-lessons.ts';
import {textIn} from '../../src/text/text.ts';
import {keys, newHome, openLab} from './lab.ts';

it('a lesson that its author saves is shown anew in place, and a broken one says where', {
	timeout: 120_000,
}, async () => {
	const home = newHome();
	const folder = join(home, 'my-lesson');
	cpSync(join(lessonsFolder(), 'template'), folder, {recursive: true});
	const edit = (file: string, from: string, to: string) => {
		const path = join(folder, file);
		const text = readFileSync(path, 'utf8');
		expect(text).toContain(from);
		writeFileSync(
			path,
			text.replace(from, () => to),
		);
	};
	const lab = openLab({lesson: folder, args: ['--watch'], home, columns: 140, rows: 70});
	await lab.shows(textIn('en').cli.trust.question.trim());
	await lab.press('yes', keys.enter);
	await lab.isOpen();
	await lab.shows('1. Two Pods behind a Service');
	await lab.run('kubectl apply -f deployment.yaml -f service.yaml');
	await lab.shows(lab.words.placeholder.solved);

	// Words change, and what the learner has done stays.
	edit('en.md', 'Two Pods behind a Service', 'A pair behind a Service');
	await lab.shows('1. A pair behind a Service');
	expect(lab.text()).toContain(lab.words.placeholder.solved);

	// A broken file is named with its line, and the last good lesson stays.
	edit('en.md', '- two-addresses: The', '- two-adresses: The');
	await lab.shows(/en\.md:\d+:1: "### checks" lacks/);
	expect(lab.text()).toContain('1. A pair behind a Service');
	edit('en.md', '- two-adresses: The', '- two-addresses: The');
	await lab.waitFor(text => !text.includes('lacks'));

	// A check changes, and judges the same cluster; a manifest changes, and so does the copy beside the prompt.
	edit('lesson.yaml', 'endpoints("web").ready.size() == 2', 'endpoints("web").ready.size() == 4');
	edit('en.md', '${endpoints("web").ready.size()} of 2 addresses are there.', 'Four would be better.');
	await lab.shows('Four would be better.');
	edit('deployment.yaml', 'replicas: 2', 'replicas: 4');
	await lab.run('until grep "replicas: 4" deployment.yaml; do sleep 0.2; done; kubectl apply -f deployment.yaml');
	await lab.waitFor(text => !text.includes('Four would be better.') && text.includes('deployment.apps/web configured'));
	await lab.press(keys.ctrl('d'));
	expect(await lab.exited).toBe(0);
});

it('--watch without a folder is refused in one sentence', {timeout: 60_000}, async () => {
	const lab = openLab({lesson: 'endpoints', args: ['--watch']});
	expect(await lab.exited).toBe(2);
	expect(lab.text()).toContain('endpoint-lab ./my-lesson --watch');
});
