/**
 * An error for the learner: its message is in their language and says what happened, why and what to type next. The exit
 * code is 2 when the command line is at fault, else 1.
 */
export class UserError extends Error {
	readonly exitCode: 1 | 2;

	constructor(message: string, exitCode: 1 | 2 = 1) {
		super(message);
		this.name = 'UserError';
		this.exitCode = exitCode;
	}
}
