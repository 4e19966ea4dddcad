/** The prompt's history on its way from session to session. */
export type HistoryStore = {
	/** Earlier lines, oldest first. */
	lines: readonly string[];
	/** Keeps one more. */
	add(line: string): void;
};

/** Where in the history the prompt stands: at `lines.length`, `draft` is what was being typed. */
export type HistoryPosition = {readonly lines: readonly string[]; readonly at: number; readonly draft: string};

/** A history at its newest end. */
export function historyOf(lines: readonly string[]): HistoryPosition {
	return {lines, at: lines.length, draft: ''};
}

/** One line older or newer; undefined when there is none. As in fish, only lines that begin like the draft are met. */
export function moved(
	history: HistoryPosition,
	current: string,
	by: 1 | -1,
): {history: HistoryPosition; text: string} | undefined {
	const draft = history.at === history.lines.length ? current : history.draft;
	for (let at = history.at + by; at >= 0 && at <= history.lines.length; at += by) {
		if (at === history.lines.length) return {history: {...history, at, draft}, text: draft};
		const text = history.lines[at]!;
		if (text.startsWith(draft) && text !== current) return {history: {...history, at, draft}, text};
	}
	return undefined;
}

/** The history with one more line; a repetition of the last one, and a line that begins with a space, are not kept. */
export function withLine(history: HistoryPosition, text: string): HistoryPosition {
	const keep = text.trim() !== '' && !text.startsWith(' ') && history.lines.at(-1) !== text;
	return historyOf(keep ? [...history.lines, text] : history.lines);
}
