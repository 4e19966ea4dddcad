import {speedLabel} from '../../clusters/speed.ts';
import type {Text} from '../../text/text.ts';
import {editorText} from '../editor.ts';
import {type LabState, type Metrics, momentOf, noMetrics, panes} from '../lab-state.ts';
import {paletteEntries} from '../palette.ts';
import type {Symbols} from '../theme.ts';
import {clusterSections} from './cluster-sections.ts';
import {beside, filled} from './frame.ts';
import {helpLines} from './help.ts';
import {keyHintLine, keyHints} from './key-hints.ts';
import {charactersOf, fitted, type Line, line, lineWidth, type Span, wrap} from './line.ts';
import {paletteLines} from './palette.ts';
import {type PromptView, promptLines} from './prompt.ts';
import {framed, hasRun, padded, type Room, type Section} from './section.ts';
import {checkLines, predictionIsOpen, predictionLines} from './story-pane.ts';
import type {Surroundings} from './surroundings.ts';
import {outputRows, outputSection, storySection} from './text-sections.ts';
import {elapsed} from './timeline.ts';

/** The smallest terminal that the lab is drawn in, and the smallest that shows all panes at once. */
const SMALLEST = {columns: 60, rows: 16};
const ROOMY = {columns: 110, rows: 30};

/** One frame: exactly as many lines as the terminal has rows, and where its cursor stands. */
export type Frame = {lines: Line[]; cursor?: {x: number; y: number}; metrics: Metrics};

/** Draws the lab. */
export function drawScreen(state: LabState, around: Surroundings): Frame {
	const {columns, rows, text, theme} = around;
	const {symbols} = theme;
	if (columns < SMALLEST.columns || rows < SMALLEST.rows) {
		const words = text.screen.tooSmall(columns, rows, SMALLEST.columns, SMALLEST.rows);
		return {lines: filled(wrap(line(words), columns), rows), metrics: {...noMetrics, small: true}};
	}
	const small = columns < ROOMY.columns || rows < ROOMY.rows;
	const metrics: Metrics = {...noMetrics, small};
	const prompt = promptLines(promptOf(state, around), columns, small ? 3 : 5, symbols);
	const hints = keyHints(state, symbols).map(({key, action}) => ({key, label: text.screen.keys[action]}));
	const below = [state.note ? line(` ${state.note}`, 'warn') : keyHintLine(hints, columns)];
	const status = small ? [statusLine(state, text, symbols)] : [];
	const bodyRows = rows - 1 - status.length - prompt.lines.length - below.length;
	const body =
		state.palette !== undefined
			? paletteBody(state, around, bodyRows)
			: state.help !== undefined
				? helpBody(state, around, bodyRows, metrics)
				: small
					? smallBody(state, around, bodyRows, metrics)
					: roomyBody(state, around, bodyRows, metrics);
	const lines = [headerLine(state, around), ...body, ...status, ...prompt.lines, ...below].map(content =>
		lineWidth(content) > columns ? fitted(content, columns, symbols.ellipsis) : content,
	);
	return {
		lines: filled(lines, rows),
		cursor: {x: prompt.cursor.x, y: 1 + bodyRows + status.length + prompt.cursor.y},
		metrics,
	};
}

function headerLine({view, speed}: LabState, {columns, now, text, theme}: Surroundings): Line {
	const step = view.finished ? '' : text.screen.step(view.stepIndex + 1, view.steps.length);
	const pace = speedLabel(speed ?? 1, text.screen.pace, theme.ascii);
	const right: Line = [
		...(speed === undefined || speed === 1
			? []
			: [{text: `${speed === 0 ? `${theme.symbols.paused} ` : ''}${pace}  `, tone: 'warn'} as const]),
		{text: step ? `${step}  ` : ''},
		{text: ` ${view.cluster.title} `, tone: 'badge'},
		{text: `  ${text.screen.spent(Math.max(0, Math.floor((now - view.startedAt) / 60_000)))} `},
	];
	const left: Line = [
		{text: ' endpoint-lab', tone: 'strong'},
		{text: `  ${view.lesson.title}`, tone: 'title'},
	];
	return [...fitted(left, Math.max(0, columns - lineWidth(right) - 1)), {text: ' '}, ...right];
}

