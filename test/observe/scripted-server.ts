import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';

type Meta = {name: string; namespace: string; uid: string; resourceVersion: string};
export type TestObject = {metadata: Meta; [field: string]: unknown};

/** One request as it arrived: `pods` and whether it is a watch, with its query. */
export type Seen = {resource: string; watch: boolean; query: URLSearchParams};

/**
 * An HTTP server that speaks just enough of the Kubernetes API for lists and watches, and misbehaves on demand. What it
 * holds is set by the test; what it was asked stands in `seen`.
 */
export async function startScriptedServer(port = 0) {
	const seen: Seen[] = [];
	const objects = new Map<string, TestObject[]>();
	const watches = new Map<string, Set<ServerResponse>>();
	/** Answers a request in place of the usual; returns whether it did. */
	let intercept: ((seen: Seen, response: ServerResponse) => boolean) | undefined;
	let version = 100;

	const server = createServer((request: IncomingMessage, response: ServerResponse) => {
		const url = new URL(request.url ?? '', 'http://localhost');
		const resource = url.pathname.split('/').at(-1) ?? '';
		const watch = url.searchParams.get('watch') === 'true';
		const entry = {resource, watch, query: url.searchParams};
		seen.push(entry);
		if (resource === 'endpoints') {
			response.setHeader(
				'Warning',
				'299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"',
			);
		}
		if (intercept?.(entry, response)) return;
		response.setHeader('Content-Type', 'application/json');
		if (watch) {
			const open = watches.get(resource) ?? new Set();
			watches.set(resource, open.add(response));
			response.on('close', () => open.delete(response));
			response.writeHead(200);
			response.flushHeaders();
		} else {
			response.end(JSON.stringify({metadata: {resourceVersion: String(version)}, items: objects.get(resource) ?? []}));
		}
	});
	await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve));
	const address = server.address() as AddressInfo;
	const url = `http://127.0.0.1:${address.port}`;
	const folder = mkdtempSync(join(tmpdir(), 'endpoint-lab-test-'));
	const kubeconfig = join(folder, 'kubeconfig');
	writeFileSync(
		kubeconfig,
		JSON.stringify({
			apiVersion: 'v1',
			kind: 'Config',
			'current-context': 'test',
			contexts: [{name: 'test', context: {cluster: 'test', user: 'test'}}],
			clusters: [{name: 'test', cluster: {server: url, 'insecure-skip-tls-verify': true}}],
			users: [{name: 'test', user: {token: 'secret'}}],
		}),
	);

	return {
		url,
		port: address.port,
		kubeconfig,
		seen,
		objects,
		openWatches: (resource: string) => watches.get(resource)?.size ?? 0,
		setIntercept(handler: typeof intercept) {
			intercept = handler;
		},
		/** A fresh resourceVersion. */
		next: () => String(++version),
		/** Sends a watch event to everyone who watches the resource. */
		send(resource: string, type: string, object: unknown) {
			for (const response of watches.get(resource) ?? []) response.write(`${JSON.stringify({type, object})}\n`);
		},
		/** Ends all watches of a resource as a server does that has had enough of them. */
		endWatches(resource: string) {
			for (const response of watches.get(resource) ?? []) response.end();
		},
		async close() {
			server.closeAllConnections();
			await new Promise(resolve => server.close(resolve));
			rmSync(folder, {recursive: true, force: true});
		},
	};
}

export type ScriptedServer = Awaited<ReturnType<typeof startScriptedServer>>;

/** A ready Pod of the label app=web. */
export function testPod(name: string, ip: string, resourceVersion: string, uid = `uid-${name}`): TestObject {
	return {
		metadata: {
			name,
			namespace: 'default',
			uid,
			resourceVersion,
			...{labels: {app: 'web'}, creationTimestamp: '2026-11-22T00:00:00Z'},
		},
		spec: {nodeName: 'node-1', containers: [{name: 'web', image: 'nginx:1.14.2', ports: [{containerPort: 80}]}]},
		status: {
			phase: 'Running',
			podIP: ip,
			conditions: [{type: 'Ready', status: 'True', lastTransitionTime: '2026-11-22T00:00:01Z'}],
			containerStatuses: [{name: 'web', ready: true, restartCount: 0, state: {running: {}}}],
		},
	};
}
