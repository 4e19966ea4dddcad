import type {HttpReply, HttpRequest} from '../network/http-server.ts';
import type {Machine} from './machine.ts';
import type {NginxProxy, NginxServer} from './nginx-config.ts';
import {interpolate, type NginxMoment, type UpstreamTry} from './nginx-variables.ts';

/** Where a `proxy_pass` without variables leads; its name is looked up once, when nginx starts. */
export type FixedUpstream = {addresses: string[]};

/** A request that could not be passed on: the status for the client, and the words for the error log. */
export type ProxyFailure = {failed: number; why: string};

type PassOn = {
	machine: Machine;
	server: NginxServer;
	proxy: NginxProxy;
	/** The prefix of the location, which a path in the proxy_pass takes the place of. */
	prefix: string;
	moment: NginxMoment;
	fixed: FixedUpstream | undefined;
};

/** The parts of a proxy_pass with its variables filled in; undefined when that makes no address. */
export function upstreamOf(pass: string): {host: string; port: number; named: string; uri: string} | undefined {
	const [, host, port, uri = ''] = /^http:\/\/([^/:?]+)(?::(\d+))?([/?].*)?$/.exec(pass) ?? [];
	if (host === undefined) return undefined;
	return {host, port: Number(port ?? 80), named: port === undefined ? host : `${host}:${port}`, uri};
}

const isAddress = (host: string) => /^\d{1,3}(\.\d{1,3}){3}$/.test(host);

/** Answer headers that nginx keeps to itself (ngx_http_proxy_hide_headers), and those of one connection only. */
const keptBack = ['date', 'server', 'x-pad', 'connection', 'keep-alive', 'transfer-encoding'];

/**
 * Passes a request on as ngx_http_proxy_module does: a name with a variable in it is looked up by the `resolver`, which knows
 * no search domains, and of several addresses the next is tried where one does not take the connection.
 */
export function passOn(what: PassOn, done: (result: HttpReply | ProxyFailure) => void): void {
	const {machine, server, proxy, prefix, moment, fixed} = what;
	const {request} = moment;
	const pass = interpolate(proxy.pass, moment);
	const upstream = upstreamOf(pass);
	if (!upstream) {
		done({failed: 500, why: `invalid URL prefix in "${pass}"`});
		return;
	}
	const {host, port, named, uri} = upstream;
	moment.proxyHost = named;
	let addresses = fixed?.addresses ?? (isAddress(host) ? [host] : []);
	if (addresses.length === 0) {
		if (!server.resolver) {
			done({failed: 502, why: `no resolver defined to resolve ${host}`});
			return;
		}
		const {code, records} = machine.network.lookup(host, 'A');
		addresses = records.filter(({type}) => type === 'A').map(({data}) => data);
		if (addresses.length === 0) {
			const why = code === 'NXDOMAIN' ? '3: Host not found' : '2: Server failure';
			done({failed: 502, why: `${host} could not be resolved (${why})`});
			return;
		}
	}
	const path = uri === '' ? request.path : fixed ? uri + request.path.slice(prefix.length) : uri;
	const headers = headersFor(proxy, moment);
	const attempt = ([address = '', ...others]: string[]) => {
		const began = machine.clock.now();
		const entry: UpstreamTry = {address: `${address}:${port}`, status: 502};
		moment.upstream.push(entry);
		const since = () => machine.clock.now() - began;
		const sent = {method: request.method, host: address, port, path, headers, body: request.body};
		machine.network.send({...sent, connectTimeout: proxy.connectTimeout, timeout: proxy.readTimeout}, arrival => {
			if (!('failure' in arrival)) {
				Object.assign(entry, {status: arrival.status, connectTime: 0, headerTime: since()});
				done({status: arrival.status, headers: shown(arrival.headers, proxy), body: arrival.body});
				return;
			}
			if (arrival.connected) entry.connectTime = 0;
			const timedOut = arrival.failure === 'timeout';
			entry.status = timedOut ? 504 : 502;
			if (others.length > 0 && !arrival.connected) attempt(others);
			else done({failed: entry.status, why: `${reason(arrival)}, upstream: "http://${entry.address}${path}"`});
		});
	};
	attempt(addresses);
}

function reason({failure, connected}: {failure: string; connected?: true}): string {
	if (failure === 'timeout')
		return `upstream timed out (110: Connection timed out) while ${connected ? 'reading response header from' : 'connecting to'} upstream`;
	if (connected) return 'upstream prematurely closed connection while reading response header from upstream';
	return 'connect() failed (111: Connection refused) while connecting to upstream';
}

function headersFor(proxy: NginxProxy, moment: NginxMoment): Record<string, string> {
	const {
		connection,
		'keep-alive': _,
		expect,
		upgrade,
		te,
		'transfer-encoding': chunked,
		...rest
	} = moment.request.headers;
	const headers: HttpRequest['headers'] = {...rest, host: moment.proxyHost ?? '', connection: 'close'};
	for (const [name, value] of proxy.headers ?? []) {
		const given = interpolate(value, moment);
		if (given === '') delete headers[name];
		else headers[name] = given;
	}
	if (moment.request.body.length > 0) headers['content-length'] = String(moment.request.body.length);
	return headers;
}

function shown(headers: HttpReply['headers'], {passed}: NginxProxy): HttpReply['headers'] {
	return Object.fromEntries(
		Object.entries(headers).filter(([name]) => {
			const lower = name.toLowerCase();
			return passed.includes(lower) || !(keptBack.includes(lower) || lower.startsWith('x-accel-'));
		}),
	);
}
