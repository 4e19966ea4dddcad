import {join} from 'node:path';
import {describe, expect, it} from 'vitest';
import {lessonCards, loadLessons} from '../../src/lesson/find-lessons.ts';
import {readLessonCard} from '../../src/lesson/lesson-card.ts';
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

	it('name the file that is missing', () => {
		const folder = join(import.meta.dirname, '../fixtures/no-such-lesson');
		expect(() => readLessonCard(folder)).toThrow(LessonError);
		expect(() => readLessonCard(folder)).toThrow(/lesson\.yaml/);
	});
});
