import type {RunView} from '../../engine/view.ts';
import type {LabState} from '../lab-state.ts';
import {clusterColumns, serviceLines} from './cluster-pane.ts';
import {clusterRowsOnce, sliceKeyOf, subjectOf} from './cluster-rows.ts';
import {filled} from './frame.ts';
import type {ServiceRows} from './joined-rows.ts';
import {fitted, type Line, line, wrap} from './line.ts';
import {requestLines, wantedRequestRows} from './requests.ts';
import {padded, type Room, type Section} from './section.ts';
import {sliceLines} from './slices-pane.ts';
import type {Surroundings} from './surroundings.ts';
import {tableLinesShown} from './table-pane.ts';
import {sinceItsCommand, timelineLines, timelineList} from './timeline.ts';

/**
 * The cluster in its present form, or as it was at the moment of the timeline that is looked back at; below it why, the
 * timeline and the requests. `height` counts all edges but the last one.
 */
export function clusterSections(present: LabState, around: Surroundings, room: Room): Section[] {
	const {past} = present;
	const state: LabState = past ? {...present, view: past.view, recent: past.recent} : present;
	const {width, height, metrics} = room;
	const {text, clusterNow} = around;
	const {symbols} = around.theme;
	const now = past ? past.entry.at : (clusterNow ?? around.now);
	const {view, filter} = state;

	const shown = clusterRowsOnce(state, now, text);
	const {unfiltered, services, all, slices, table, longest} = shown;
	metrics.rowKeys = shown.keys;

	const joined = all.find(({key}) => key === state.selected);
	// A slice may hold an address that the Endpoints do not: it has no joined row.
	const sliceOnly =
		joined || state.selected === undefined
			? undefined
			: services[slices?.findIndex(rows => rows.some(row => sliceKeyOf(row) === state.selected)) ?? -1];
	const subject = joined ?? shown.mostTelling;
	const service =
		(sliceOnly ?? services.find(({rows}) => rows.includes(subject!)))?.service ?? services[0]?.service ?? '';
	const asked = sliceOnly ? state.selected : subject && subjectOf(subject);
	const words = service && asked ? around.why(asked, service, view) : '';
	const why = wrap(words ? line(words) : line(service ? text.screen.noWhy : text.screen.noService, 'dim'), width - 4);
	const wanted = sliceOnly || table ? state.selected : subject?.key;

	const blocks = table ? 1 : services.length;
	const whyRows = whyRowsOf(why.length, height);
	const requestRows = requestRowsOf(present, height, height - blocks * 5 - 4 - whyRows);
	const requests = requestRows > 0 ? requestRows + 1 : 0;
	const spare = height - blocks - 2 - whyRows - requests;
	const timelineRows = timelineRowsOf(present, all.length, spare);
	metrics.timelineRows = timelineRows;
	const rest = spare - timelineRows;
	const share = Math.max(1, Math.floor(rest / blocks));
	metrics.clusterRows = share;
	const selected = state.focus === 'cluster' ? state.selected : undefined;
	const focused = state.focus === 'cluster';
	const listing = view.observe.state === 'listing';
	const mark = past
		? [{at: 1, text: text.screen.past(sinceItsCommand(view.timeline, past.entry)), tone: 'warn' as const}]
		: [];
	const place = (index: number) => ({
		height: index === blocks - 1 ? rest - share * (blocks - 1) : share,
		wanted,
		selected,
		listing,
		filter,
		text,
		symbols,
	});

	const marked = (titles: Section['titles']): Section['titles'] =>
		past ? [...mark, ...titles.filter(({at}) => at > 1)] : titles;
	const filterTitle = filter && `  ${text.screen.filter(filter)}`;
	const sections = table
		? [
				{
					titles: marked([{at: 1, text: `kubectl get${filterTitle}`}]),
					lines: filled(
						tableLinesShown(table, {width: width - 3, ...place(0), ellipsis: symbols.ellipsis}),
						place(0).height,
					),
					focused,
				},
			]
		: services.map((rows, index): Section => {
				if (slices) {
					const content = sliceLines(rows.service, slices[index]!, {...place(index), width: width - 2});
					const title = `EndpointSlices  ${rows.service}${filterTitle}`;
					return {
						titles: index === 0 ? marked([{at: 1, text: title}]) : [{at: 1, text: title}],
						lines: filled(content, place(index).height),
						focused,
					};
				}
				const section = joinedSection(rows, index, unfiltered, state, {width, now, longest, place: place(index)});
				return index === 0 ? {...section, titles: marked(section.titles)} : section;
			});
	const timeline =
		present.focus === 'timeline'
			? timelineList(present.view.timeline, past?.entry, {width: width - 4, rows: timelineRows, text, symbols})
			: timelineLines(view.timeline, width - 4, timelineRows, text, symbols);
	const status = statusOf(view, text);
	return [
		...sections,
		{
			titles: [{at: 1, text: status || text.screen.why, ...(status ? {tone: 'warn' as const} : {})}],
			lines: filled(cutBelow(why, whyRows, width - 4, symbols.ellipsis), whyRows).map(padded),
		},
		{
			titles: [{at: 1, text: text.screen.timeline}],
			lines: filled(timeline, timelineRows).map(padded),
			focused: present.focus === 'timeline',
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

/** Pods on the left, the addresses of a Service on the right. */
function joinedSection(
	rows: ServiceRows,
	index: number,
	unfiltered: readonly ServiceRows[],
	{view, filter, focus}: LabState,
	{
		width,
		now,
		longest,
		place,
	}: {width: number; now: number; longest: number; place: Omit<Parameters<typeof serviceLines>[1], 'columns' | 'now'>},
): Section {
	const {text, symbols, height} = place;
	const columns = clusterColumns(width - 2, view.before !== undefined, longest);
	const shown = serviceLines(rows, {...place, columns, now});
	const {length} = rows.rows;
	const most = unfiltered[index]?.rows.length ?? 0;
	const count = filter ? `  ${text.screen.filtered(filter, length, most)}` : length > height ? `  ${length}` : '';
	const podTitle = `${text.screen.pods}  ${view.watch.pods}${count}`;
	return {
		titles: [
			{at: 1, text: index === 0 ? podTitle : text.screen.pods},
			{at: columns.pods + 2, text: `${text.screen.endpoints}  ${rows.service}`},
		],
		joint: columns.pods + 1,
		lines: filled(shown, height).map(content =>
			content.length > 0 ? content : [{text: ' '.repeat(columns.pods)}, {text: symbols.vertical, tone: 'frame'}],
		),
		focused: focus === 'cluster',
	};
}

function statusOf({observe}: RunView, {screen}: Surroundings['text']): string {
	if (observe.state === 'live') return '';
	return observe.state === 'listing' ? screen.connecting : (observe.error ?? screen.retrying);
}

/** The reason gets the lines that it needs, as far as there is room: two, so that the panes seldom move, and up to four. */
function whyRowsOf(wanted: number, height: number): number {
	const least = height >= 11 ? 2 : 1;
	return Math.max(least, Math.min(wanted, 4, Math.floor(height / 4)));
}

/** The first lines; the last of them says with an ellipsis that there are more. */
function cutBelow(lines: readonly Line[], rows: number, width: number, ellipsis: string): Line[] {
	if (lines.length <= rows) return [...lines];
	const last = lines[rows - 1] ?? [];
	return [...lines.slice(0, rows - 1), fitted([...last, {text: ' '.repeat(width)}], width, ellipsis)];
}

/** The timeline gets half of the room while it is being looked through, else what the places for Pods leave over. */
function timelineRowsOf({focus}: LabState, pods: number, spare: number): number {
	if (focus === 'timeline') return Math.max(1, Math.floor(spare / 2));
	// Places for Pods come in fours, so that the panes do not move with each Pod that comes and goes.
	const places = Math.max(8, Math.ceil((pods + 2) / 4) * 4);
	const least = spare >= 8 ? 3 : spare >= 6 ? 2 : 1;
	return Math.max(least, Math.min(10, spare - places));
}

/**
 * How many lines the requests get of those to spare. They come in threes, so that the panes do not move with each
 * address that answers for the first time; in a low pane no line is given away.
 */
function requestRowsOf({view, focus}: LabState, height: number, spare: number): number {
	if (!view.requests || view.finished) return 0;
	const low = height < 20;
	if (low) return focus === 'timeline' ? 0 : Math.max(0, Math.min(wantedRequestRows(view.requests), 4, spare));
	// The timeline that is being looked through needs the room more.
	if (focus === 'timeline') return Math.max(0, Math.min(3, spare));
	const wanted = Math.max(1, Math.ceil((wantedRequestRows(view.requests) - 2) / 3)) * 3 + 2;
	return Math.max(0, Math.min(wanted, 12, spare));
}
