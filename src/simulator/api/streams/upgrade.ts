import type {IncomingMessage} from 'node:http';
import type {Duplex} from 'node:stream';
import type {WebSocket} from 'ws';
import {badRequest} from '../../errors.ts';

/** What a client wants to speak instead of HTTP. */
export type UpgradeKind = 'websocket' | 'spdy';

/** Which protocol an Upgrade header asks for. Throws StatusError 400 for others. */
export function upgradeKind({headers}: IncomingMessage): UpgradeKind {
	const wanted = (headers.upgrade ?? '').toLowerCase();
	if (wanted === 'websocket') return 'websocket';
	if (wanted === 'spdy/3.1') return 'spdy';
	throw badRequest(
		`unable to upgrade: missing upgrade headers in request, or a protocol that is not served: ${wanted}`,
	);
}

const listOf = (header: string | string[] | undefined) =>
	[header ?? []].flat().flatMap(line => line.split(',').map(item => item.trim()));

/** The first of the server's subprotocols that the client offers. Throws StatusError 400 when there is none. */
export function chooseProtocol(offered: string | string[] | undefined, known: readonly string[]): string {
	const offers = listOf(offered);
	const chosen = known.find(protocol => offers.includes(protocol));
	if (chosen) return chosen;
	throw badRequest(
		`unable to upgrade: unable to negotiate protocol: client supports [${offers.join(' ')}], server accepts [${known.join(' ')}]`,
	);
}

/** Accepts a WebSocket with one of the subprotocols. */
export async function acceptWebSocket(
	request: IncomingMessage,
	socket: Duplex,
	head: Buffer,
	protocol: string,
): Promise<WebSocket> {
	const {WebSocketServer} = await import('ws');
	const acceptor = new WebSocketServer({noServer: true, handleProtocols: () => protocol, maxPayload: 8 * 1024 * 1024});
	return await new Promise(resolve => acceptor.handleUpgrade(request, socket, head, resolve));
}

/** Accepts a SPDY/3.1 connection; the bytes that follow on the socket are SPDY frames. */
export function acceptSpdy(socket: Duplex, head: Buffer, protocol: string): void {
	if (head.length > 0) socket.unshift(head);
	socket.write(
		`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: ${protocol}\r\n\r\n`,
	);
}
