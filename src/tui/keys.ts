import type {Key} from 'ink';
import {charactersOf} from './view/line.ts';

/*
 * Which keys the lab has, and why these.
 *
 * Letters belong to the prompt: a learner types `nslookup`, and the lab must not take its `n`. Function keys are not
 * told apart by Ink, and laptops hide them; Alt is eaten by macOS terminals; Ctrl-B and Ctrl-A are the prefixes of tmux
 * and screen; Ctrl-H is what some terminals send for Backspace; Ctrl-S and Ctrl-Q may stop the terminal's output;
 * Ctrl-I, Ctrl-J, Ctrl-M are Tab and Enter. So:
 *
 * - What one does all the time needs no key to be learnt. Enter on an empty line goes on once the step is solved; a
 *   digit on an empty line answers the prediction, `?` opens the help: no command begins with these.
 * - The rest is Ctrl with the letter of its English word (N next, P previous, T tip, V view), which also works with half a
 *   command on the line; the words themselves (`next`, `back`, `hint`, `slices`, `help`, `quit`) typed as a command do the same,
 *   where a browser or an editor keeps Ctrl-N for itself, or the terminal pastes with Ctrl-V. A step forward or back loses nothing.
 * - What is done once in a while (show me, skip, reset) has no key of its own but a place in the list that Ctrl-X opens, where
 *   arrows choose and letters narrow it down. Ctrl-R searches the history, as in every shell.
 * - Where the cluster's time can be held, Ctrl-Z suspends it, as it suspends a job in a shell, and Ctrl-O makes one step;
 *   on an empty line `-` and `+` go slower and faster and `*` as fast as it goes: no command begins with these either.
 * - Up and Down are the history, as in every shell; Ctrl-N and Ctrl-P are given up for it.
 * - Tab completes what is being typed; with an empty line there is nothing to complete, and it goes to the next pane.
 *   In a pane, arrows scroll or select; the first letter typed is back at the prompt.
 */

/** One key press, whatever bytes the terminal sent for it. `text` is one or more printable characters. */
export type KeyPress = {name: KeyName} | {name: 'text'; text: string};

export type KeyName =
	| 'enter'
	| 'escape'
	| 'tab'
	| 'shift-tab'
	| 'backspace'
	| 'delete'
	| 'left'
	| 'right'
	| 'up'
	| 'down'
	| 'home'
	| 'end'
	| 'page-up'
	| 'page-down'
	| 'word-left'
	| 'word-right'
	| 'alt-backspace'
	| 'alt-d'
	| `ctrl-${string}`;

/** The words that act like a lab key when they are all there is on the line. */
const words = {
	next: 'next',
	back: 'back',
	hint: 'hint',
	show: 'show',
	'show me': 'show',
	skip: 'skip',
	reset: 'reset',
	'reset step': 'reset',
	'reset lesson': 'restart',
	slices: 'slices',
	table: 'table',
	timeline: 'timeline',
	help: 'help',
	'?': 'help',
	quit: 'quit',
	exit: 'quit',
	clear: 'clear',
} as const satisfies Record<string, Command>;

/** What is asked of the cluster's time; `hold` is pause and resume in turn. */
export type ClockCommand = 'pause' | 'resume' | 'hold' | 'step' | 'slower' | 'faster' | 'max';

/** The keys of the cluster's time, where it can be held. */
export const clockKeys: Partial<Record<KeyName, ClockCommand>> = {'ctrl-z': 'hold', 'ctrl-o': 'step'};

/** What the cluster's time is asked by a single character on an empty line. */
export const clockSigns: Readonly<Record<string, ClockCommand>> = {'-': 'slower', '+': 'faster', '*': 'max'};

const clockWords: readonly ClockCommand[] = ['pause', 'resume', 'step', 'slower', 'faster', 'max'];

/** The clock command that a whole line means. */
export function clockCommandOf(line: string): ClockCommand | undefined {
	return clockWords.find(word => word === line);
}

/**
 * What a lab key or word does. `show` has the lab type the step's commands, `skip` has it do the step, `reset` begins the step
 * again and `restart` the lesson; `view` turns to the next form of the cluster pane, `slices` and `table` to one and back.
 */
export type Command =
	| 'next'
	| 'back'
	| 'hint'
	| 'show'
	| 'skip'
	| 'reset'
	| 'restart'
	| 'view'
	| 'slices'
	| 'table'
	| 'timeline'
	| 'search'
	| 'palette'
	| 'help'
	| 'quit'
	| 'clear';

/** The lab's own keys; the prompt's are readline's. */
export const commandKeys: Partial<Record<KeyName, Command>> = {
	'ctrl-n': 'next',
	'ctrl-p': 'back',
	'ctrl-t': 'hint',
	'ctrl-v': 'view',
	'ctrl-x': 'palette',
	'ctrl-r': 'search',
	'ctrl-g': 'help',
	'ctrl-l': 'clear',
};

/** The command that a whole line means to the lab rather than to the shell. */
export function commandOf(line: string): Command | undefined {
	return Object.hasOwn(words, line) ? words[line as keyof typeof words] : undefined;
}

/** What a line `filter TEXT` looks for in the rows of the cluster pane; '' for `filter` alone, which ends that. */
export function filterOf(line: string): string | undefined {
	const found = /^filter(?:\s+(.*))?$/.exec(line);
	return found ? (found[1] ?? '') : undefined;
}

/**
 * The key presses in one event of Ink's `useInput`. What arrives in one read comes as one string without any key set
 * (`ls\r`, or a paste in a terminal without bracketed paste), so control characters are looked for inside it.
 */
export function keyPresses(input: string, key: Key): KeyPress[] {
	const word = key.ctrl || key.meta;
	if (key.return) return [{name: 'enter'}];
	if (key.escape) return [{name: 'escape'}];
	if (key.tab) return [{name: key.shift ? 'shift-tab' : 'tab'}];
	if (key.backspace) return [{name: key.meta ? 'alt-backspace' : 'backspace'}];
	if (key.delete) return [{name: 'delete'}];
	if (key.leftArrow) return [{name: word ? 'word-left' : 'left'}];
	if (key.rightArrow) return [{name: word ? 'word-right' : 'right'}];
	if (key.upArrow) return [{name: 'up'}];
	if (key.downArrow) return [{name: 'down'}];
	if (key.home) return [{name: 'home'}];
	if (key.end) return [{name: 'end'}];
	if (key.pageUp) return [{name: 'page-up'}];
	if (key.pageDown) return [{name: 'page-down'}];
	if (key.ctrl) return /^[a-z_]$/.test(input) ? [{name: `ctrl-${input}`}] : [];
	if (key.meta) {
		const names: Record<string, KeyName> = {b: 'word-left', f: 'word-right', d: 'alt-d'};
		const name = names[input];
		return name ? [{name}] : [];
	}
	return inText(input);
}

function inText(input: string): KeyPress[] {
	const presses: KeyPress[] = [];
	for (const character of charactersOf(input)) {
		const code = character.charCodeAt(0);
		const last = presses.at(-1);
		if (character === '\r' || character === '\n' || character === '\r\n') presses.push({name: 'enter'});
		else if (character === '\t') presses.push({name: 'tab'});
		else if (code === 0x7f || code === 0x08) presses.push({name: 'backspace'});
		else if (code >= 1 && code <= 26) presses.push({name: `ctrl-${String.fromCharCode(code + 96)}`});
		else if (code < 32) continue;
		else if (last?.name === 'text' && 'text' in last) last.text += character;
		else presses.push({name: 'text', text: character});
	}
	return presses;
}
