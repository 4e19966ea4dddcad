/** One command of a transcript and its answer: stdout, stderr, exit code. */
export type Step = {
	command: string;
	/** The answer follows something that happens by itself, and is waited for. */
	eventually: boolean;
	stdout: string;
	stderr: string;
	code: number;
};

/**
 * Reads a transcript. A line `$ command` begins a step, `~$ command` one whose answer may take a while; what follows is
 * its stdout, in lines with `! ` before them its stderr, and `[exit 1]` its exit code where that is not 0. An empty line
 * ends a step when another one follows; lines with `#` before the first step and between steps are remarks.
 */
export function readTranscript(text: string): Step[] {
	const steps: Step[] = [];
	for (const block of text.split(/\n\n(?=~?\$ |# )/)) {
		const lines = block.replace(/\n+$/, '').split('\n');
		while (lines[0]?.startsWith('#')) lines.shift();
		const first = /^(~?)\$ (.*)$/.exec(lines.shift() ?? '');
		if (!first) continue;
		const step: Step = {command: first[2]!, eventually: first[1] === '~', stdout: '', stderr: '', code: 0};
		for (const line of lines) {
			const exit = /^\[exit (\d+)\]$/.exec(line);
			if (exit) step.code = Number(exit[1]);
			else if (line.startsWith('! ') || line === '!') step.stderr += `${line.slice(2)}\n`;
			else step.stdout += `${line}\n`;
		}
		steps.push(step);
	}
	return steps;
}
