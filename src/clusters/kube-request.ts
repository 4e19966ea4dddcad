import {readFileSync} from 'node:fs';
import type {IncomingMessage} from 'node:http';
import type {Agent} from 'node:https';

/** What a request was answered with. */
export type KubeAnswer = {status: number; body: string};

type Named<K extends string, T> = {name: string} & Record<K, T>;

type Kubeconfig = {
	'current-context': string;
	contexts: Named<'context', {cluster: string; user: string}>[];
	clusters: Named<'cluster', {server: string; 'certificate-authority-data'?: string}>[];
	users: Named<'user', {token?: string; 'client-certificate-data'?: string; 'client-key-data'?: string}>[];
};

export type KubeRequestOptions = {
	method?: string;
	body?: string;
	/** Keeps the connection for requests that follow; without it each has one of its own. */
	agent?: Agent;
};

/**
 * One request to the cluster of a kubeconfig with inlined credentials, as the lab writes them. It answers what `status`
 * and readiness need without loading the Kubernetes client. Throws what the file system or the connection throws.
 */
export async function kubeRequest(
	kubeconfig: string,
	path: string,
	signal: AbortSignal,
	options: KubeRequestOptions = {},
): Promise<KubeAnswer> {
	const response = await open(kubeconfig, path, signal, options);
	let body = '';
	for await (const piece of response) body += piece;
	return {status: response.statusCode ?? 0, body};
}

/** The lines of an answer that does not end by itself. Throws like kubeRequest, and when it is refused. */
export async function* kubeLines(kubeconfig: string, path: string, signal: AbortSignal): AsyncIterable<string> {
	const response = await open(kubeconfig, path, signal, {});
	if (response.statusCode !== 200) throw new Error(`${path} answered ${response.statusCode}`);
	let rest = '';
	for await (const piece of response) {
		const lines = `${rest}${piece}`.split('\n');
		rest = lines.pop() ?? '';
		yield* lines;
	}
}

async function open(
	kubeconfig: string,
	path: string,
	signal: AbortSignal,
	{method = 'GET', body, agent}: KubeRequestOptions,
): Promise<IncomingMessage> {
	const [{request}, {parse}] = await Promise.all([import('node:https'), import('yaml')]);
	const config: Kubeconfig = parse(readFileSync(kubeconfig, 'utf8'));
	const context = config.contexts.find(({name}) => name === config['current-context'])?.context;
	const cluster = config.clusters.find(({name}) => name === context?.cluster)?.cluster;
	const user = config.users.find(({name}) => name === context?.user)?.user;
	if (!cluster || !user) throw new Error(`${kubeconfig} names no cluster and user`);
	const decoded = (data: string | undefined) => data && Buffer.from(data, 'base64');
	return new Promise((resolve, reject) => {
		const asking = request(new URL(path, cluster.server), {
			method,
			ca: decoded(cluster['certificate-authority-data']),
			cert: decoded(user['client-certificate-data']),
			key: decoded(user['client-key-data']),
			headers: {
				accept: 'application/json',
				...(body !== undefined && {'content-type': 'application/json', 'content-length': Buffer.byteLength(body)}),
				...(user.token && {authorization: `Bearer ${user.token}`}),
			},
			agent: agent ?? false,
			signal,
		});
		asking.once('error', reject);
		asking.once('response', response => resolve(response.setEncoding('utf8')));
		asking.end(body);
	});
}
