import {badRequest, StatusError} from '../../errors.ts';
import type {EndpointAddress, Endpoints, Node, Pod, Service} from '../../types.ts';
import {readBody} from '../body.ts';
import type {Call} from '../context.ts';
import {requestUrl} from '../request-info.ts';

type Target = {scheme: string; ip: string; port: number};

const unavailable = (message: string) => new StatusError(503, 'ServiceUnavailable', message);

/** Any method on a Service's or Pod's `proxy`: the API server makes the request in the cluster's network. Throws StatusError. */
export async function serveProxy(call: Call): Promise<void> {
	const {definition, info, server, request, response} = call;
	const [scheme, name, port] = splitProxyName(info.name!, definition.kind);
	const target =
		definition.plural === 'services' ? serviceTarget(call, scheme, name, port) : podTarget(call, scheme, name, port);
	const {pathname, search} = requestUrl(request);
	if (info.rest === undefined) {
		response.writeHead(301, {Location: `${pathname}/${search}`, 'Content-Length': 0});
		response.end();
		return;
	}
	if (!server.network) throw unavailable('this cluster has no network');
	const body = await readBody(request);
	const {ip: client, name: node} = apiServerAddress(server.simulation.store.list<Node>('nodes'));
	const headers = forwardedHeaders(call);
	const url = `${target.scheme}://${target.ip}:${target.port}${info.rest}${search}`;
	const reply = await server.network.request(
		{method: request.method ?? 'GET', url, headers, ...(body.length > 0 && {body})},
		{ip: client, ...(node && {node})},
	);
	if ('failure' in reply) {
		const what = {
			refused: 'connect: connection refused',
			timeout: 'i/o timeout',
			reset: 'read: connection reset by peer',
			'unknown-host': 'no such host',
		};
		throw unavailable(`error trying to reach service: dial tcp ${target.ip}:${target.port}: ${what[reply.failure]}`);
	}
	const answered: Record<string, string> = {};
	for (const [key, value] of Object.entries(reply.headers)) {
		if (!hopByHop.has(key.toLowerCase()) && key.toLowerCase() !== 'content-length') answered[key] = value;
	}
	const prefix = pathname.slice(0, -info.rest.length);
	const html = /^text\/html/i.test(
		Object.entries(reply.headers).find(([key]) => key.toLowerCase() === 'content-type')?.[1] ?? '',
	);
	const text = html ? Buffer.from(rewriteLinks(Buffer.from(reply.body).toString(), prefix)) : Buffer.from(reply.body);
	response.writeHead(reply.status, {...answered, 'Content-Length': text.length});
	response.end(request.method === 'HEAD' ? undefined : text);
}

const hopByHop = new Set([
	'connection',
	'keep-alive',
	'proxy-authenticate',
	'proxy-authorization',
	'te',
	'trailer',
	'transfer-encoding',
	'upgrade',
]);

/** `[scheme:]name[:port]`, as apimachinery's SplitSchemeNamePort. */
function splitProxyName(id: string, kind: string): [scheme: string, name: string, port: string] {
	const parts = id.split(':');
	const fail = () => badRequest(`invalid ${kind.toLowerCase()} request ${JSON.stringify(id)}`);
	if (parts.length === 1) return ['http', parts[0]!, ''];
	if (parts.length === 2) return ['http', parts[0]!, parts[1]!];
	const [scheme = '', name = '', port = ''] = parts;
	if (parts.length !== 3 || (scheme !== 'http' && scheme !== 'https' && scheme !== '') || !name) throw fail();
	return [scheme || 'http', name, port];
}

/** A ready address of the Service's Endpoints that belongs to a Pod which has it, by chance. */
function serviceTarget({server, info}: Call, scheme: string, name: string, port: string): Target {
	const {registry, store, random} = server.simulation;
	const service = registry.get<Service>('services', info.namespace, name);
	const portName = /^\d+$/.test(port) ? service.spec.ports?.find(each => String(each.port) === port)?.name : port;
	if (/^\d+$/.test(port) && !service.spec.ports?.some(each => String(each.port) === port))
		throw unavailable(`no service port ${port} found for service ${JSON.stringify(name)}`);
	const endpoints = store.get<Endpoints>('endpoints', info.namespace, name);
	const candidates: Target[] = [];
	for (const {addresses = [], ports = []} of endpoints?.subsets ?? []) {
		const found = ports.find(each => (each.name ?? '') === (portName ?? ''));
		if (!found?.port) continue;
		for (const address of addresses)
			if (belongsToPod(address)) candidates.push({scheme, ip: address.ip, port: found.port});
	}
	const target = candidates[random.below(candidates.length)];
	if (!target) throw unavailable(`no endpoints available for service ${JSON.stringify(name)}`);
	return target;

	function belongsToPod({ip, targetRef}: EndpointAddress): boolean {
		if (targetRef?.kind !== 'Pod' || !targetRef.name) return false;
		const pod = store.get<Pod>('pods', targetRef.namespace ?? info.namespace, targetRef.name);
		return pod?.status.podIPs?.some(each => each.ip === ip) === true || pod?.status.podIP === ip;
	}
}

function podTarget({server, info}: Call, scheme: string, name: string, port: string): Target {
	const pod = server.simulation.registry.get<Pod>('pods', info.namespace, name);
	const ip = pod.status.podIP;
	if (!ip) throw badRequest('address not allowed');
	const declared = pod.spec.containers.flatMap(({ports = []}) => ports)[0]?.containerPort;
	const number = port === '' ? (declared ?? (scheme === 'https' ? 443 : 80)) : Number(port);
	if (!Number.isInteger(number) || number < 1 || number > 65535)
		throw badRequest(`invalid pod request ${JSON.stringify(info.name)}`);
	return {scheme, ip, port: number};
}

/** The API server's own address: its node's. */
function apiServerAddress(nodes: Iterable<Node>): {ip: string; name?: string} {
	for (const {metadata, status} of nodes) {
		if (metadata.labels?.['node-role.kubernetes.io/control-plane'] === undefined) continue;
		const ip = status.addresses?.find(({type}) => type === 'InternalIP')?.address;
		if (ip) return {ip, name: metadata.name};
	}
	return {ip: '127.0.0.1'};
}

function forwardedHeaders({request}: Call): Record<string, string> {
	const headers: Record<string, string> = {};
	for (const [key, value] of Object.entries(request.headers)) {
		if (value === undefined || hopByHop.has(key) || key === 'authorization' || key === 'host') continue;
		headers[key] = [value].flat().join(', ');
	}
	const {host = '127.0.0.1'} = request.headers;
	const {pathname} = requestUrl(request);
	return {
		...headers,
		host,
		'x-forwarded-for': [headers['x-forwarded-for'], request.socket.remoteAddress].filter(Boolean).join(', '),
		'x-forwarded-host': host,
		'x-forwarded-proto': 'https',
		'x-forwarded-uri': pathname,
	};
}

/** Links from the root of the host lead through the proxy, as apimachinery/pkg/util/proxy rewrites them. */
const rewriteLinks = (html: string, prefix: string): string =>
	html.replace(
		/(\s(?:href|src|action|cite|longdesc|codebase|data|classid|usemap|profile|background|poster|manifest|formaction|icon)=["'])(\/(?!\/)[^"']*)/gi,
		(_all, before: string, link: string) => (link.startsWith(prefix) ? before + link : before + prefix + link),
	);
