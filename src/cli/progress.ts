import {join} from 'node:path';
import {readJournal} from '../engine/journal.ts';
import {fold, progressOf} from '../engine/run-state.ts';
import type {LessonCard} from '../lesson/lesson-card.ts';
import type {Home} from '../state/home.ts';

/** The file of a lesson's journal. */
export function journalFile(home: Home, lesson: string): string {
	return join(home.progress, `${lesson}.jsonl`);
}

/** The folder with the states in which the cluster was when a lesson's steps began. */
export function statesFolder(home: Home, lesson: string): string {
	return join(home.progress, lesson);
}

/**
 * How many of a lesson's steps the learner has solved: all of one that is finished, since not every cluster can do every step.
 * A damaged journal counts up to its damage and is left alone.
 */
export function solvedSteps(home: Home, lesson: Pick<LessonCard, 'id' | 'stepIds'>): number {
	const state = fold(readJournal(journalFile(home, lesson.id), lesson.id).events ?? []);
	if (state.finished) return lesson.stepIds.length;
	return lesson.stepIds.filter(id => progressOf(state, id).solvedAt !== undefined).length;
}
