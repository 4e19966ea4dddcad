import type {IncomingMessage, ServerResponse} from 'node:http';
import type {Socket} from 'node:net';
import {badRequest, StatusError} from '../errors.ts';
import {apiVersionOf, type ResourceDefinition} from '../resources/definition.ts';
import type {KubeObject} from '../types.ts';
import {answerReview, isReview} from './access-review.ts';
import type {Call, Server} from './context.ts';
import {serveControl} from './control.ts';
import {discovery, reviews} from './discovery.ts';
import {itemJson} from './encode.ts';
import {listPage} from './list.ts';
import {negotiate, type OutputForm, parseAccept} from './negotiate.ts';
import {notServed} from './not-served.ts';
import {createOpenApi} from './openapi.ts';
import {listOptions} from './options.ts';
import {bind, evict, finalizeNamespace} from './pod-actions.ts';
import {parsePath, requestUrl} from './request-info.ts';
import {addWarnings, jsonBody, sendError, sendJson, sendText} from './respond.ts';
import {parseSelection} from './selection.ts';
import {includeObjectOf, sendObject} from './send-object.ts';
import {serveLog} from './streams/log.ts';
import {serveProxy} from './streams/proxy.ts';
import {tableOf} from './table.ts';
import version from './version.json' with {type: 'json'};
import {serveWatch} from './watch.ts';

/** Sends each request to what answers it. */
export type Router = {
	handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
	upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void>;
};

const methodNotAllowed = () =>
	new StatusError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', {});

// Only a write needs the schemas of all kinds. Loaded when first asked for, they do not delay the cluster's start.
const writes = () => import('./write.ts');

/** The router of one server. */
export function createRouter(server: Server): Router {
	const {definitions} = server.simulation.registry;
	const openApi = createOpenApi(definitions);
	const byPath = new Map<string, ResourceDefinition>();
	for (const definition of definitions.values())
		byPath.set(`${definition.group}/${definition.version}/${definition.plural}`, definition);

	return {
		async handle(request, response) {
			const url = requestUrl(request);
			const path = url.pathname;
			if (answerPlain(url, request, response)) return;
			if (server.control && path.startsWith('/simulator/'))
				return await serveControl(server, server.control, request, response);
			if (path.startsWith('/openapi/')) {
				if (await openApi(path, url.searchParams, request, response)) return;
				return sendError(response, notServed());
			}
			const found = discovery(path, definitions.values(), parseAccept(request.headers.accept ?? ''));
			if (path === '/') {
				sendJson(response, 200, JSON.stringify({paths: rootPaths(definitions.values())}, undefined, 2));
				return;
			}
			if (found) {
				if (request.method !== 'GET' && request.method !== 'HEAD') return sendError(response, methodNotAllowed());
				const body = jsonBody(request, JSON.stringify(found.body));
				response.writeHead(200, {
					'Content-Type': found.contentType,
					'Content-Length': Buffer.byteLength(body),
					'Cache-Control': 'public',
					Vary: 'Accept',
				});
				response.end(request.method === 'HEAD' ? undefined : body);
				return;
			}
			let form: OutputForm | undefined;
			try {
				const info = parsePath(path);
				if (!info) {
					if (path.startsWith('/api')) throw notServed();
					return sendText(response, 404, '404 page not found\n');
				}
				if (isReview(info)) return await answerReview(info, request, response);
				const definition = byPath.get(`${info.group}/${info.version}/${info.resource}`);
				if (!definition) throw notServed(info);
				if (definition.deprecation) addWarnings(response, [definition.deprecation]);
				const streams = info.subresource === 'proxy' || info.subresource === 'log';
				form = streams ? {syntax: 'json', as: 'object', version: 'v1'} : negotiate(request.headers.accept);
				if (!definition.namespaced && info.namespace !== undefined) throw notServed();
				await answer({server, request, response, info, query: url.searchParams, definition, form});
			} catch (error) {
				sendError(response, error, form);
			}
		},
		async upgrade(request, socket, head) {
			const url = requestUrl(request);
			const info = parsePath(url.pathname);
			if (info?.group !== '' || info.resource !== 'pods' || !info.name) throw notServed(info);
			const call = {server, info, query: url.searchParams};
			// Loaded when first asked for, too.
			if (info.subresource === 'exec' || info.subresource === 'attach')
				await (await import('./streams/exec.ts')).serveExec(call, request, socket, head);
			else if (info.subresource === 'portforward')
				await (await import('./streams/port-forward.ts')).servePortForward(call, request, socket, head);
			else throw notServed(info);
		},
	};
}

/** The paths that this server answers, as `kubectl get --raw /` shows them. */
function rootPaths(definitions: Iterable<ResourceDefinition>): string[] {
	const paths = new Set(['/api', '/apis', '/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/readyz', '/version']);
	for (const {group, version} of [...definitions, ...reviews]) {
		if (group) paths.add(`/apis/${group}`);
		paths.add(group ? `/apis/${group}/${version}` : `/api/${version}`);
	}
	return [...paths].sort();
}

