import {speedLabel} from '../../clusters/speed.ts';
import type {RunView} from '../../engine/view.ts';
import type {PodView} from '../../observe/snapshot.ts';
import type {Text} from '../../text/text.ts';
import {editorText} from '../editor.ts';
import {type LabState, type Metrics, momentOf, noMetrics, panes} from '../lab-state.ts';
import {outputLines} from '../output.ts';
import type {Symbols, Theme} from '../theme.ts';
import {clusterColumns, serviceLines} from './cluster-pane.ts';
import {beside, edge, filled, sided} from './frame.ts';
import {helpLines} from './help.ts';
import {filteredRows, type JoinedRow, joinedRowsOnce, type ServiceRows} from './joined-rows.ts';
import {keyHintLine, keyHints} from './key-hints.ts';
import {fitted, hardWrap, type Line, line, lineWidth, type Span, wrap} from './line.ts';
import {promptLines} from './prompt.ts';
import {requestLines, wantedRequestRows} from './requests.ts';
import {filteredSlices, type SliceRow, sliceLines, sliceRows} from './slices-pane.ts';
import {checkLines, finishedDocument, predictionIsOpen, predictionLines, storyDocument} from './story-pane.ts';
import {elapsed, timelineLines} from './timeline.ts';

/** The smallest terminal that the lab is drawn in, and the smallest that shows all panes at once. */
const SMALLEST = {columns: 60, rows: 16};
const ROOMY = {columns: 110, rows: 30};

/** What a frame is made with besides the state. */
export type Surroundings = {
	columns: number;
	rows: number;
	/** ms since 1970. */
	now: number;
	/** The cluster's time, where it is not `now`. */
	clusterNow?: number | undefined;
	text: Text;
	theme: Theme;
	/** Says in a sentence why a Pod is, or is not, an endpoint of the Service, or who wrote an address (an IP). */
	why: (subject: PodView | string, service: string) => string;
};

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
		state.help !== undefined
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

function promptOf(state: LabState, {now, text, theme}: Surroundings) {
	const {placeholder} = text.screen;
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
		placeholder: state.queue.length > 0 ? text.screen.queued(state.queue.length) : words,
	};
}

/** A part of a framed column: what its upper edge says, and its lines. Its inner divider, where it has one, is a column. */
type Section = {
	titles: {at: number; text: string; tone?: Span['tone']}[];
	joint?: number;
	lines: Line[];
	focused?: boolean;
};

function framed(sections: readonly Section[], width: number, symbols: Symbols): Line[] {
	const joints = (section: Section | undefined) => (section?.joint === undefined ? [] : [section.joint]);
	return [
		...sections.flatMap((section, index): Line[] => [
			edge(
				{
					kind: index === 0 ? 'top' : 'middle',
					width,
					above: joints(sections[index - 1]),
					below: joints(section),
					titles: section.titles.map(title => ({tone: section.focused ? 'selected' : 'strong', ...title})),
				},
				symbols,
			),
			...section.lines.map(content => sided(content, width, symbols)),
		]),
		edge({kind: 'bottom', width, above: joints(sections.at(-1))}, symbols),
	];
}

function padded(content: Line): Line {
	return [{text: ' '}, ...content];
}

