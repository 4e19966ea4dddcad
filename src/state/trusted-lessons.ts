import {type JsonFormat, type Read, readJsonFile, writeJsonFile} from './json-file.ts';

const format: JsonFormat<string[]> = {
	version: 1,
	parse: ({hashes}) => (Array.isArray(hashes) ? hashes.filter(hash => typeof hash === 'string') : []),
};

/** The hashes of the lessons from elsewhere whose commands the user has allowed. */
export function readTrustedLessons(file: string): Read<string[]> {
	return readJsonFile(file, format);
}

/** Remembers one more of them. */
export function addTrustedLesson(file: string, hash: string): void {
	const {value = []} = readTrustedLessons(file);
	writeJsonFile(file, format.version, {hashes: [...new Set([...value, hash])]});
}
