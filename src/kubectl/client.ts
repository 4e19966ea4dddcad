import http from 'node:http';
import https from 'node:https';
import type {Readable} from 'node:stream';
import {ConnectionFailure, KubectlError, StatusFailure} from './errors.ts';
import type {Endpoint} from './kubeconfig.ts';
import type {KubeObject, Status} from './objects.ts';

/** One request; `query` values that are undefined are left out. */
export type Request = {
	method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
	path: string;
	query?: Record<string, string | number | boolean | undefined>;
	body?: unknown;
	contentType?: string;
	accept?: string;
	signal?: AbortSignal;
};

/** One event of a watch; `object` is a one-row Table where tables were asked for. */
export type WatchEvent = {type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'; object: KubeObject};

/** The Accept header that asks the server for a table. */
export const tableAccept =
	'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';

const queryText = (query: Request['query']) => {
	const given = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== '');
	return given.length === 0
		? ''
		: `?${new URLSearchParams(given.map(([key, value]): [string, string] => [key, String(value)]))}`;
};

/** Speaks to one API server over kept-alive connections, and passes the server's warnings on, each text once. */
export class Client {
	readonly endpoint: Endpoint;
	readonly #agent: http.Agent;
	readonly #warn: (text: string) => void;
	readonly #warned = new Set<string>();
	readonly #signal: AbortSignal;
	/** How far the server's time is ahead of ours, in ms. */
	#ahead = 0;

	constructor(endpoint: Endpoint, {warn, signal}: {warn: (text: string) => void; signal: AbortSignal}) {
		this.endpoint = endpoint;
		this.#warn = warn;
		this.#signal = signal;
		this.#agent = endpoint.server.startsWith('https:')
			? new https.Agent({keepAlive: true, ...this.tls()})
			: new http.Agent({keepAlive: true});
	}

	/** Lets go of the kept connections. */
	close(): void {
		this.#agent.destroy();
	}

