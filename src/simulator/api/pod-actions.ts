import {badRequest} from '../errors.ts';
import {bindPod} from '../node/binding.ts';
import type {DeleteOptions} from '../registry.ts';
import type {Namespace} from '../types.ts';
import {asObject, decodeObject, readBody} from './body.ts';
import type {Call} from './context.ts';
import {isDryRun} from './options.ts';
import {sendJson} from './respond.ts';
import {sendObject} from './send-object.ts';

const success = {kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success'};

/** POST to a Pod's `binding`: assigns it to a node. Throws StatusError. */
export async function bind(call: Call): Promise<void> {
	const {request, info, server, response, form} = call;
	const body = await decodeObject(await readBody(request), request.headers['content-type'], 'Binding');
	const {kind = '', name} = asObject(body.target ?? {}, 'Binding');
	if (kind !== '' && kind !== 'Node')
		throw badRequest(`Unsupported value: ${JSON.stringify(kind)}: supported values: "Node", "<empty>"`);
	if (typeof name !== 'string' || !name) throw badRequest('target.name: Required value');
	bindPod(server.simulation, info.namespace!, info.name!, name);
	sendJson(response, 201, JSON.stringify(success), form);
}

/** POST to a Pod's `eviction`: deletes it; disruption budgets are not simulated. Throws StatusError. */
export async function evict(call: Call): Promise<void> {
	const {request, info, server, response, form, query} = call;
	const body = await decodeObject(await readBody(request), request.headers['content-type'], 'Eviction');
	const options = asObject(body.deleteOptions ?? {}, 'Eviction') as DeleteOptions & {dryRun?: string[]};
	const dryRun = isDryRun(query, {kind: 'CreateOptions'}) || options.dryRun?.includes('All') === true;
	server.simulation.registry.delete('pods', info.namespace, info.name!, options, {dryRun});
	sendJson(response, 201, JSON.stringify({...success, code: 201}), form);
}

/** PUT to a Namespace's `finalize`: replaces spec.finalizers, which holds a terminating namespace back. Throws StatusError. */
export async function finalizeNamespace(call: Call): Promise<void> {
	const {request, info, server} = call;
	const body = await decodeObject(await readBody(request), request.headers['content-type'], 'Namespace');
	const {finalizers} = asObject(body.spec ?? {}, 'Namespace');
	const {registry} = server.simulation;
	const old = registry.get<Namespace>('namespaces', undefined, info.name!);
	const wanted = Array.isArray(finalizers) ? finalizers.map(String) : [];
	const draft = structuredClone(old);
	draft.spec = {...draft.spec, finalizers: wanted};
	sendObject(call, 200, registry.update('namespaces', draft, {subresource: 'finalize'}));
}
