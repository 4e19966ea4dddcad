/**
 * How many cells a text takes in a terminal: two for each character of East Asian writing, one for every other. For what the
 * lab's commands say themselves; the screen, on which anything may stand, measures with string-width, which takes longer to
 * load than a short command takes.
 */
export function cellWidth(text: string): number {
	let width = 0;
	for (const character of text) width += wide.test(character) ? 2 : 1;
	return width;
}

/** The blocks that are wide in UAX #11, from Hangul Jamo to the fullwidth forms and the ideographs of the second plane. */
const wide =
	/[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;
