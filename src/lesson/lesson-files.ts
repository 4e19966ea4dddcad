import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {parseDocument} from 'yaml';
import schema from '../../lessons/lesson.schema.json' with {type: 'json'};
import type {Capability} from '../clusters/cluster.ts';
import {type Drill, drawDrill, drillPlace, fillDrill, seedsOfAllKinds} from './drill.ts';
import type {LessonFile} from './lesson-file.ts';
import type {Problem} from './problem.ts';
import {type Schema, validateNode} from './schema.ts';

/** Which drill of a lesson with drills is wanted: that of a seed, 1 unless told, on a cluster that can do so much, all unless told. */
export type DrillChoice = {seed?: number | undefined; capabilities?: ReadonlySet<Capability> | undefined};

/** The files of a lesson's folder. In a lesson with drills a seed has filled them in. */
export type LessonFiles = {
	drill: Drill | undefined;
	/** Seeds that bring each kind of drill once; one that is not told for a lesson without drills. */
	seeds: (number | undefined)[];
	/** The names of all values that some drill of the lesson has. */
	names: ReadonlySet<string>;
	/** Where a file lies: the drawn kind's manifest has another name there than in the learner's folder. */
	path(name: string): string;
	/** Throws what the file system throws. */
	read(name: string): string;
	exists(name: string): boolean;
};

/** Opens a lesson's files. Drills that do not fit the schema fill nothing in; the loader tells of them. */
export function openLessonFiles(folder: string, {seed = 1, capabilities}: DrillChoice = {}): LessonFiles {
	const drills = readDrills(join(folder, 'lesson.yaml'));
	const drill = drills && drawDrill(drills, seed, need => capabilities?.has(need) === false);
	const kind = drills?.kinds.find(({id}) => id === drill?.kind);
	const path = (name: string) => join(folder, kind && name === drills?.manifest ? kind.manifest : name);
	const lists = [drills?.draw, ...(drills?.kinds ?? []).map(({draw}) => draw)].flatMap(draw =>
		Object.values(draw ?? {}),
	);
	return {
		drill,
		seeds: drills ? seedsOfAllKinds(drills.kinds.length) : [undefined],
		names: new Set([...Object.keys(drill?.values ?? {}), ...lists.flat().flatMap(row => Object.keys(row))]),
		path,
		read(name) {
			const text = readFileSync(path(name), 'utf8');
			return drill ? fillDrill(text, drill.values) : text;
		},
		exists: name => existsSync(path(name)),
	};
}

function readDrills(file: string): LessonFile['drills'] {
	if (!existsSync(file)) return undefined;
	const document = parseDocument(readFileSync(file, 'utf8'));
	if (document.errors.length > 0) return undefined;
	const {drills} = (document.toJS() ?? {}) as Partial<LessonFile>;
	if (drills === undefined) return undefined;
	let fits = true;
	const {definitions} = schema as Schema;
	validateNode({...definitions?.drills, definitions}, document.get('drills', true) as never, () => {
		fits = false;
	});
	return fits ? drills : undefined;
}

/** Reports the `${drill.NAME}` that are still in a text, apart from those whose names are `known`. */
export function reportUnfilled(file: string, text: string, problems: Problem[], known?: ReadonlySet<string>): void {
	for (const {0: place, 1: name = '', index} of text.matchAll(drillPlace)) {
		if (known?.has(name)) continue;
		const before = text.slice(0, index).split('\n');
		problems.push({file, line: before.length, column: before.at(-1)!.length + 1, message: unfilled(place)});
	}
}

/** Says that a place was not filled in. */
export const unfilled = (place: string) => `no list under "drills" draws a value for ${place} here`;
