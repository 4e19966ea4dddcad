import type {WebSocket} from 'ws';
import {pathOf} from '../discovery.ts';
import {Exit, KubectlError, usageError} from '../errors.ts';
import type {Status} from '../objects.ts';
import {defaultContainer, podOf} from '../pod-of.ts';
import type {Command, Session} from '../session.ts';
import {openWebSocket} from '../websocket.ts';

/** Channels of v5.channel.k8s.io (apimachinery/pkg/util/remotecommand). */
const channel = {stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255} as const;

const framed = (number: number, data: string | Buffer) => Buffer.concat([Buffer.of(number), Buffer.from(data)]);

/** Node's raw mode goes on writing a line feed as return and line feed, so that the container's own return would double. */
const withoutReturns = (data: Buffer) => Buffer.from(data.toString('latin1').replaceAll('\r\n', '\n'), 'latin1');

/** Sends this process's input on, and says when it ended; raw where a terminal wants it. Returns what undoes that. */
function forwardInput(session: Session, socket: WebSocket, tty: boolean): () => void {
	const {stdin, stdout} = session.io;
	const raw = tty && stdin.isTTY === true;
	if (raw) stdin.setRawMode?.(true);
	const data = (part: Buffer) => socket.send(framed(channel.stdin, part));
	const end = () => {
		if (socket.readyState === socket.OPEN && socket.protocol === 'v5.channel.k8s.io')
			socket.send(Buffer.of(channel.close, channel.stdin));
	};
	const size = () => {
		if (stdout.columns)
			socket.send(framed(channel.resize, JSON.stringify({Width: stdout.columns, Height: stdout.rows})));
	};
	stdin.on('data', data);
	stdin.on('end', end);
	if (tty) {
		size();
		stdout.on('resize', size);
	}
	stdin.resume();
	return () => {
		stdin.off('data', data);
		stdin.off('end', end);
		stdout.off('resize', size);
		if (raw) stdin.setRawMode?.(false);
		stdin.pause();
	};
}

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
	flags: {
		container: {type: 'text', short: 'c'},
		stdin: {type: 'boolean', short: 'i'},
		tty: {type: 'boolean', short: 't'},
		quiet: {type: 'boolean', short: 'q'},
		'pod-running-timeout': {type: 'text'},
	},
	async run(session) {
		const {flags, client, io} = session;
		const before = flags.argumentsBeforeDash;
		const [target] = session.arguments;
		if (!target || before === 0) throw usageError('exec', 'pod, type/name or --filename must be specified');
		if (before < 0 && session.arguments.length > 1) {
			throw new KubectlError(
				"exec [POD] [COMMAND] is not supported anymore. Use exec [POD] -- [COMMAND] instead\nSee 'kubectl exec -h' for help and examples",
			);
		}
		const words = session.arguments.slice(1);
		if (words.length === 0) throw new KubectlError('you must specify at least one command for the container');
		const {pod} = await podOf(session, target, 'cannot attach to');
		const {name, namespace} = pod.metadata;
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
		const stdin = flags.on('stdin');
		let tty = flags.on('tty');
		if (tty && !io.stdin.isTTY) {
			tty = false;
			if (!flags.on('quiet')) session.error('Unable to use a TTY - input is not a terminal or the right kind of file');
		}
		const pods = (await session.discovery()).get('pods');
		const query: [string, string][] = [
			...words.map((word): [string, string] => ['command', word]),
			['container', container],
			...(stdin ? [['stdin', 'true'] as [string, string]] : []),
			['stdout', 'true'],
			...(tty ? [['tty', 'true'] as [string, string]] : [['stderr', 'true'] as [string, string]]),
		];
		const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
		const socket = await openWebSocket(client, pathOf(pods, namespace, name, 'exec'), query, protocols, io.signal);
		let status: Status | undefined;
		const closed = new Promise<void>(resolve => {
			socket.once('close', () => resolve());
			socket.on('message', (message: Buffer) => {
				const data = message.subarray(1);
				if (message[0] === channel.stdout) io.stdout.write(tty ? withoutReturns(data) : data);
				else if (message[0] === channel.stderr) io.stderr.write(data);
				else if (message[0] === channel.error) {
					status = JSON.parse(data.toString('utf8')) as Status;
					socket.close();
				}
			});
		});
		const stop = stdin ? forwardInput(session, socket, tty) : undefined;
		try {
			await closed;
		} finally {
			stop?.();
		}
		const code = exitCodeFrom(status);
		if (code !== 0) throw new Exit(code, `command terminated with exit code ${code}`);
		return 0;
	},
};
