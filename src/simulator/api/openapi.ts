import {createHash} from 'node:crypto';
import type {IncomingMessage, ServerResponse} from 'node:http';
import type {ResourceDefinition} from '../resources/definition.ts';
import {notAcceptable, parseAccept} from './negotiate.ts';

type Document = {text: string; hash: string};

// kubectl asks for the older OpenAPI v2 only about kinds that v3 does not have. An empty document says that this one
// does not have them either; without any document kubectl gives up before it can say which kind is unknown.
const emptyV2 = {swagger: '2.0', info: {title: 'Kubernetes', version: 'v1.36.2'}, paths: {}, definitions: {}};
const v2Protobuf = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
/** The same as an openapi.v2.Document: field 1 swagger, field 2 info with 1 title and 2 version. */
const emptyV2Protobuf = Buffer.from('\n\x032.0\x12\x15\n\nKubernetes\x12\x07v1.36.2', 'latin1');

/** Answers /openapi/v3 and below, and an empty /openapi/v2; false for other paths. Documents are made when they are first asked for. */
export function createOpenApi(definitions: ReadonlyMap<string, ResourceDefinition>) {
	const documents = new Map<string, Promise<Document>>();
	const paths = new Set<string>();
	for (const {group, version} of definitions.values()) paths.add(group ? `apis/${group}/${version}` : `api/${version}`);
	const make = async (path: string): Promise<Document> => {
		const {openApiDocument} = await import('../schema/openapi.ts');
		const text = JSON.stringify(await openApiDocument(path, definitions.values()));
		return {text, hash: createHash('sha512').update(text).digest('hex').toUpperCase()};
	};
	const documentAt = (path: string): Promise<Document> => {
		const document = documents.get(path) ?? make(path);
		documents.set(path, document);
		return document;
	};

	return async (
		path: string,
		query: URLSearchParams,
		request: IncomingMessage,
		response: ServerResponse,
	): Promise<boolean> => {
		const send = (text: string | Buffer, headers: Record<string, string>) => {
			response.writeHead(200, {
				'Content-Type': 'application/json',
				'Content-Length': Buffer.byteLength(text),
				...headers,
			});
			response.end(request.method === 'HEAD' ? undefined : text);
			return true;
		};
		if (path === '/openapi/v3' || path === '/openapi/v3/') {
			const index: Record<string, {serverRelativeURL: string}> = {};
			for (const each of [...paths].sort())
				index[each] = {serverRelativeURL: `/openapi/v3/${each}?hash=${(await documentAt(each)).hash}`};
			return send(JSON.stringify({paths: index}), {});
		}
		if (path === '/openapi/v2') {
			const [wanted] = parseAccept(request.headers.accept ?? '*/*');
			return wanted?.type.startsWith('application/com.github.proto-openapi.spec.v2')
				? send(emptyV2Protobuf, {'Content-Type': v2Protobuf})
				: send(JSON.stringify(emptyV2), {});
		}
		const name = path.slice('/openapi/v3/'.length);
		if (!path.startsWith('/openapi/v3/') || !paths.has(name)) return false;
		const accepts = parseAccept(request.headers.accept ?? '*/*').some(({type}) =>
			['application/json', 'application/*', '*/*'].includes(type),
		);
		if (!accepts) throw notAcceptable();
		const {text, hash} = await documentAt(name);
		// A client that gives the hash may keep the document for good.
		const cache: Record<string, string> =
			query.get('hash') === hash ? {'Cache-Control': 'public, immutable', ETag: `"${hash}"`} : {ETag: `"${hash}"`};
		return send(text, cache);
	};
}
