import type {Text} from '../../text/text.ts';
import {type LabState, momentOf} from '../lab-state.ts';
import type {Symbols} from '../theme.ts';
import {type Line, type Span, widthOf} from './line.ts';

/** A key and what it does now. */
export type KeyHint = {key: string; label: string};

/** Exactly the keys of the lab that work in this state, the most useful first. */
export function keyHints(state: LabState, text: Text, symbols: Symbols): KeyHint[] {
	const {keys} = text.screen;
	if (state.help !== undefined)
		return [
			{key: 'Esc', label: keys.close},
			{key: symbols.upDown, label: keys.scroll},
		];
	const moment = momentOf(state);
	const empty = state.editor.characters.length === 0;
	const hints: KeyHint[] = [];
	if (moment === 'running') hints.push({key: '^C', label: keys.stop});
	if (state.focus !== 'prompt') {
		hints.push(
			{key: symbols.upDown, label: state.focus === 'cluster' ? keys.select : keys.scroll},
			{key: 'Esc', label: keys.prompt},
		);
	}
	if (moment !== 'running') {
		if (!empty) hints.push({key: symbols.enter, label: keys.run});
		else if (moment === 'finished') hints.push({key: symbols.enter, label: keys.leave});
		else if (moment === 'solved' || moment === 'look') hints.push({key: symbols.enter, label: keys.goOn});
		else if (moment === 'predict')
			hints.push({key: `1-${state.view.step.prediction?.choices.length ?? 1}`, label: keys.predict});
		if (empty && state.suggestion) hints.push({key: symbols.arrow, label: keys.fill});
		if (!empty) hints.push({key: 'Tab', label: keys.complete});
	}
	hints.push({key: empty ? 'Tab' : 'Shift-Tab', label: keys.pane});
	if (!state.view.finished && state.view.step.moreHints && !state.view.step.solved)
		hints.push({key: '^T', label: keys.hint});
	if ((state.view.step.solved || moment === 'look') && !state.view.finished) hints.push({key: '^N', label: keys.next});
	if (state.view.stepIndex > 0 || state.view.finished) hints.push({key: '^P', label: keys.back});
	hints.push({key: empty ? '?' : '^G', label: keys.help});
	if (empty && moment !== 'running') hints.push({key: '^D', label: keys.quit});
	return hints;
}

/** The hints in one line of at most `width` cells; of those that do not fit the last are left out. */
export function keyHintLine(hints: readonly KeyHint[], width: number): Line {
	const spans: Span[] = [];
	let used = 1;
	for (const {key, label} of hints) {
		const cells = widthOf(key) + 1 + widthOf(label) + 2;
		if (used + cells > width + 1) break;
		spans.push({text: spans.length === 0 ? ' ' : '  '}, {text: key, tone: 'strong'}, {text: ` ${label}`, tone: 'dim'});
		used += cells;
	}
	return spans;
}
