/** What is kept of a command's output: its beginning, and where that is not all of it, its end and how much lies between. */
export type KeptOutput = {output: string; left?: number; rest?: string};

/** How many characters of an output are kept at its beginning, and as many at its end. */
const half = 4000;

/** Collects a command's output, of which no more than the beginning and the end are held at any time. */
export function keepOutput(): {push(text: string): void; kept(): KeptOutput} {
	let output = '';
	let rest = '';
	let length = 0;
	return {
		push(text) {
			const room = half - output.length;
			output += text.slice(0, room);
			rest = (rest + text.slice(room)).slice(-half);
			length += text.length;
		},
		kept() {
			const left = length - output.length - rest.length;
			return left > 0 ? {output, left, rest} : {output: output + rest};
		},
	};
}
