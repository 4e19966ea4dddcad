import type {KindProgress} from '../clusters/kind/kind-steps.ts';
import {cellWidth} from '../text/cell-width.ts';
import type {Text} from '../text/text.ts';

/** Shows how far a start has come, among other lines. */
export type ProgressBar = {
	show: (progress: KindProgress) => void;
	/** A line that stays, above the bar. */
	note: (line: string) => void;
	/** Takes the bar away. */
	end: () => void;
};

/** How wide the bar is, and below what it tells nothing any more. */
const barColumns = 24;
const leastBarColumns = 8;

/**
 * On a terminal one line that changes: a bar, the step, the time left. Elsewhere a line for each step. `note` writes a line.
 */
export function openProgressBar(output: NodeJS.WriteStream, note: (line: string) => void, text: Text): ProgressBar {
	let drawn = '';
	let told = '';
	const clear = () => {
		if (drawn) output.write('\r\u001b[K');
		drawn = '';
	};
	return {
		show(progress) {
			if (output.isTTY) {
				const line = barLine(progress, (output.columns ?? 80) - 1, text);
				if (line === drawn) return;
				output.write(`\r\u001b[K${line}`);
				drawn = line;
				return;
			}
			const line = stepLine(progress, text);
			if (line !== told) note(line);
			told = line;
		},
		note(line) {
			clear();
			note(line);
		},
		end: clear,
	};
}

function stepLine({step, number, of, waiting}: KindProgress, text: Text): string {
	const words = text.clusters.kind;
	return words.progress(number, of, waiting ? words.waitingFor(waiting) : words.steps[step]);
}

function barLine(progress: KindProgress, columns: number, text: Text): string {
	const left = progress.left === undefined ? '' : text.clusters.kind.left(Math.ceil(progress.left / 1000));
	const line = [stepLine(progress, text), amount(progress), left].filter(Boolean).join('  ');
	const room = Math.min(columns - cellWidth(line) - '[] '.length, barColumns);
	if (room < leastBarColumns) return cut(line, columns);
	const full = Math.round(progress.fraction * room);
	return `[${'#'.repeat(full)}${'.'.repeat(room - full)}] ${line}`;
}

/** How much of an image is there: `120 of 480 MB`. */
function amount({images}: KindProgress): string {
	if (!images || images.total === 0) return '';
	const {image, done, total, unit} = images;
	if (unit !== 'bytes') return `${image} ${done}/${total}`;
	const megabytes = (bytes: number) => Math.round(bytes / 1_000_000);
	return `${image} ${megabytes(done)}/${megabytes(total)} MB`;
}

function cut(line: string, columns: number): string {
	let [kept, width] = ['', 0];
	for (const character of line) {
		width += cellWidth(character);
		if (width > columns) break;
		kept += character;
	}
	return kept;
}
