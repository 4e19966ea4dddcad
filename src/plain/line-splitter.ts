/** Turns pieces of output into whole lines. `flush` passes on a last line that has no newline. */
export function createLineSplitter(onLine: (line: string) => void): {push(piece: string): void; flush(): void} {
	let rest = '';
	return {
		push(piece) {
			const lines = (rest + piece).split(/\r?\n/);
			rest = lines.pop() ?? '';
			for (const line of lines) onLine(line);
		},
		flush() {
			if (rest) onLine(rest);
			rest = '';
		},
	};
}
