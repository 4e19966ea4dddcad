import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterAll, afterEach, beforeAll, describe, expect, test, vi} from 'vitest';
import {adaptLesson} from '../../src/lesson/adapt-lesson.ts';
import type {Step} from '../../src/lesson/lesson.ts';
import {loadLesson} from '../../src/lesson/load-lesson.ts';
import {findLesson} from '../../src/lesson/load-lessons.ts';
import type {ProofEvent} from '../../src/plain/proof-event.ts';
import {proofLine} from '../../src/plain/proof-event.ts';
import {testLesson} from '../../src/plain/test-lesson.ts';
import {textIn} from '../../src/text/text.ts';
import {copyLesson} from '../lesson/lesson-folder.ts';
import {hasKubectl, openPlace, type Place} from './place.ts';

vi.setConfig({testTimeout: 120_000});

const fixture = (name: string) => join(import.meta.dirname, '..', 'fixtures', 'lessons', name);

let place: Place;
let remove: (() => void) | undefined;

beforeAll(async () => {
	place = await openPlace({speed: 20});
});
afterAll(() => place.close());
afterEach(() => {
	remove?.();
	remove = undefined;
});

async function prove(folder: string, limits: {limitMs?: number; commandLimitMs?: number} = {}) {
	const events: ProofEvent[] = [];
	const lesson = loadLesson(folder);
	const passed = await testLesson({
		...(await place.forLesson(lesson)),
		text: textIn('en'),
		...limits,
		emit: event => events.push(event),
	});
	const problems = events.flatMap(event =>
		event.event === 'problem' ? [`${event.problem} ${event.step ?? ''} ${event.check ?? ''}`.trim()] : [],
	);
	return {passed, problems, events};
}

/** The good lesson with one thing spoilt. */
async function proveSpoilt(from: string, to: string, limits = {}) {
	const copy = copyLesson(fixture('good'), 'lesson.yaml', from, to);
	remove = copy.remove;
	return await prove(copy.folder, limits);
}

