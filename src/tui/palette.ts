import type {Text} from '../text/text.ts';
import type {KeyPress} from './keys.ts';
import {type LabState, momentOf} from './lab-state.ts';

/** The open list of what can be done: what its entries have to contain, and which of those is selected. */
export type Palette = {readonly text: string; readonly selected: number};

/** What the list offers, each with the word that does the same at the prompt. */
const words = {
	next: 'next',
	show: 'show me',
	hint: 'hint',
	skip: 'skip',
	back: 'back',
	reset: 'reset step',
	restart: 'reset lesson',
	slices: 'slices',
	table: 'table',
	timeline: 'timeline',
	search: '',
	help: 'help',
	clear: 'clear',
	quit: 'quit',
} as const;

type PaletteCommand = keyof typeof words;

/** One entry: its word, its key where it has one, and what it does in the learner's language. */
export type PaletteEntry = {command: PaletteCommand; word: string; key: string; help: string};

const keys: Partial<Record<PaletteCommand, string>> = {
	next: 'Ctrl-N',
	hint: 'Ctrl-T',
	back: 'Ctrl-P',
	slices: 'Ctrl-V',
	table: 'Ctrl-V',
	search: 'Ctrl-R',
	help: 'Ctrl-G',
	clear: 'Ctrl-L',
	quit: 'Ctrl-D',
};

/** What can be done in this state, the most useful first; with a palette open only what contains its text. */
export function paletteEntries(state: LabState, text: Text): PaletteEntry[] {
	const wanted = (state.palette?.text ?? '').toLowerCase();
	return (Object.keys(words) as PaletteCommand[])
		.filter(command => isPossible(command, state))
		.map(command => ({
			command,
			word: words[command],
			key: keys[command] ?? '',
			help: text.screen.commands[command],
		}))
		.filter(({word, help}) => `${word} ${help}`.toLowerCase().includes(wanted));
}

function isPossible(command: PaletteCommand, state: LabState): boolean {
	const {view, form} = state;
	const {step, finished} = view;
	switch (command) {
		case 'next':
			return !finished && (step.solved || momentOf({view}) === 'look');
		case 'show':
		case 'skip':
			return !finished && !step.solved;
		case 'hint':
			return !finished && !step.solved && step.moreHints;
		case 'back':
			return finished || view.stepIndex > 0;
		case 'reset':
			return !finished;
		case 'slices':
		case 'table':
			return form !== command;
		default:
			return true;
	}
}

/** What a key makes of the open list: it stays open, it closes, or an entry is done. */
export type Pressed = {palette: Palette | undefined} | {command: PaletteCommand};

/** Arrows choose, letters narrow the list down, Enter does what is selected, anything else closes it. */
export function pressedInPalette(palette: Palette, entries: readonly PaletteEntry[], key: KeyPress): Pressed {
	const {text, selected} = palette;
	const select = (at: number) => ({
		palette: {text, selected: Math.max(0, Math.min(entries.length - 1, at))},
	});
	if ('text' in key) return {palette: {text: text + key.text, selected: 0}};
	switch (key.name) {
		case 'up':
		case 'ctrl-p':
			return select(selected - 1);
		case 'down':
		case 'ctrl-n':
			return select(selected + 1);
		case 'home':
			return select(0);
		case 'end':
			return select(entries.length - 1);
		case 'backspace':
		case 'ctrl-h':
			return {palette: {text: [...text].slice(0, -1).join(''), selected: 0}};
		case 'enter': {
			const entry = entries[selected];
			return entry ? {command: entry.command} : {palette};
		}
		default:
			return {palette: undefined};
	}
}
