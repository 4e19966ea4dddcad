import type {RequestsPart} from '../../engine/view.ts';
import {trickleClient} from '../../observe/request-counts.ts';
import type {Text} from '../../text/text.ts';
import type {Symbols, Tone} from '../theme.ts';
import {fitted, type Line, line, lineWidth, type Span, widthOf} from './line.ts';

/** How many lines the requests of a step would fill: the sum, who answered, why some failed, and the last ones. */
export function wantedRequestRows({total, answers, failures}: RequestsPart): number {
	return total === 0 ? 1 : 2 + answers.length + failures.length;
}

/**
 * The requests of a step in at most `rows` lines of `width`: first goes the sum, then the last results, then what failed, then a
 * line for each address with a bar for each client.
 */
export function requestLines(
	part: RequestsPart,
	{width, rows, text, symbols}: {width: number; rows: number; text: Text; symbols: Symbols},
): Line[] {
	const words = text.requests;
	const {total, failed, perSecond, failures} = part;
	const sum: Span[] = [
		{
			text: total === 0 ? words.none : words.counted(total, failed),
			tone: total === 0 ? 'dim' : failed > 0 ? 'bad' : 'good',
		},
	];
	if (perSecond > 0) sum.push({text: `  ${words.rate(perSecond)}`, tone: 'dim'});
	if (total === 0 || rows <= 1) return [sum].slice(0, rows).map(content => cut(content, width, symbols));
	const why = failures.map(
		({failure, detail, count}): Line => [
			{text: `${symbols.removed} ${words.failed(count, words.why[failure])}`, tone: 'bad'},
			{text: detail ? `  ${targetOf(detail)}` : '', tone: 'dim'},
		],
	);
	const shownWhy = why.slice(0, Math.max(0, rows - 2));
	const bars = barLines(part, width, rows - 2 - shownWhy.length, text, symbols);
	return [sum, ...bars, ...shownWhy, lastLine(part, width, text, symbols)].map(content => cut(content, width, symbols));
}

function cut(content: Line, width: number, symbols: Symbols): Line {
	return lineWidth(content) > width ? fitted(content, width, symbols.ellipsis) : content;
}

/** Of `connect to … failed: Connection refused` what the kind of failure has not said yet. */
function targetOf(detail: string): string {
	return detail.split(/ failed: /)[0]!;
}

/** A line for each address, and in it a column for each client; the longest bar is as long as its column allows. */
function barLines({answers, clients}: RequestsPart, width: number, rows: number, text: Text, symbols: Symbols): Line[] {
	const shown = answers.slice(0, Math.max(0, rows));
	if (shown.length === 0) return [];
	const nameOf = (address: string) => address || text.requests.somebody;
	const nameWidth = Math.max(...shown.map(({address}) => widthOf(nameOf(address))));
	const most = Math.max(1, ...shown.flatMap(({counts}) => counts));
	// One client alone needs no name.
	const {lab, unnamed} = text.requests;
	const labels = clients.map(client =>
		clients.length > 1 ? `${client === trickleClient ? lab : client || unnamed} ` : '',
	);
	const column = Math.floor((width - nameWidth) / clients.length) - 2;
	return shown.map(({address, counts}) => [
		{text: fill(nameOf(address), nameWidth)},
		...counts.flatMap((count, index): Span[] => {
			const room = column - widthOf(labels[index]!) - String(most).length - 1;
			const length = count === 0 ? 0 : Math.max(1, Math.round((count / most) * Math.max(1, room)));
			const number = length > 0 ? ` ${count}` : `${count}`;
			const used = widthOf(labels[index]!) + length + number.length;
			return [
				{text: `  ${labels[index]}`, tone: 'dim'},
				{text: symbols.bar.repeat(length), tone: 'accent'},
				{text: number + ' '.repeat(Math.max(0, column - used))},
			];
		}),
	]);
}

/** The last results as signs, the newest at the right. */
function lastLine({recent}: RequestsPart, width: number, text: Text, symbols: Symbols): Line {
	const label = `${text.requests.last} `;
	const shown = recent.slice(-Math.max(0, width - widthOf(label)));
	const spans: Span[] = [];
	for (const {failure} of shown) {
		const tone: Tone = failure ? 'bad' : 'good';
		const sign = failure ? symbols.removed : symbols.on;
		const last = spans.at(-1);
		if (last?.tone === tone) spans[spans.length - 1] = {text: last.text + sign, tone};
		else spans.push({text: sign, tone});
	}
	return [...line(label, 'dim'), ...spans];
}

function fill(text: string, width: number): string {
	return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}
