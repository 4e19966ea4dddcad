/** Something wrong in a lesson's files, at a place an editor can jump to. Lines and columns start at 1. */
export type Problem = {file: string; line: number; column: number; message: string};

/** `file:line:column: message`, the form that editors and terminals turn into a link. */
export function problemLine({file, line, column, message}: Problem): string {
	return `${file}:${line}:${column}: ${message}`;
}

/** A lesson that cannot be loaded, with everything that is wrong with it. */
export class LessonError extends Error {
	readonly problems: Problem[];

	constructor(problems: Problem[]) {
		super(problems.map(problemLine).join('\n'));
		this.name = 'LessonError';
		this.problems = problems;
	}
}
