import {readFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import {parseDocument} from 'yaml';
import {type Language, languages} from '../text/text.ts';
import {parseLanguageFile} from './markdown.ts';
import {LessonError, type Problem} from './problem.ts';

/** What a list of lessons shows of one. Reading it compiles nothing, so that many lessons list at once. */
export type LessonCard = {
	/** The folder's name without its number. */
	id: string;
	/** How long a learner needs, roughly. */
	minutes: number;
	stepIds: string[];
	/** Container images that its Pods use. */
	images: string[];
	/** The title, and Markdown that says what the lesson is about. */
	text: Record<Language, {title: string; introduction: string}>;
};

/** Reads a lesson's card from its folder. Throws LessonError when a file is missing or cannot be read at all. */
export function readLessonCard(folder: string): LessonCard {
	const problems: Problem[] = [];
	const read = (name: string) => {
		const file = join(folder, name);
		try {
			return readFileSync(file, 'utf8');
		} catch (error) {
			throw new LessonError([{file, line: 1, column: 1, message: (error as Error).message}]);
		}
	};
	const {minutes = 0, images = [], stepIds} = outlineOf(read('lesson.yaml'));
	const card = (language: Language) => {
		const name = `${language}.md`;
		const {title, introduction} = parseLanguageFile(join(folder, name), beforeSteps(read(name)), problems);
		return [language, {title, introduction: introduction.text}] as const;
	};
	return {
		id: lessonIdOf(folder),
		minutes,
		images,
		stepIds,
		text: Object.fromEntries(languages.map(card)) as LessonCard['text'],
	};
}

type Outline = {minutes?: number; images?: string[]; stepIds: string[]};

/**
 * What a card tells of `lesson.yaml`. It is looked for line by line where it is written as in all lessons of the package:
 * to parse the checks of sixteen lessons would take a tenth of a second.
 */
function outlineOf(source: string): Outline {
	const [, steps = ''] = /^steps:\n((?: .*\n|\n)*)/m.exec(source) ?? [];
	const rest = source.replace(steps, '');
	const minutes = /^minutes: (\d+)$/m.exec(rest)?.[1];
	const images = /^images: \[([\w.:/@", -]*)\]$/m.exec(rest)?.[1] ?? (/^images:/m.test(rest) ? undefined : '');
	const items = steps.match(/^ {2}- .*$/gm) ?? [];
	const stepIds = items.flatMap(item => /^ {2}- id: ([a-z0-9-]+)$/.exec(item)?.[1] ?? []);
	if (minutes && images !== undefined && stepIds.length > 0 && stepIds.length === items.length) {
		return {minutes: Number(minutes), images: images.match(/[^", ]+/g) ?? [], stepIds};
	}
	const whole = parseDocument(source).toJS() as (Outline & {steps?: {id: string}[]}) | null;
	return {...whole, stepIds: (whole?.steps ?? []).map(({id}) => id)};
}

/** What stands before the first step; all, where that cannot be seen at a glance. */
function beforeSteps(source: string): string {
	const [before = ''] = source.split(/^## /m, 1);
	return before.includes('```') || before.includes('~~~') ? source : before;
}

/** A lesson's id: its folder's name without the number that sorts it. */
export const lessonIdOf = (folder: string): string => basename(folder).replace(/^\d+-/, '');
