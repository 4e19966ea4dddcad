import type {IncomingMessage} from 'node:http';
import {WebSocket} from 'ws';
import type {Client} from './client.ts';
import {ConnectionFailure, KubectlError, StatusFailure} from './errors.ts';
import type {Status} from './objects.ts';

async function refusal(response: IncomingMessage): Promise<Error> {
	let text = '';
	for await (const part of response) text += part;
	try {
		const status = JSON.parse(text) as Status;
		if (status.kind === 'Status') return new StatusFailure(status);
	} catch {}
	return new KubectlError(
		`unable to upgrade connection: ${response.statusCode} ${text.trim() || response.statusMessage}`,
	);
}

/** Opens a WebSocket to a streaming subresource. Rejects with the server's refusal. */
export function openWebSocket(
	client: Client,
	path: string,
	query: [string, string][],
	protocols: string[],
	signal: AbortSignal,
): Promise<WebSocket> {
	const url = `${client.endpoint.server.replace(/^http/, 'ws')}${path}?${new URLSearchParams(query)}`;
	return new Promise((resolve, reject) => {
		const socket = new WebSocket(url, protocols, {
			...client.tls(),
			headers: client.headers(),
			perMessageDeflate: false,
		});
		// Whoever opened it listens for messages only once this has resolved.
		socket.once('open', () => resolve(socket));
		socket.once('unexpected-response', (_request, response) => {
			refusal(response).then(reject, reject);
		});
		socket.on('error', (error: NodeJS.ErrnoException) => {
			reject(new ConnectionFailure(new URL(client.endpoint.server).host, error.message, error.code === 'ECONNREFUSED'));
		});
		signal.addEventListener('abort', () => socket.terminate(), {once: true});
	});
}
