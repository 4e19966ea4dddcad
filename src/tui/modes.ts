import type {Desk} from './desk.ts';
import {edited} from './editor.ts';
import type {Guide} from './guide.ts';
import {historyOf} from './history.ts';
import type {Command, KeyPress} from './keys.ts';
import {paletteEntries, pressedInPalette} from './palette.ts';
import type {Lines} from './run-lines.ts';
import {newSearch, searched} from './search.ts';

export type ModesOptions = {
	guide: Pick<Guide, 'stop'>;
	lines: Pick<Lines, 'interrupt'>;
	command: (name: Command) => void;
	submit: (line: string) => void;
	page: (by: 1 | -1) => void;
	type: (typed: string) => void;
};

/**
 * Makes what keys do while something else than the prompt has them: the lab at work for the learner, the search in the history,
 * the list of what can be done, the help. The result is false for a key that is the prompt's.
 */
export function createModes(desk: Desk, options: ModesOptions): (key: KeyPress) => boolean {
	const {text, store, change, metrics} = desk;
	const {guide, lines, command, submit, page, type} = options;

	function pressInSearch(key: KeyPress): void {
		const {search = newSearch, history: position} = store.get();
		const next = searched(search, position.lines, key);
		if ('search' in next) change(next);
		else if ('cancelled' in next) change({search: undefined});
		else if (next.run) {
			change({search: undefined});
			submit(next.line);
		} else {
			change({
				search: undefined,
				history: historyOf(position.lines),
				editor: edited(store.get().editor, {type: 'set', text: next.line}),
			});
		}
	}

	function pressInPalette(key: KeyPress): void {
		const state = store.get();
		if (!state.palette) return;
		const next = pressedInPalette(state.palette, paletteEntries(state, text), key);
		if ('palette' in next) change(next);
		else {
			change({palette: undefined});
			command(next.command);
		}
	}

	/** While the lab types, keys are not the prompt's: one stops it, those that only look go on working. */
	function pressInGuide(key: KeyPress): void {
		if (key.name === 'page-up') page(-1);
		else if (key.name === 'page-down') page(1);
		else if (key.name === 'ctrl-d') command('quit');
		else if (key.name === 'escape' || key.name === 'ctrl-c') {
			guide.stop();
			if (store.get().running) lines.interrupt();
		} else change({note: text.screen.guide.busy});
	}

	function pressInHelp(key: KeyPress): void {
		const help = store.get().help ?? 0;
		const furthest = Math.max(0, metrics().helpTotal - metrics().helpRows);
		const by = {up: -1, down: 1, 'page-up': -10, 'page-down': 10}[key.name as string];
		if (by !== undefined) change({help: Math.max(0, Math.min(furthest, help + by))});
		else if (key.name === 'text' && 'text' in key && !['q', '?'].includes(key.text)) {
			change({help: undefined});
			type(key.text);
		} else change({help: undefined});
	}

	return key => {
		const {guide, search, palette, help} = store.get();
		if (guide) pressInGuide(key);
		else if (search) pressInSearch(key);
		else if (key.name === 'ctrl-d') return false;
		else if (palette) pressInPalette(key);
		else if (help !== undefined) pressInHelp(key);
		else return false;
		return true;
	};
}
