import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {LineCounter, parseDocument} from 'yaml';
import schema from '../../lessons/lesson.schema.json' with {type: 'json'};
import type {Capability} from '../clusters/cluster.ts';
import {type Drill, drawDrill, drillPlace, fillDrill} from './drill.ts';
import type {LessonFile} from './lesson-file.ts';
import type {Problem} from './problem.ts';
import {type Schema, validateNode} from './schema.ts';

/** Which drill of a lesson with drills is wanted: that of a seed, 1 unless told, on a cluster that can do so much, all unless told. */
export type DrillChoice = {seed?: number | undefined; capabilities?: ReadonlySet<Capability> | undefined};

/** The files of a lesson's folder. In a lesson with drills a seed has filled them in. */
export type LessonFiles = {
	drill: Drill | undefined;
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
	return {
		drill,
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

/** Reports the `${drill.NAME}` that no seed fills in. */
export function reportUnfilled(file: string, text: string, problems: Problem[]): void {
	const lineCounter = new LineCounter();
	for (const {index} of text.matchAll(/\n|^/g)) lineCounter.addNewLine(text[index] === '\n' ? index + 1 : index);
	for (const match of text.matchAll(drillPlace)) {
		const {line, col} = lineCounter.linePos(match.index);
		problems.push({file, line, column: col, message: `no list under "drills" draws a value named "${match[1]}"`});
	}
}
