import {badRequest, notFound} from '../errors.ts';
import type {DeleteOptions} from '../registry.ts';
import {apiVersionOf} from '../resources/definition.ts';
import type {KubeObject} from '../types.ts';
import {asObject, decodeObject, type JsonObject, mediaTypeOf, readBody} from './body.ts';
import type {Call} from './context.ts';
import {duplicateFields} from './duplicate-fields.ts';
import {trackFields} from './field-manager.ts';
import {checkDraft, checkName, fieldValidationOf, placeInNamespace} from './field-validation.ts';
import {integerParameter, isDryRun, listOptions} from './options.ts';
import {patchObject, readPatch} from './patch/patch.ts';
import {addWarnings, sendJson} from './respond.ts';
import {parseSelection} from './selection.ts';
import {sendObject} from './send-object.ts';

/** Resources that PUT may create (their strategies' AllowCreateOnUpdate). */
const createdByUpdate = new Set(['endpoints', 'services', 'events', 'leases', 'limitranges']);

/** POST of a new object. */
export async function createObject(call: Call): Promise<void> {
	const {definition, info, query, server} = call;
	const dryRun = isDryRun(query, {kind: 'CreateOptions'});
	const draft = await readDraft(call);
	placeInNamespace(draft, info.namespace, definition);
	if (!draft.metadata.name && !draft.metadata.generateName) draft.metadata.name = '';
	trackFields(call, undefined, draft, undefined);
	const created = server.simulation.registry.create(definition.plural, draft, {dryRun});
	warn(call, created, undefined);
	sendObject(call, 201, created);
}

/** PUT of a whole object, or of its status. */
export async function updateObject(call: Call, subresource?: 'status'): Promise<void> {
	const {definition, info, query, server} = call;
	const {registry, store} = server.simulation;
	const dryRun = isDryRun(query, {kind: 'UpdateOptions'});
	const draft = await readDraft(call);
	placeInNamespace(draft, info.namespace, definition);
	checkName(draft, info.name!);
	const old = store.get(definition.plural, info.namespace, info.name!);
	if (!old && !subresource && createdByUpdate.has(definition.plural)) {
		if (draft.metadata.uid || draft.metadata.resourceVersion) throw notFound(definition, info.name!);
		trackFields(call, undefined, draft, undefined);
		return sendObject(call, 201, registry.create(definition.plural, draft, {dryRun}));
	}
	if (old) trackFields(call, old, draft, subresource);
	const updated = registry.update(definition.plural, draft, {subresource, dryRun});
	warn(call, updated, old);
	sendObject(call, 200, updated);
}

/** PATCH of an object or of its status. */
export async function patchCall(call: Call, subresource?: 'status'): Promise<void> {
	const {definition, info, query, server} = call;
	const dryRun = isDryRun(query, {kind: 'PatchOptions'});
	const patch = await readPatch(call);
	const old = server.simulation.store.get(definition.plural, info.namespace, info.name!);
	const {draft, create} = patchObject(call, old, patch, subresource);
	placeInNamespace(draft, info.namespace, definition);
	checkName(draft, info.name!);
	const {registry} = server.simulation;
	const written = create
		? registry.create(definition.plural, draft, {dryRun})
		: registry.update(definition.plural, draft, {subresource, dryRun});
	warn(call, written, old);
	sendObject(call, create ? 201 : 200, written);
}

/** DELETE of one object. */
export async function deleteObject(call: Call): Promise<void> {
	const {definition, info, server, response, form} = call;
	const {options, dryRun} = await deleteOptions(call);
	const {object, removed} = server.simulation.registry.delete(definition.plural, info.namespace, info.name!, options, {
		dryRun,
	});
	if (!removed || definition.deleteReturnsObject) return sendObject(call, 200, object);
	const {group, plural} = definition;
	const status = {
		kind: 'Status',
		apiVersion: 'v1',
		metadata: {},
		status: 'Success',
		details: {name: info.name, ...(group && {group}), kind: plural, uid: object.metadata.uid},
	};
	sendJson(response, 200, JSON.stringify(status), form);
}

