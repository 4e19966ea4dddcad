import type {IncomingMessage} from 'node:http';
import {Duplex} from 'node:stream';
import {namedHeaders} from './http-server.ts';
import type {Connection} from './network.ts';
import {createServer, STATUS_CODES} from './node-http.ts';

/** Two ends of one stream of bytes: what is written to one is read from the other. */
function duplexPair(): [Duplex, Duplex] {
	const ends: Duplex[] = [];
	const make = (other: () => Duplex) =>
		new Duplex({
			read() {},
			write(chunk, _encoding, done) {
				other().push(chunk);
				done();
			},
			final(done) {
				other().push(null);
				done();
			},
			destroy(error, done) {
				if (!other().destroyed) other().push(null);
				done(error);
			},
		});
	ends[0] = make(() => ends[1]!);
	ends[1] = make(() => ends[0]!);
	return [ends[0], ends[1]];
}

/** Lets a simulated server speak HTTP/1.1 over a stream of bytes, as over a TCP connection. Returns the client's end. */
export function openStream({server, source}: Connection): Duplex {
	const [client, served] = duplexPair();
	const http = createServer({keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0}, (request, response) => {
		void readBody(request).then(
			body => {
				server(
					{
						method: request.method ?? 'GET',
						path: request.url ?? '/',
						headers: plainHeaders(request),
						body,
						client: source,
					},
					answer => {
						if (!answer) {
							served.destroy();
							return;
						}
						response.sendDate = false;
						response.writeHead(answer.status, STATUS_CODES[answer.status], namedHeaders(answer.headers));
						response.end(request.method === 'HEAD' ? undefined : answer.body);
					},
				);
			},
			() => served.destroy(),
		);
	});
	http.emit('connection', served);
	return client;
}

/** The whole body of a request. */
export async function readBody(request: IncomingMessage): Promise<Uint8Array> {
	const chunks: Uint8Array[] = [];
	for await (const chunk of request) chunks.push(chunk as Uint8Array);
	return Buffer.concat(chunks);
}

/** Headers with one text each. */
export function plainHeaders(request: IncomingMessage): Record<string, string> {
	const headers: Record<string, string> = {};
	for (const [name, value] of Object.entries(request.headers))
		if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value;
	return headers;
}