/** A small terminal's checks in one line: their signs, and the first one that is missing. */
function statusLine({view}: LabState, text: Text, symbols: Symbols): Line {
	if (view.finished) return [];
	const signs = {waiting: symbols.waiting, passed: symbols.done, broken: symbols.broken};
	const tones = {waiting: 'plain', passed: 'good', broken: 'warn'} as const;
	const spans: Span[] = [
		{text: ' '},
		...view.step.checks.map(({state}): Span => ({text: signs[state], tone: tones[state]})),
	];
	const missing = view.step.checks.find(({state}) => state !== 'passed');
	if (missing) return [...spans, {text: `  ${missing.waiting ?? missing.text}`, tone: tones[missing.state]}];
	return view.step.solved ? [...spans, {text: `  ${text.screen.solved}`, tone: 'good'}] : spans;
}

function promptOf(state: LabState, {now, text, theme}: Surroundings): PromptView {
	const {placeholder} = text.screen;
	if (state.search) return searchPrompt(state, text);
	const moment = momentOf(state);
	const typed = editorText(state.editor);
	const words = {
		running: placeholder.running(elapsed(now - (state.running?.since ?? now)).replace(/^00:/, '')),
		finished: placeholder.finished,
		predict: placeholder.predict(state.view.step.prediction?.choices.length ?? 0),
		solved: placeholder.solved,
		look: state.suggestion ? placeholder.command(theme.symbols.arrow) : placeholder.look,
		work: state.suggestion ? placeholder.command(theme.symbols.arrow) : placeholder.free,
	}[moment];
	return {
		mark: state.folder ? `${state.folder} $` : '$',
		characters: state.editor.characters,
		cursor: state.editor.cursor,
		suggestion:
			moment !== 'running' && typed && state.suggestion.startsWith(typed) ? state.suggestion.slice(typed.length) : '',
		placeholder:
			state.guide === 'skipped'
				? text.screen.guide.skipping
				: state.queue.length > 0
					? text.screen.queued(state.queue.length)
					: words,
	};
}

/** The line that the search has found, with the cursor where it has what is looked for. */
function searchPrompt({search, history}: LabState, text: Text): PromptView {
	const {text: wanted = '', at = -1} = search ?? {};
	const found = at < 0 ? '' : (history.lines[at] ?? '');
	return {
		mark: text.screen.searching(wanted, wanted !== '' && at < 0),
		characters: charactersOf(found),
		cursor: charactersOf(found.slice(0, Math.max(0, found.indexOf(wanted)))).length,
		suggestion: '',
		placeholder: '',
	};
}

function smallBody(state: LabState, around: Surroundings, height: number, metrics: Metrics): Line[] {
	const {columns, text} = around;
	const {symbols} = around.theme;
	const whole = state.shown === 'output' || state.focus === 'timeline';
	const strip = whole || !hasRun(state) ? [] : outputRows(state, columns - 4, true).slice(-7);
	const stripRows = strip.length > 0 ? Math.min(strip.length, Math.floor(height / 3)) : 0;
	const inner = height - 2 - (stripRows > 0 ? stripRows + 1 : 0);
	let column = 1;
	const tabs = panes.map(pane => {
		const title = {
			at: column,
			text: text.screen[pane],
			tone: pane === state.shown ? ('selected' as const) : ('dim' as const),
		};
		column += lineWidth([{text: title.text}]) + 3;
		return title;
	});
	const room: Room = {width: columns, height: inner, metrics};
	const content: Section[] =
		state.shown === 'cluster' || state.shown === 'timeline'
			? [{titles: tabs, lines: []}, ...clusterSections(state, around, room)]
			: state.shown === 'output'
				? [{...outputSection(state, around, room), titles: tabs}]
				: smallStory(state, around, room).map((section, index) => (index === 0 ? {...section, titles: tabs} : section));
	const output: Section[] =
		stripRows > 0
			? [{titles: [{at: 1, text: text.screen.output, tone: 'dim'}], lines: strip.slice(-stripRows).map(padded)}]
			: [];
	return framed([...content, ...output], columns, symbols);
}

