import type {IncomingMessage} from 'node:http';
import {badRequest, StatusError} from '../errors.ts';
import {jsonSyntaxError} from './json-syntax.ts';

/** The whole body of a request. Throws StatusError 413 above `limit` bytes: 3 MiB, as the real server. */
export function readBody(request: IncomingMessage, limit = 3 * 1024 * 1024): Promise<Buffer> {
	return new Promise((resolve, reject) => {
		const chunks: Buffer[] = [];
		let size = 0;
		request.on('data', (chunk: Buffer) => {
			size += chunk.length;
			if (size <= limit) chunks.push(chunk);
			// The rest is read and dropped, so that the client comes to read the answer.
			else reject(new StatusError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${limit}`, {}));
		});
		request.on('end', () => resolve(Buffer.concat(chunks)));
		request.on('error', reject);
		request.on('close', () => reject(new Error('the client went away')));
	});
}

/** A JSON object as a request carries it. */
export type JsonObject = {[field: string]: unknown};

/** The media type of a Content-Type header, without parameters. */
export const mediaTypeOf = (header: string | undefined): string => (header ?? '').split(';')[0]!.trim().toLowerCase();

/**
 * Decodes an object that a client sends as JSON, YAML or protobuf; without a Content-Type it is JSON. Throws StatusError:
 * 415 for other types, 400 for what cannot be read. `kind` is for the texts.
 */
export async function decodeObject(body: Buffer, contentType: string | undefined, kind: string): Promise<JsonObject> {
	switch (mediaTypeOf(contentType)) {
		case '':
		case '*/*':
		case 'application/json':
			return asObject(parseJson(body.toString(), kind), kind);
		case 'application/yaml':
			return asObject(await parseYaml(body.toString(), kind), kind);
		case 'application/vnd.kubernetes.protobuf':
			return (await import('./protobuf/decode.ts')).decodeProtobuf(body, kind);
		default:
			throw unsupportedMediaType(
				'the body of the request was in an unknown format - accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf',
			);
	}
}

/** 415 with the text as it stands. */
export const unsupportedMediaType = (message: string) => new StatusError(415, 'UnsupportedMediaType', message, {});

const unrecognized = (kind: string, why: string, body: string) =>
	badRequest(
		`the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${why} (${summary(body)})`,
	);

/** The beginning of a body, as the real server quotes it. */
function summary(body: string): string {
	if (body === '') return '<empty>';
	if (body.startsWith('{')) return body.length > 30 ? `${body.slice(0, 30)} ...` : body;
	const bytes = Buffer.from(body);
	return bytes.length > 30 ? `${bytes.subarray(0, 30).toString('hex')} ...` : bytes.toString('hex');
}

const syntaxError = (text: string, error: unknown) => jsonSyntaxError(text) ?? (error as Error).message;

/** Parses an object sent as JSON; `kind` is for the text of a failure. Throws StatusError 400. */
function parseJson(text: string, kind: string): unknown {
	try {
		return parse(text);
	} catch (error) {
		throw unrecognized(kind, syntaxError(text, error), text);
	}
}

/** Parses a patch sent as JSON: a list of operations, else an object. `type` is its media type. Throws StatusError 400. */
export function parsePatch(text: string, type: string): unknown {
	const isList = type === 'application/json-patch+json';
	const refuse = (why: string) =>
		badRequest(type === 'application/strategic-merge-patch+json' ? why : `error decoding patch: ${why}`);
	let patch: unknown;
	try {
		patch = parse(text) ?? (isList ? [] : {});
	} catch (error) {
		throw refuse(syntaxError(text, error));
	}
	if (typeof patch === 'object' && Array.isArray(patch) === isList) return patch;
	const wanted = isList ? '[]handlers.jsonPatchOp' : 'map[string]interface {}';
	throw refuse(`json: cannot unmarshal ${goKind(patch)} into Go value of type ${wanted}`);
}

/** Parses the first YAML document of a text (JSON is YAML too). Throws StatusError 400. */
export async function parseYaml(text: string, kind: string): Promise<unknown> {
	// Clients mostly send JSON under the name of YAML; the parser is loaded for those who do not.
	try {
		return parse(text);
	} catch {
		// Then it is YAML, or nothing.
	}
	const {parseAllDocuments} = await import('yaml');
	try {
		const [document] = parseAllDocuments(text, {version: '1.1', merge: true, intAsBigInt: false});
		if (!document || !('errors' in document)) return null;
		if (document.errors[0]) throw document.errors[0];
		// A round trip leaves what JSON can hold: no dates, no maps with other keys than strings.
		const json = JSON.stringify(document.toJS({maxAliasCount: 100})) ?? 'null';
		return parse(json);
	} catch (error) {
		throw badRequest(
			`the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; error converting YAML to JSON: yaml: ${(error as Error).message.split('\n')[0]}`,
		);
	}
}

/** How deeply a body may be nested: far deeper than any API type, and far from the end of the stack. */
const maxDepth = 500;

function parse(text: string): unknown {
	let depth = 0;
	let quoted = false;
	for (let i = 0; i < text.length; i++) {
		const character = text.charCodeAt(i);
		if (quoted) {
			if (character === 0x5c) i++;
			else if (character === 0x22) quoted = false;
		} else if (character === 0x22) quoted = true;
		else if (character === 0x5b || character === 0x7b) {
			if (++depth > maxDepth) throw new Error('exceeded max depth');
		} else if (character === 0x5d || character === 0x7d) depth--;
	}
	return withoutPrototypes(text, JSON.parse(text));
}

/** A member called `__proto__` would change what other code sees; no API object has one. */
function withoutPrototypes(text: string, value: unknown): unknown {
	if (!text.includes('__proto__') && !text.includes('\\u')) return value;
	const clean = (node: unknown): void => {
		if (typeof node !== 'object' || node === null) return;
		if (Object.hasOwn(node, '__proto__')) Reflect.deleteProperty(node, '__proto__');
		for (const child of Object.values(node)) clean(child);
	};
	clean(value);
	return value;
}

/** What Go's decoder calls the kind of a JSON value. */
function goKind(value: unknown): string {
	if (value === null) return 'null';
	if (Array.isArray(value)) return 'array';
	return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** A JSON value that must be an object. Throws StatusError 400. */
export function asObject(value: unknown, kind: string): JsonObject {
	if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
	throw unrecognized(
		kind,
		`json: cannot unmarshal ${goKind(value)} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }`,
		JSON.stringify(value) ?? '',
	);
}