/** DELETE of every object that a selection matches; answers with the list of them. */
export async function deleteCollection(call: Call): Promise<void> {
	const {definition, info, query, server, response, form} = call;
	const {registry, store} = server.simulation;
	listOptions(query);
	const selection = parseSelection(definition, query.get('labelSelector'), query.get('fieldSelector'));
	const {options, dryRun} = await deleteOptions(call);
	const objects = [...store.list<KubeObject>(definition.plural, info.namespace)].filter(object =>
		selection.matches(object),
	);
	const deleted = objects.map(
		({metadata: {namespace, name}}) => registry.delete(definition.plural, namespace, name, options, {dryRun}).object,
	);
	const list = {
		kind: definition.listKind ?? `${definition.kind}List`,
		apiVersion: apiVersionOf(definition),
		metadata: {resourceVersion: String(store.revision)},
		items: deleted.map(object => ({...object, kind: undefined, apiVersion: undefined})),
	};
	sendJson(response, 200, JSON.stringify(list), form);
}

const propagations = new Set(['Background', 'Foreground', 'Orphan']);

/** DeleteOptions from the body, or from the query when there is none. Throws StatusError. */
async function deleteOptions({request, query}: Call): Promise<{options: DeleteOptions; dryRun: boolean}> {
	const body = await readBody(request);
	const sent: JsonObject =
		body.length > 0 ? await decodeObject(body, request.headers['content-type'], 'DeleteOptions') : {};
	if (sent.kind !== undefined && sent.kind !== 'DeleteOptions')
		throw badRequest(`decoded object cannot be converted to DeleteOptions`);
	const grace =
		sent.gracePeriodSeconds ?? (body.length > 0 ? undefined : integerParameter(query, 'gracePeriodSeconds'));
	if (grace !== undefined && grace !== null && !Number.isSafeInteger(grace))
		throw badRequest('json: cannot unmarshal into Go struct field DeleteOptions.gracePeriodSeconds of type int64');
	const policy = sent.propagationPolicy ?? query.get('propagationPolicy') ?? undefined;
	if (policy !== undefined && policy !== null && !propagations.has(policy as string)) {
		throw badRequest(
			`invalid DeleteOptions: propagationPolicy: Unsupported value: ${JSON.stringify(policy)}: supported values: "Background", "Foreground", "Orphan"`,
		);
	}
	const orphan = sent.orphanDependents ?? query.get('orphanDependents') ?? undefined;
	const preconditions =
		sent.preconditions === undefined || sent.preconditions === null
			? undefined
			: (asObject(sent.preconditions, 'DeleteOptions') as NonNullable<DeleteOptions['preconditions']>);
	const dryRunValues = [sent.dryRun ?? []].flat();
	if (dryRunValues.some(value => value !== 'All')) {
		throw badRequest(
			`invalid DeleteOptions: dryRun: Unsupported value: ${JSON.stringify(dryRunValues)}: supported values: "All"`,
		);
	}
	return {
		options: {
			...(typeof grace === 'number' && {gracePeriodSeconds: Math.max(0, grace)}),
			...((policy ?? undefined) && {propagationPolicy: policy as NonNullable<DeleteOptions['propagationPolicy']>}),
			...((orphan === true || orphan === 'true') && {propagationPolicy: 'Orphan' as const}),
			...(preconditions && {preconditions}),
		},
		dryRun: dryRunValues.length > 0 || isDryRun(query, {kind: 'DeleteOptions'}),
	};
}

function warn({definition, response}: Call, object: KubeObject, old: KubeObject | undefined) {
	addWarnings(response, definition.warnings?.(object, old) ?? []);
}

/** The object in the body of a request. Throws StatusError 400 and 415. */
async function readDraft(call: Call): Promise<KubeObject> {
	const {request, definition, query} = call;
	const bytes = await readBody(request);
	const contentType = request.headers['content-type'];
	const body = await decodeObject(bytes, contentType, definition.kind);
	const isJson = ['', '*/*', 'application/json'].includes(mediaTypeOf(contentType));
	return checkDraft(call, body, fieldValidationOf(query), {
		duplicates: isJson ? duplicateFields(bytes.toString()) : [],
	});
}
