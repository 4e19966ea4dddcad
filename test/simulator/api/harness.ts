import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import type {IncomingHttpHeaders} from 'node:http';
import {request as httpsRequest} from 'node:https';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {execa} from 'execa';
import {createCredentials} from '../../../src/simulator/api/certificate.ts';
import type {Credentials} from '../../../src/simulator/api/credentials.ts';
import {kubeconfigText} from '../../../src/simulator/api/kubeconfig.ts';
import {type ApiServer, startApiServer} from '../../../src/simulator/api/server.ts';
import type {Network, NodeApi} from '../../../src/simulator/node/node-api.ts';
import {definitions} from '../../../src/simulator/resources/index.ts';
import {createSimulation, type Simulation} from '../../../src/simulator/simulation.ts';
import type {Pod} from '../../../src/simulator/types.ts';

/** Parsed JSON of unknown shape; `pick` reads from it. */
export type Json = Record<string, unknown>;
type Reply = {status: number; headers: IncomingHttpHeaders; text: string; body: Json};
type Send = {
	method?: string;
	body?: unknown;
	/** The body's Content-Type. */
	type?: string;
	headers?: Record<string, string>;
	/** Another token, or none for `''`. */
	token?: string;
};

/** A real API server on a port of its own, with an empty cluster of two namespaces behind it. */
export type Cluster = {
	server: ApiServer;
	simulation: Simulation;
	credentials: Credentials;
	kubeconfig: string;
	send(path: string, options?: Send): Promise<Reply>;
	/** Lines of a streamed answer as they come, until `until` says that it has seen enough. */
	stream(path: string, until: (lines: Json[]) => boolean, options?: Send): Promise<Json[]>;
	kubectl(
		...args: (string | {input: string})[]
	): Promise<{exitCode: number | undefined; stdout: string; stderr: string}>;
	close(): Promise<void>;
};

export async function startCluster({nodes, network}: {nodes?: NodeApi; network?: Network} = {}): Promise<Cluster> {
	const simulation = createSimulation(definitions, {start: Date.parse('2026-11-22T00:00:00Z'), seed: 7});
	for (const name of ['default', 'other']) {
		simulation.registry.create('namespaces', {apiVersion: 'v1', kind: 'Namespace', metadata: {name}});
	}
	const credentials = await createCredentials(Date.now());
	const server = await startApiServer({simulation, credentials, ...(nodes && {nodes}), ...(network && {network})});
	const folder = await mkdtemp(path.join(tmpdir(), 'endpoint-lab-api-'));
	const kubeconfig = path.join(folder, 'kubeconfig');
	await writeFile(kubeconfig, kubeconfigText({url: server.url, credentials}), {mode: 0o600});

	const open = (target: string, {method = 'GET', body, type, headers = {}, token = credentials.token}: Send) => {
		const bytes =
			body instanceof Uint8Array ? body : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body ?? ''));
		const request = httpsRequest(server.url + target, {
			method,
			ca: credentials.caCertificate,
			agent: false,
			headers: {
				...(token && {Authorization: `Bearer ${token}`}),
				...(body !== undefined && {'Content-Type': type ?? 'application/json', 'Content-Length': bytes.length}),
				...headers,
			},
		});
		request.end(body === undefined ? undefined : bytes);
		return request;
	};
	return {
		server,
		simulation,
		credentials,
		kubeconfig,
		send: (target, options = {}) =>
			new Promise((resolve, reject) => {
				const request = open(target, options);
				request.on('error', reject);
				request.on('response', response => {
					const chunks: Buffer[] = [];
					response.on('data', chunk => chunks.push(chunk));
					response.on('error', reject);
					response.on('end', () => {
						const text = Buffer.concat(chunks).toString();
						let parsed: Json = {};
						try {
							parsed = JSON.parse(text);
						} catch {
							parsed = {};
						}
						resolve({status: response.statusCode ?? 0, headers: response.headers, text, body: parsed});
					});
				});
			}),
		stream: (target, until, options = {}) =>
			new Promise((resolve, reject) => {
				const lines: Json[] = [];
				const request = open(target, options);
				request.on('error', error => (until(lines) ? resolve(lines) : reject(error)));
				request.on('response', response => {
					let rest = '';
					response.on('data', chunk => {
						const parts = (rest + chunk).split('\n');
						rest = parts.pop() ?? '';
						for (const part of parts) lines.push(JSON.parse(part));
						if (until(lines)) {
							resolve(lines);
							request.destroy();
						}
					});
					response.on('end', () => resolve(lines));
					response.on('error', () => resolve(lines));
				});
			}),
		async kubectl(...args) {
			const input = args.find(arg => typeof arg === 'object');
			const words = args.filter(arg => typeof arg === 'string');
			const {exitCode, stdout, stderr} = await execa('kubectl', words, {
				reject: false,
				// A home of its own: kubectl keeps discovery there.
				env: {KUBECONFIG: kubeconfig, HOME: folder},
				...(input && {input: input.input}),
			});
			return {exitCode, stdout, stderr};
		},
		async close() {
			await server.close();
			simulation.clock.stop();
			await rm(folder, {recursive: true, force: true});
		},
	};
}

/** A Deployment as a learner writes it. */
export const deployment = (name: string, replicas = 1, image = 'nginx:1.14.2') => ({
	apiVersion: 'apps/v1',
	kind: 'Deployment',
	metadata: {name, labels: {app: name}},
	spec: {
		replicas,
		selector: {matchLabels: {app: name}},
		template: {
			metadata: {labels: {app: name}},
			spec: {containers: [{name: 'nginx', image, ports: [{containerPort: 80}]}]},
		},
	},
});

export const configMap = (name: string, data: Record<string, string> = {}, labels: Record<string, string> = {}) => ({
	apiVersion: 'v1',
	kind: 'ConfigMap',
	metadata: {name, labels},
	data,
});

/** A Pod that stands on a node, with an address. */
export function runningPod({registry, store}: Simulation, name: string, ip = '10.244.1.2'): void {
	registry.create('pods', {
		apiVersion: 'v1',
		kind: 'Pod',
		metadata: {name, namespace: 'default', labels: {app: 'web'}},
		spec: {containers: [{name: 'c', image: 'busybox', ports: [{containerPort: 80}]}]},
	} as never);
	const pod = store.get<Pod>('pods', 'default', name)!;
	store.put('pods', {
		...pod,
		spec: {...pod.spec, nodeName: 'n1'},
		status: {...pod.status, phase: 'Running', podIP: ip, podIPs: [{ip}]},
	});
}

/** What stands at a dotted path, such as `items.0.metadata.name`; undefined when there is nothing. */
export function pick(value: unknown, path: string): unknown {
	let at = value;
	for (const step of path.split('.')) {
		if (typeof at !== 'object' || at === null) return undefined;
		at = (at as Json)[step];
	}
	return at;
}
