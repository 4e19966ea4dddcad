import {readFileSync} from 'node:fs';
import {request} from 'node:https';
import {parse} from 'yaml';

/** What a GET answered. */
export type KubeAnswer = {status: number; body: string};

type Named<K extends string, T> = {name: string} & Record<K, T>;

type Kubeconfig = {
	'current-context': string;
	contexts: Named<'context', {cluster: string; user: string}>[];
	clusters: Named<'cluster', {server: string; 'certificate-authority-data'?: string}>[];
	users: Named<'user', {token?: string; 'client-certificate-data'?: string; 'client-key-data'?: string}>[];
};

/**
 * One GET to the cluster of a kubeconfig with inlined credentials, as the lab writes them. It answers what `status` and
 * readiness need without loading the Kubernetes client. Throws what the file system or the connection throws.
 */
export function kubeGet(kubeconfig: string, path: string, signal: AbortSignal): Promise<KubeAnswer> {
	const config: Kubeconfig = parse(readFileSync(kubeconfig, 'utf8'));
	const context = config.contexts.find(({name}) => name === config['current-context'])?.context;
	const cluster = config.clusters.find(({name}) => name === context?.cluster)?.cluster;
	const user = config.users.find(({name}) => name === context?.user)?.user;
	if (!cluster || !user) throw new Error(`${kubeconfig} names no cluster and user`);
	const decoded = (data: string | undefined) => data && Buffer.from(data, 'base64');
	return new Promise((resolve, reject) => {
		const asking = request(new URL(path, cluster.server), {
			ca: decoded(cluster['certificate-authority-data']),
			cert: decoded(user['client-certificate-data']),
			key: decoded(user['client-key-data']),
			headers: {accept: 'application/json', ...(user.token && {authorization: `Bearer ${user.token}`})},
			// A connection of its own, which ends with the answer.
			agent: false,
			signal,
		});
		asking.once('error', reject);
		asking.once('response', response => {
			let body = '';
			response.setEncoding('utf8');
			response.on('data', (piece: string) => {
				body += piece;
			});
			response.once('error', reject);
			response.once('end', () => resolve({status: response.statusCode ?? 0, body}));
		});
		asking.end();
	});
}
