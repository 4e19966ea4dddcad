import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import type {Duplex} from 'node:stream';
import {setTimeout as delay} from 'node:timers/promises';
import type {Text} from '../text/text.ts';
import {UserError} from '../text/user-error.ts';
import {createGatewayClient, type GatewayClient, type GatewayPlace, gatewayLabels} from './gateway-client.ts';
import {addressOf, failureOf, type GatewayFailure, namesToTry, outcomeHeader, trickleClient} from './gateway-config.ts';
import {isStatus, openKubeApi} from './kube-api.ts';

/** A gateway into a cluster that runs elsewhere. */
export type GatewayPod = {
	/** URL of the forward proxy on loopback, as Cluster.gateway says. */
	url: string;
	/** Why its first Pod does not start, as far as that is known; requests try again. */
	problem?: string;
	/** Settles when it has ended by itself, which only a mistake in the lab makes it do. */
	failed: Promise<Error>;
	/** Ends it, and removes its Pods. */
	close(): Promise<void>;
};

export type GatewayPodOptions = {
	kubeconfig: string;
	/** Short names are found as from a Pod of this namespace. */
	namespace: string;
	/** Where the gateway's Pods run, made if it is missing; without it in the same namespace. */
	podNamespace?: string;
	/** An nginx image, 1.14 or later. */
	image: string;
	signal: AbortSignal;
	text: Text;
	/** Labels for all that is written, besides app.kubernetes.io/managed-by. */
	labels?: Record<string, string>;
	/** Called before each write; it throws when nothing may be written (any more). */
	beforeWrite?: () => Promise<void>;
};

/** More clients than a lesson or a curious learner needs; each one is a Pod. */
const clientLimit = 8;
/** How long to wait for the first Pod, ms; an image that has to be pulled takes longer. */
const startWait = 15_000;

const hopByHop = new Set([
	'connection',
	'keep-alive',
	'proxy-authorization',
	'proxy-connection',
	'te',
	'trailer',
	'transfer-encoding',
	'upgrade',
	'content-length',
	'expect',
]);

/**
 * Starts a forward proxy on 127.0.0.1 whose requests are made by a Pod in the cluster, so that its DNS, kube-proxy and
 * readiness decide. The first Pod is there when this is over, or requests wait for it. Each proxy user name has a Pod of its own,
 * made at its first request. Throws what the API server says of a namespace that cannot be made.
 */
export async function openGatewayPod(options: GatewayPodOptions): Promise<GatewayPod> {
	const {kubeconfig, namespace, podNamespace = namespace, image, signal, text} = options;
	const api = openKubeApi(kubeconfig);
	const labels = {'app.kubernetes.io/managed-by': 'endpoint-lab', ...options.labels};
	const beforeWrite = options.beforeWrite ?? (async () => {});
	const place: GatewayPlace = {api, namespace: podNamespace, image, labels, beforeWrite, text, signal};
	if (podNamespace !== namespace) await makeNamespace(place);
	await removeLeftovers(place);
	const clients = new Map<string, GatewayClient>();
	const clientOf = (user: string): GatewayClient | undefined => {
		const name = user === trickleClient ? '' : user;
		const known = clients.get(name);
		if (known || clients.size >= clientLimit) return known;
		const client = createGatewayClient(name, place);
		clients.set(name, client);
		return client;
	};

	const answer = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
		const target = incoming.url ?? '';
		if (!/^http:\/\//i.test(target) || !URL.canParse(target)) {
			const words = text.context.gateway;
			const message = target.startsWith('/') ? words.useAsProxy : words.onlyHttp(target);
			respond(outgoing, 400, 'http_request_error', message);
			return;
		}
		const client = clientOf(userOf(incoming));
		if (!client) {
			respond(outgoing, 503, 'proxy_internal_error', text.context.gateway.tooManyClients(clientLimit));
			return;
		}
		const gone = new AbortController();
		outgoing.on('close', () => gone.abort());
		const url = new URL(target);
		const port = Number(url.port || 80);
		const asked = {
			method: incoming.method ?? 'GET',
			path: url.pathname + url.search,
			headers: {...endToEnd(incoming), host: url.host},
			body: await bodyOf(incoming),
			signal: gone.signal,
		};
		const search = ownSearch(await client.search(), podNamespace, namespace);
		for (const name of namesToTry(url.hostname, search)) {
			const response = await client.send({...asked, target: `${name}:${port}`});
			const outcome = String(response.headers[outcomeHeader.toLowerCase()] ?? '');
			const failure = failureOf(response.statusCode ?? 0, outcome);
			if (!failure) {
				passBack(response, outgoing);
				return;
			}
			response.resume();
			if (failure !== 'unknown-host') {
				respondFailure(outgoing, failure, {host: url.hostname, port, address: addressOf(outcome)});
				return;
			}
		}
		respondFailure(outgoing, 'unknown-host', {host: url.hostname, port, address: ''});
	};

	const server = createServer((incoming, outgoing) => {
		answer(incoming, outgoing).catch((error: unknown) => {
			if (outgoing.headersSent || outgoing.destroyed) outgoing.destroy();
			else {
				const why = error instanceof UserError ? error.message : text.context.gateway.failed(String(error));
				respond(outgoing, 503, 'proxy_internal_error', why);
			}
		});
	});
	server.on('connect', (_incoming: IncomingMessage, socket: Duplex) => {
		const message = `${text.context.gateway.onlyHttp('CONNECT')}\n`;
		socket.end(
			`HTTP/1.1 501 Not Implemented\r\nProxy-Status: ${proxyStatus('http_request_error', message.trim())}\r\n` +
				`Content-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(message)}\r\nConnection: close\r\n\r\n${message}`,
		);
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(0, '127.0.0.1', resolve);
	});
	const problem = await Promise.race([
		clientOf('')!
			.search()
			.then(
				() => undefined,
				(error: unknown) => (error instanceof UserError ? error.message : undefined),
			),
		delay(startWait, undefined, {ref: false}),
	]);
	return {
		...(problem && {problem}),
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		failed: new Promise(resolve => server.once('error', resolve)),
		async close() {
			const closed = new Promise<void>(resolve => server.close(() => resolve()));
			server.closeAllConnections();
			// A cluster that is gone has taken its Pods along.
			await Promise.allSettled([...clients.values()].map(client => client.close()));
			await closed;
		},
	};
}

