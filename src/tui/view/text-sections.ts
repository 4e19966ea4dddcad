import type {LabState} from '../lab-state.ts';
import {outputLines} from '../output.ts';
import {filled} from './frame.ts';
import {fitted, hardWrap, type Line, line} from './line.ts';
import {padded, type Room, type Section} from './section.ts';
import {finishedDocument, storyDocument} from './story-pane.ts';
import type {Surroundings} from './surroundings.ts';

/** The present step's text, from where the learner has scrolled to. */
export function storySection(
	state: LabState,
	{text, theme}: Surroundings,
	{width, height, metrics}: Room,
	parts: {prediction: boolean; checks: boolean},
): Section {
	const {symbols} = theme;
	const story = state.view.finished
		? finishedDocument(state.view, width - 4, text, symbols)
		: storyDocument(state.view, width - 4, text, symbols, parts);
	const furthest = Math.max(0, story.lines.length - height);
	const wanted = typeof state.story === 'number' ? state.story : (story.anchors[state.story] ?? 0);
	const top = Math.max(0, Math.min(wanted, furthest));
	metrics.storyTop = top;
	metrics.storyRows = height;
	metrics.storyTotal = story.lines.length;
	const {explanation} = story.anchors;
	metrics.explanationShown = explanation !== undefined && top >= Math.min(explanation, furthest);
	const lines = filled(story.lines.slice(top, top + height), height).map(padded);
	if (top < furthest && lines.length > 0)
		lines[lines.length - 1] = padded(
			fitted([{text: `${symbols.ellipsis} ${text.screen.more}`, tone: 'accent'}], width - 4),
		);
	return {titles: [{at: 1, text: text.screen.story}], lines, focused: state.focus === 'story'};
}

/** The rows of the output at a width; of the last command alone, if that is all that is wanted. */
export function outputRows(state: LabState, width: number, onlyLast: boolean): Line[] {
	const all = outputLines(state.output);
	const lines = onlyLast ? all.slice(Math.max(0, state.output.lastCommand)) : all;
	return lines.flatMap(({kind, text}) => {
		const shown = kind === 'command' && !text.startsWith('  ') ? `$ ${text}` : text;
		const tone = kind === 'command' ? 'accent' : kind === 'note' ? 'dim' : undefined;
		return hardWrap(shown, width).map(row => line(row, tone));
	});
}

/** What the learner's commands have printed, its end or what has been scrolled back to. */
export function outputSection(state: LabState, {text}: Surroundings, {width, height, metrics}: Room): Section {
	const rows = outputRows(state, width - 4, false);
	const back = Math.max(0, Math.min(state.outputBack, rows.length - height));
	metrics.outputRows = height;
	metrics.outputTotal = rows.length;
	const end = rows.length - back;
	const name = back > 0 ? `${text.screen.output} (${text.screen.more})` : text.screen.output;
	return {
		titles: [{at: 1, text: name}],
		lines: filled(rows.slice(Math.max(0, end - height), end), height).map(padded),
		focused: state.focus === 'output',
	};
}
