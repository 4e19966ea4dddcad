import {resolve} from 'node:path';
import {completion} from './completion.ts';
import type {Desk} from './desk.ts';
import {type Edit, edited, editorText} from './editor.ts';
import {moved} from './history.ts';
import type {KeyName} from './keys.ts';

/** Edits of the line that stand for a key, as readline has them. */
const editKeys: Partial<Record<KeyName, Edit['type']>> = {
	backspace: 'backspace',
	'ctrl-h': 'backspace',
	delete: 'delete',
	left: 'left',
	'ctrl-b': 'left',
	right: 'right',
	'ctrl-f': 'right',
	home: 'home',
	'ctrl-a': 'home',
	end: 'end',
	'ctrl-e': 'end',
	'word-left': 'word-left',
	'word-right': 'word-right',
	'alt-backspace': 'kill-word',
	'ctrl-w': 'kill-word',
	'alt-d': 'kill-word-right',
	'ctrl-u': 'kill-to-start',
	'ctrl-k': 'kill-to-end',
	'ctrl-y': 'yank',
};

/** The keys of the line that is being typed. */
export type PromptKeys = {
	edit(what: Edit): void;
	/** Does what a key does to the line, if it does anything. */
	press(name: KeyName): void;
	/** Tab: the rest of the suggestion; without one, as much of the last word as is certain, and what it could be. */
	complete(typed: string): void;
	/** Puts the line before or after that in the history at the prompt. */
	recall(by: 1 | -1): void;
};

/** Makes the part of the lab that edits the line. */
export function createPromptKeys({store, change, runner, files}: Desk): PromptKeys {
	function edit(what: Edit): void {
		const {editor, history: position} = store.get();
		change({editor: edited(editor, what), focus: 'prompt', history: {...position, at: position.lines.length}});
	}

	function press(name: KeyName): void {
		const {editor, suggestion} = store.get();
		const atEnd = editor.cursor === editor.characters.length;
		const forward = ['right', 'ctrl-f'].includes(name) || (editor.cursor > 0 && ['end', 'ctrl-e'].includes(name));
		const type = editKeys[name];
		// As in fish: to the right of the end lies the rest of the suggestion.
		if (atEnd && suggestion && forward) edit({type: 'set', text: suggestion});
		else if (type) edit({type} as Edit);
	}

	function complete(typed: string): void {
		const {suggestion, editor, view} = store.get();
		if (suggestion.startsWith(typed)) {
			edit({type: 'set', text: suggestion});
			return;
		}
		if (editor.cursor < editor.characters.length) return;
		const found = completion(typed, {
			snapshot: view.now,
			commands: view.step.commands,
			files: folder => files(resolve(runner.cwd(), folder)),
		});
		if (found && found.text !== typed) edit({type: 'set', text: found.text});
		if (found && found.candidates.length > 0) change({note: found.candidates.join('  ')});
	}

	function recall(by: 1 | -1): void {
		const {history, editor} = store.get();
		const found = moved(history, editorText(editor), by);
		if (found) change({history: found.history, editor: edited(editor, {type: 'set', text: found.text})});
	}

	return {edit, press, complete, recall};
}
