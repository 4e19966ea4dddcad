import {badRequest} from '../errors.ts';
import type {KubeObject} from '../types.ts';
import type {Call} from './context.ts';
import {objectJson} from './encode.ts';
import {sendJson} from './respond.ts';
import {partialMetadata, tableOf} from './table.ts';

/** Answers with an object in the form that the client asked for. */
export function sendObject({response, definition, form, server, query}: Call, code: number, object: KubeObject): void {
	sendJson(response, code, objectIn(form, object, {definition, server, query}), form);
}

function objectIn(
	form: Call['form'],
	object: KubeObject,
	{definition, server, query}: Pick<Call, 'definition' | 'server' | 'query'>,
): string {
	if (form.as === 'object') return objectJson(object);
	if (form.as === 'PartialObjectMetadata') return JSON.stringify(partialMetadata(object, form.version));
	const table = tableOf(definition, [object], {
		now: server.simulation.clock.now(),
		version: form.version,
		includeObject: includeObjectOf(query),
		metadata: {resourceVersion: object.metadata.resourceVersion},
	});
	return JSON.stringify(table);
}

/** The `includeObject` parameter of tables. Throws StatusError. */
export function includeObjectOf(query: URLSearchParams): 'None' | 'Metadata' | 'Object' {
	const value = query.get('includeObject') || 'Metadata';
	if (value === 'None' || value === 'Metadata' || value === 'Object') return value;
	throw badRequest(`unrecognized includeObject value: ${JSON.stringify(value)}`);
}
