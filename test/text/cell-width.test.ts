import stringWidth from 'string-width';
import {describe, expect, it} from 'vitest';
import {lessonCards} from '../../src/lesson/find-lessons.ts';
import {cellWidth} from '../../src/text/cell-width.ts';
import {languages, textIn} from '../../src/text/text.ts';

/** All texts in an object of texts; those that are made of parts, with parts that are names and numbers. */
function textsIn(value: unknown): string[] {
	if (typeof value === 'string') return [value];
	if (typeof value === 'function') {
		try {
			return textsIn(value('my-service', 3, 'name', 4, 5));
		} catch {
			return [];
		}
	}
	return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}

describe('the width of what the lab says', () => {
	it('is what a terminal makes of it, in every language', () => {
		for (const language of languages) {
			const titles = lessonCards().map(({text}) => text[language].title);
			const lines = [...textsIn(textIn(language)), ...titles].flatMap(text => text.split(/[\n\t]/));
			expect(lines.length).toBeGreaterThan(500);
			for (const line of lines) expect(cellWidth(line), line).toBe(stringWidth(line));
		}
	});
});