	/**
	 * The time from which ages are reckoned, ms since 1970: the server's as its last answer told it, since the time of the
	 * embedded cluster can be held and hurried, and ours when the two differ by no more than HTTP dates can tell.
	 */
	now(): number {
		return Date.now() + (Math.abs(this.#ahead) > 2000 ? this.#ahead : 0);
	}

	/** TLS options for connections of other kinds to the same server. */
	tls(): https.AgentOptions {
		const {ca, certificate, key, insecure, servername} = this.endpoint;
		return {ca, cert: certificate, key, rejectUnauthorized: !insecure, ...(servername && {servername})};
	}

	/** Headers that say who asks. No credentials go over plain HTTP, as with client-go. */
	headers(): Record<string, string> {
		const {server, token, basic, impersonate} = this.endpoint;
		const secure = server.startsWith('https:');
		return {
			'User-Agent': 'kubectl/endpoint-lab',
			...(secure && token && {Authorization: `Bearer ${token}`}),
			...(secure && !token && basic && {Authorization: `Basic ${Buffer.from(basic).toString('base64')}`}),
			...(impersonate && {'Impersonate-User': impersonate}),
		};
	}

	/** Tells a warning once in this process's life. */
	warn(text: string): void {
		if (this.#warned.has(text)) return;
		this.#warned.add(text);
		this.#warn(text);
	}

	/** Sends the request; resolves to the response whatever its status code. Throws ConnectionFailure. */
	send({method = 'GET', path, query, body, contentType, accept, signal}: Request): Promise<http.IncomingMessage> {
		const url = new URL(this.endpoint.server + path + queryText(query));
		const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
		const stop = signal ? AbortSignal.any([signal, this.#signal]) : this.#signal;
		return new Promise((resolve, reject) => {
			const request = (url.protocol === 'https:' ? https : http).request(url, {
				method,
				agent: this.#agent,
				signal: stop,
				headers: {
					Accept: accept ?? 'application/json',
					...(text !== undefined && {
						'Content-Type': contentType ?? 'application/json',
						'Content-Length': Buffer.byteLength(text),
					}),
					...this.headers(),
				},
			});
			request.on('error', (error: NodeJS.ErrnoException) => {
				if (stop.aborted) reject(stop.reason);
				else reject(connectionFailure(url, error));
			});
			request.on('response', response => {
				this.#ahead = (Date.parse(response.headers.date ?? '') || Date.now()) - Date.now();
				for (const header of response.headersDistinct.warning ?? []) {
					for (const [, quoted] of header.matchAll(/299 \S+ ("(?:[^"\\]|\\.)*")/g)) {
						this.warn(quoted!.slice(1, -1).replace(/\\(.)/g, '$1'));
					}
				}
				resolve(response);
			});
			request.end(text);
		});
	}

	/** The response's JSON. Throws StatusFailure on a refusal. */
	async json<T = KubeObject>(request: Request): Promise<T> {
		return JSON.parse(await this.text(request)) as T;
	}

	/** The response's text. Throws StatusFailure on a refusal. */
	async text(request: Request): Promise<string> {
		const response = await this.send(request);
		const text = await readAll(response);
		if ((response.statusCode ?? 500) >= 400) throw refusal(response, text);
		return text;
	}

	/** The open response, for logs and watches. Throws StatusFailure on a refusal. */
	async open(request: Request): Promise<Readable> {
		const response = await this.send(request);
		if ((response.statusCode ?? 500) >= 400) throw refusal(response, await readAll(response));
		return response;
	}

	/** The events of a watch until the server ends it or `signal` is aborted. Throws StatusFailure on an ERROR event. */
	async *watch(request: Request): AsyncGenerator<WatchEvent> {
		const response = await this.open({...request, query: {...request.query, watch: true}});
		try {
			for await (const line of linesOf(response)) {
				const event = JSON.parse(line) as WatchEvent;
				if (event.type === 'ERROR') throw new StatusFailure(event.object as unknown as Status);
				yield event;
			}
		} catch (error) {
			if (request.signal?.aborted || (error as NodeJS.ErrnoException).code === 'ECONNRESET') return;
			throw error;
		} finally {
			response.destroy();
		}
	}
}

function connectionFailure(url: URL, error: NodeJS.ErrnoException): ConnectionFailure {
	const causes = error instanceof AggregateError ? (error.errors as NodeJS.ErrnoException[]) : [error];
	const refused = causes.some(({code}) => code === 'ECONNREFUSED');
	const message = causes.some(({code}) => code === 'ENOTFOUND')
		? `dial tcp: lookup ${url.hostname}: no such host`
		: causes.map(cause => cause.message).join('; ');
	return new ConnectionFailure(url.host, message, refused);
}

function refusal(response: http.IncomingMessage, text: string): Error {
	let status: Status | undefined;
	try {
		status = JSON.parse(text) as Status;
	} catch {}
	if (status?.kind === 'Status') return new StatusFailure(status);
	if (response.statusCode === 404)
		return new StatusFailure({
			code: 404,
			reason: 'NotFound',
			message: 'the server could not find the requested resource',
		});
	return new KubectlError(
		`the server answered ${response.statusCode} ${response.statusMessage ?? ''}: ${text.slice(0, 500)}`,
	);
}

async function readAll(stream: Readable): Promise<string> {
	const parts: Buffer[] = [];
	for await (const part of stream) parts.push(part as Buffer);
	return Buffer.concat(parts).toString('utf8');
}

/** The lines of a stream, as they come. */
export async function* linesOf(stream: Readable): AsyncGenerator<string> {
	let rest = '';
	stream.setEncoding('utf8');
	for await (const part of stream) {
		const lines = (rest + (part as string)).split('\n');
		rest = lines.pop()!;
		for (const line of lines) if (line) yield line;
	}
	if (rest) yield rest;
}

/** A JSON patch, a merge patch or a strategic merge patch by its media type. */
export const patchTypes = {
	json: 'application/json-patch+json',
	merge: 'application/merge-patch+json',
	strategic: 'application/strategic-merge-patch+json',
	apply: 'application/apply-patch+yaml',
} as const;