function storySection(
	state: LabState,
	{text, theme}: Surroundings,
	width: number,
	height: number,
	metrics: Metrics,
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

function outputRows(state: LabState, width: number, onlyLast: boolean): Line[] {
	const all = outputLines(state.output);
	const lines = onlyLast ? all.slice(Math.max(0, state.output.lastCommand)) : all;
	return lines.flatMap(({kind, text}) => {
		const shown = kind === 'command' && !text.startsWith('  ') ? `$ ${text}` : text;
		const tone = kind === 'command' ? 'accent' : kind === 'note' ? 'dim' : undefined;
		return hardWrap(shown, width).map(row => line(row, tone));
	});
}

function outputSection(
	state: LabState,
	{text}: Surroundings,
	width: number,
	height: number,
	metrics: Metrics,
): Section {
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

/** The joined panes with the why line and the timeline, `height` rows with their edges but without the last one. */
function clusterSections(
	state: LabState,
	around: Surroundings,
	width: number,
	height: number,
	metrics: Metrics,
): Section[] {
	const {text, now: real, clusterNow: now = real} = around;
	const {symbols} = around.theme;
	const {view} = state;
	const {filter} = state;
	const unfiltered = joinedRowsOnce(view, state.recent, now);
	const services = filteredRows(unfiltered, filter);
	const all = services.flatMap(({rows}) => rows);
	metrics.rowKeys = [...new Set(all.map(({key}) => key))];
	const longest = all.reduce((most, {pod}) => Math.max(most, pod?.view.name.length ?? 0), 7);
	const columns = clusterColumns(width - 2, view.before !== undefined, longest);

	const slices = state.form === 'slices' ? slicesOf(unfiltered, view, filter) : undefined;
	if (slices) metrics.rowKeys = [...new Set(slices.flatMap(rows => rows.flatMap(row => keyOf(row) ?? [])))];

	const joined = all.find(({key}) => key === state.selected);
	// A slice may hold an address that the Endpoints do not: it has no joined row.
	const sliceOnly =
		joined || state.selected === undefined
			? undefined
			: services[slices?.findIndex(rows => rows.some(row => keyOf(row) === state.selected)) ?? -1];
	const subject = joined ?? mostTelling(services);
	const service =
		(sliceOnly ?? services.find(({rows}) => rows.includes(subject!)))?.service ?? services[0]?.service ?? '';
	const asked = sliceOnly ? state.selected : subject && subjectOf(subject);
	const words = service && asked ? around.why(asked, service) : '';
	const whyRows = height >= 16 ? 2 : 1;
	const requestRows = requestRowsOf(state, height - services.length * 5 - 4 - whyRows);
	const requests = requestRows > 0 ? requestRows + 1 : 0;
	// Places for Pods come in fours, so that the panes do not move with each Pod that comes and goes.
	const places = Math.max(8, Math.ceil((all.length + 2) / 4) * 4);
	const timelineRows = Math.max(1, Math.min(10, height - services.length - 2 - whyRows - requests - places));
	const why = wrap(words ? line(words) : line(service ? text.screen.noWhy : text.screen.noService, 'dim'), width - 4);
	const rest = height - services.length - 2 - whyRows - timelineRows - requests;
	const share = Math.max(1, Math.floor(rest / services.length));
	metrics.clusterRows = share;
	const status =
		view.observe.state === 'live'
			? ''
			: view.observe.state === 'listing'
				? text.screen.connecting
				: (view.observe.error ?? text.screen.retrying);

	const sections = services.map((rows, index): Section => {
		const room = index === services.length - 1 ? rest - share * (services.length - 1) : share;
		const place = {
			height: room,
			wanted: sliceOnly ? state.selected : subject?.key,
			selected: state.focus === 'cluster' ? state.selected : undefined,
			listing: view.observe.state === 'listing',
			filter,
			text,
			symbols,
		};
		if (slices) {
			const shown = sliceLines(rows.service, slices[index]!, {...place, width: width - 2});
			return {
				titles: [{at: 1, text: `EndpointSlices  ${rows.service}${filter && `  ${text.screen.filter(filter)}`}`}],
				lines: filled(shown, room),
				focused: state.focus === 'cluster',
			};
		}
		const shown = serviceLines(rows, {...place, columns, now});
		const {length} = rows.rows;
		const most = unfiltered[index]?.rows.length ?? 0;
		const count = filter ? `  ${text.screen.filtered(filter, length, most)}` : length > room ? `  ${length}` : '';
		const podTitle = `${text.screen.pods}  ${view.watch.pods}${count}`;
		return {
			titles: [
				{at: 1, text: index === 0 ? podTitle : text.screen.pods},
				{at: columns.pods + 2, text: `${text.screen.endpoints}  ${rows.service}`},
			],
			joint: columns.pods + 1,
			lines: filled(shown, room).map(content =>
				content.length > 0 ? content : [{text: ' '.repeat(columns.pods)}, {text: symbols.vertical, tone: 'frame'}],
			),
			focused: state.focus === 'cluster',
		};
	});
	return [
		...sections,
		{
			titles: [{at: 1, text: status || text.screen.why, ...(status ? {tone: 'warn' as const} : {})}],
			lines: filled(why, whyRows).map(padded),
		},
		{
			titles: [{at: 1, text: text.screen.timeline}],
			lines: filled(timelineLines(view.timeline, width - 4, timelineRows, text, symbols), timelineRows).map(padded),
		},
		...(view.requests && requestRows > 0
			? [
					{
						titles: [{at: 1, text: text.requests.title(view.requests.service)}],
						lines: filled(
							requestLines(view.requests, {width: width - 4, rows: requestRows, text, symbols}),
							requestRows,
						).map(padded),
					},
				]
			: []),
	];
}

/**
 * How many lines the requests get of those to spare. They come in threes, so that the panes do not move with each
 * address that answers for the first time.
 */
function requestRowsOf({view}: LabState, spare: number): number {
	if (!view.requests || view.finished) return 0;
	const wanted = Math.max(1, Math.ceil((wantedRequestRows(view.requests) - 2) / 3)) * 3 + 2;
	return Math.max(0, Math.min(wanted, 12, spare));
}

/** The slices of each Service. Where a joined row shows an address's Pod, a selection holds on to that in both views. */
function slicesOf(services: readonly ServiceRows[], {now, before}: RunView, filter: string): SliceRow[][] {
	const keys = new Map<string, string>();
	for (const {rows} of services)
		for (const {key, pod} of rows) if (pod && !pod.gone && pod.view.ip) keys.set(pod.view.ip, key);
	return services.map(({service}) => filteredSlices(sliceRows(service, now, before, keys), filter));
}

function keyOf(row: SliceRow): string | undefined {
	return row.kind === 'address' ? row.key : undefined;
}

/** What a row can be asked about: its Pod, or the address where there is none; nothing where all has gone. */
function subjectOf({key, pod, address}: JoinedRow): PodView | string | undefined {
	if (pod) return pod.gone ? undefined : pod.view;
	return address && address.mark !== 'removed' ? key : undefined;
}

/** Without a selection the row that has most to tell: a new address, else a Pod that is no endpoint, else the first. */
function mostTelling(services: ServiceRows[]) {
	const rows = services.flatMap(service => service.rows).filter(row => subjectOf(row));
	return (
		rows.findLast(({address}) => address?.mark === 'added') ??
		rows.findLast(({address, pod}) => !address && !pod?.view.terminating) ??
		rows[0]
	);
}

function smallBody(state: LabState, around: Surroundings, height: number, metrics: Metrics): Line[] {
	const {columns, text} = around;
	const {symbols} = around.theme;
	const strip = state.shown === 'output' || !hasRun(state) ? [] : outputRows(state, columns - 4, true).slice(-7);
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
	const content: Section[] =
		state.shown === 'cluster'
			? [{titles: tabs, lines: []}, ...clusterSections(state, around, columns, inner, metrics)]
			: state.shown === 'output'
				? [{...outputSection(state, around, columns, inner, metrics), titles: tabs}]
				: smallStory(state, around, inner, metrics).map((section, index) =>
						index === 0 ? {...section, titles: tabs} : section,
					);
	const output: Section[] =
		stripRows > 0
			? [{titles: [{at: 1, text: text.screen.output, tone: 'dim'}], lines: strip.slice(-stripRows).map(padded)}]
			: [];
	return framed([...content, ...output], columns, symbols);
}

/** The story; below it, as long as it is open, the question, which has to be seen whole before anything is typed. */
function smallStory(state: LabState, around: Surroundings, height: number, metrics: Metrics): Section[] {
	const {columns, text} = around;
	const {symbols} = around.theme;
	const {step, finished} = state.view;
	if (finished || !step.prediction || !predictionIsOpen(step))
		return [storySection(state, around, columns, height, metrics, {prediction: true, checks: true})];
	const question = predictionLines(step.prediction, false, columns - 4, text, symbols).slice(0, height - 4);
	const rest = height - question.length - 1;
	return [
		storySection(state, around, columns, rest, metrics, {prediction: false, checks: true}),
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
	const story = storySection(state, around, left, top - 2 - used, metrics, {prediction: !open, checks: false});
	const leftColumn = framed([story, ...pinnedSections], left, symbols);
	const right = columns - left;
	const rightColumn = framed(clusterSections(state, around, right, top - 1, metrics), right, symbols);
	const output = framed([outputSection(state, around, columns, outputHeight - 2, metrics)], columns, symbols);
	return [...beside(leftColumn, left, rightColumn), ...output];
}

/** Whether there is output that belongs to the present step. */
function hasRun({ran, running}: LabState): boolean {
	return ran.size > 0 || running !== undefined;
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
	const lines = helpLines(keyHints({...state, help: undefined}, symbols), columns - 4, text, state.speed !== undefined);
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
