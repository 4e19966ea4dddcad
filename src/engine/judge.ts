import type {Moments} from '../lesson/expressions.ts';
import type {Hint, Lesson, Step} from '../lesson/lesson.ts';
import type {Snapshot} from '../observe/snapshot.ts';
import {progressOf, type RunState} from './run-state.ts';

/** What a step's expressions see: the present, what this and earlier steps remembered, and since when requests count. */
export function momentsOf(lesson: Lesson, state: RunState, step: Step, now: Snapshot): Moments {
	const remembered: Record<string, Snapshot> = {};
	for (const candidate of lesson.steps) {
		const snapshot = progressOf(state, candidate.id).remembered;
		if (candidate.remember && snapshot) remembered[candidate.remember] = snapshot;
		if (candidate === step) break;
	}
	return {now, remembered, requestsBefore: progressOf(state, step.id).requestsBefore, place: lesson.place};
}

/** A step that changes nothing: all its checks hold before and after. */
export function isLooking(step: Step): boolean {
	return step.checks.every(({steady}) => steady);
}

/** Whether every check of a step holds. */
export function allHold(step: Step, moments: Moments): boolean {
	return step.checks.every(check => check.condition(moments));
}

/**
 * Whether a step is solved now. State decides; only a looking step, whose state is there from the beginning, also waits
 * until the learner has done something in it.
 */
export function isSolvedNow(step: Step, state: RunState, moments: Moments): boolean {
	if (!allHold(step, moments)) return false;
	return !isLooking(step) || progressOf(state, step.id).commands > 0;
}

/** The hint to show next: one whose state is the present one, else the next tier. */
export function nextHint(step: Step, state: RunState, moments: Moments): Hint | undefined {
	const shown = progressOf(state, step.id).hints;
	const left = step.hints.filter(({id, unasked}) => !unasked && !shown.includes(id));
	return left.find(hint => hint.when?.(moments)) ?? left.find(hint => hint.when === undefined);
}

/** The hints that the present state brings by itself. */
export function unaskedHints(step: Step, moments: Moments): Hint[] {
	return step.hints.filter(({unasked, when}) => unasked && when?.(moments));
}

/** The first hint about the present state that a learner gets who has had none yet. */
export function firstHint(step: Step, moments: Moments): Hint | undefined {
	return unaskedHints(step, moments)[0] ?? step.hints.find(({unasked, when}) => !unasked && when?.(moments));
}

/**
 * Whether the cluster is not as the step before left it, though nothing has been done in this one: the cluster was made
 * anew, or somebody changed it meanwhile. The step's story would make no sense then.
 */
export function isDisturbed(lesson: Lesson, state: RunState, step: Step, now: Snapshot): boolean {
	const before = lesson.steps[lesson.steps.indexOf(step) - 1];
	const {solvedAt, commands} = progressOf(state, step.id);
	if (!before || solvedAt !== undefined || commands > 0) return false;
	return !allHold(before, momentsOf(lesson, state, before, now));
}