async function makeNamespace({api, namespace, labels, beforeWrite, signal}: GatewayPlace): Promise<void> {
	try {
		await api.ask('GET', `/api/v1/namespaces/${namespace}`, {signal});
		return;
	} catch (error) {
		if (!isStatus(error, 404)) throw error;
	}
	await beforeWrite();
	const body = {apiVersion: 'v1', kind: 'Namespace', metadata: {name: namespace, labels}};
	await api.ask('POST', '/api/v1/namespaces', {body, signal}).catch(error => {
		if (!isStatus(error, 409)) throw error;
	});
}

/** Removes the Pods that a killed lab has left. */
async function removeLeftovers({api, namespace, labels, beforeWrite, signal}: GatewayPlace): Promise<void> {
	const selector = Object.entries({...labels, ...gatewayLabels}).map(([key, value]) => `${key}=${value}`);
	const path = `/api/v1/namespaces/${namespace}/pods`;
	const query = `?labelSelector=${encodeURIComponent(selector.join(','))}`;
	const {items} = await api
		.ask<{items: {metadata: {name: string}}[]}>('GET', `${path}${query}`, {signal})
		.catch(error => {
			// Who may not look at Pods hears of it with the first request; the lab is of use without a gateway too.
			if (isStatus(error, 403)) return {items: []};
			throw error;
		});
	for (const {metadata} of items) {
		await beforeWrite();
		await api.ask('DELETE', `${path}/${metadata.name}`, {signal}).catch(error => {
			if (!isStatus(error, 404)) throw error;
		});
	}
}

/** The search domains of a Pod as one of another namespace would have them. */
function ownSearch(search: string[], podNamespace: string, namespace: string): string[] {
	return search.map(domain =>
		domain.startsWith(`${podNamespace}.svc.`) ? `${namespace}${domain.slice(podNamespace.length)}` : domain,
	);
}

/** The user name that was given to the proxy, which makes its requests those of another client. */
function userOf({headers}: IncomingMessage): string {
	const credentials = /^Basic (.+)$/i.exec(headers['proxy-authorization'] ?? '')?.[1];
	return credentials ? Buffer.from(credentials, 'base64').toString().split(':')[0]! : '';
}

function endToEnd({headers}: IncomingMessage): IncomingMessage['headers'] {
	return Object.fromEntries(Object.entries(headers).filter(([name]) => !hopByHop.has(name)));
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
	const pieces: Buffer[] = [];
	for await (const piece of incoming) pieces.push(piece as Buffer);
	return Buffer.concat(pieces);
}

function passBack(response: IncomingMessage, outgoing: ServerResponse): void {
	const kept: string[] = [];
	for (let at = 0; at < response.rawHeaders.length; at += 2) {
		const [name = '', value = ''] = response.rawHeaders.slice(at, at + 2);
		const lower = name.toLowerCase();
		if ((hopByHop.has(lower) && lower !== 'content-length') || lower === outcomeHeader.toLowerCase()) continue;
		kept.push(name, value);
	}
	outgoing.sendDate = false;
	outgoing.writeHead(response.statusCode ?? 502, response.statusMessage, kept);
	response.on('error', () => outgoing.destroy());
	response.pipe(outgoing);
}

/** The status, the error type of RFC 9209, and the words of curl for each failure. */
const failures: Record<GatewayFailure, {status: number; error: string; words: string}> = {
	'unknown-host': {status: 502, error: 'dns_error', words: 'Could not resolve host'},
	refused: {status: 502, error: 'connection_refused', words: 'Connection refused'},
	reset: {status: 502, error: 'connection_terminated', words: 'Empty reply from server'},
	timeout: {status: 504, error: 'connection_timeout', words: 'Connection timed out'},
};

function respondFailure(
	outgoing: ServerResponse,
	failure: GatewayFailure,
	{host, port, address}: {host: string; port: number; address: string},
): void {
	const {status, error, words} = failures[failure];
	const ip = address.replace(/:\d+$/, '');
	const named = ip && ip !== host ? `${host} (${ip})` : host;
	const message =
		failure === 'unknown-host' ? `${words}: ${host}` : `connect to ${named} port ${port} failed: ${words}`;
	respond(outgoing, status, error, message);
}

function respond(outgoing: ServerResponse, status: number, error: string, message: string): void {
	const body = `${message}\n`;
	outgoing.writeHead(status, {
		'Content-Type': 'text/plain; charset=utf-8',
		'Content-Length': Buffer.byteLength(body),
		'Proxy-Status': proxyStatus(error, message),
	});
	outgoing.end(body);
}

const proxyStatus = (error: string, details: string) =>
	`endpoint-lab; error=${error}; details="${details.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`;
