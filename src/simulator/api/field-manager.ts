import {badRequest} from '../errors.ts';
import {apiVersionOf} from '../resources/definition.ts';
import {fieldSchema} from '../schema/field-schema.ts';
import type {KubeObject} from '../types.ts';
import type {Call} from './context.ts';
import {trackUpdate, type Writer} from './fields/managed-fields.ts';

/** Who is said to have written fields: the `fieldManager` parameter, or the client's name in its User-Agent. */
function fieldManagerOf(query: URLSearchParams, userAgent: string | undefined): string {
	const named = query.get('fieldManager');
	if (!named) return (userAgent ?? '').split('/')[0]!.slice(0, 128) || 'unknown';
	if (named.length > 128) throw badRequest('fieldManager: Too long: may not be more than 128 bytes');
	return named;
}

/** The writer of a request, as managedFields names it. Throws StatusError. */
export const writerOf = ({request, query, definition, server}: Call, subresource: string | undefined): Writer => ({
	manager: fieldManagerOf(query, request.headers['user-agent']),
	subresource,
	apiVersion: apiVersionOf(definition),
	now: server.simulation.clock.now(),
});

/** Records in a draft's managedFields what this request changes. Defaults count, what the server allocates does not. */
export function trackFields(
	call: Call,
	old: KubeObject | undefined,
	draft: KubeObject,
	subresource: string | undefined,
): void {
	const {definition} = call;
	// A status write touches nothing else, and a plain write leaves the status as it is.
	const changed: KubeObject & {status?: unknown} = draft;
	if (old && subresource === 'status') {
		const {managedFields} = draft.metadata;
		const seen: KubeObject & {status?: unknown} = {
			...old,
			metadata: {...old.metadata, managedFields},
			status: changed.status,
		};
		trackUpdate(old, seen, fieldSchema(apiVersionOf(definition), definition.kind), writerOf(call, subresource));
		setOwners(draft, seen);
		return;
	}
	definition.applyDefaults?.(draft);
	const status = old && definition.hasStatus ? {status: (old as {status?: unknown}).status} : {};
	const seen = {...draft, metadata: {...draft.metadata}, ...status};
	if (!old && definition.hasStatus) delete (seen as {status?: unknown}).status;
	trackUpdate(old, seen, fieldSchema(apiVersionOf(definition), definition.kind), writerOf(call, subresource));
	setOwners(draft, seen);
}

function setOwners(draft: KubeObject, {metadata: {managedFields}}: KubeObject): void {
	if (managedFields) draft.metadata.managedFields = managedFields;
	else delete draft.metadata.managedFields;
}
