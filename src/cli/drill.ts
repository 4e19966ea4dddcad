import {randomInt} from 'node:crypto';
import {existsSync} from 'node:fs';
import {join} from 'node:path';
import type {Cluster} from '../clusters/cluster.ts';
import {readJournal} from '../engine/journal.ts';
import {fold} from '../engine/run-state.ts';
import type {Lesson} from '../lesson/lesson.ts';
import {loadLesson} from '../lesson/load-lesson.ts';
import type {Home} from '../state/home.ts';
import type {Text} from '../text/text.ts';
import {UserError} from '../text/user-error.ts';
import {journalFile} from './progress.ts';

/** Seeds that nobody asked for are below this, so that they are easily said. */
const seedLimit = 10_000;

/** The seed that `--seed` names; undefined without it. Throws UserError. */
export function seedOf(option: string | undefined, lesson: Lesson, text: Text): number | undefined {
	if (option === undefined) return undefined;
	if (!lesson.drill) throw new UserError(text.cli.noDrills(lesson.argument ?? lesson.id), 2);
	const seed = /^\d{1,9}$/.test(option) ? Number(option) : 0;
	if (seed < 1) throw new UserError(text.cli.wrongSeed(option), 2);
	return seed;
}

/** A lesson as a seed makes it for a cluster, a random one unless told; a lesson without drills as it is. */
export function drawnLesson(
	lesson: Lesson,
	seed: number | undefined,
	{capabilities}: Pick<Cluster, 'capabilities'>,
): Lesson {
	if (!lesson.drill) return lesson;
	const drawn = loadLesson(lesson.folder, {seed: seed ?? randomInt(1, seedLimit), capabilities});
	return {...drawn, id: lesson.id, argument: lesson.argument};
}

/** The drill to go on with or to begin. */
export type ChosenDrill = {
	lesson: Lesson;
	/** It begins anew. */
	reset: boolean;
	/** The drill before it, whose objects are still there. */
	before?: Lesson;
};

/**
 * Chooses the drill of a lesson: the one that the learner is in, unless that is finished, is to be begun again, or another one
 * was asked for. A lesson without drills is only reset.
 */
export function chooseDrill(
	lesson: Lesson,
	asked: {seed: number | undefined; reset: boolean},
	{home, cluster}: {home: Home; cluster: Pick<Cluster, 'capabilities'>},
): ChosenDrill {
	if (!lesson.drill) return {lesson, reset: asked.reset};
	const {seed: present, finished} = fold(readJournal(journalFile(home, lesson.id), lesson.id).events ?? []);
	if (present === undefined) {
		// Files of a drill whose journal is lost would be taken for those of this one.
		const reset = asked.reset || existsSync(join(home.work, lesson.id));
		return {lesson: drawnLesson(lesson, asked.seed, cluster), reset};
	}
	const before = drawnLesson(lesson, present, cluster);
	if (!asked.reset && !finished && (asked.seed ?? present) === present) return {lesson: before, reset: false};
	return {lesson: drawnLesson(lesson, asked.seed, cluster), reset: true, before};
}
