import type {IncomingMessage, ServerResponse} from 'node:http';
import {StatusError} from '../errors.ts';
import {type OutputForm, wantsPretty} from './negotiate.ts';

const plainJson: OutputForm = {syntax: 'json', as: 'object', version: 'v1'};
/** Answers with a JSON text, converted when the client asked for YAML. */
export function sendJson(response: ServerResponse, code: number, json: string, form: OutputForm = plainJson): void {
	if (form.syntax === 'json') sendBody(response, code, jsonBody(response.req, json), 'application/json');
	else {
		// Loaded only for the rare client that wants it.
		void import('yaml').then(({stringify}) =>
			sendBody(response, code, stringify(JSON.parse(json), {aliasDuplicateObjects: false}), 'application/yaml'),
		);
	}
}

/** A JSON text as the body of an answer: in lines where the client's reader is a human being. */
export const jsonBody = (request: IncomingMessage, json: string): string =>
	wantsPretty(request) ? JSON.stringify(JSON.parse(json), undefined, 2) : `${json}\n`;

function sendBody(response: ServerResponse, code: number, body: string, type: string): void {
	response.writeHead(code, {
		'Content-Type': type,
		'Content-Length': Buffer.byteLength(body),
		'Cache-Control': 'no-cache, private',
	});
	response.end(response.req.method === 'HEAD' ? undefined : body);
}

/** Answers with a plain text, as health checks do. */
export function sendText(response: ServerResponse, code: number, text: string): void {
	response.writeHead(code, {
		'Content-Type': 'text/plain; charset=utf-8',
		'Content-Length': Buffer.byteLength(text),
		'X-Content-Type-Options': 'nosniff',
	});
	response.end(response.req.method === 'HEAD' ? undefined : text);
}

/** Answers with the Status of a failure; what is not a StatusError is a fault of this server (500). */
export function sendError(response: ServerResponse, error: unknown, form?: OutputForm): void {
	if (response.destroyed || response.writableEnded) return;
	if (response.headersSent) {
		response.destroy();
		return;
	}
	const failure = error instanceof StatusError ? error : internalError(error);
	const seconds = failure.details?.retryAfterSeconds;
	if (seconds) response.setHeader('Retry-After', String(seconds));
	sendJson(response, failure.code, JSON.stringify(failure.toStatus()), form && {...form, as: 'object'});
}

const internalError = (error: unknown) => {
	const text = error instanceof Error ? error.message : String(error);
	return new StatusError(500, 'InternalError', `Internal error occurred: ${text}`, {
		causes: [{reason: '', message: text}],
	});
};

/** All warnings of one answer are at most about this long; the real server cuts them off as well. */
const maxWarnings = 4096;

/** Adds one `Warning` header (RFC 7234, code 299) for each text that is not there yet. */
export function addWarnings(response: ServerResponse, texts: Iterable<string>): void {
	const known = new Set([response.getHeader('Warning') ?? []].flat().map(String));
	let left = maxWarnings - [...known].join('').length;
	for (const text of texts) {
		// Header values hold printable ASCII only; kubectl decodes nothing else either.
		const quoted = text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&');
		const value = `299 - "${quoted}"`;
		left -= value.length;
		if (left < 0) return;
		if (known.has(value)) continue;
		known.add(value);
		response.appendHeader('Warning', value);
	}
}