/** The story; below it, as long as it is open, the question, which has to be seen whole before anything is typed. */
function smallStory(state: LabState, around: Surroundings, room: Room): Section[] {
	const {columns, text} = around;
	const {height} = room;
	const {symbols} = around.theme;
	const {step, finished} = state.view;
	if (finished || !step.prediction || !predictionIsOpen(step))
		return [storySection(state, around, room, {prediction: true, checks: true})];
	const question = predictionLines(step.prediction, false, columns - 4, text, symbols).slice(0, height - 4);
	const rest = height - question.length - 1;
	return [
		storySection(state, around, {...room, height: rest}, {prediction: false, checks: true}),
		{titles: [], lines: question.map(padded)},
	];
}

function roomyBody(state: LabState, around: Surroundings, height: number, metrics: Metrics): Line[] {
	const {columns, text} = around;
	const {symbols} = around.theme;
	const outputHeight = roomyOutputHeight(state, columns - 4, height);
	const top = height - outputHeight;
	const left = Math.min(66, Math.floor(columns * 0.38));
	const {step, finished} = state.view;
	const checks = finished ? [] : checkLines(step.checks, left - 4, symbols);
	// An open question has to be seen whole before anything is typed. The checks, which nobody needs before that, give
	// their place to it where there is not room for both.
	const open = !finished && step.prediction !== undefined && predictionIsOpen(step);
	const question = open ? predictionLines(step.prediction!, step.solved, left - 4, text, symbols) : [];
	const both = top - 4 - checks.length - question.length >= 10;
	const pinnedSections: Section[] = [];
	if (open) pinnedSections.push({titles: [], lines: question.slice(0, top - 8).map(padded)});
	if (checks.length > 0 && (both || !open))
		pinnedSections.push({
			titles: [{at: 1, text: text.screen.checks}],
			lines: checks.slice(0, Math.max(3, top - 10)).map(padded),
		});
	const used = pinnedSections.reduce((sum, section) => sum + section.lines.length + 1, 0);
	const storyRoom = {width: left, height: top - 2 - used, metrics};
	const story = storySection(state, around, storyRoom, {prediction: !open, checks: false});
	const leftColumn = framed([story, ...pinnedSections], left, symbols);
	const right = columns - left;
	const rightColumn = framed(clusterSections(state, around, {width: right, height: top - 1, metrics}), right, symbols);
	const output = framed(
		[outputSection(state, around, {width: columns, height: outputHeight - 2, metrics})],
		columns,
		symbols,
	);
	return [...beside(leftColumn, left, rightColumn), ...output];
}

/** Three tenths of the room, and up to nearly half when the last command has printed more, or is being read. */
function roomyOutputHeight(state: LabState, width: number, height: number): number {
	const least = Math.max(8, Math.round(height * 0.3));
	const most = Math.round(height * (state.focus === 'output' ? 0.6 : 0.45));
	if (state.focus === 'output') return most;
	const printed = hasRun(state) ? outputRows(state, width, true).length : 0;
	const wanted = 2 + (state.running ? Math.max(printed, state.outputRows) : printed);
	return Math.max(least, Math.min(most, wanted));
}

function helpBody(state: LabState, around: Surroundings, height: number, metrics: Metrics): Line[] {
	const {columns, text} = around;
	const {symbols} = around.theme;
	const now = {...state, help: undefined};
	const lines = helpLines(
		{keys: keyHints(now, symbols), words: paletteEntries(now, text), clock: state.speed !== undefined},
		columns - 4,
		text,
	);
	const rows = height - 2;
	const top = Math.max(0, Math.min(state.help ?? 0, lines.length - rows));
	metrics.helpRows = rows;
	metrics.helpTotal = lines.length;
	return framed(
		[{titles: [{at: 1, text: text.screen.help}], lines: filled(lines.slice(top, top + rows), rows).map(padded)}],
		columns,
		symbols,
	);
}

function paletteBody(state: LabState, {columns, text, theme}: Surroundings, height: number): Line[] {
	const palette = state.palette ?? {text: '', selected: 0};
	const place = {width: columns - 4, rows: height - 2, text};
	const lines = paletteLines(palette, paletteEntries(state, text), place);
	return framed(
		[{titles: [{at: 1, text: text.screen.palette}], lines: filled(lines, height - 2).map(padded), focused: true}],
		columns,
		theme.symbols,
	);
}