function answerPlain(
	{pathname: path, searchParams}: URL,
	{method}: IncomingMessage,
	response: ServerResponse,
): boolean {
	const health = /^\/(healthz|livez|readyz)(\/.*)?$/.exec(path);
	if (!health && path !== '/version' && path !== '/version/') return false;
	if (method !== 'GET' && method !== 'HEAD') sendError(response, methodNotAllowed());
	else if (health)
		sendText(response, 200, searchParams.has('verbose') ? `[+]ping ok\n${health[1]} check passed\n` : 'ok');
	else sendJson(response, 200, JSON.stringify(version, undefined, 2));
	return true;
}

async function answer(call: Call): Promise<void> {
	const {request, info, definition, query} = call;
	const method = request.method === 'HEAD' ? 'GET' : request.method;
	const allow = (verb: string) => {
		if (!definition.verbs.includes(verb)) throw methodNotAllowed();
	};
	if (info.subresource !== undefined) return await answerSubresource(call, method ?? '');
	if (info.name === undefined) {
		switch (method) {
			case 'GET':
				allow('list');
				return answerList(call);
			case 'POST':
				allow('create');
				if (definition.namespaced && info.namespace === undefined)
					throw badRequest('an empty namespace may not be set during creation');
				return (await writes()).createObject(call);
			case 'DELETE':
				allow('deletecollection');
				return (await writes()).deleteCollection(call);
			default:
				throw methodNotAllowed();
		}
	}
	if (definition.namespaced && info.namespace === undefined) throw notServed();
	switch (method) {
		case 'GET':
			allow('get');
			if (query.get('watch') === 'true' || query.get('watch') === '1') {
				query.set('fieldSelector', `metadata.name=${info.name}`);
				return answerList(call);
			}
			return sendObject(call, 200, call.server.simulation.registry.get(definition.plural, info.namespace, info.name));
		case 'PUT':
			allow('update');
			return (await writes()).updateObject(call);
		case 'PATCH':
			allow('patch');
			return (await writes()).patchCall(call);
		case 'DELETE':
			allow('delete');
			return (await writes()).deleteObject(call);
		default:
			throw methodNotAllowed();
	}
}

async function answerSubresource(call: Call, method: string): Promise<void> {
	const {info, definition, server} = call;
	if (definition.namespaced && info.namespace === undefined) throw notServed();
	if (info.subresource === 'status' && definition.hasStatus) {
		if (method === 'GET')
			return sendObject(call, 200, server.simulation.registry.get(definition.plural, info.namespace, info.name!));
		if (method === 'PUT') return (await writes()).updateObject(call, 'status');
		if (method === 'PATCH') return (await writes()).patchCall(call, 'status');
		throw methodNotAllowed();
	}
	if (info.subresource === 'scale' && (definition.plural === 'deployments' || definition.plural === 'replicasets'))
		return (await import('./scale.ts')).serveScale(call, method);
	if (info.subresource === 'proxy' && (definition.plural === 'services' || definition.plural === 'pods'))
		return await serveProxy(call);
	const action = actions[`${definition.plural}/${info.subresource}`];
	if (!action) throw notServed(info);
	if (action.method && action.method !== method) throw methodNotAllowed();
	await action.serve(call);
}

/** Subresources that are not written back as they were read. */
const actions: Record<string, {method: string | undefined; serve(call: Call): Promise<void>}> = {
	'pods/log': {method: 'GET', serve: serveLog},
	'pods/binding': {method: 'POST', serve: bind},
	'pods/eviction': {method: 'POST', serve: evict},
	'namespaces/finalize': {method: 'PUT', serve: finalizeNamespace},
	'pods/exec': {method: undefined, serve: upgradeRequired},
	'pods/attach': {method: undefined, serve: upgradeRequired},
	'pods/portforward': {method: undefined, serve: upgradeRequired},
};

async function upgradeRequired(): Promise<void> {
	throw badRequest('Upgrade request required');
}

function answerList(call: Call): void {
	const {server, response, info, query, definition, form} = call;
	const {store, clock} = server.simulation;
	const options = listOptions(query);
	const selection = parseSelection(definition, query.get('labelSelector'), query.get('fieldSelector'));
	const includeObject = includeObjectOf(query);
	if (options.watch) {
		if (!definition.verbs.includes('watch')) throw methodNotAllowed();
		serveWatch(
			{
				store,
				clock,
				realTime: server.realTime,
				definition,
				namespace: info.namespace,
				selection,
				options,
				form,
				includeObject,
			},
			response,
		);
		return;
	}
	const {objects, metadata} = listPage(store, definition, info.namespace, selection, options);
	if (form.as === 'Table') {
		const table = tableOf(definition, objects, {now: clock.now(), version: form.version, includeObject, metadata});
		sendJson(response, 200, JSON.stringify(table), form);
		return;
	}
	sendJson(response, 200, listJson(definition, objects, metadata, form), form);
}

function listJson(definition: ResourceDefinition, objects: KubeObject[], metadata: unknown, form: OutputForm): string {
	if (form.as === 'PartialObjectMetadata') {
		return JSON.stringify({
			kind: 'PartialObjectMetadataList',
			apiVersion: `meta.k8s.io/${form.version}`,
			metadata,
			items: objects.map(object => ({metadata: object.metadata})),
		});
	}
	const head = JSON.stringify({
		kind: definition.listKind ?? `${definition.kind}List`,
		apiVersion: apiVersionOf(definition),
		metadata,
	});
	return `${head.slice(0, -1)},"items":[${objects.map(itemJson).join(',')}]}`;
}
