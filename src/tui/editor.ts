import {charactersOf} from './view/line.ts';

/** The line being typed. `cursor` counts characters as a reader does, not UTF-16 units. */
export type Editor = {readonly characters: readonly string[]; readonly cursor: number; readonly killed: string};

/** What a key does to the line. */
export type Edit =
	| {type: 'insert'; text: string}
	| {type: 'left' | 'right' | 'home' | 'end' | 'word-left' | 'word-right'}
	| {type: 'backspace' | 'delete' | 'kill-word' | 'kill-word-right' | 'kill-to-start' | 'kill-to-end' | 'yank'}
	| {type: 'set'; text: string};

/** A line with nothing on it. */
export const emptyEditor: Editor = {characters: [], cursor: 0, killed: ''};

/** The line's text. */
export function editorText(editor: Editor): string {
	return editor.characters.join('');
}

/** The line after an edit, with readline's idea of words for Ctrl-W (spaces) and Alt-B, Alt-F (letters and digits). */
export function edited(editor: Editor, edit: Edit): Editor {
	const {characters, cursor} = editor;
	const end = characters.length;
	switch (edit.type) {
		case 'insert': {
			// Joined anew, since a combining mark belongs to the character before it.
			const before = charactersOf(characters.slice(0, cursor).join('') + edit.text);
			return {...editor, characters: [...before, ...characters.slice(cursor)], cursor: before.length};
		}
		case 'set': {
			const all = charactersOf(edit.text);
			return {...editor, characters: all, cursor: all.length};
		}
		case 'left':
			return {...editor, cursor: Math.max(0, cursor - 1)};
		case 'right':
			return {...editor, cursor: Math.min(end, cursor + 1)};
		case 'home':
			return {...editor, cursor: 0};
		case 'end':
			return {...editor, cursor: end};
		case 'word-left':
			return {...editor, cursor: wordStart(characters, cursor, isWord)};
		case 'word-right':
			return {...editor, cursor: wordEnd(characters, cursor)};
		case 'backspace':
			return cursor === 0 ? editor : cut(editor, cursor - 1, cursor, false);
		case 'delete':
			return cursor === end ? editor : cut(editor, cursor, cursor + 1, false);
		case 'kill-word':
			return cut(
				editor,
				wordStart(characters, cursor, character => !/\s/.test(character)),
				cursor,
				true,
			);
		case 'kill-word-right':
			return cut(editor, cursor, wordEnd(characters, cursor), true);
		case 'kill-to-start':
			return cut(editor, 0, cursor, true);
		case 'kill-to-end':
			return cut(editor, cursor, end, true);
		case 'yank':
			return edited(editor, {type: 'insert', text: editor.killed});
	}
}

function cut(editor: Editor, from: number, to: number, keep: boolean): Editor {
	if (from === to) return editor;
	const killed = editor.characters.slice(from, to).join('');
	return {
		characters: editor.characters.toSpliced(from, to - from),
		cursor: from,
		killed: keep ? killed : editor.killed,
	};
}

function isWord(character: string): boolean {
	return /[\p{L}\p{N}]/u.test(character);
}

function wordStart(characters: readonly string[], from: number, inWord: (character: string) => boolean): number {
	let at = from;
	while (at > 0 && !inWord(characters[at - 1]!)) at--;
	while (at > 0 && inWord(characters[at - 1]!)) at--;
	return at;
}

function wordEnd(characters: readonly string[], from: number): number {
	let at = from;
	while (at < characters.length && !isWord(characters[at]!)) at++;
	while (at < characters.length && isWord(characters[at]!)) at++;
	return at;
}

/**
 * What a paste becomes on the line: trailing line breaks are dropped, so that a paste never runs by itself, and so are
 * control characters and the `$ ` that documents print before a command. Line breaks inside stay: a here-document, or
 * several commands, run as one.
 */
export function pastedText(text: string): string {
	return (
		text
			.replaceAll(/\r\n?/g, '\n')
			.replaceAll('\t', '    ')
			// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed.
			.replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f]/g, '')
			.replaceAll(/^\$ +/gm, '')
			.replace(/\s+$/, '')
	);
}
