import type {Problem} from './problem.ts';

/** Names of objects in expressions: `endpoints("my-service")`. */
const named = /\b(endpoints|service|slices|deployment|requests)\((?:"([^"]*)"|'([^']*)')\)/g;

/** What every cluster has. */
const always = ['kubernetes'];

/**
 * Finds names of objects in a file's expressions that nothing in the lesson makes: they stand in no command and in no
 * manifest, so `exists` would be false for ever. `known` is the text of all those.
 */
export function lintNames(file: string, source: string, known: string, problems: Problem[]): void {
	const words = new Set([...always, ...known.split(/[^a-z0-9.-]+/)]);
	for (const [index, line] of source.split(/\r?\n/).entries()) {
		for (const match of line.matchAll(named)) {
			const name = match[2] ?? match[3] ?? '';
			if (words.has(name)) continue;
			const column = match.index + match[1]!.length + 3;
			const message = `no command and no manifest of the lesson has an object named "${name}"`;
			problems.push({file, line: index + 1, column, message});
		}
	}
}
