import {en} from './en.ts';
import {zhCN} from './zh-CN.ts';

/** The interface's sentences; English decides which keys there are. */
export type Text = typeof en;

/** The languages that the interface and every lesson speak. */
export const languages = ['en', 'zh-CN'] as const;

export type Language = (typeof languages)[number];

const texts: Record<Language, Text> = {en, 'zh-CN': zhCN};

/** The interface's sentences in a language. */
export function textIn(language: Language): Text {
	return texts[language];
}

/** The language that a word names, in the forms people type: `zh-CN`, `zh`, `zh_CN.UTF-8`, `en-US`. */
export function parseLanguage(name: string): Language | undefined {
	if (/^zh(?![a-z])/i.test(name)) return 'zh-CN';
	return /^en(?![a-z])/i.test(name) ? 'en' : undefined;
}

/** Whether a string names a language of the lab exactly. */
export function isLanguage(name: string): name is Language {
	return (languages as readonly string[]).includes(name);
}

/**
 * The language that an environment asks for: ENDPOINT_LAB_LANG, else the locale (LC_ALL, LC_MESSAGES, LANG, in POSIX'
 * order), else English. Every Chinese locale reads 简体中文, the one Chinese the lab has.
 */
export function languageOf(environment: Record<string, string | undefined>): Language {
	const locale =
		environment.ENDPOINT_LAB_LANG || environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || '';
	return parseLanguage(locale) ?? 'en';
}
