import type {Text} from '../text/text.ts';

/** What can be wrong with a lesson when it is tried. */
export type ProofProblem =
	| 'not-at-start'
	| 'holds-too-early'
	| 'steady-at-start'
	| 'not-steady'
	| 'commands-incomplete'
	| 'command-failed'
	| 'not-achieved'
	| 'quote-differs'
	| 'wrong-without-effect'
	| 'wrong-passes'
	| 'wrong-solves'
	| 'wrong-hint'
	| 'left-behind';

/**
 * What `test --json` prints, one object a line. The shape is an interface: fields may be added, none changes or goes.
 *
 * - `lesson` begins a lesson's proof, `verdict` ends it, `end` comes last of all. A drill is named as on the command line,
 *   `detective --seed 7`, and `drill` is its kind.
 * - `skipped` stands for a lesson that the cluster cannot run; `lessons` of `end` does not count it.
 * - `proved` is one thing that was shown, `problem` one that was not; `check` names the check it is about, and `detail`
 *   says what was observed.
 */
export type ProofEvent =
	| {event: 'lesson'; lesson: string; cluster: string; drill?: string}
	| {event: 'proved'; lesson: string; step: string; what: 'before' | 'after' | 'wrong-answer'; name?: string}
	| {event: 'proved'; lesson: string; what: 'clean-up'}
	| {event: 'problem'; lesson: string; step?: string; check?: string; problem: ProofProblem; detail: string}
	| {event: 'verdict'; lesson: string; passed: boolean; problems: number}
	| {event: 'skipped'; lesson: string; cluster: string; lacks: string[]}
	| {event: 'end'; passed: boolean; lessons: number; failed: string[]; skipped?: string[]};

/** An event as one plain line. */
export function proofLine(event: ProofEvent, text: Text): string {
	const words = text.plain.proof;
	switch (event.event) {
		case 'lesson':
			return words.lesson(event.lesson, event.cluster);
		case 'proved':
			if (event.what === 'clean-up') return words.cleanUp;
			return words.proved[event.what](event.step, event.name ?? '');
		case 'problem': {
			const where = [event.step, event.check].filter(Boolean).join(' › ');
			return words.problem(where, words.problems[event.problem], event.detail);
		}
		case 'verdict':
			return event.passed ? words.passed(event.lesson) : words.failed(event.lesson, event.problems);
		case 'skipped':
			return words.skipped(event.lesson, event.cluster, event.lacks.join(', '));
		case 'end':
			return event.passed ? words.allPassed(event.lessons) : words.notPassed(event.failed.join(', '));
	}
}
