import {badRequest, StatusError} from '../errors.ts';
import {apiVersionOf, type Column, type ResourceDefinition} from '../resources/definition.ts';
import {fieldSchema} from '../schema/field-schema.ts';
import type {Deployment, KubeObject, ReplicaSet} from '../types.ts';
import {
	asObject,
	decodeObject,
	type JsonObject,
	mediaTypeOf,
	parsePatch,
	readBody,
	unsupportedMediaType,
} from './body.ts';
import type {Call} from './context.ts';
import {writerOf} from './field-manager.ts';
import {trackUpdate} from './fields/managed-fields.ts';
import {isDryRun} from './options.ts';
import {jsonPatch} from './patch/json-patch.ts';
import {mergePatch} from './patch/merge-patch.ts';
import {sendJson} from './respond.ts';
import {includeObjectOf} from './send-object.ts';
import {tableOf} from './table.ts';

type Scalable = Deployment | ReplicaSet;

/** The `scale` subresource of Deployments and ReplicaSets (autoscaling/v1 Scale). Throws StatusError. */
export async function serveScale(call: Call, method: string): Promise<void> {
	const {definition, info, server, request, response, query, form} = call;
	const {registry} = server.simulation;
	const object = registry.get<Scalable>(definition.plural, info.namespace, info.name!);
	if (method === 'GET') {
		const shown = form.as === 'Table' ? scaleTable(call, object) : scaleOf(object);
		sendJson(response, 200, JSON.stringify(shown), form);
		return;
	}
	let wanted: JsonObject;
	const body = await readBody(request);
	if (method === 'PUT') {
		wanted = await decodeObject(body, request.headers['content-type'], 'Scale');
	} else if (method === 'PATCH') {
		const type = mediaTypeOf(request.headers['content-type']);
		const present = structuredClone(
			scaleOf(registry.get<Scalable>(definition.plural, info.namespace, info.name!)),
		) as JsonObject;
		const patch = parsePatch(body.toString(), type);
		if (type === 'application/json-patch+json') wanted = asObject(jsonPatch(present, patch), 'Scale');
		// Scale has no lists, so a strategic merge is a plain merge.
		else if (type === 'application/merge-patch+json' || type === 'application/strategic-merge-patch+json')
			wanted = asObject(mergePatch(present, asObject(patch, 'Scale')), 'Scale');
		else {
			throw unsupportedMediaType(
				'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json',
			);
		}
	} else {
		throw new StatusError(
			405,
			'MethodNotAllowed',
			'the server does not allow this method on the requested resource',
			{},
		);
	}
	if (wanted.kind !== undefined && wanted.kind !== 'Scale')
		throw badRequest(`expected input object type to be Scale, but ${String(wanted.kind)}`);
	const spec = asObject(wanted.spec ?? {}, 'Scale');
	const metadata = asObject(wanted.metadata ?? {}, 'Scale');
	const replicas = spec.replicas ?? 0;
	if (typeof replicas !== 'number' || !Number.isInteger(replicas))
		throw badRequest(
			`Scale in version "v1" cannot be handled as a Scale: json: cannot unmarshal ${typeof replicas} into Go struct field ScaleSpec.spec.replicas of type int32`,
		);
	if (metadata.name !== undefined && metadata.name !== info.name)
		throw badRequest(
			`the name of the object (${String(metadata.name)}) does not match the name on the URL (${info.name})`,
		);
	if (replicas < 0) {
		throw new StatusError(
			422,
			'Invalid',
			`Scale.autoscaling "${info.name}" is invalid: spec.replicas: Invalid value: ${replicas}: must be greater than or equal to 0`,
			{
				name: info.name!,
				group: 'autoscaling',
				kind: 'Scale',
				causes: [
					{
						reason: 'FieldValueInvalid',
						message: `Invalid value: ${replicas}: must be greater than or equal to 0`,
						field: 'spec.replicas',
					},
				],
			},
		);
	}
	const latest = registry.get<Scalable>(definition.plural, info.namespace, info.name!);
	const draft = structuredClone(latest);
	draft.spec.replicas = replicas;
	draft.metadata.resourceVersion =
		typeof metadata.resourceVersion === 'string' && metadata.resourceVersion
			? metadata.resourceVersion
			: latest.metadata.resourceVersion;
	trackUpdate(latest, draft, fieldSchema(apiVersionOf(definition), definition.kind), writerOf(call, 'scale'));
	const updated = registry.update<Scalable>(definition.plural, draft, {
		dryRun: isDryRun(query, {kind: 'UpdateOptions'}),
	});
	sendJson(response, 200, JSON.stringify(scaleOf(updated)), form);
}

function scaleOf({metadata, spec, status}: Scalable) {
	const {name, namespace, uid, resourceVersion, creationTimestamp} = metadata;
	return {
		kind: 'Scale',
		apiVersion: 'autoscaling/v1',
		metadata: {name, namespace, uid, resourceVersion, creationTimestamp},
		spec: {...(spec.replicas ? {replicas: spec.replicas} : {})},
		status: {replicas: status?.replicas ?? 0, selector: selectorText(spec.selector)},
	};
}

const column = (name: string, type: 'string' | 'integer', description: string): Column => ({
	name,
	type,
	format: '',
	description,
	priority: 0,
});

/** The table of `kubectl get --subresource=scale` (pkg/printers/internalversion, printScale). */
function scaleTable({definition, query, server, form}: Call, object: Scalable) {
	const scale = scaleOf(object);
	const {columns, cells} = definition;
	const age = columns.findIndex(({name}) => name === 'Age');
	const scaled: ResourceDefinition = {
		...definition,
		columns: [
			columns[0]!,
			column('Desired', 'integer', 'Number of desired pods.'),
			column('Available', 'integer', 'Number of observed pods.'),
			columns[age]!,
		],
		cells: (_object, now) => [
			object.metadata.name,
			object.spec.replicas,
			scale.status.replicas,
			cells.call(definition, object, now)[age]!,
		],
	};
	return tableOf(scaled, [scale as unknown as KubeObject], {
		now: server.simulation.clock.now(),
		version: form.version,
		includeObject: includeObjectOf(query),
		metadata: {resourceVersion: object.metadata.resourceVersion},
	});
}

/** A label selector as one line of text, sorted as labels.Selector.String() prints it. */
function selectorText({matchLabels = {}, matchExpressions = []}: ReplicaSet['spec']['selector']): string {
	const terms = Object.entries(matchLabels).map(([key, value]) => ({key, text: `${key}=${value}`}));
	for (const {key, operator, values = []} of matchExpressions) {
		const list = [...values].sort().join(',');
		if (operator === 'Exists') terms.push({key, text: key});
		else if (operator === 'DoesNotExist') terms.push({key, text: `!${key}`});
		else terms.push({key, text: `${key} ${operator.toLowerCase()} (${list})`});
	}
	return terms
		.sort((a, b) => (a.key < b.key ? -1 : 1))
		.map(({text}) => text)
		.join(',');
}
