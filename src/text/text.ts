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

/** Whether a string names a language of the lab exactly. */
export function isLanguage(name: string): name is Language {
	return (languages as readonly string[]).includes(name);
}

/**
 * The language that an environment asks for: ENDPOINT_LAB_LANG, else the locale (LC_ALL, LC_MESSAGES, LANG, in POSIX'
 * order), else English. Every Chinese locale reads 简体中文, the one Chinese the lab has.
 */
export function languageOf(environment: Record<string, string | undefined>): Language {
	const own = environment.ENDPOINT_LAB_LANG;
	const locale = own || environment.LC_ALL || environment.LC_MESSAGES || environment.LANG || '';
	return /^zh\b|^zh_/i.test(locale) ? 'zh-CN' : 'en';
}