describe.skipIf(!hasKubectl)('the two-way proof, with kubectl', () => {
	test('passes a good lesson and says what it has shown', async () => {
		const {passed, problems, events} = await prove(fixture('good'));
		expect(problems).toEqual([]);
		expect(passed).toBe(true);
		const shown = events.filter(({event}) => event === 'proved').map(event => proofLine(event, textIn('en')).trim());
		expect(shown).toEqual([
			'ok  make: not solved before its commands',
			'ok  make: solved after its commands',
			'ok  look: not solved before its commands',
			'ok  look: solved after its commands',
			'ok  change: not solved before its commands',
			'ok  change: solved after its commands',
			'ok  make: not solved by a wrong answer: makes another Service',
			'ok  the clean-up leaves nothing behind',
		]);
		expect(events.at(-1)).toEqual({event: 'verdict', lesson: 'good', passed: true, problems: 0});
	});

	test('refuses a check that is always true', async () => {
		const {passed, problems} = await prove(fixture('always-true'));
		expect(passed).toBe(false);
		expect(problems).toEqual(['holds-too-early make made']);
	});

	test('refuses commands that do not achieve the check', async () => {
		const {passed, problems} = await prove(fixture('not-achieved'), {limitMs: 2_000});
		expect(passed).toBe(false);
		expect(problems).toEqual(['not-achieved make made']);
	});

	test('compares what a lesson quotes with what was printed, and points at the line with a diff', async () => {
		const quoting = async (quote: string) => {
			const copy = copyLesson(fixture('good'), 'en.md', 'Look.\n', `Look.\n\n\`\`\`console\n${quote}\n\`\`\`\n`);
			writeFileSync(join(copy.folder, 'zh-CN.md'), readFileSync(join(copy.folder, 'en.md')));
			remove = copy.remove;
			return await prove(copy.folder);
		};
		const right = await quoting(
			'$ kubectl get service web\nNAME TYPE CLUSTER-IP EXTERNAL-IP PORT(S) AGE\nweb ClusterIP 10.96.0.9 <none> 80/TCP 3s',
		);
		expect(right.problems).toEqual([]);
		const wrong = await quoting('$ kubectl get service web\n…\nweb NodePort 10.96.0.9 <none> 80/TCP 3s');
		expect(wrong.passed).toBe(false);
		// Once in each language.
		expect(wrong.problems).toEqual(['quote-differs look', 'quote-differs look']);
		const detail = wrong.events.find(event => event.event === 'problem')?.detail.split('\n') ?? [];
		expect(detail[0]).toMatch(/en\.md:\d+:1: kubectl get service web$/);
		const line = Number(/:(\d+):1:/.exec(detail[0]!)![1]);
		const source = readFileSync(detail[0]!.slice(0, detail[0]!.indexOf(':')), 'utf8');
		expect(source.split('\n')[line - 1]).toBe('$ kubectl get service web');
		expect(detail).toContain('- web NodePort 10.96.0.9 <none> 80/TCP 3s');
		expect(detail.some(text => /^ {2}web\s+ClusterIP/.test(text))).toBe(true);
	});

	test('does not expect a quote of a command that the cluster cannot run', async () => {
		const copy = copyLesson(
			fixture('good'),
			'lesson.yaml',
			'- {run: kubectl get service nowhere, fails: true}',
			'- {run: kubectl get service nowhere, fails: true}\n      - {run: sleep 600, needs: [nodes]}',
		);
		remove = copy.remove;
		const lesson = adaptLesson(loadLesson(copy.folder), {capabilities: new Set(), namespace: 'default'});
		const passed = await testLesson({...(await place.forLesson(lesson)), text: textIn('en'), emit() {}});
		expect(passed).toBe(true);
	});

	test('refuses a steady check that would hold without the lesson', async () => {
		const {passed, problems} = await proveSpoilt('endpoints("web").exists &&', 'true &&');
		expect(passed).toBe(false);
		expect(problems).toEqual(['steady-at-start look there']);
	});

	test('refuses a next step that the step before has solved already', async () => {
		const {passed, problems} = await proveSpoilt('        steady: true\n', '');
		expect(passed).toBe(false);
		expect(problems).toEqual(['holds-too-early look there']);
	});

	test('refuses a command that fails, and one that should fail and does not', async () => {
		const failing = await proveSpoilt('- kubectl get service web', '- kubectl get service wev');
		expect(failing.problems).toEqual(['command-failed look']);
		const detail = failing.events.find(event => event.event === 'problem');
		expect(detail).toMatchObject({detail: expect.stringContaining('services "wev" not found')});
		const succeeding = await proveSpoilt('{run: kubectl get service nowhere', '{run: kubectl get service web');
		expect(succeeding.problems).toEqual(['command-failed look']);
	});

	test('refuses a wrong answer that a check lets pass, and one that has no effect', async () => {
		const passing = await proveSpoilt(
			'[kubectl create service clusterip other --tcp=80:80, kubectl delete service other]',
			'[kubectl create service clusterip web --tcp=81:81]',
		);
		expect(passing.problems).toEqual(['wrong-passes make made', 'wrong-solves make']);
		const idle = await proveSpoilt(`until: '!service("other").exists'`, 'until: service("nowhere").exists', {
			limitMs: 4_000,
		});
		expect(idle.problems).toEqual(['wrong-without-effect make']);
	});

	test('refuses a clean-up that leaves something behind, of whatever kind, and names it', async () => {
		const {problems, events} = await proveSpoilt('  - kubectl delete configmap note --ignore-not-found\n', '', {
			limitMs: 4_000,
		});
		expect(problems).toEqual(['left-behind']);
		expect(events.find(event => event.event === 'problem')).toMatchObject({detail: 'configmaps/note'});
		// The place is shared with the tests after this one.
		await prove(fixture('good'));
	});

	test('ends a command that takes too long, which is not the failure that a lesson may mean', async () => {
		const {passed, problems} = await proveSpoilt('run: kubectl get service nowhere', 'run: sleep 600', {
			commandLimitMs: 8_000,
		});
		expect(passed).toBe(false);
		expect(problems).toEqual(['command-failed look']);
	});

	/** One drill without its wrong answers, on the shared place. */
	async function proveDrill(change: (step: Step) => Step) {
		const found = findLesson('detective')!;
		const lesson = {
			...found,
			steps: found.steps.map(step => (step.drill ? change(step) : {...step, wrong: []})),
		};
		const problems: string[] = [];
		await testLesson({
			...(await place.forLesson(lesson)),
			text: textIn('en'),
			limitMs: 15_000,
			emit(event) {
				if (event.event === 'problem') problems.push(`${event.problem} ${event.step} ${event.check ?? ''}`.trim());
			},
		});
		return problems;
	}

	test('refuses a wrong answer that brings another hint than it names', async () => {
		const problems = await proveDrill(step => ({...step, wrong: [{...step.wrong[0]!, hint: 'new-address'}]}));
		expect(problems).toEqual(['wrong-hint mend']);
	});

	test('refuses a drill whose checks all hold before anything is mended', async () => {
		const problems = await proveDrill(step => ({
			...step,
			wrong: [],
			checks: step.checks.slice(0, 2).map(check => ({...check, condition: () => true})),
		}));
		expect(problems).toEqual(['holds-too-early mend all', 'holds-too-early mend only']);
	});
});
