import type {Text} from '../../text/text.ts';
import {forms, type LabState, momentOf} from '../lab-state.ts';
import type {Symbols} from '../theme.ts';
import {type Line, type Span, widthOf} from './line.ts';

/** A key and what it does now. */
export type KeyHint = {key: string; action: keyof Text['screen']['keys']};

/** Exactly the keys of the lab that work in this state, the most useful first. */
export function keyHints(state: LabState, symbols: Symbols): KeyHint[] {
	if (state.help !== undefined)
		return [
			{key: 'Esc', action: 'close'},
			{key: symbols.upDown, action: 'scroll'},
		];
	if (state.palette !== undefined)
		return [
			{key: symbols.upDown, action: 'choose'},
			{key: symbols.enter, action: 'do'},
			{key: 'Esc', action: 'close'},
		];
	if (state.search !== undefined)
		return [
			{key: symbols.enter, action: 'run'},
			{key: '^R', action: 'older'},
			{key: 'Tab', action: 'edit'},
			{key: '^C', action: 'cancel'},
		];
	if (state.guide !== undefined)
		return [
			{key: 'Esc', action: 'stop'},
			{key: 'PgUp PgDn', action: 'scroll'},
			{key: '^D', action: 'quit'},
		];
	const moment = momentOf(state);
	const empty = state.editor.characters.length === 0;
	const hints: KeyHint[] = [];
	if (moment === 'running') hints.push({key: '^C', action: 'stop'});
	if (state.focus === 'timeline')
		hints.push({key: symbols.upDown, action: 'time'}, {key: 'Esc', action: state.past ? 'present' : 'prompt'});
	else if (state.focus !== 'prompt') {
		hints.push(
			{key: symbols.upDown, action: state.focus === 'cluster' ? 'select' : 'scroll'},
			{key: 'Esc', action: 'prompt'},
		);
	}
	if (moment !== 'running') {
		if (!empty) hints.push({key: symbols.enter, action: 'run'});
		else if (moment === 'finished') hints.push({key: symbols.enter, action: 'leave'});
		else if (moment === 'solved' || moment === 'look') hints.push({key: symbols.enter, action: 'goOn'});
		else if (moment === 'predict')
			hints.push({key: `1-${state.view.step.prediction?.choices.length ?? 1}`, action: 'predict'});
		if (empty && state.suggestion) hints.push({key: symbols.arrow, action: 'fill'});
		if (!empty) hints.push({key: 'Tab', action: 'complete'});
	}
	// What stands still has to be set going again.
	if (state.speed === 0) hints.push({key: '^Z', action: 'resume'}, {key: '^O', action: 'step'});
	hints.push({key: empty ? 'Tab' : 'Shift-Tab', action: 'pane'});
	if (!state.view.finished && state.view.step.moreHints && !state.view.step.solved)
		hints.push({key: '^T', action: 'hint'});
	if ((state.view.step.solved || moment === 'look') && !state.view.finished) hints.push({key: '^N', action: 'next'});
	if (state.view.stepIndex > 0 || state.view.finished) hints.push({key: '^P', action: 'back'});
	hints.push(
		{key: '^X', action: 'more'},
		{key: '^V', action: nextForm(state)},
		{key: empty ? '?' : '^G', action: 'help'},
	);
	if (empty && moment !== 'running') hints.push({key: '^D', action: 'quit'});
	hints.push({key: 'PgUp PgDn', action: state.focus === 'timeline' ? 'time' : 'scroll'});
	if (state.focus === 'prompt') hints.push({key: symbols.upDown, action: 'history'});
	hints.push({key: '^R', action: 'search'}, {key: '^L', action: 'clear'});
	if (state.speed) hints.push({key: '^Z', action: 'pause'}, {key: '^O', action: 'step'});
	if (state.speed !== undefined && empty) hints.push({key: '- +', action: 'speed'}, {key: '*', action: 'max'});
	return hints;
}

/** The form that the cluster pane turns to next. */
function nextForm({form}: LabState) {
	return forms[(forms.indexOf(form) + 1) % forms.length]!;
}

/** The hints in one line of at most `width` cells; of those that do not fit the last are left out. */
export function keyHintLine(hints: readonly {key: string; label: string}[], width: number): Line {
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
