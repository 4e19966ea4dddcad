import type {IncomingMessage} from 'node:http';
import {badRequest} from '../errors.ts';

/** A request path taken apart, as apiserver/pkg/endpoints/request's RequestInfo. */
export type RequestInfo = {
	group: string;
	version: string;
	namespace: string | undefined;
	resource: string;
	name: string | undefined;
	subresource: string | undefined;
	/** What follows `/proxy`, still percent-encoded, with its leading slash; undefined when there is not even a slash. */
	rest: string | undefined;
};

const decode = (segment: string): string => {
	try {
		return decodeURIComponent(segment);
	} catch {
		throw badRequest(`the request path holds an invalid percent-encoding: ${segment}`);
	}
};

/** The path and query of a request. Throws StatusError 400 when they are none. */
export function requestUrl({url = '/'}: IncomingMessage): URL {
	try {
		return new URL(url.startsWith('/') ? `https://127.0.0.1${url}` : url);
	} catch {
		throw badRequest('the request path is not a valid URL path');
	}
}

/** The parts of a path under /api/VERSION/ or /apis/GROUP/VERSION/, or undefined for other paths. Throws StatusError. */
export function parsePath(path: string): RequestInfo | undefined {
	const segments = path.split('/').slice(1);
	const legacy = segments[0] === 'api';
	if (!legacy && segments[0] !== 'apis') return undefined;
	const group = legacy ? '' : decode(segments[1] ?? '');
	const version = decode(segments[legacy ? 1 : 2] ?? '');
	let parts = segments.slice(legacy ? 2 : 3);
	if (!version || !parts[0]) return undefined;
	let namespace: string | undefined;
	const inside = parts[0] === 'namespaces' && parts[2] && parts[2] !== 'status' && parts[2] !== 'finalize';
	if (inside) {
		namespace = decode(parts[1] ?? '');
		parts = parts.slice(2);
	}
	const [resource = '', name, subresource, ...others] = parts;
	return {
		group,
		version,
		namespace,
		resource: decode(resource),
		name: name ? decode(name) : undefined,
		subresource: subresource ? decode(subresource) : undefined,
		rest: others.length > 0 ? `/${others.join('/')}` : undefined,
	};
}
