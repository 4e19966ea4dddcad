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
	const yaml = parseDocument(read('lesson.yaml')).toJS() as {
		minutes?: number;
		images?: string[];
		steps?: {id: string}[];
	} | null;
	const card = (language: Language) => {
		const {title, introduction} = parseLanguageFile(join(folder, `${language}.md`), read(`${language}.md`), problems);
		return [language, {title, introduction: introduction.text}] as const;
	};
	return {
		id: lessonIdOf(folder),
		minutes: yaml?.minutes ?? 0,
		images: yaml?.images ?? [],
		stepIds: (yaml?.steps ?? []).map(({id}) => id),
		text: Object.fromEntries(languages.map(card)) as LessonCard['text'],
	};
}

/** A lesson's id: its folder's name without the number that sorts it. */
export const lessonIdOf = (folder: string): string => basename(folder).replace(/^\d+-/, '');
