import type {Problem} from './problem.ts';

/** A piece of a language file with the line (from 1) on which it starts. */
export type Passage = {text: string; line: number};

/** One `- id: text` item; `nested` is the indented item below it (a check's waiting sentence). */
export type Item = Passage & {id: string; nested?: Passage};

/** The sub-sections that a step may have, by their fixed headings. */
export const sectionNames = ['predict', 'checks', 'hints', 'afterwards'] as const;
type SectionName = (typeof sectionNames)[number];

/** One step's part of a language file, as written: nothing is compiled or compared yet. */
export type StepPassages = {
	id: string;
	title: string;
	line: number;
	story: Passage;
	sections: Partial<Record<SectionName, {line: number; prose: Passage; items: Item[]}>>;
};

export type LanguageFile = {title: string; introduction: Passage; steps: StepPassages[]};

const stepHeading = /^##\s+([a-z0-9]+(?:-[a-z0-9]+)*)\s*[:：]\s*(\S.*)$/;
const item = /^-\s+([a-z0-9]+(?:-[a-z0-9]+)*)\s*[:：]\s*(.*)$/;
const nestedItem = /^\s+-\s+(.*)$/;

type Line = {text: string; number: number; fenced: boolean};

/**
 * Reads a lesson's `en.md` or `zh-CN.md`: a title, an introduction, one `## id: title` a step, and in it prose and the
 * sub-sections `### predict`, `### checks`, `### hints` and `### afterwards`. Reports what does not fit.
 */
export function parseLanguageFile(file: string, source: string, problems: Problem[]): LanguageFile {
	const complain = (line: number, message: string) => problems.push({file, line, column: 1, message});
	const lines = markFences(source);
	const blocks = splitAt(lines, /^#{1,2}\s/);
	const [before, ...rest] = blocks;
	if (before?.some(({text}) => text.trim() !== '')) complain(before[0]!.number, 'nothing may stand above the title');

	const [titleBlock] = rest;
	const title = /^#\s+(\S.*)$/.exec(titleBlock?.[0]?.text ?? '')?.[1]?.trim() ?? '';
	if (!title) complain(1, 'the file must begin with the lesson’s title: "# Title"');

	const steps: StepPassages[] = [];
	for (const block of title ? rest.slice(1) : rest) {
		const heading = block[0]!;
		const match = stepHeading.exec(heading.text);
		if (!match) {
			complain(heading.number, `"${heading.text}" must be a step's heading: "## step-id: Title"`);
			continue;
		}
		steps.push(parseStep(match[1]!, match[2]!.trim(), block, complain));
	}
	return {title, introduction: passage((title && titleBlock?.slice(1)) || [], 1), steps};
}

function parseStep(id: string, title: string, block: Line[], complain: (line: number, message: string) => void) {
	const line = block[0]!.number;
	const [story = [], ...parts] = splitAt(block.slice(1), /^###\s/);
	const sections: StepPassages['sections'] = {};
	for (const part of parts) {
		const {text, number} = part[0]!;
		const name = text.replace(/^###\s+/, '').trim();
		const known = sectionNames.find(section => section === name);
		if (!known) complain(number, `"${text}" is none of the sub-sections ${sectionNames.join(', ')}`);
		else if (sections[known]) complain(number, `the step has a second "### ${known}"`);
		else sections[known] = {line: number, ...parseSection(part.slice(1), number, known === 'afterwards')};
	}
	return {id, title, line, story: passage(story, line), sections};
}

/** Prose first, then `- id: text` items whose further lines are indented. */
function parseSection(lines: Line[], headingLine: number, proseOnly: boolean): {prose: Passage; items: Item[]} {
	const first = proseOnly ? -1 : lines.findIndex(({text, fenced}) => !fenced && item.test(text));
	const prose = passage(first === -1 ? lines : lines.slice(0, first), headingLine + 1);
	const items: Item[] = [];
	for (const {text, number, fenced} of first === -1 ? [] : lines.slice(first)) {
		const start = fenced ? null : item.exec(text);
		const nested = fenced ? null : nestedItem.exec(text);
		const last = items.at(-1);
		if (start) items.push({id: start[1]!, text: start[2]!.trim(), line: number});
		else if (nested && last && !last.nested) last.nested = {text: nested[1]!.trim(), line: number};
		else if (last) {
			const open = last.nested ?? last;
			open.text += `\n${text.replace(/^ {1,2}/, '')}`;
		}
	}
	for (const entry of items) {
		entry.text = entry.text.trim();
		if (entry.nested) entry.nested.text = entry.nested.text.trim();
	}
	return {prose, items};
}

function passage(lines: Line[], fallbackLine: number): Passage {
	const first = lines.findIndex(({text}) => text.trim() !== '');
	if (first === -1) return {text: '', line: fallbackLine};
	const text = lines.slice(first).map(({text}) => text);
	return {text: text.join('\n').trimEnd(), line: lines[first]!.number};
}

/** A `#` in a fenced code block is a shell's comment, not a heading. */
function markFences(source: string): Line[] {
	let fence = '';
	return source.split(/\r?\n/).map((text, index) => {
		const mark = /^\s*(```+|~~~+)/.exec(text)?.[1] ?? '';
		const fenced = fence !== '' || mark !== '';
		if (!fence) fence = mark;
		else if (mark.startsWith(fence)) fence = '';
		return {text, number: index + 1, fenced};
	});
}

/** The lines before the first match, then one block from each match on. */
function splitAt(lines: Line[], heading: RegExp): Line[][] {
	const blocks: Line[][] = [[]];
	for (const line of lines) {
		if (!line.fenced && heading.test(line.text)) blocks.push([line]);
		else blocks.at(-1)!.push(line);
	}
	return blocks;
}
