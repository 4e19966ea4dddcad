import type {WebSocket} from 'ws';
import {pathOf} from './discovery.ts';
import type {KubeObject, Status} from './objects.ts';
import type {Command, Session} from './session.ts';
import {openWebSocket} from './websocket.ts';

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

/** The flags of the commands that hold a conversation with a container: attach and exec. */
export const streamFlags: Command['flags'] = {
	container: {type: 'text', short: 'c'},
	stdin: {type: 'boolean', short: 'i'},
	tty: {type: 'boolean', short: 't'},
	quiet: {type: 'boolean', short: 'q'},
	'pod-running-timeout': {type: 'text'},
};

/** What is streamed: a new command of a container (exec), or its first process (attach). */
export type Stream = {
	pod: KubeObject;
	container: string;
	subresource: 'exec' | 'attach';
	command?: string[];
	stdin: boolean;
	tty: boolean;
};

/** Whether the container is to have a terminal: it is wanted, and there is one here. Says so when there is none. */
export function terminalFor({flags, io}: Session): boolean {
	if (!flags.on('tty')) return false;
	if (io.stdin.isTTY) return true;
	if (!flags.on('quiet')) io.stderr.write('Unable to use a TTY - input is not a terminal or the right kind of file\n');
	return false;
}

/**
 * Connects this process's input and output with a container's until that ends, over a WebSocket. Resolves to what the
 * server told last; undefined when the connection broke.
 */
export async function stream(
	session: Session,
	{pod, container, subresource, command = [], stdin, tty}: Stream,
): Promise<Status | undefined> {
	const {client, io} = session;
	const pods = (await session.discovery()).get('pods');
	const query: [string, string][] = [
		...command.map((word): [string, string] => ['command', word]),
		['container', container],
	];
	if (stdin) query.push(['stdin', 'true']);
	query.push(['stdout', 'true'], [tty ? 'tty' : 'stderr', 'true']);
	const path = pathOf(pods, pod.metadata.namespace, pod.metadata.name, subresource);
	const protocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'];
	let status: Status | undefined;
	const receive = (message: Buffer, socket: WebSocket) => {
		const data = message.subarray(1);
		if (message[0] === channel.stdout) io.stdout.write(tty ? withoutReturns(data) : data);
		else if (message[0] === channel.stderr) io.stderr.write(data);
		else if (message[0] === channel.error) {
			status = JSON.parse(data.toString('utf8')) as Status;
			socket.close();
		}
	};
	const socket = await openWebSocket(client, path, query, protocols, io.signal);
	const closed = new Promise<void>(resolve => {
		socket.once('close', () => resolve());
		socket.on('message', (message: Buffer) => receive(message, socket));
	});
	const stop = stdin ? forwardInput(session, socket, tty) : undefined;
	try {
		await closed;
	} finally {
		stop?.();
	}
	return status;
}
