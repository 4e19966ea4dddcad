import {request as httpRequest, type IncomingMessage} from 'node:http';
import {Agent, request as httpsRequest, type RequestOptions} from 'node:https';
import {KubeConfig} from '@kubernetes/client-node';
import {watchCredentialPlugin} from './credential-plugin.ts';

/** An answer of an API server other than success. */
export class KubeApiError extends Error {
	/** The HTTP status code, and the Status' reason, such as NotFound. */
	readonly status: number;
	readonly reason: string;

	constructor(status: number, reason: string, message: string) {
		super(message);
		this.name = 'KubeApiError';
		this.status = status;
		this.reason = reason;
	}
}

type KubeApiOptions = {body?: unknown; signal?: AbortSignal};

/** A way to ask the API server of a kubeconfig, whatever its credentials are: plugins and token files too. */
export type KubeApi = {
	server: string;
	/** For the parts of the client library that need it. */
	config: KubeConfig;
	/** One request; the answer's JSON. Throws KubeApiError, or what the network threw. */
	ask<T>(method: string, path: string, options?: KubeApiOptions): Promise<T>;
	/** The body of an answer as it comes. Throws like `ask`. */
	open(path: string, signal: AbortSignal): Promise<IncomingMessage>;
};

/** How long an answer may take, ms, once there are credentials to ask with. */
const answerLimit = 10_000;

/** Asks as the current context of a kubeconfig file says. Throws when the file cannot be read or names no cluster. */
export function openKubeApi(kubeconfig: string): KubeApi {
	const config = new KubeConfig();
	config.loadFromFile(kubeconfig);
	watchCredentialPlugin(config);
	const server = config.getCurrentCluster()?.server.replace(/\/$/, '');
	if (!server) throw new Error(`the kubeconfig ${kubeconfig} names no cluster in its current context`);
	// The library makes a connection for each request. node:https keeps those apart that have other credentials.
	const agent = new Agent({keepAlive: true});
	const shared = server.startsWith('https:') && !config.getCurrentCluster()?.proxyUrl;
	const send = async (
		method: string,
		path: string,
		text: string | undefined,
		signal?: AbortSignal,
		limitMs?: number,
	) => {
		const options: RequestOptions = {method, headers: {accept: 'application/json'}};
		// A plugin has a time of its own.
		await unlessAborted(config.applyToHTTPSOptions(options), signal);
		const limit = limitMs === undefined ? [] : [AbortSignal.timeout(limitMs)];
		options.signal = AbortSignal.any([...(signal ? [signal] : []), ...limit]);
		// What is not only read has a connection of its own, since it must not be sent twice.
		if (shared && method === 'GET') options.agent = agent;
		if (text !== undefined) {
			options.headers = {
				...options.headers,
				'content-type': 'application/json',
				'content-length': Buffer.byteLength(text),
			};
		}
		const response = await respond(new URL(`${server}${path}`), options, text);
		if ((response.statusCode ?? 0) < 300) return response;
		throw statusError(response.statusCode ?? 0, await bodyOf(response), path);
	};
	return {
		server,
		config,
		async ask<T>(method: string, path: string, {body, signal}: KubeApiOptions = {}) {
			const text = body === undefined ? undefined : JSON.stringify(body);
			return JSON.parse(await bodyOf(await send(method, path, text, signal, answerLimit))) as T;
		},
		open: (path, signal) => send('GET', path, undefined, signal),
	};
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
	if (!signal) return promise;
	signal.throwIfAborted();
	return new Promise((resolve, reject) => {
		const end = () => reject(signal.reason);
		signal.addEventListener('abort', end, {once: true});
		promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', end));
	});
}

function respond(url: URL, options: RequestOptions, body: string | undefined): Promise<IncomingMessage> {
	return new Promise((resolve, reject) => {
		const asking = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options, resolve);
		asking.on('error', (error: NodeJS.ErrnoException) => {
			// The server may close a connection at the very moment at which it is used again.
			if (asking.reusedSocket && error.code === 'ECONNRESET') resolve(respond(url, options, body));
			else reject(error);
		});
		asking.end(body);
	});
}

async function bodyOf(response: IncomingMessage): Promise<string> {
	const pieces: Buffer[] = [];
	for await (const piece of response) pieces.push(piece as Buffer);
	return Buffer.concat(pieces).toString();
}

function statusError(code: number, body: string, path: string): KubeApiError {
	try {
		const {message, reason} = JSON.parse(body) as {message?: unknown; reason?: unknown};
		if (typeof message === 'string') return new KubeApiError(code, typeof reason === 'string' ? reason : '', message);
	} catch {
		// A proxy before the API server may answer with anything.
	}
	return new KubeApiError(code, '', `the API server answered ${code} to ${path}`);
}

/** Whether an error is the API server's with that status. */
export const isStatus = (error: unknown, status: number): boolean =>
	error instanceof KubeApiError && error.status === status;
