import type {RequestsPart} from '../engine/view.ts';
import type {Text} from '../text/text.ts';
import {requestLines} from './request-lines.ts';

/**
 * What `play --json` prints, one object a line. The shape is an interface: fields may be added, none changes or goes.
 *
 * - `lesson` comes first, `end` last, whatever happens in between.
 * - Each step: `step`, then `question` if it asks one, then `command`, `output` (one a line), `exit` for each command,
 *   then one `check` for each check, then `requests` if the step's are counted and there were any, then `answer` to the
 *   question and `explanation` if there is one.
 * - `requests.answers` has one count for each of `requests.clients`.
 * - `check.passed` is false when the time limit ran out; `waiting` then says what was missing.
 * - `error` says why the play ended early.
 * - `end.passed` is true when every step was solved; `end.checks` holds every check that was looked at.
 */
export type PlayEvent =
	| {event: 'lesson'; lesson: string; title: string; language: string; cluster: string; steps: number}
	| {event: 'step'; step: string; number: number; title: string; story: string}
	| {event: 'question'; step: string; question: string; choices: {id: string; text: string}[]}
	| {event: 'command'; step: string; command: string}
	| {event: 'output'; step: string; text: string}
	| {event: 'exit'; step: string; command: string; code: number; expected: boolean}
	| {event: 'check'; step: string; check: string; passed: boolean; text: string; waiting?: string}
	| ({event: 'requests'; step: string} & Omit<RequestsPart, 'perSecond' | 'recent'>)
	| {event: 'answer'; step: string; answer: string; text: string}
	| {event: 'explanation'; step: string; text: string}
	| {event: 'error'; step: string; message: string}
	| {event: 'end'; lesson: string; passed: boolean; checks: {step: string; check: string; passed: boolean}[]};

/** An event as plain lines, for people, pipes and screen readers. */
export function playLines(event: PlayEvent, text: Text): string[] {
	const words = text.plain;
	switch (event.event) {
		case 'lesson':
			return [words.lesson(event.title, event.cluster), ''];
		case 'step':
			return [words.step(event.number, event.title), '', ...event.story.split('\n'), ''];
		case 'question':
			return [words.question(event.question), ...event.choices.map(({text}) => `  - ${text}`), ''];
		case 'command':
			return [`$ ${event.command}`];
		case 'output':
			return [event.text];
		case 'exit':
			return event.expected ? [''] : [words.exit(event.code), ''];
		case 'check':
			return [event.passed ? words.passed(event.text) : words.failed(event.text, event.waiting ?? '')];
		case 'requests':
			return ['', ...requestLines(event, text), ''];
		case 'answer':
			return ['', words.answer(event.text)];
		case 'explanation':
			return ['', ...event.text.split('\n'), ''];
		case 'error':
			return [words.error(event.message), ''];
		case 'end':
			return [event.passed ? words.allPassed(event.checks.length) : words.notPassed];
	}
}
