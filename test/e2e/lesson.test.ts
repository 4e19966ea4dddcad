import {describe, expect, it} from 'vitest';
import {findLesson} from '../../src/lesson/load-lessons.ts';
import type {Language} from '../../src/text/text.ts';
import {keys, type LabScreen, newHome, openLab} from './lab.ts';

const lesson = findLesson('endpoints')!;

/** A Pod and its address on one line, as the panes join them. */
const joined = /[-\w…]*-(\w{5}) +(10\.244\.\d+\.\d+) +Running +─┼─. .*?\b\2:80/g;

function joinedRows(text: string): {pod: string; ip: string}[] {
	return Array.from(text.matchAll(joined), ([, pod = '', ip = '']) => ({pod, ip}));
}

/** Answers the open question, and waits until the answer is taken. */
async function predict(lab: LabScreen, choice: number): Promise<void> {
	await lab.shows(lab.words.placeholder.predict(3));
	await lab.press(String(choice));
	await lab.waitFor(text => !text.includes(lab.words.placeholder.predict(3)));
}

/** Waits until the step is solved, reads what there is to say about it, and goes on. */
async function goOn(lab: LabScreen, next: string): Promise<void> {
	await lab.shows(lab.words.placeholder.solved);
	const body = (text: string) => text.slice(text.indexOf('\n'));
	const before = body(lab.text());
	// Enter first brings the explanation into view where it is not; the step after has a question, and takes no Enter.
	await lab.press(keys.enter);
	await lab.waitFor(text => body(text) !== before);
	if (!lab.text().includes(next)) await lab.press(keys.enter);
	await lab.shows(next);
}

const journeys: {language: Language; columns: number; rows: number; small: boolean}[] = [
	{language: 'en', columns: 80, rows: 24, small: true},
	{language: 'zh-CN', columns: 80, rows: 24, small: true},
	{language: 'en', columns: 120, rows: 40, small: false},
	{language: 'zh-CN', columns: 120, rows: 40, small: false},
	{language: 'en', columns: 200, rows: 50, small: false},
	{language: 'zh-CN', columns: 200, rows: 50, small: false},
];

describe('the lesson about Endpoints, from the first step to the last', () => {
	for (const {language, columns, rows, small} of journeys) {
		it(`in ${language} at ${columns}×${rows}`, {timeout: 120_000}, async () => {
			const home = newHome();
			const text = lesson.text[language];
			const steps = lesson.steps.map(({id}) => text.steps[id]!);
			const step = (number: number) => `${number}. ${steps[number - 1]!.title}`;
			let lab = openLab({lesson: 'endpoints', language, columns, rows, home});
			await lab.isOpen();
			await lab.shows(text.title);
			await lab.shows(step(1));

			await lab.run('kubectl apply -f deployment.yaml');
			await lab.shows('deployment.apps/nginx-deployment created');
			await lab.run('kubectl apply -f service.yaml');
			await lab.shows('service/my-service created');
			await lab.waitFor(shown => joinedRows(shown).length === 3);
			await goOn(lab, step(2));

			await predict(lab, 2);
			await lab.run('curl my-service');
			await lab.shows('Thank you for using nginx.');
			await lab.shows(lab.words.placeholder.solved);

			// Leaving in the middle: the terminal is as before, and the next start goes on here, with the same Pods.
			await lab.press(keys.ctrl('d'));
			expect(await lab.exited).toBe(0);
			expect(lab.isAlternate()).toBe(false);
			expect(lab.text()).toContain('endpoint-lab endpoints');
			lab = openLab({lesson: 'endpoints', language, columns, rows, home});
			await lab.isOpen();
			await lab.shows(step(2));
			await goOn(lab, step(3));

			await predict(lab, 3);
			await lab.run('kubectl describe svc my-service');
			await lab.shows(/Endpoints: +10\.244\.\d+\.\d+:80,10\.244\.\d+\.\d+:80,10\.244\.\d+\.\d+:80/);
			await lab.run('kubectl get endpoints my-service');
			await lab.shows('v1 Endpoints is deprecated in v1.33+');
			await lab.run('kubectl get pods -owide');
			await lab.shows(/NAME +READY +STATUS/);
			await goOn(lab, step(4));

			await predict(lab, 3);
			if (small) await lab.press(keys.tab);
			await lab.waitFor(shown => joinedRows(shown).length === 3);
			const before = joinedRows(lab.text());
			const victim = before[1]!;
			// The pane shortens names where it is narrow; the whole one comes from the learner's own shell.
			await lab.run(`POD=$(kubectl get pods -o name | grep ${victim.pod})`);
			await lab.run('kubectl delete $POD');
			await lab.shows(new RegExp(`${victim.pod}" deleted`));
			await lab.shows(lab.words.placeholder.solved);
			await lab.waitFor(shown => joinedRows(shown).length === 3);
			const now = joinedRows(lab.text());
			expect(now.map(({pod}) => pod)).not.toContain(victim.pod);
			// Before and now: what has left stays to be seen, what has come is marked.
			const rowsShown = lab.lines();
			expect(rowsShown.find(row => row.includes(victim.pod) && row.includes('│ −'))).toContain(`${victim.ip}:80`);
			const fresh = now.find(({pod}) => !before.some(old => old.pod === pod))!;
			expect(rowsShown.find(row => row.includes(fresh.pod))).toMatch(/─┼─\+ /);
			if (!small) await lab.shows(lab.words.predictedRight);
			await goOn(lab, step(5));

			await predict(lab, 2);
			await lab.run('kubectl scale deployment nginx-deployment --replicas=5');
			await lab.waitFor(shown => joinedRows(shown).length === 5);
			await goOn(lab, step(6));

			await predict(lab, 3);
			await lab.run('kubectl delete -f service.yaml');
			await lab.run('kubectl delete -f deployment.yaml');
			await lab.shows(lab.words.placeholder.solved);
			await lab.press(keys.ctrl('n'));
			await lab.shows(lab.words.finished(text.title));
			await lab.press(keys.enter);
			expect(await lab.exited).toBe(0);
			expect(lab.isAlternate()).toBe(false);
		});
	}
});
