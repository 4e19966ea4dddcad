import type {Status} from './objects.ts';

/** A failure with a sentence of kubectl's own; printed as `error: …` unless `prefix` says otherwise. */
export class KubectlError extends Error {
	readonly exitCode: number;
	/** What stands before the message; kubectl leaves it out where the message is a whole sentence. */
	readonly prefix: string;

	constructor(message: string, {exitCode = 1, prefix = 'error: '}: {exitCode?: number; prefix?: string} = {}) {
		super(message);
		this.name = 'KubectlError';
		this.exitCode = exitCode;
		this.prefix = prefix;
	}
}

/** The API server's refusal; `during` is kubectl's `error when creating "FILE": `, put before the server's message. */
export class StatusFailure extends Error {
	readonly status: Status;
	readonly during: string;

	constructor(status: Status, during = '') {
		super(status.message ?? 'unknown');
		this.name = 'StatusFailure';
		this.status = status;
		this.during = during;
	}

	/** The same refusal, telling also what was being done (cmdutil.AddSourceToErr). */
	while(verb: string, source: string): StatusFailure {
		return new StatusFailure(this.status, `error when ${verb} ${JSON.stringify(source)}: `);
	}
}

/** Several failures of one run, each to be printed on lines of its own. */
class ManyFailures extends Error {
	readonly failures: unknown[];

	constructor(failures: unknown[]) {
		super(failures.map(String).join('\n'));
		this.name = 'ManyFailures';
		this.failures = failures;
	}
}

/** No connection to the API server. */
export class ConnectionFailure extends Error {
	readonly host: string;
	readonly refused: boolean;

	constructor(host: string, message: string, refused: boolean) {
		super(message);
		this.name = 'ConnectionFailure';
		this.host = host;
		this.refused = refused;
	}
}

/** An exit code without a message, as after a command in a container. */
export class Exit extends Error {
	readonly exitCode: number;

	constructor(exitCode: number, message = '') {
		super(message);
		this.name = 'Exit';
		this.exitCode = exitCode;
	}
}

/** A wrong command line: the message, then kubectl's pointer to the help. */
export function usageError(command: string, message: string): KubectlError {
	return new KubectlError(`error: ${message}\nSee 'kubectl ${command} -h' for help and examples`, {prefix: ''});
}

/** For everything that stock kubectl has and this one has not. */
export const lacks = (what: string) =>
	new KubectlError(
		`the lab's built-in kubectl does not have "${what}"; install kubectl from https://kubernetes.io/docs/tasks/tools/`,
	);

/** The 404 of one object. */
export const isNotFound = (error: unknown): error is StatusFailure =>
	error instanceof StatusFailure && error.status.code === 404;

/** Throws nothing, the failure, or all of them together. */
export function throwAll(failures: unknown[]): void {
	if (failures.length === 1) throw failures[0];
	if (failures.length > 1) throw new ManyFailures(failures);
}

function invalidText({message, details}: Status): string {
	const subject = details?.name ? `The ${details.kind ?? ''} "${details.name}" is invalid` : 'The request is invalid';
	const causes = [
		...new Set((details?.causes ?? []).map(({field, message}) => (field ? `${field}: ${message}` : message))),
	];
	if (causes.length === 0) return details?.name ? subject : `${subject}: ${message}`;
	if (causes.length === 1) return `${subject}: ${causes[0]}`;
	return [`${subject}: `, ...causes.map(cause => `* ${cause}`)].join('\n');
}

/** What kubectl prints on stderr for a failure (kubectl/pkg/cmd/util/helpers.go checkErr), without the last newline. */
export function describeFailure(error: unknown): string {
	if (error instanceof ManyFailures) return error.failures.map(failure => describeOne(failure, true)).join('\n');
	return describeOne(error, false);
}

/** `amongOthers`: in a list of failures none is worded in kubectl's long form and none begins with `error: `. */
function describeOne(error: unknown, amongOthers: boolean): string {
	if (error instanceof KubectlError)
		return (amongOthers && error.prefix === 'error: ' ? '' : error.prefix) + error.message;
	if (error instanceof Exit) return error.message;
	if (error instanceof ConnectionFailure) {
		return error.refused
			? `The connection to the server ${error.host} was refused - did you specify the right host or port?`
			: `Unable to connect to the server: ${error.message}`;
	}
	if (error instanceof StatusFailure) {
		const {status, during} = error;
		if (status.reason === 'Invalid' && !amongOthers) return invalidText(status);
		if (status.reason === 'Unauthorized') {
			return `error: You must be logged in to the server (${during}${error.message})`;
		}
		return `Error from server${status.reason ? ` (${status.reason})` : ''}: ${during}${error.message}`;
	}
	const message = error instanceof Error ? error.message : String(error);
	return amongOthers || message.startsWith('error: ') ? message : `error: ${message}`;
}

/** The exit code for a failure: 1, unless it brings its own. */
export const exitCodeOf = (error: unknown): number =>
	error instanceof KubectlError || error instanceof Exit ? error.exitCode : 1;
