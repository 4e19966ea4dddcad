import {Exit, KubectlError} from '../errors.ts';
import type {Status} from '../objects.ts';
import {defaultContainer, podOf} from '../pod-of.ts';
import type {Command} from '../session.ts';
import {stream, streamFlags, terminalFor} from '../streams.ts';

/** The exit code that the error channel tells; throws when the command could not be run at all. */
function exitCodeFrom(status: Status | undefined): number {
	if (!status) throw new KubectlError('the connection ended before the command did');
	if (status.status === 'Success') return 0;
	const code = status.details?.causes?.find(({reason}) => reason === 'ExitCode')?.message;
	if (status.reason === 'NonZeroExitCode' && code !== undefined) return Number(code);
	throw new KubectlError(
		`Internal error occurred: ${status.message ?? 'unknown'}`.replace(/^(Internal error occurred: )\1/, '$1'),
	);
}

/** `kubectl exec`. */
export const command: Command = {
	summary: 'Execute a command in a container',
	usage: 'kubectl exec (POD | TYPE/NAME) [-c CONTAINER] [flags] -- COMMAND [args...]',
	flags: streamFlags,
	async run(session) {
		const {flags} = session;
		const before = flags.argumentsBeforeDash;
		const [target] = session.arguments;
		if (!target || before === 0) throw new KubectlError('pod, type/name or --filename must be specified');
		if (before < 0 && session.arguments.length > 1) {
			throw new KubectlError(
				"exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee 'kubectl exec -h' for help and examples",
			);
		}
		const words = session.arguments.slice(1);
		if (words.length === 0) throw new KubectlError('you must specify at least one command for the container');
		const {pod} = await podOf(session, target, 'cannot attach to');
		const {phase = ''} = (pod.status ?? {}) as {phase?: string};
		if (phase === 'Succeeded' || phase === 'Failed') {
			throw new KubectlError(`cannot exec into a container in a completed pod; current phase is ${phase}`);
		}
		let container = flags.text('container');
		if (!container) {
			const chosen = defaultContainer(pod);
			container = chosen.name;
			if (chosen.note && !flags.on('quiet')) session.error(chosen.note);
		}
		const tty = terminalFor(session);
		const status = await stream(session, {
			pod,
			container,
			subresource: 'exec',
			command: words,
			stdin: flags.on('stdin'),
			tty,
		});
		const code = exitCodeFrom(status);
		if (code !== 0) throw new Exit(code, `command terminated with exit code ${code}`);
		return 0;
	},
};
