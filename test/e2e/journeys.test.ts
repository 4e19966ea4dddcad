import {describe, expect, it} from 'vitest';
import {lessonIds} from '../../src/lesson/find-lessons.ts';
import {loadLessons} from '../../src/lesson/load-lessons.ts';
import {languages} from '../../src/text/text.ts';
import {keys, type LabScreen, openLab} from './lab.ts';

/** Each lesson in one of the languages; the one about Endpoints has a journey of its own in both. */
const lessons = loadLessons().filter(({id}) => id !== 'endpoints');

/** What the prompt asks for. `free`: it proposes nothing, since all has been run or nothing may be given away. */
type Asked = 'predict' | 'next' | 'command' | 'free' | 'wait' | 'leave';

function askedOf(text: string, {placeholder}: LabScreen['words']): Asked {
	const prompt = promptOf(text);
	const asks = (words: string) => prompt.includes(words);
	if (asks(placeholder.finished)) return 'leave';
	if ([2, 3, 4, 5, 6, 7, 8, 9].some(choices => asks(placeholder.predict(choices)))) return 'predict';
	if (asks(placeholder.solved) || asks(placeholder.look)) return 'next';
	if (asks(placeholder.command('→'))) return 'command';
	return asks(placeholder.free) ? 'free' : 'wait';
}

const promptOf = (text: string) => text.split('\n').findLast(line => line.startsWith('$ ')) ?? '';

/** Where one is: the step, as the header says it, and what the prompt asks for. */
const placeOf = (text: string) => `${/\d+\/\d+/.exec(text)?.[0]} ${promptOf(text)}`;

/** Goes through a lesson as its prompt proposes, filling in its own commands, to its end. A drill is shown by the lab. */
async function goThrough(lab: LabScreen, isDrill: boolean): Promise<void> {
	let shown = '';
	for (;;) {
		const isAsked = (text: string) => {
			const asked = askedOf(text, lab.words);
			// A frame may arrive in two pieces, its header before its prompt: at the end there is no step in the header any more.
			if ((asked === 'leave') === /\d+\/\d+/.test(text.split('\n')[0] ?? '')) return false;
			return asked !== 'wait' && (asked !== 'free' || (isDrill && placeOf(text) !== shown));
		};
		await lab.waitFor(isAsked, 120_000);
		const before = lab.text();
		const asked = askedOf(before, lab.words);
		if (asked === 'leave') return;
		if (asked === 'predict') await lab.press('1');
		else if (asked === 'next') await lab.press(keys.ctrl('n'));
		else if (asked === 'free') {
			shown = placeOf(before);
			await lab.run('show me');
			continue;
		} else {
			await lab.press(keys.right);
			await lab.waitFor(text => askedOf(text, lab.words) !== 'command');
			await lab.press(keys.enter);
		}
		await lab.waitFor(text => placeOf(text) !== placeOf(before));
	}
}

describe('every lesson is gone through by its own commands on the screen', () => {
	lessons.forEach((lesson, index) => {
		const language = languages[index % languages.length]!;
		it(`${lesson.id}, in ${language}`, {timeout: 300_000}, async () => {
			const lab = openLab({lesson: lesson.id, language, columns: 160, rows: 50});
			await lab.isOpen();
			await goThrough(lab, lesson.drill !== undefined);
			await lab.shows(lab.words.finished(''));
			await lab.press(keys.enter);
			expect(await lab.exited).toBe(0);
			expect(lab.isAlternate()).toBe(false);
			expect(lab.text()).toContain(`endpoint-lab ${lesson.id}`);
		});
	});

	it('and none is left out', () => {
		expect([...lessons.map(({id}) => id), 'endpoints'].sort()).toEqual(lessonIds().sort());
	});
});
