import type {IncomingMessage, ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import type {Duplex} from 'node:stream';
import type {NetworkFailure} from '../node/node-api.ts';
import {openStream, plainHeaders, readBody} from './duplex.ts';
import {namedHeaders} from './http-server.ts';
import type {Client, ClusterNetwork} from './network.ts';
import {createServer} from './node-http.ts';

/** An HTTP forward proxy on loopback whose requests are made inside the cluster's network. */
export type Gateway = {
	url: string;
	port: number;
	/** Leads into another network from now on; connections into the old one end. */
	serve(network: ClusterNetwork): void;
	close(): Promise<void>;
};

const hopByHop = new Set([
	'connection',
	'keep-alive',
	'proxy-authorization',
	'proxy-connection',
	'te',
	'trailer',
	'transfer-encoding',
	'upgrade',
]);
const firstAddress = 2;

/**
 * Starts the gateway on 127.0.0.1. It is a client on the control plane's node, with names resolved as from a Pod of
 * namespace default. `http://NAME@127.0.0.1:PORT` gives each NAME a client address of its own, so that one shell can
 * be several clients; an answer says in `Endpoint-Lab-Answered-By` which address gave it. Requests never leave the
 * simulated network.
 */
export async function startGateway({
	network,
	port = 0,
	node = 'lab-control-plane',
	namespace = 'default',
	addressRange = '10.244.0',
}: {
	network: ClusterNetwork;
	port?: number;
	node?: string;
	namespace?: string;
	addressRange?: string;
}): Promise<Gateway> {
	let current = network;
	const names = new Map<string, string>();
	const clientOf = (request: IncomingMessage): Client => {
		const credentials = /^Basic (.+)$/i.exec(request.headers['proxy-authorization'] ?? '')?.[1];
		const name = credentials ? Buffer.from(credentials, 'base64').toString().split(':')[0]! : '';
		// From the top of the range downwards, far from the Pods of that node.
		if (!names.has(name)) names.set(name, `${addressRange}.${254 - (names.size % (254 - firstAddress))}`);
		return {ip: names.get(name)!, node, namespace};
	};
	clientOf({headers: {}} as IncomingMessage);
	const server = createServer((request, response) => {
		answer(request, response, current, clientOf(request)).catch(() => response.destroy());
	});
	server.on('connect', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
		tunnel(request, socket, head, current, clientOf(request));
	});
	const sockets = new Set<{destroy(): void}>();
	server.on('connection', socket => {
		sockets.add(socket);
		socket.on('close', () => sockets.delete(socket));
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, '127.0.0.1', resolve);
	});
	const actual = (server.address() as AddressInfo).port;
	return {
		url: `http://127.0.0.1:${actual}`,
		port: actual,
		serve(network) {
			current = network;
			for (const socket of sockets) socket.destroy();
		},
		close: () =>
			new Promise(resolve => {
				server.close(() => resolve());
				for (const socket of sockets) socket.destroy();
			}),
	};
}

async function answer(request: IncomingMessage, response: ServerResponse, network: ClusterNetwork, client: Client) {
	const target = request.url ?? '';
	if (!/^http:\/\//i.test(target) || !URL.canParse(target)) {
		const text = target.startsWith('/')
			? "This is the lab's gateway into the cluster: use it as a proxy, as in  http_proxy=http://127.0.0.1:PORT curl my-service"
			: `The gateway cannot forward ${target}: only http:// addresses can be asked for`;
		respond(response, 400, text, 'http_request_error');
		return;
	}
	const abort = new AbortController();
	response.on('close', () => abort.abort());
	const headers = plainHeaders(request);
	for (const name of Object.keys(headers)) if (hopByHop.has(name)) delete headers[name];
	const url = new URL(target);
	headers.host = url.host;
	let result: Awaited<ReturnType<ClusterNetwork['request']>>;
	try {
		result = await network.request(
			{method: request.method ?? 'GET', url: target, headers, body: await readBody(request)},
			client,
			abort.signal,
		);
	} catch (error) {
		if (abort.signal.aborted) return;
		throw error;
	}
	if ('failure' in result) {
		respondFailure(response, result);
		return;
	}
	response.sendDate = false;
	const {ip, port} = result.from;
	response.writeHead(result.status, {...namedHeaders(result.headers), 'Endpoint-Lab-Answered-By': `${ip}:${port}`});
	response.end(result.body);
}

function tunnel(request: IncomingMessage, socket: Duplex, head: Buffer, network: ClusterNetwork, client: Client) {
	const [host = '', port = '443'] = (request.url ?? '').split(':');
	const connection = network.connect(host, Number(port), client);
	socket.on('error', () => socket.destroy());
	if ('failure' in connection) {
		const {status, error} = statusOf(connection);
		const body = `${connection.message}\n`;
		socket.end(
			`HTTP/1.1 ${status} ${reason(status)}\r\nProxy-Status: ${proxyStatus(error, connection.message)}\r\n` +
				`Content-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
		);
		return;
	}
	const stream = openStream(connection);
	socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
	if (head.length > 0) stream.write(head);
	stream.on('error', () => socket.destroy());
	socket.on('close', () => stream.destroy());
	stream.pipe(socket);
	socket.pipe(stream);
}

function respondFailure(response: ServerResponse, failure: NetworkFailure) {
	const {status, error} = statusOf(failure);
	respond(response, status, failure.message, error);
}

function respond(response: ServerResponse, status: number, message: string, error: string) {
	const body = `${message}\n`;
	response.writeHead(status, {
		'Content-Type': 'text/plain; charset=utf-8',
		'Content-Length': Buffer.byteLength(body),
		'Proxy-Status': proxyStatus(error, message),
	});
	response.end(body);
}

/** The status and the error type of RFC 9209 for a failure. */
function statusOf({failure}: NetworkFailure): {status: number; error: string} {
	if (failure === 'timeout') return {status: 504, error: 'connection_timeout'};
	if (failure === 'unknown-host') return {status: 502, error: 'dns_error'};
	if (failure === 'reset') return {status: 502, error: 'connection_terminated'};
	return {status: 502, error: 'connection_refused'};
}

const reason = (status: number) => ({502: 'Bad Gateway', 504: 'Gateway Timeout'})[status] ?? 'Bad Request';

const proxyStatus = (error: string, details: string) =>
	`endpoint-lab; error=${error}; details="${details.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`;
