import {isLanguage, type Language} from '../text/text.ts';
import {type Damage, type JsonFormat, readJsonFile, writeJsonFile} from './json-file.ts';

/** What the lab remembers of a learner's choices. */
export type Settings = {language?: Language; cluster?: string};

const format: JsonFormat<Settings> = {
	version: 1,
	parse({language, cluster}) {
		const settings: Settings = {};
		if (typeof language === 'string' && isLanguage(language)) settings.language = language;
		if (typeof cluster === 'string') settings.cluster = cluster;
		return settings;
	},
};

/** Reads the settings; missing and damaged ones are none. */
export function readSettings(file: string): {settings: Settings; damage?: Damage} {
	const {value, damage} = readJsonFile(file, format);
	return {settings: value ?? {}, damage};
}

/** Replaces the settings. */
export function writeSettings(file: string, settings: Settings): void {
	writeJsonFile(file, format.version, settings);
}
