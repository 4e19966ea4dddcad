import type {IncomingMessage} from 'node:http';
import {Duplex} from 'node:stream';
import type {RawData, WebSocket} from 'ws';
import {badRequest} from '../../errors.ts';
import type {NodeApi} from '../../node/node-api.ts';
import type {Call} from '../context.ts';
import {nodesOf, podOf, requireNode} from './pod-target.ts';
import {SpdyConnection, type SpdyStream} from './spdy.ts';
import {acceptSpdy, acceptWebSocket, chooseProtocol, upgradeKind} from './upgrade.ts';

const tunnel = 'SPDY/3.1+portforward.k8s.io';
const channels = 'v4.channel.k8s.io';

/**
 * Forwards ports of a Pod over SPDY, over SPDY inside a WebSocket (kubectl since 1.31), or over WebSocket channels
 * (@kubernetes/client-node). Throws StatusError before the upgrade.
 */
export async function servePortForward(
	call: Pick<Call, 'server' | 'info' | 'query'>,
	request: IncomingMessage,
	socket: Duplex,
	head: Buffer,
): Promise<void> {
	const {namespace, name} = call.info;
	const pod = podOf(call);
	const nodes = nodesOf(call);
	requireNode(pod);
	const connect = (port: number) => nodes.connect(namespace!, name!, port);
	if (upgradeKind(request) === 'spdy') {
		acceptSpdy(socket, head, chooseProtocol(request.headers['x-stream-protocol-version'], ['portforward.k8s.io']));
		forwardStreams(socket, connect);
		return;
	}
	const protocol = chooseProtocol(request.headers['sec-websocket-protocol'], [tunnel, channels]);
	if (protocol === tunnel) {
		forwardStreams(messageStream(await acceptWebSocket(request, socket, head, protocol)), connect);
		return;
	}
	const ports = call.query
		.getAll('ports')
		.flatMap(text => text.split(','))
		.map(Number);
	if (ports.length === 0 || ports.some(port => !Number.isInteger(port) || port < 1 || port > 65535))
		throw badRequest('query parameter "ports" must hold port numbers between 1 and 65535');
	await forwardChannels(await acceptWebSocket(request, socket, head, protocol), ports, connect);
}

type Connect = (port: number) => ReturnType<NodeApi['connect']>;

/** Each connection is a pair of streams of one requestID: `error` first, then `data`. */
function forwardStreams(socket: Duplex, connect: Connect): void {
	const errors = new Map<string, SpdyStream>();
	new SpdyConnection(socket, stream => {
		const {streamtype, port = '', requestid = ''} = stream.headers;
		const key = `${requestid}/${port}`;
		if (streamtype === 'error') {
			stream.resume();
			errors.set(key, stream);
			return;
		}
		const error = errors.get(key);
		errors.delete(key);
		void forward(stream, error, Number(port), connect);
	});
}

async function forward(data: SpdyStream, error: SpdyStream | undefined, port: number, connect: Connect): Promise<void> {
	let target: Duplex;
	try {
		target = await connect(port);
	} catch (failure) {
		// Without an error stream the client cannot be told why.
		error?.end((failure as Error).message);
		data.end();
		return;
	}
	data.pipe(target);
	target.pipe(data);
	const finish = () => {
		if (error?.writable) error.end();
	};
	target.on('end', finish);
	target.on('error', () => {
		finish();
		data.end();
	});
	data.on('close', () => target.destroy());
}

/** Channel 2i carries the data of the i-th port and 2i+1 its errors; each begins with the port, two bytes little-endian. */
async function forwardChannels(webSocket: WebSocket, ports: number[], connect: Connect): Promise<void> {
	const send = (number: number, data: Uint8Array) => {
		if (webSocket.readyState === webSocket.OPEN) webSocket.send(Buffer.concat([Buffer.from([number]), data]));
	};
	const targets = new Map<number, Promise<Duplex | undefined>>();
	webSocket.on('message', (message: RawData) => {
		const data = Buffer.isBuffer(message) ? message : Buffer.concat([message].flat() as Buffer[]);
		void targets.get(data[0] ?? -1)?.then(target => target?.writable && target.write(data.subarray(1)));
	});
	webSocket.on('error', () => {});
	webSocket.on('close', () => {
		for (const target of targets.values()) void target.then(stream => stream?.destroy());
	});
	const ends = ports.map(async (port, index) => {
		const number = index * 2;
		const greeting = Buffer.alloc(2);
		greeting.writeUInt16LE(port);
		send(number, greeting);
		send(number + 1, greeting);
		const connecting = connect(port).catch((failure: Error) => {
			send(number + 1, Buffer.from(failure.message));
			return undefined;
		});
		targets.set(number, connecting);
		const target = await connecting;
		if (!target) return;
		target.on('error', () => target.destroy());
		target.on('data', (chunk: Buffer) => send(number, chunk));
		await new Promise<void>(resolve => target.once('close', resolve));
	});
	await Promise.all(ends);
	webSocket.close(1000);
}

/** The bytes inside a WebSocket's binary messages, as one stream. */
function messageStream(webSocket: WebSocket): Duplex {
	const stream = new Duplex({
		read() {
			webSocket.resume();
		},
		write(chunk: Buffer, _encoding, done) {
			if (webSocket.readyState !== webSocket.OPEN) return done(new Error('the connection is closed'));
			webSocket.send(chunk, error => done(error ?? null));
		},
		final(done) {
			webSocket.close(1000);
			done();
		},
		destroy(error, done) {
			webSocket.terminate();
			done(error);
		},
	});
	webSocket.on('message', (message: RawData) => {
		const data = Buffer.isBuffer(message) ? message : Buffer.concat([message].flat() as Buffer[]);
		if (!stream.push(data)) webSocket.pause();
	});
	webSocket.on('close', () => stream.push(null));
	webSocket.on('error', () => stream.destroy());
	stream.on('error', () => {});
	return stream;
}
