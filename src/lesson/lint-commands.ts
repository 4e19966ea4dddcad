import leven from 'leven';
import type {Condition} from './expressions.ts';
import {patchProblem} from './lint-folding.ts';
import {shellCommands} from './shell-words.ts';
import {compileTemplate} from './template.ts';
import type {YamlPath} from './yaml-file.ts';

/** A command of lesson.yaml and where it stands; `fails` when it is meant to, `needs` what it says it needs. */
export type PlacedCommand = {line: string; path: YamlPath; fails: boolean; needs: unknown[]};

/** Those who understand commands. */
export type CommandReaders = {
	/** Why a POSIX shell would not read a line; undefined when it would. */
	shell(line: string): Promise<string | undefined>;
	/** Why kubectl would not understand its arguments; undefined when it would. */
	kubectl(args: string[]): Promise<string | undefined>;
};

/** Every command in lesson.yaml, also where the rest of the file is not yet as it should be. */
export function placedCommands(lesson: unknown): PlacedCommand[] {
	const {cleanup, steps, drills} = asMap(lesson);
	const ofPart = (part: unknown, path: YamlPath) => [
		...inList(asMap(part).commands, [...path, 'commands']),
		...asList(asMap(part).wrong).flatMap((wrong, mistake) =>
			inList(asMap(wrong).commands, [...path, 'wrong', mistake, 'commands']),
		),
	];
	return [
		...inList(cleanup, ['cleanup']),
		...asList(steps).flatMap((step, index) => ofPart(step, ['steps', index])),
		...asList(asMap(drills).kinds).flatMap((kind, index) => ofPart(kind, ['drills', 'kinds', index])),
	];
}

/** Checks that a command could run at all: the shell reads it, and kubectl knows the command, its flags and its types. */
export async function lintCommand(
	{line, path}: PlacedCommand,
	readers: CommandReaders,
	at: (path: YamlPath, message: string) => void,
): Promise<void> {
	const filled = fillPlaces(line);
	if (filled === undefined) return;
	const syntax = await readers.shell(filled);
	if (syntax !== undefined) {
		at(path, `the shell cannot read this command: ${syntax}`);
		return;
	}
	for (const [program = '', ...args] of shellCommands(filled)) {
		if (program === 'kubectl') {
			const why = (await readers.kubectl(args)) ?? patchProblem(args);
			if (why !== undefined) at(path, why);
		} else if (leven(program, 'kubectl') <= 2) at(path, `"${program}" is no program; it looks like kubectl`);
	}
}

/** The line with `1` in every `${…}`, which is good for a name and for a number; undefined when it does not compile. */
function fillPlaces(line: string): string | undefined {
	const never: Condition = () => false;
	try {
		return compileTemplate(line, {condition: () => never, text: () => () => '1'}).complete({
			now: {at: 0, pods: [], services: [], endpoints: [], slices: [], deployments: []},
			remembered: {},
		});
	} catch {
		return undefined;
	}
}

function inList(list: unknown, path: YamlPath): PlacedCommand[] {
	return asList(list).flatMap((command, index) => {
		if (typeof command === 'string') return [{line: command, path: [...path, index], fails: false, needs: []}];
		const {run, fails, needs} = asMap(command);
		return typeof run === 'string'
			? [{line: run, path: [...path, index, 'run'], fails: fails === true, needs: asList(needs)}]
			: [];
	});
}

/** A list of YAML, or an empty one for anything else. */
export const asList = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/** A map of YAML, or an empty one for anything else. */
export const asMap = (value: unknown): Record<string, unknown> =>
	typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
