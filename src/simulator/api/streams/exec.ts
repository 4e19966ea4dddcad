import type {IncomingMessage} from 'node:http';
import {type Duplex, PassThrough, type Writable} from 'node:stream';
import type {RawData} from 'ws';
import type {Clock} from '../../clock.ts';
import {badRequest, StatusError} from '../../errors.ts';
import type {ExecStreams} from '../../node/node-api.ts';
import type {Call} from '../context.ts';
import {booleanParameter} from '../options.ts';
import {containerOf, nodesOf, podOf, requireNode} from './pod-target.ts';
import {SpdyConnection, type SpdyStream} from './spdy.ts';
import {acceptSpdy, acceptWebSocket, chooseProtocol, upgradeKind} from './upgrade.ts';

/** Channel numbers of the first byte of each WebSocket message. */
const channel = {stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255} as const;

type Wanted = {command: string[]; container: string; stdin: boolean; stdout: boolean; stderr: boolean; tty: boolean};

/** Where a running command reads and writes, whatever carries the bytes. */
type Wire = {
	stdin: PassThrough;
	stdout(data: Uint8Array): void;
	stderr(data: Uint8Array): void;
	/** Sends how the command ended (a Status as JSON) and closes everything. */
	finish(status: object): void;
	signal: AbortSignal;
};

/** Runs a command in a container, or attaches to its first process, over WebSocket (v5, v4.channel.k8s.io) or SPDY. Throws StatusError before the upgrade. */
export async function serveExec(
	call: Pick<Call, 'server' | 'info' | 'query'>,
	request: IncomingMessage,
	socket: Duplex,
	head: Buffer,
): Promise<void> {
	const {info, query} = call;
	const pod = podOf(call);
	const nodes = nodesOf(call);
	const wanted: Wanted = {
		command: query.getAll('command'),
		container: containerOf(pod, query),
		stdin: booleanParameter(query, 'stdin'),
		stdout: booleanParameter(query, 'stdout'),
		stderr: booleanParameter(query, 'stderr'),
		tty: booleanParameter(query, 'tty'),
	};
	const attach = info.subresource === 'attach';
	if (!attach && wanted.command.length === 0)
		throw badRequest('you must specify at least one command for the container');
	if (!wanted.stdin && !wanted.stdout && !wanted.stderr)
		throw badRequest('you must specify at least one of stdin, stdout, stderr');
	requireNode(pod);
	const kind = upgradeKind(request);
	const wire =
		kind === 'websocket'
			? await webSocketWire(request, socket, head, {...wanted, realTime: call.server.realTime})
			: await spdyWire(request, socket, head, wanted);

	const bytes = (data: string | Uint8Array) => (typeof data === 'string' ? Buffer.from(data) : data);
	try {
		const streams: ExecStreams = {
			...(wanted.stdin && {stdin: wire.stdin}),
			stdout: data => wanted.stdout && wire.stdout(bytes(data)),
			stderr: data =>
				wanted.tty ? wanted.stdout && wire.stdout(bytes(data)) : wanted.stderr && wire.stderr(bytes(data)),
			tty: wanted.tty,
			signal: wire.signal,
		};
		const code = attach
			? await nodes.attach(info.namespace!, info.name!, wanted.container, streams)
			: await nodes.exec(info.namespace!, info.name!, wanted.container, wanted.command, streams);
		// Who attaches reads the exit code from the Pod's status.
		wire.finish(attach || code === 0 ? {metadata: {}, status: 'Success'} : exitStatus(code));
	} catch (error) {
		const failure =
			error instanceof StatusError
				? error
				: new StatusError(500, 'InternalError', `Internal error occurred: ${(error as Error).message}`);
		wire.finish(failure.toStatus());
	}
}

/** The Status of a command that ended with another code than 0 (k8s.io/cri-streaming). */
const exitStatus = (code: number) => ({
	metadata: {},
	status: 'Failure',
	message: `command terminated with non-zero exit code: exit status ${code}`,
	reason: 'NonZeroExitCode',
	details: {causes: [{reason: 'ExitCode', message: String(code)}]},
});

/**
 * Real time in ms before the first message. client-go up to 1.32 starts to read before it has made its streams and drops
 * what comes for one that it does not have yet; a node that starts a process is never that fast.
 */
const settleMs = 20;

async function webSocketWire(
	request: IncomingMessage,
	socket: Duplex,
	head: Buffer,
	wanted: Wanted & {realTime: Clock},
): Promise<Wire> {
	const protocol = chooseProtocol(request.headers['sec-websocket-protocol'], [
		'v5.channel.k8s.io',
		'v4.channel.k8s.io',
	]);
	const webSocket = await acceptWebSocket(request, socket, head, protocol);
	const gone = new AbortController();
	const stdin = new PassThrough();
	const send = (number: number, data: Uint8Array) => {
		if (webSocket.readyState === webSocket.OPEN) webSocket.send(Buffer.concat([Buffer.from([number]), data]));
	};
	webSocket.on('message', (message: RawData) => {
		const data = Buffer.isBuffer(message) ? message : Buffer.concat([message].flat() as Buffer[]);
		if (data[0] === channel.stdin && !stdin.writableEnded) stdin.write(data.subarray(1));
		else if (data[0] === channel.close && data[1] === channel.stdin) stdin.end();
	});
	webSocket.on('error', () => {});
	webSocket.on('close', () => {
		stdin.end();
		gone.abort();
	});
	await new Promise<void>(resolve => wanted.realTime.after(settleMs, resolve));
	// An empty message tells the client that the command's streams are open.
	send(wanted.stdout ? channel.stdout : channel.stderr, new Uint8Array());
	return {
		stdin,
		stdout: data => send(channel.stdout, data),
		stderr: data => send(channel.stderr, data),
		finish: status => {
			send(channel.error, Buffer.from(JSON.stringify(status)));
			webSocket.close(1000);
		},
		signal: gone.signal,
	};
}

async function spdyWire(request: IncomingMessage, socket: Duplex, head: Buffer, wanted: Wanted): Promise<Wire> {
	acceptSpdy(socket, head, chooseProtocol(request.headers['x-stream-protocol-version'], ['v4.channel.k8s.io']));
	const needed = [
		'error',
		...(['stdin', 'stdout', 'stderr'] as const).filter(name => wanted[name] && !(name === 'stderr' && wanted.tty)),
	];
	const streams = new Map<string, SpdyStream>();
	const complete = Promise.withResolvers<void>();
	const gone = new AbortController();
	const connection = new SpdyConnection(socket, stream => {
		streams.set(stream.headers.streamtype ?? '', stream);
		if (needed.every(name => streams.has(name))) complete.resolve();
	});
	void connection.ended.then(() => {
		gone.abort();
		complete.resolve();
	});
	await complete.promise;
	const stdin = new PassThrough();
	streams.get('stdin')?.pipe(stdin);
	// What the client sends about its window is read and dropped.
	streams.get('resize')?.resume();
	const write = (name: string, data: Uint8Array) => {
		const stream: Writable | undefined = streams.get(name);
		if (stream?.writable) stream.write(data);
	};
	return {
		stdin,
		stdout: data => write('stdout', data),
		stderr: data => write('stderr', data),
		finish: status => {
			write('error', Buffer.from(JSON.stringify(status)));
			const ends = [...streams.values()]
				.filter(stream => stream.writable)
				.map(stream => new Promise<void>(resolve => stream.end(() => resolve())));
			void Promise.all(ends).then(() => connection.close());
		},
		signal: gone.signal,
	};
}
