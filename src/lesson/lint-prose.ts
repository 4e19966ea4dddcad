import type {Language} from '../text/text.ts';
import type {LanguageFile} from './markdown.ts';
import type {Problem} from './problem.ts';

/** How background begins in each language: a claim that the lesson does not check, as a quotation of its own. */
const backgroundMarks: Record<Language, string> = {en: 'Background: ', 'zh-CN': '背景：'};

/**
 * Checks the marks of background, which are all that Markdown's quotations are for in a lesson, and that each step ends with an
 * explanation.
 */
export function lintProse(
	file: string,
	source: string,
	language: Language,
	{steps}: LanguageFile,
	problems: Problem[],
): void {
	const mark = backgroundMarks[language];
	const complain = (line: number, message: string) => problems.push({file, line, column: 1, message});
	let fence = '';
	let before = '';
	for (const [index, text] of source.split(/\r?\n/).entries()) {
		const fenceMark = /^\s*(```+|~~~+)/.exec(text)?.[1] ?? '';
		const fenced = fence !== '' || fenceMark !== '';
		if (!fence) fence = fenceMark;
		else if (fenceMark.startsWith(fence)) fence = '';
		const begins = !fenced && before.trim() === '';
		before = text;
		if (!begins) continue;
		if (text.startsWith('>') && !text.startsWith(`> ${mark}`)) {
			complain(index + 1, `a quotation is background, and begins with "> ${mark}"`);
		} else if (/^(\*\*)?(Background\b|背景)/.test(text)) {
			complain(index + 1, `background stands in a quotation: "> ${mark}…"`);
		}
	}
	for (const {id, line, sections} of steps) {
		if (!sections.afterwards) complain(line, `step ${id} ends without an explanation, "### afterwards"`);
	}
}
