import type {Snapshot} from '../observe/snapshot.ts';
import {kubectlWords} from './kubectl-words.ts';

/** What there is to complete from. */
export type CompletionSources = {
	snapshot: Snapshot;
	/** The step's own commands; their words are worth offering. */
	commands: readonly string[];
	/** Names in a folder, relative to where the next line runs; folders end in `/`. Empty when there is none. */
	files: (folder: string) => readonly string[];
};

/** The line after Tab, and, where several words would fit, all of them. */
export type Completion = {text: string; candidates: readonly string[]};

/**
 * Completes the last word of a line: commands, kubectl's verbs and resource types, the names of live objects, files.
 * undefined when nothing fits.
 */
export function completion(line: string, sources: CompletionSources): Completion | undefined {
	const part = line.split(/[|;&(\n]/).at(-1) ?? '';
	const words = part.trimStart().split(/\s+/);
	const last = words.at(-1) ?? '';
	const fitting = [...new Set(wordsFor(words, last, sources))].filter(word => word.startsWith(last)).sort();
	const [first] = fitting;
	if (first === undefined) return undefined;
	const start = line.slice(0, line.length - last.length);
	if (fitting.length === 1) return {text: start + first + (first.endsWith('/') ? '' : ' '), candidates: []};
	return {text: start + commonStart(fitting), candidates: fitting};
}

function wordsFor(words: readonly string[], last: string, {snapshot, commands, files}: CompletionSources): string[] {
	if (words.length <= 1) return ['kubectl', 'curl', ...commands.map(command => command.split(' ')[0] ?? '')];
	const inFolder = () => {
		const folder = last.slice(0, last.lastIndexOf('/') + 1);
		return files(folder).map(name => folder + name);
	};
	if (words[0] === 'kubectl' || words[0] === 'k') return kubectlWords(words.slice(1, -1), last, snapshot, inFolder);
	return [...inFolder(), ...snapshot.services.map(({name}) => name)];
}

function commonStart(words: readonly string[]): string {
	const [first = ''] = words;
	let length = first.length;
	for (const word of words) while (!word.startsWith(first.slice(0, length))) length--;
	return first.slice(0, length);
}
