import {type Cause, causesOf, isItsOwn} from '../../observe/causes.ts';
import type {TimelineEntry} from '../../observe/snapshot.ts';
import {duration} from '../../text/duration.ts';
import type {Text} from '../../text/text.ts';
import type {Symbols, Tone} from '../theme.ts';
import {fitted, type Line, line, lineWidth, type Span, shortenedName, toned} from './line.ts';

/** Below this age, in ms, what is being counted is shown in tenths of a second. */
export const COUNTS_TENTHS_MS = 9_950;

/** A length of time that is being counted, in seconds: `0.3 s`, `12 s`. */
export function seconds(ms: number): string {
	return ms < COUNTS_TENTHS_MS ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : duration(ms);
}

/** Hours, minutes and seconds of a time span: `00:07:12`. */
export function elapsed(ms: number): string {
	const seconds = Math.max(0, Math.floor(ms / 1000));
	const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
	return parts.map(part => String(part).padStart(2, '0')).join(':');
}

const tones: Partial<Record<TimelineEntry['what'], Tone>> = {
	'endpoint-in': 'good',
	'endpoint-out': 'bad',
	'pod-gone': 'dim',
	'pod-ready': 'good',
	command: 'accent',
};

const signs: Partial<Record<TimelineEntry['what'], (symbols: Symbols) => string>> = {
	'endpoint-in': symbols => `${symbols.added} `,
	'endpoint-out': symbols => `${symbols.removed} `,
};

/**
 * The last command that something has followed, and what that was; everything, where there was no command. Commands that only
 * look do not take the story away that one has just begun to read.
 */
function sinceCommand(timeline: readonly TimelineEntry[]): TimelineEntry[] {
	const isCommand = ({what}: TimelineEntry) => what === 'command';
	const last = timeline.findLastIndex(entry => !isCommand(entry));
	const start = timeline.findLastIndex((entry, index) => isCommand(entry) && (last < 0 || index < last));
	return timeline.slice(Math.max(0, start)).filter((entry, index) => index === 0 || !isCommand(entry));
}

/** The least room that an entry takes, in cells. */
const SHORTEST_ENTRY = 12;

/** The words of a timeline. */
type Wording = {
	text: Text;
	symbols: Symbols;
	/** Addresses of more than one Service have come and gone, so that each is told with its own. */
	several: boolean;
};

function wordingFor(timeline: readonly TimelineEntry[], text: Text, symbols: Symbols): Wording {
	const services = new Set(timeline.filter(isAddress).map(({name}) => name));
	return {text, symbols, several: services.size > 1};
}

function isAddress({what}: TimelineEntry): boolean {
	return what === 'endpoint-in' || what === 'endpoint-out';
}

/** What an entry says, without its time. */
function wordsOf(entry: TimelineEntry, cause: Cause | undefined, {text, symbols, several}: Wording): Span {
	const {what, name, detail = ''} = entry;
	const {happened, replacement, addressOf} = text.screen;
	const short = what.startsWith('pod') ? shortenedName(name, 7, symbols.ellipsis) : name;
	const replaces = what === 'pod-created' && cause?.sure && cause.entry.what.startsWith('pod-');
	const words = replaces
		? replacement(short)
		: several && isAddress(entry)
			? addressOf(detail, name)
			: happened[what](short, detail);
	return {text: `${signs[what]?.(symbols) ?? ''}${words}`, tone: tones[what]};
}

function commandWords({name, detail}: TimelineEntry): Span {
	return {text: `$ ${(detail ?? name).replaceAll('\n', ' ; ')}`, tone: tones.command};
}

/**
 * The timeline since the last command that changed something in at most `rows` lines; when there is more, the newest. What follows from the entry
 * before it is joined to that with an arrow.
 */
export function timelineLines(
	timeline: readonly TimelineEntry[],
	width: number,
	rows: number,
	text: Text,
	symbols: Symbols,
): Line[] {
	const [start, ...since] = sinceCommand(timeline);
	if (!start) return rows > 0 ? [line(text.screen.noTimeline, 'dim')] : [];
	const causes = causesOf(timeline);
	const wording = wordingFor(timeline, text, symbols);
	const lines: Span[][] = [];
	// Of hundreds only those are put into words that can have a place.
	const entries = [start, ...since.slice(-rows * Math.ceil(width / SHORTEST_ENTRY))];
	entries.forEach((entry, index) => {
		const cause = causes.get(entry);
		const follows = index > 0 && cause?.sure && cause.entry === entries[index - 1];
		const item: Span[] =
			entry.what === 'command'
				? [commandWords(entry)]
				: [{text: `+${duration(entry.at - start.at)} `, tone: 'dim'}, wordsOf(entry, cause, wording)];
		const joint: Span = follows ? {text: ` ${symbols.arrow} `, tone: 'dim'} : {text: '   '};
		const last = lines.at(-1);
		if (last && lineWidth(last) + lineWidth([joint]) + lineWidth(item) <= width) last.push(joint, ...item);
		else lines.push(item);
	});
	if (lines.length <= rows) return lines;
	// The command itself stays on top, so that the times have something to count from.
	return rows > 2 ? [lines[0]!, ...lines.slice(1 - rows)] : lines.slice(-rows);
}

/** The time of an entry since the command before it; since the first entry, where there was none. */
export function sinceItsCommand(timeline: readonly TimelineEntry[], entry: TimelineEntry): string {
	const index = timeline.indexOf(entry);
	const command = timeline.slice(0, index + 1).findLast(({what}) => what === 'command') ?? timeline[0] ?? entry;
	return `+${duration(entry.at - command.at)}`;
}

/** What led to an entry, or only came before it. */
function causeWords({entry, sure}: Cause, wording: Wording): string {
	const {text, symbols} = wording;
	const words = wordsOf(entry, undefined, wording).text;
	return sure ? `${symbols.because} ${words}` : text.screen.following(words);
}

/** The whole timeline, an entry a line with its cause, in `rows` lines around the selected one; without one, its end. */
export function timelineList(
	timeline: readonly TimelineEntry[],
	selected: TimelineEntry | undefined,
	{width, rows, text, symbols}: {width: number; rows: number; text: Text; symbols: Symbols},
): Line[] {
	if (timeline.length === 0) return [line(text.screen.noTimeline, 'dim')];
	const causes = causesOf(timeline);
	const wording = wordingFor(timeline, text, symbols);
	const at = selected ? timeline.indexOf(selected) : timeline.length - 1;
	const first = Math.max(0, Math.min(at - Math.floor(rows / 2), timeline.length - rows));
	let command = timeline.slice(0, first + 1).findLast(({what}) => what === 'command') ?? timeline[0]!;
	return timeline.slice(first, first + rows).map(entry => {
		if (entry.what === 'command') command = entry;
		const cause = causes.get(entry);
		const content: Line =
			entry.what === 'command'
				? [commandWords(entry)]
				: [
						{text: `+${duration(entry.at - command.at)}`.padEnd(9), tone: 'dim'},
						wordsOf(entry, cause, wording),
						...(cause && !isItsOwn(cause, entry)
							? [{text: `  ${causeWords(cause, wording)}`, tone: 'dim' as const}]
							: []),
					];
		return fitted(entry === selected ? toned(content, 'selected') : content, width, symbols.ellipsis);
	});
}
