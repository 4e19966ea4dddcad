import {createHash, timingSafeEqual} from 'node:crypto';
import type {IncomingMessage} from 'node:http';
import {createServer} from 'node:https';
import type {AddressInfo, Socket} from 'node:net';
import {type Clock, SimulatedClock} from '../clock.ts';
import {StatusError} from '../errors.ts';
import type {Network, NodeApi} from '../node/node-api.ts';
import type {Simulation} from '../simulation.ts';
import type {Backend, Server} from './context.ts';
import type {Control} from './control.ts';
import type {Credentials} from './credentials.ts';
import {sendError} from './respond.ts';
import {createRouter} from './route.ts';

/** A running API server. */
export type ApiServer = {
	url: string;
	port: number;
	/** Serves another cluster from now on. What streams from the old one's containers is cut off. */
	serve(backend: Backend): void;
	/** Ends every connection; watches end at once. */
	close(): Promise<void>;
};

export type ApiServerOptions = {
	simulation: Simulation;
	/** Without it logs, exec and port-forward answer that there are no nodes. */
	nodes?: NodeApi;
	/** Without it the proxy subresources answer that there is no network. */
	network?: Network;
	credentials: Credentials;
	/** What answers /simulator; without it there is no such path. */
	control?: Control;
	/** 0 takes any free port. */
	port?: number;
};

/** Paths that need no credentials, as on a real cluster (system:public-info-viewer). */
const open = new Set(['/healthz', '/livez', '/readyz', '/version']);

/** Serves the Kubernetes API over HTTPS on 127.0.0.1. Rejects with Node's error when the port is taken. */
export async function startApiServer({
	simulation,
	nodes,
	network,
	credentials,
	control,
	port = 0,
}: ApiServerOptions): Promise<ApiServer> {
	// A clock of its own at the pace of real time: what a client waits for does not stand still with the cluster.
	const realTime = new SimulatedClock(0);
	realTime.setSpeed(1);
	const server: Server = {simulation, nodes, network, control, realTime: realTime as Clock};
	const router = createRouter(server);
	const token = digest(credentials.token);
	const allowed = ({url = '/', headers}: IncomingMessage) => {
		const given = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
		if (given === undefined) return open.has(url.split('?')[0]!) && !headers.authorization;
		return timingSafeEqual(digest(given), token);
	};

	const https = createServer(
		{
			cert: credentials.serverCertificate,
			key: credentials.serverKey,
			// Clients show no certificates; without a list of its own Node would read all public authorities first.
			ca: credentials.caCertificate,
			ALPNProtocols: ['http/1.1'],
			keepAliveTimeout: 120_000,
			requestTimeout: 60_000,
		},
		(request, response) => {
			response.on('error', () => {});
			request.on('error', () => {});
			// The cluster's time, by which clients that want to can reckon ages when it is not ours.
			response.setHeader('Date', new Date(server.simulation.clock.now()).toUTCString());
			if (!allowed(request)) return sendError(response, unauthorized());
			router.handle(request, response).catch(error => sendError(response, error));
		},
	);
	const streams = new Set<Socket>();
	https.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
		socket.on('error', () => {});
		streams.add(socket);
		socket.on('close', () => streams.delete(socket));
		if (!allowed(request)) return refuseUpgrade(socket, unauthorized());
		router.upgrade(request, socket, head).catch(error => refuseUpgrade(socket, error));
	});
	https.on('clientError', (_error: Error, socket: Socket) => {
		if (socket.writable)
			socket.end(
				'HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request',
			);
		else socket.destroy();
	});
	const sockets = new Set<Socket>();
	https.on('secureConnection', (socket: Socket) => {
		sockets.add(socket);
		socket.on('close', () => sockets.delete(socket));
	});
	await new Promise<void>((resolve, reject) => {
		https.once('error', reject);
		https.listen(port, '127.0.0.1', () => {
			https.off('error', reject);
			resolve();
		});
	});
	const {port: bound} = https.address() as AddressInfo;
	return {
		url: `https://127.0.0.1:${bound}`,
		port: bound,
		serve(backend) {
			Object.assign(server, backend);
			for (const socket of streams) socket.destroy();
		},
		async close() {
			realTime.stop();
			const closed = new Promise<void>(resolve => https.close(() => resolve()));
			for (const socket of sockets) socket.destroy();
			await closed;
		},
	};
}

const digest = (text: string) => createHash('sha256').update(text).digest();
const unauthorized = () => new StatusError(401, 'Unauthorized', 'Unauthorized');

/** Answers a failed upgrade with an ordinary HTTP response that carries the Status. */
function refuseUpgrade(socket: Socket, error: unknown): void {
	if (!socket.writable) return void socket.destroy();
	const failure =
		error instanceof StatusError
			? error
			: new StatusError(500, 'InternalError', `Internal error occurred: ${(error as Error).message}`);
	const body = JSON.stringify(failure.toStatus());
	socket.end(
		`HTTP/1.1 ${failure.code} ${failure.reason}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
	);
}
