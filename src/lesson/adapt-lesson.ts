import type {Capability} from '../clusters/cluster.ts';
import type {Place} from './expressions.ts';
import type {Lesson, WrongAnswer} from './lesson.ts';

/**
 * A lesson as it runs on a cluster: steps, checks and commands that need what the cluster lacks are left out, and its
 * expressions know where they are. A wrong answer goes where none of the checks that catch it is left.
 */
export function adaptLesson(lesson: Lesson, {capabilities, namespace}: Place): Lesson {
	const possible = ({needs = []}: {needs?: readonly Capability[] | undefined}) =>
		needs.every(need => capabilities.has(need));
	const steps = lesson.steps.filter(possible).map(step => {
		const checks = step.checks.filter(possible);
		const wrong = step.wrong.flatMap((wrong): WrongAnswer[] => {
			const fails = wrong.fails.filter(id => checks.some(check => check.id === id));
			return fails.length > 0 ? [{...wrong, commands: wrong.commands.filter(possible), fails}] : [];
		});
		return {...step, commands: step.commands.filter(possible), checks, wrong};
	});
	const {cleanupNeeds = []} = lesson;
	const cleanup = lesson.cleanup.filter((_, index) => possible({needs: cleanupNeeds[index]}));
	return {...lesson, steps, cleanup, cleanupNeeds: undefined, place: {capabilities, namespace}};
}
