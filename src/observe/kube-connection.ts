import {request as httpRequest} from 'node:http';
import {request as httpsRequest, type RequestOptions} from 'node:https';
import {KubeConfig, Watch} from '@kubernetes/client-node';
import {watchCredentialPlugin} from '../clusters/credential-plugin.ts';

/** An answer of the API server other than success. */
export class ApiError extends Error {
	/** The HTTP status code. */
	readonly code: number;

	constructor(code: number, message: string) {
		super(message);
		this.name = 'ApiError';
		this.code = code;
	}
}

/** A way to ask one API server, from a kubeconfig. */
export type KubeConnection = {
	/** The server's URL, for error messages. */
	server: string;
	/**
	 * GETs a path as plain JSON, without the client library's typed objects: their dates differ from those that watches
	 * deliver, and thousands of Pods need no second copy. Throws ApiError, or what the network threw.
	 */
	get<T>(path: string, signal: AbortSignal): Promise<T>;
	watch: Watch;
};

/** Connects as the current context of a kubeconfig file says. Throws when the file cannot be read. */
export function connectKube(kubeconfig: string): KubeConnection {
	const config = new KubeConfig();
	config.loadFromFile(kubeconfig);
	watchCredentialPlugin(config);
	const server = config.getCurrentCluster()?.server;
	if (!server) throw new Error(`The kubeconfig ${kubeconfig} names no cluster in its current context.`);
	return {
		server,
		watch: new Watch(config),
		async get<T>(path: string, signal: AbortSignal) {
			const options: RequestOptions = {headers: {accept: 'application/json'}, signal};
			await config.applyToHTTPSOptions(options);
			const {status, body} = await getText(`${server}${path}`, options);
			if (status === 200) return JSON.parse(body) as T;
			throw new ApiError(status, statusMessage(body) ?? `The API server answered ${status} to ${path}`);
		},
	};
}

function getText(url: string, options: RequestOptions): Promise<{status: number; body: string}> {
	const send = url.startsWith('https:') ? httpsRequest : httpRequest;
	return new Promise((resolve, reject) => {
		const request = send(url, options, response => {
			const chunks: Buffer[] = [];
			response.on('data', (chunk: Buffer) => chunks.push(chunk));
			response.on('error', reject);
			response.on('end', () => {
				resolve({status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8')});
			});
			response.on('aborted', () => reject(new Error('the connection broke off')));
		});
		request.on('error', reject);
		request.end();
	});
}

/** The message of a Kubernetes Status object. */
function statusMessage(body: string): string | undefined {
	try {
		const {message} = JSON.parse(body) as {message?: unknown};
		return typeof message === 'string' ? message : undefined;
	} catch {
		return undefined;
	}
}
