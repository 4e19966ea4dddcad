import {describe, expect, it} from 'vitest';
import {type Edit, edited, editorText, emptyEditor, pastedText} from '../../src/tui/editor.ts';

/** The line after some edits, with `|` where the cursor stands. */
function afterEdits(text: string, ...edits: Edit[]): string {
	const editor = edits.reduce(edited, edited(emptyEditor, {type: 'set', text}));
	const {characters, cursor} = editor;
	return `${characters.slice(0, cursor).join('')}|${characters.slice(cursor).join('')}`;
}

describe('editing the line', () => {
	it('inserts where the cursor stands', () => {
		expect(afterEdits('kubectl pods', {type: 'word-left'}, {type: 'insert', text: 'get '})).toBe('kubectl get |pods');
	});

	it('moves and deletes whole characters, also Chinese ones and those made of several code points', () => {
		expect(afterEdits('地址é', {type: 'left'})).toBe('地址|é');
		expect(afterEdits('地址', {type: 'backspace'})).toBe('地|');
		expect(afterEdits('e\u0301x', {type: 'home'}, {type: 'delete'})).toBe('|x');
	});

	it('joins a combining mark to the character before it', () => {
		expect(afterEdits('e', {type: 'insert', text: '\u0301'}, {type: 'backspace'})).toBe('|');
	});

	it('kills words by spaces, as Ctrl-W does, and puts them back', () => {
		expect(afterEdits('get pods -l app=x', {type: 'kill-word'})).toBe('get pods -l |');
		expect(afterEdits('get pods', {type: 'kill-word'}, {type: 'home'}, {type: 'yank'})).toBe('pods|get ');
	});

	it('kills to either end', () => {
		expect(afterEdits('abc def', {type: 'word-left'}, {type: 'kill-to-start'})).toBe('|def');
		expect(afterEdits('abc def', {type: 'word-left'}, {type: 'kill-to-end'})).toBe('abc |');
	});

	it('stays inside the line', () => {
		expect(afterEdits('a', {type: 'right'}, {type: 'right'})).toBe('a|');
		expect(afterEdits('a', {type: 'home'}, {type: 'left'}, {type: 'backspace'})).toBe('|a');
	});
});

describe('pasting', () => {
	it('never runs by itself: line breaks at the end are dropped', () => {
		expect(pastedText('kubectl get pods\r\n')).toBe('kubectl get pods');
	});

	it('keeps the lines of a here-document', () => {
		expect(pastedText('cat <<EOF\rname: x\rEOF\r')).toBe('cat <<EOF\nname: x\nEOF');
	});

	it('drops the dollar sign that documents print before commands', () => {
		expect(pastedText('$ kubectl get pods\n$ kubectl get svc')).toBe('kubectl get pods\nkubectl get svc');
		expect(pastedText('echo $HOME')).toBe('echo $HOME');
	});

	it('drops control characters that would act on the terminal', () => {
		expect(editorText(edited(emptyEditor, {type: 'insert', text: pastedText('a\u0007\u001b[2Jb')}))).toBe('a[2Jb');
	});
});
