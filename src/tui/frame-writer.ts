import type {Theme} from './theme.ts';
import {type Line, lineWidth, paint, type Span, textOf} from './view/line.ts';

/** A whole screen: a line for each row, none wider than `columns`, and where the cursor stands; hidden without a place. */
export type ScreenFrame = {lines: readonly Line[]; columns: number; cursor?: {x: number; y: number} | undefined};

/** Keeps a terminal's screen like the last frame. */
export type FrameWriter = {
	/** Writes what differs from the frame before, in one piece. */
	show(frame: ScreenFrame, theme: Theme): void;
	/** Makes the next frame be written whole, whatever stands on the screen. */
	forget(): void;
};

/**
 * Writes frames to a terminal, span by span. Ink's own output does the same for any tree of boxes, by cutting each row of
 * each frame into its characters; at 200×50 that took twice as long as everything else. Rows are written to where they
 * stand rather than from where the cursor is thought to be, so nothing that moves it can tear the screen.
 */
export function createFrameWriter(write: (bytes: string) => void): FrameWriter {
	let shown: ScreenFrame | undefined;
	return {
		show(frame, theme) {
			const bytes = frameUpdate(shown, frame, theme);
			shown = frame;
			if (bytes) write(bytes);
		},
		forget() {
			shown = undefined;
		},
	};
}

const hideCursor = '\u001b[?25l';
const showCursor = '\u001b[?25h';
/** Terminals that know it draw nothing until the whole update has come; the others ignore it. */
const synchronized = ['\u001b[?2026h', '\u001b[?2026l'] as const;
/** A row that a terminal takes for wider than we do is cut off rather than continued on the next one. */
const unwrapped = ['\u001b[?7l', '\u001b[?7h'] as const;
const eraseToEnd = '\u001b[K';
/** What a terminal that has become narrower keeps beside its last column goes too. */
const clear = '\u001b[H\u001b[J';

const at = (x: number, y: number) => `\u001b[${y + 1};${x + 1}H`;

/** What a terminal has to be sent that shows `before`, so that it shows `after`; '' when that is nothing. */
function frameUpdate(before: ScreenFrame | undefined, after: ScreenFrame, theme: Theme): string {
	const known = before?.columns === after.columns && before.lines.length === after.lines.length ? before : undefined;
	const rows = after.lines.map((row, y) => rowUpdate(known?.lines[y] ?? [], row, y, theme));
	const content = `${known ? '' : clear}${rows.join('')}`;
	const {cursor} = after;
	if (!content) return sameCursor(known?.cursor, cursor) ? '' : cursorUpdate(cursor);
	return [synchronized[0], hideCursor, unwrapped[0], content, unwrapped[1], cursorUpdate(cursor), synchronized[1]].join(
		'',
	);
}

function cursorUpdate(cursor: ScreenFrame['cursor']): string {
	return cursor ? `${at(cursor.x, cursor.y)}${showCursor}` : hideCursor;
}

function sameCursor(one: ScreenFrame['cursor'], other: ScreenFrame['cursor']): boolean {
	return one?.x === other?.x && one?.y === other?.y;
}

/** Writes the spans between the first and the last one that differ, and the rest of the row where it has moved. */
function rowUpdate(before: Line, after: Line, y: number, theme: Theme): string {
	if (before === after) return '';
	const least = Math.min(before.length, after.length);
	let start = 0;
	while (start < least && same(before[start], after[start])) start++;
	if (start === before.length && start === after.length) return '';
	// What stands behind a character of doubtful width cannot be found.
	if (isDoubtful(before) || isDoubtful(after)) return `${at(0, y)}${eraseToEnd}${paint(after, theme)}`;
	let end = 0;
	while (end < least - start && same(before.at(-1 - end), after.at(-1 - end))) end++;
	const fresh = after.slice(start, after.length - end);
	const moved = lineWidth(before.slice(start, before.length - end)) !== lineWidth(fresh);
	const shorter = lineWidth(after) < lineWidth(before);
	const x = lineWidth(after.slice(0, start));
	return `${at(x, y)}${paint(moved ? after.slice(start) : fresh, theme)}${shorter ? eraseToEnd : ''}`;
}

function same(one: Span | undefined, other: Span | undefined): boolean {
	return one?.text === other?.text && (one?.tone ?? 'plain') === (other?.tone ?? 'plain');
}

/** Pictographs and what is joined to them: terminals disagree about their width. */
function isDoubtful(row: Line): boolean {
	return /\p{Extended_Pictographic}|\u200d|\ufe0e|\ufe0f/u.test(textOf(row));
}
