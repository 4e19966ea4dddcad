import {readFileSync} from 'node:fs';
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import {request} from 'node:https';
import type {AddressInfo} from 'node:net';
import type {Duplex} from 'node:stream';
import {parse} from 'yaml';

/** One request as RBAC looks at it; `namespace` is empty for what concerns the whole cluster. */
export type Attempt = {
	verb: string;
	group: string;
	resource: string;
	subresource: string;
	namespace: string;
	name: string;
};

export type NarrowServer = Awaited<ReturnType<typeof startNarrowServer>>;

/** A cluster's API server for a user of few rights: it answers 403 as RBAC words it, and access reviews accordingly. */
export async function startNarrowServer(
	kubeconfig: string,
	user: string,
	allows: (attempt: Attempt) => boolean,
	port = 0,
	/** What an admission plugin would refuse. */
	admission: (incoming: IncomingMessage) => {status: number; message: string} | undefined = () => undefined,
) {
	const config = parse(readFileSync(kubeconfig, 'utf8'));
	const {server, 'certificate-authority-data': ca} = config.clusters[0].cluster;
	const {token, 'client-certificate-data': certificate, 'client-key-data': key} = config.users[0].user;
	const decoded = (data: string | undefined) => data && Buffer.from(data, 'base64');
	const upstream = {ca: decoded(ca), cert: decoded(certificate), key: decoded(key), agent: false as const};
	const refused: string[] = [];
	const written: string[] = [];
	const streams = new Set<Duplex>();

	const forward = (incoming: IncomingMessage) =>
		request(new URL(incoming.url ?? '/', server), {
			...upstream,
			method: incoming.method,
			headers: {
				...incoming.headers,
				host: new URL(server).host,
				...(token && {authorization: `Bearer ${token}`}),
			},
		});
	const refusal = (incoming: IncomingMessage) => {
		const attempt = attemptOf(incoming);
		if (!attempt || allows(attempt)) return undefined;
		const message = forbidden(user, attempt);
		refused.push(message);
		return message;
	};
	const answer = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
		const path = (incoming.url ?? '').split('?')[0]!;
		if (/selfsubjectaccessreviews$/.test(path)) {
			const body = JSON.parse(await text(incoming));
			const asked = {verb: '', group: '', resource: '', subresource: '', namespace: '', name: ''};
			const allowed = allows({...asked, ...body.spec.resourceAttributes});
			send(outgoing, 201, {...body, metadata: {}, status: {allowed}});
			return;
		}
		if (/selfsubjectreviews$/.test(path)) {
			send(outgoing, 201, {...JSON.parse(await text(incoming)), metadata: {}, status: {userInfo: {username: user}}});
			return;
		}
		const message = refusal(incoming);
		if (message !== undefined) {
			const status = {
				kind: 'Status',
				apiVersion: 'v1',
				metadata: {},
				status: 'Failure',
				reason: 'Forbidden',
				code: 403,
			};
			send(outgoing, 403, {...status, message});
			return;
		}
		const denied = admission(incoming);
		if (denied) {
			const {status: code, message} = denied;
			send(outgoing, code, {kind: 'Status', apiVersion: 'v1', status: 'Failure', code, message});
			return;
		}
		if (!['GET', 'HEAD'].includes(incoming.method ?? '')) written.push(`${incoming.method} ${path}`);
		const asking = forward(incoming);
		asking.on('response', response => {
			outgoing.writeHead(response.statusCode ?? 502, response.headers);
			// A watch may have nothing to tell for a long time.
			outgoing.flushHeaders();
			response.pipe(outgoing);
		});
		asking.on('error', () => outgoing.destroy());
		outgoing.on('close', () => asking.destroy());
		incoming.pipe(asking);
	};
	const http = createServer((incoming, outgoing) => void answer(incoming, outgoing).catch(() => outgoing.destroy()));
	http.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
		const attempt = attemptOf(incoming);
		const mayGet = attempt?.subresource !== 'portforward' || allows({...attempt, verb: 'get'});
		if (!mayGet || refusal(incoming) !== undefined) {
			socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
			return;
		}
		const asking = forward(incoming);
		asking.on('upgrade', (response, far, farHead) => {
			const lines = response.rawHeaders.flatMap((name, at) =>
				at % 2 ? [] : [`${name}: ${response.rawHeaders[at + 1]}`],
			);
			socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
			socket.write(farHead);
			far.write(head);
			far.pipe(socket).pipe(far);
			far.on('error', () => socket.destroy());
			socket.on('error', () => far.destroy());
			streams.add(socket);
			socket.on('close', () => {
				streams.delete(socket);
				far.destroy();
			});
		});
		asking.on('response', response => {
			socket.end(`HTTP/1.1 ${response.statusCode} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
		});
		asking.on('error', () => socket.destroy());
		asking.end();
	});
	await new Promise<void>(resolve => http.listen(port, '127.0.0.1', resolve));
	return {
		url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
		/** The messages of everything that was refused. */
		refused,
		/** Method and path of everything that was let through and is more than reading. */
		written,
		close: () =>
			new Promise<void>(resolve => {
				http.close(() => resolve());
				http.closeAllConnections();
				for (const socket of streams) socket.destroy();
			}),
	};
}

/** Reads who wants what from a request; undefined for discovery and the like, which everybody may read. */
function attemptOf({method = 'GET', url = '/'}: IncomingMessage): Attempt | undefined {
	const {pathname, searchParams} = new URL(url, 'http://server');
	const parts = pathname.split('/').filter(Boolean);
	const rest = parts[0] === 'api' ? parts.slice(2) : parts[0] === 'apis' ? parts.slice(3) : [];
	if (rest.length === 0) return undefined;
	const group = parts[0] === 'apis' ? parts[1]! : '';
	const [namespace, [resource = '', name = '', subresource = '']] =
		rest[0] === 'namespaces' && rest.length > 2 ? [rest[1]!, rest.slice(2)] : ['', rest];
	const reading = name ? 'get' : searchParams.get('watch') === 'true' ? 'watch' : 'list';
	const deleting = name ? 'delete' : 'deletecollection';
	const verbs: Record<string, string> = {POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: deleting};
	const verb = verbs[method] ?? reading;
	// Opening a stream counts as creating it; kubectl's exec falls back on POST where it may not GET.
	const streams = ['exec', 'attach', 'portforward'].includes(subresource) ? 'create' : verb;
	return {
		verb: streams,
		group,
		resource,
		subresource,
		name,
		namespace: resource === 'namespaces' ? name : namespace,
	};
}

/** The message of rbac.go in kube-apiserver. */
function forbidden(user: string, {verb, group, resource, subresource, namespace, name}: Attempt): string {
	const where = namespace && resource !== 'namespaces' ? `in the namespace "${namespace}"` : 'at the cluster scope';
	const full = subresource ? `${resource}/${subresource}` : resource;
	const shown = group ? `${resource}.${group}` : resource;
	return `${shown}${name ? ` "${name}"` : ''} is forbidden: User "${user}" cannot ${verb} resource "${full}" in API group "${group}" ${where}`;
}

async function text(incoming: IncomingMessage): Promise<string> {
	let body = '';
	for await (const piece of incoming) body += piece;
	return body;
}

function send(outgoing: ServerResponse, status: number, body: unknown): void {
	outgoing.writeHead(status, {'content-type': 'application/json'}).end(JSON.stringify(body));
}
