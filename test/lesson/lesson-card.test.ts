import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {lessonCards} from '../../src/lesson/find-lessons.ts';
import {readLessonCard} from '../../src/lesson/lesson-card.ts';
import {loadLessons} from '../../src/lesson/load-lessons.ts';
import {LessonError} from '../../src/lesson/problem.ts';

describe('the cards of the lessons', () => {
	it('say what the loaded lessons say', () => {
		// A drill says in its title which one it is; its card stands for all of them.
		const titleOf = ({title}: {title: string}) => title.replace(/ #\d+$/, '');
		const loaded = loadLessons().map(({id, minutes, images, steps, text}) => ({
			id,
			minutes,
			images,
			stepIds: steps.map(step => step.id),
			text: {
				en: {title: titleOf(text.en), introduction: text.en.introduction},
				'zh-CN': {title: titleOf(text['zh-CN']), introduction: text['zh-CN'].introduction},
			},
		}));
		expect(lessonCards()).toEqual(loaded);
	});

	it('are read however the file is written', () => {
		const folder = mkdtempSync(join(tmpdir(), 'endpoint-lab-card-'));
		try {
			for (const language of ['en', 'zh-CN']) writeFileSync(join(folder, `${language}.md`), '# Title\n');
			const shapes = [
				'minutes: 5\nimages: [nginx]\nsteps:\n  - id: one\n    checks:\n      - id: no-step\n\n  - id: two\n',
				'steps:\n  - id: one\n  - id: two\nminutes: 5\nimages: [nginx]\n',
				'minutes: 5\nimages: [nginx]\nsteps:\n- id: one\n- id: two\n',
				'minutes: 5\nimages: [nginx]\nsteps:\n  - commands: []\n    id: one\n  - id: two\n',
				'minutes: 5\nimages: [nginx]\nsteps:\n  - id: one # the first\n  - id: "two"\n',
				'minutes: 5\nimages:\n  - nginx\nsteps:\n  - id: one\n  - id: two\n',
				'minutes: 5\nimages: ["nginx"]\nsteps:\n  - id: one\n  - id: two\n',
				'steps:\n  - id: one\n  - id: two\nimages:\n  - nginx\nminutes: 5\n',
				'{minutes: 5, images: [nginx], steps: [{id: one}, {id: two}]}',
			];
			for (const shape of shapes) {
				writeFileSync(join(folder, 'lesson.yaml'), shape);
				expect(readLessonCard(folder), shape).toMatchObject({minutes: 5, images: ['nginx'], stepIds: ['one', 'two']});
			}
		} finally {
			rmSync(folder, {recursive: true});
		}
	});

	it('name the file that is missing', () => {
		const folder = join(import.meta.dirname, '../fixtures/no-such-lesson');
		expect(() => readLessonCard(folder)).toThrow(LessonError);
		expect(() => readLessonCard(folder)).toThrow(/lesson\.yaml/);
	});
});
