import type {HttpRequest} from '../network/http-server.ts';

/** What came of passing a request on, one entry for each server that was tried; times are ms. */
export type UpstreamTry = {address: string; status: number; connectTime?: number; headerTime?: number};

/** What the variables of one request are read from. */
export type NginxMoment = {
	request: HttpRequest;
	/** The path without arguments, decoded. */
	path: string;
	server: {name: string; port: number};
	hostname: string;
	version: string;
	/** The status and the length of the answer, once there is one. */
	answer?: {status: number; length: number};
	upstream: UpstreamTry[];
	/** The host and port of the proxy_pass. */
	proxyHost?: string;
};

const seconds = (ms: number | undefined) => (ms === undefined ? '-' : (ms / 1000).toFixed(3));
const tries = (moment: NginxMoment, value: (entry: UpstreamTry) => string) => moment.upstream.map(value).join(', ');
const hostOf = ({request, server}: NginxMoment) =>
	(request.headers.host ?? '').replace(/:\d+$/, '').toLowerCase() || server.name;

const variables: Record<string, (moment: NginxMoment) => string> = {
	host: hostOf,
	hostname: ({hostname}) => hostname,
	nginx_version: ({version}) => version,
	remote_addr: ({request}) => request.client,
	remote_user: () => '',
	request_method: ({request}) => request.method,
	request_uri: ({request}) => request.path,
	uri: ({path}) => path,
	document_uri: ({path}) => path,
	args: ({request}) => request.path.split('?').slice(1).join('?'),
	query_string: ({request}) => request.path.split('?').slice(1).join('?'),
	is_args: ({request}) => (request.path.includes('?') ? '?' : ''),
	scheme: () => 'http',
	server_name: ({server}) => server.name,
	server_port: ({server}) => String(server.port),
	server_protocol: () => 'HTTP/1.1',
	status: ({answer}) => String(answer?.status ?? '000'),
	body_bytes_sent: ({answer}) => String(answer?.length ?? 0),
	proxy_host: ({proxyHost = ''}) => proxyHost,
	proxy_add_x_forwarded_for: ({request}) =>
		[request.headers['x-forwarded-for'], request.client].filter(Boolean).join(', '),
	upstream_addr: moment => tries(moment, ({address}) => address),
	upstream_status: moment => tries(moment, ({status}) => String(status)),
	upstream_connect_time: moment => tries(moment, ({connectTime}) => seconds(connectTime)),
	upstream_header_time: moment => tries(moment, ({headerTime}) => seconds(headerTime)),
};

const reference = /\$(?:\{(\w+)\}|(\w+))/g;

/** The names of the variables in a text. */
export const variablesIn = (text: string): string[] =>
	[...text.matchAll(reference)].map(([, braced, plain]) => braced ?? plain ?? '');

/** Whether the simulated nginx knows a variable: headers, arguments of the query, captures (always empty), the usual ones. */
export const isKnownVariable = (name: string): boolean => /^((http|arg)_.*|\d)$/.test(name) || name in variables;

/** A text with the values of its variables. */
export function interpolate(text: string, moment: NginxMoment): string {
	return text.replace(reference, (_, braced: string | undefined, plain: string | undefined) =>
		variable(braced ?? plain ?? '', moment),
	);
}

function variable(name: string, moment: NginxMoment): string {
	const {headers, path} = moment.request;
	if (name.startsWith('http_')) return headers[name.slice('http_'.length).replaceAll('_', '-')] ?? '';
	if (name.startsWith('arg_')) {
		const pairs = (path.split('?')[1] ?? '').split('&').map(pair => pair.split('='));
		return pairs.find(([key]) => key?.toLowerCase() === name.slice('arg_'.length))?.[1] ?? '';
	}
	return variables[name]?.(moment) ?? '';
}
