import {describe, expect, test} from 'vitest';
import {lessonFolderNamed} from '../../src/lesson/find-lessons.ts';
import type {Lesson} from '../../src/lesson/lesson.ts';
import {loadLesson} from '../../src/lesson/load-lesson.ts';
import {findLesson} from '../../src/lesson/load-lessons.ts';
import {proofLine} from '../../src/plain/proof-event.ts';
import {testLesson} from '../../src/plain/test-lesson.ts';
import {textIn} from '../../src/text/text.ts';
import {hasKubectl, openPlace} from './place.ts';

if (!hasKubectl) console.warn('SKIPPED: no kubectl on PATH to prove the drills with');

const folder = lessonFolderNamed('detective')!;
const kinds = findLesson('detective')!.drill!.kinds;
const seeds = Array.from({length: 100}, (_, index) => index + 1);
const drill = (seed: number) => loadLesson(folder, {seed});
const wrongOf = ({steps}: Lesson) => steps.find(step => step.drill)!.wrong;

test('a hundred seeds are a hundred different drills, of all twelve kinds', {timeout: 60_000}, () => {
	const drills = seeds.map(drill);
	expect(new Set(drills.map(({drill}) => JSON.stringify(drill!.files))).size).toBe(100);
	expect(kinds).toHaveLength(12);
	for (const kind of kinds) {
		expect(drills.filter(({drill}) => drill!.kind === kind).length).toBeGreaterThanOrEqual(8);
	}
});

test('each kind has at least three wrong answers, which name the checks that catch them and what the lab says to them', () => {
	for (const lesson of kinds.map((_, index) => drill(index + 1))) {
		const wrong = wrongOf(lesson);
		expect(wrong.length, lesson.drill!.kind).toBeGreaterThanOrEqual(3);
		expect(new Set(wrong.map(({hint}) => hint)).size, lesson.drill!.kind).toBe(wrong.length);
		expect(wrong.map(({hint}) => hint)).not.toContain(undefined);
	}
});

test('each check is what catches some wrong answer', () => {
	const caught = new Set(kinds.flatMap((_, index) => wrongOf(drill(index + 1)).flatMap(({fails}) => fails)));
	const checks = drill(1).steps.find(step => step.drill)!.checks;
	expect(checks.map(({id}) => id).filter(id => !caught.has(id))).toEqual([]);
});

test('no text shows a place that was not filled in, and the picker shows none either', () => {
	for (const {text, steps} of kinds.map((_, index) => drill(index + 1))) {
		for (const words of Object.values(text)) {
			for (const {id} of steps) {
				const {story, hints, afterwards} = words.steps[id]!;
				const all = [
					words.title,
					words.introduction,
					...[story, afterwards, ...Object.values(hints)].map(t => t?.source),
				];
				expect(all.join('\n')).not.toContain('${drill');
			}
		}
	}
});

describe.skipIf(!hasKubectl)('a hundred drills, with kubectl', () => {
	/** Two at a time, each on a cluster of its own that the drills of a lane have one after the other. */
	test('are proven both ways, and each kind with its wrong answers', {timeout: 1_500_000}, async () => {
		const problems: string[] = [];
		const left = [...seeds];
		const lane = async () => {
			const place = await openPlace({speed: 20});
			try {
				for (let seed = left.shift(); seed !== undefined && problems.length === 0; seed = left.shift()) {
					const passed = await testLesson({
						...(await place.forLesson(withoutRepetition(drill(seed)))),
						text: textIn('en'),
						emit(event) {
							if (event.event === 'problem') problems.push(`${event.lesson}:${proofLine(event, textIn('en'))}`);
						},
					});
					if (!passed && problems.length === 0) problems.push(`seed ${seed} is not proven`);
				}
			} finally {
				await place.close();
			}
		};
		await Promise.all([lane(), lane()]);
		expect(problems).toEqual([]);
	});
});

/**
 * A drill without what another one has shown: the steps around it are the same in all drills, and so are a kind's wrong answers.
 * After them the whole clean-up is needed; a drill that was solved has tidied up by itself.
 */
function withoutRepetition(lesson: Lesson): Lesson {
	const first = lesson.drill!.seed <= kinds.length;
	return {
		...lesson,
		cleanup: first ? lesson.cleanup : lesson.cleanup.slice(0, 1),
		steps: lesson.steps.map(step => (step.drill && first ? step : {...step, wrong: []})),
	};
}
