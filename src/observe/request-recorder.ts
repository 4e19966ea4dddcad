import {type ClientRequest, createServer, type IncomingMessage, request, type ServerResponse} from 'node:http';
import {type AddressInfo, connect} from 'node:net';
import type {Duplex} from 'node:stream';
import {
	noRequests,
	type RequestFailure,
	type RequestsView,
	type RequestView,
	trickleClient,
	withRequest,
} from './request-counts.ts';
import type {Time} from './time.ts';

/**
 * Requests that the lab sends by itself, evenly. `settle`: the first ones are not counted, until ten in a row have been
 * answered or ten seconds have passed, since a cluster that has just been started again loses some at first.
 */
export type Trickle = {url: string; perSecond: number; settle?: boolean};

/**
 * A forward proxy before a cluster's gateway, which counts who asked and who answered, and can send requests itself. The
 * learner's own `curl` goes through it too, so that it counts wherever the cluster runs.
 */
export type RequestRecorder = {
	/** URL of the proxy, for `http_proxy`. */
	url: string;
	/** The requests so far; the same object until there is one more. */
	requests(): RequestsView;
	/** Goes on counting from what an earlier session had. */
	restore(requests: RequestsView): void;
	/** Sends these requests from now on; undefined for none. */
	trickle(what: Trickle | undefined): void;
	/** How fast the cluster's time passes, which the trickle keeps step with: 0 is paused, Infinity as fast as it goes. */
	setSpeed(speed: number): void;
	/** Calls back after new requests, at most ten times a second. Returns how to stop that. */
	subscribe(listener: () => void): () => void;
	close(): Promise<void>;
};

/** The most times faster that the trickle becomes; a cluster may be faster still. */
const fastest = 20;

const settled = {answers: 10, after: 10_000};

const coalesceFor = 100;
/** How long the trickle waits for an answer, ms; so there are never more than this many seconds' requests open. */
const trickleTimeout = 2000;

