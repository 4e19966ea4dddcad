import type {TimelineEntry} from '../../observe/snapshot.ts';
import {duration} from '../../text/duration.ts';
import type {Text} from '../../text/text.ts';
import type {Symbols, Tone} from '../theme.ts';
import {type Line, line, lineWidth, type Span, shortenedName} from './line.ts';

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

/** What has happened since the last command, each with its time since then; everything, where there was no command. */
function sinceCommand(timeline: readonly TimelineEntry[]): TimelineEntry[] {
	const start = timeline.findLastIndex(({what}) => what === 'command');
	return timeline.slice(Math.max(0, start));
}

/** The timeline since the last command in at most `rows` lines; when there is more, the newest. */
export function timelineLines(
	timeline: readonly TimelineEntry[],
	width: number,
	rows: number,
	text: Text,
	symbols: Symbols,
): Line[] {
	const entries = sinceCommand(timeline);
	const start = entries[0];
	if (!start) return rows > 0 ? [line(text.screen.noTimeline, 'dim')] : [];
	const items = entries.map((entry): Span[] => {
		const tone: Tone | undefined = tones[entry.what];
		const words = text.screen.happened[entry.what](
			entry.what.startsWith('pod') ? shortenedName(entry.name, 7, symbols.ellipsis) : entry.name,
			entry.detail ?? '',
		);
		if (entry.what === 'command') return [{text: `$ ${entry.detail ?? entry.name}`, tone}];
		return [
			{text: `+${duration(entry.at - start.at)} `, tone: 'dim'},
			{text: `${signs[entry.what]?.(symbols) ?? ''}${words}`, tone},
		];
	});
	const lines: Span[][] = [];
	for (const item of items) {
		const last = lines.at(-1);
		if (last && lineWidth(last) + 3 + lineWidth(item) <= width) last.push({text: '   '}, ...item);
		else lines.push([...item]);
	}
	if (lines.length <= rows) return lines;
	// The command itself stays on top, so that the times have something to count from.
	return rows > 2 ? [lines[0]!, ...lines.slice(1 - rows)] : lines.slice(-rows);
}
