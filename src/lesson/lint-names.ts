import {asList, asMap} from './lint-commands.ts';
import type {Problem} from './problem.ts';
import type {YamlPath} from './yaml-file.ts';

/** Names of objects in expressions: `endpoints("my-service")`. */
const named = /\b(endpoints|service|slices|deployment|requests)\((?:"([^"]*)"|'([^']*)')\)/g;

/** Label selectors in expressions: `pods("app=my-app")`. */
const selected = /\bpods\((?:"([^"]*)"|'([^']*)')\)/g;

/** What every cluster has. */
const always = ['kubernetes'];

/**
 * Finds names of objects in a file's expressions that nothing in the lesson makes: they stand in no command and in no
 * manifest, so `exists` would be false for ever. `known` is the text of all those.
 */
export function lintNames(file: string, source: string, known: string, problems: Problem[]): void {
	const words = wordsIn(known);
	for (const [index, line] of source.split(/\r?\n/).entries()) {
		for (const match of line.matchAll(named)) {
			const name = match[2] ?? match[3] ?? '';
			if (words.has(name)) continue;
			const column = match.index + match[1]!.length + 3;
			problems.push({file, line: index + 1, column, message: noObject(name)});
		}
		for (const match of line.matchAll(selected)) {
			const value = unknownValue(match[1] ?? match[2] ?? '', words);
			if (value === undefined) continue;
			problems.push({file, line: index + 1, column: match.index + 7, message: noLabel(value)});
		}
	}
}

/** Finds the same in what the lesson watches and counts. */
export function lintWatched(lesson: unknown, known: string, at: (path: YamlPath, message: string) => void): void {
	const words = wordsIn(known);
	const {watch, requests} = asMap(lesson);
	const {pods, services} = asMap(watch);
	const value = typeof pods === 'string' ? unknownValue(pods, words) : undefined;
	if (value !== undefined) at(['watch', 'pods'], noLabel(value));
	const places: [unknown, YamlPath][] = [
		...asList(services).map((name, index): [unknown, YamlPath] => [name, ['watch', 'services', index]]),
		[asMap(requests).service, ['requests', 'service']],
	];
	for (const [name, path] of places) {
		if (typeof name === 'string' && !words.has(name)) at(path, noObject(name));
	}
}

const wordsIn = (known: string) => new Set([...always, ...known.split(/[^A-Za-z0-9._-]+/)]);

const noObject = (name: string) => `no command and no manifest of the lesson has an object named "${name}"`;

const noLabel = (value: string) => `no command and no manifest of the lesson has a label with the value "${value}"`;

/** A value in a label selector that no word is. */
function unknownValue(selector: string, words: ReadonlySet<string>): string | undefined {
	const values = [...selector.matchAll(/=\s*([\w.-]+)|\bin\s*\(([^)]*)\)/g)].flatMap(
		([, one, several]) => one ?? several?.split(',').map(value => value.trim()) ?? [],
	);
	return values.find(value => !words.has(value));
}