/** Starts the recorder on 127.0.0.1; `speed` as for setSpeed. */
export async function startRequestRecorder({
	gateway,
	time,
	speed = 1,
}: {
	gateway: string;
	time: Time;
	speed?: number;
}): Promise<RequestRecorder> {
	const {hostname, port} = new URL(gateway);
	const listeners = new Set<() => void>();
	let view = noRequests;
	let stopTelling: (() => void) | undefined;
	let stopTrickle: (() => void) | undefined;
	let keepStep: (() => void) | undefined;
	let sending = '';

	const record = (request: Omit<RequestView, 'number'>) => {
		view = withRequest(view, request);
		stopTelling ??= time.after(coalesceFor, () => {
			stopTelling = undefined;
			for (const listener of listeners) listener();
		});
	};

	/** Asks the gateway, and records what comes of it if it counts. */
	const ask = (
		target: string,
		options: Pick<IncomingMessage, 'method' | 'headers'>,
		counts: (failed: boolean) => boolean,
	) => {
		const began = time.now();
		const base = {host: URL.canParse(target) ? new URL(target).hostname : '', client: clientOf(options.headers)};
		const end = (outcome: Pick<RequestView, 'address' | 'failure' | 'detail'>) => {
			if (base.host && counts(outcome.failure !== undefined))
				record({...base, at: time.now(), took: time.now() - began, ...outcome});
		};
		// One connection for each request, as a program that has just been started makes it.
		const upstream = request({hostname, port, path: target, ...options, agent: false});
		upstream.on('response', response => response.on('end', () => end(outcomeOf(response))));
		upstream.on('error', (error: NodeJS.ErrnoException) =>
			end({address: '', failure: error.code === 'ETIMEDOUT' ? 'timeout' : 'gateway', detail: error.message}),
		);
		return upstream;
	};

	const forward = (incoming: IncomingMessage, outgoing: ServerResponse) => {
		let gone = false;
		const {connection, 'proxy-connection': _, ...headers} = incoming.headers;
		const upstream = ask(incoming.url ?? '', {method: incoming.method, headers}, () => !gone);
		outgoing.on('close', () => {
			if (outgoing.writableFinished) return;
			gone = true;
			upstream.destroy();
		});
		upstream.on('response', response => {
			outgoing.sendDate = false;
			outgoing.writeHead(response.statusCode ?? 502, response.statusMessage, endToEnd(response.rawHeaders));
			response.pipe(outgoing);
		});
		upstream.on('error', error => {
			if (outgoing.headersSent) outgoing.destroy();
			else outgoing.writeHead(502, {'Content-Type': 'text/plain; charset=utf-8'}).end(`${error.message}\n`);
		});
		incoming.pipe(upstream);
	};

	const server = createServer(forward);
	// Tunnels are not looked into, and so not counted.
	server.on('connect', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
		const upstream = connect(Number(port), hostname, () => {
			const credentials = incoming.headers['proxy-authorization'];
			upstream.write(`CONNECT ${incoming.url} HTTP/1.1\r\nHost: ${incoming.url}\r\n`);
			upstream.write(`${credentials ? `Proxy-Authorization: ${credentials}\r\n` : ''}\r\n`);
			upstream.write(head);
			upstream.pipe(socket).pipe(upstream);
		});
		upstream.on('error', () => socket.destroy());
		socket.on('error', () => upstream.destroy());
		socket.on('close', () => upstream.destroy());
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(0, '127.0.0.1', resolve);
	});

	const stop = () => {
		stopTrickle?.();
		stopTrickle = undefined;
		keepStep = undefined;
		sending = '';
	};
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		requests: () => view,
		restore(requests) {
			view = requests;
		},
		trickle(what) {
			const wanted = what ? `${what.perSecond} ${what.url}` : '';
			if (wanted === sending) return;
			stop();
			if (!what) return;
			sending = wanted;
			const open = new Set<ClientRequest>();
			const begun = time.now();
			let over = false;
			let settling = what.settle ?? false;
			let answered = 0;
			const counts = (failed: boolean) => {
				if (settling) {
					answered = failed ? 0 : answered + 1;
					settling = answered < settled.answers && time.now() - begun < settled.after;
				}
				return !over && !settling;
			};
			const headers = {'proxy-authorization': `Basic ${Buffer.from(`${trickleClient}:`).toString('base64')}`};
			const send = () => {
				const upstream = ask(what.url, {method: 'GET', headers}, counts);
				open.add(upstream);
				upstream.on('response', response => response.resume());
				upstream.on('close', () => open.delete(upstream));
				upstream.setTimeout(trickleTimeout, () =>
					upstream.destroy(
						Object.assign(new Error(`no answer within ${trickleTimeout / 1000} s`), {code: 'ETIMEDOUT'}),
					),
				);
				upstream.end();
				schedule();
			};
			const schedule = () => {
				cancel = speed > 0 ? time.after(1000 / (what.perSecond * Math.min(speed, fastest)), send) : () => {};
			};
			let cancel = speed > 0 ? time.after(0, send) : () => {};
			keepStep = () => {
				cancel();
				schedule();
			};
			stopTrickle = () => {
				over = true;
				cancel();
				for (const upstream of open) upstream.destroy();
			};
		},
		setSpeed(next) {
			if (next === speed) return;
			speed = next;
			keepStep?.();
		},
		subscribe(listener) {
			listeners.add(listener);
			return () => listeners.delete(listener);
		},
		close() {
			stop();
			stopTelling?.();
			listeners.clear();
			return new Promise(resolve => {
				server.close(() => resolve());
				server.closeAllConnections();
			});
		},
	};
}

/** The user name that a client gave the proxy, which makes it a client of its own. */
function clientOf(headers: IncomingMessage['headers']): string {
	const credentials = /^Basic (.+)$/i.exec(headers['proxy-authorization'] ?? '')?.[1];
	return credentials ? (Buffer.from(credentials, 'base64').toString().split(':')[0] ?? '') : '';
}

/** The error types of RFC 9209 that say how a connection inside the cluster failed. */
const failures: Record<string, RequestFailure> = {
	connection_refused: 'refused',
	connection_timeout: 'timeout',
	connection_terminated: 'reset',
	dns_error: 'unknown-host',
};

function outcomeOf({statusCode = 0, headers}: IncomingMessage): Pick<RequestView, 'address' | 'failure' | 'detail'> {
	const address = String(headers['endpoint-lab-answered-by'] ?? '');
	const proxyStatus = String(headers['proxy-status'] ?? '');
	const failure = failures[/error=(\w+)/.exec(proxyStatus)?.[1] ?? ''];
	const details = /details="((?:[^"\\]|\\.)*)"/.exec(proxyStatus)?.[1]?.replace(/\\(.)/g, '$1');
	if (failure && !address) return {address, failure, ...(details && {detail: details})};
	return statusCode >= 500 ? {address, failure: 'status', detail: `HTTP ${statusCode}`} : {address};
}

/** Raw headers without those that are about one connection only. */
function endToEnd(raw: string[]): string[] {
	const pairs = raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1]!]] : []));
	return pairs.filter(([name]) => !/^(connection|keep-alive|transfer-encoding)$/i.test(name!)).flat();
}
