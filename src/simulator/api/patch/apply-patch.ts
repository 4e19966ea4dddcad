import {timestamp} from '../../clock.ts';
import {badRequest, type Cause, invalid, StatusError} from '../../errors.ts';
import type {FieldSchema} from '../../schema/field-schema.ts';
import type {KubeObject} from '../../types.ts';
import {
	difference,
	emptySet,
	equalSets,
	type FieldSet,
	intersection,
	isEmpty,
	pathTexts,
	union,
} from '../fields/field-set.ts';
import {isOwn, type Ownership, ownable, readOwnership, type Writer, writeOwnership} from '../fields/managed-fields.ts';
import {compare, fieldsOf, merge, without} from '../fields/typed.ts';

/**
 * Server-side apply (structured-merge-diff's Updater.Apply): `config` is laid over the live object, fields that the same
 * manager applied before and now leaves out are removed unless others own them, and fields of others are taken only with
 * `force`. Without a live object the configuration becomes one. Throws StatusError 409 with the conflicts.
 */
export function serverSideApply(
	live: KubeObject | undefined,
	config: KubeObject,
	schema: FieldSchema | undefined,
	writer: Writer,
	force: boolean,
): KubeObject {
	if (config.metadata.managedFields !== undefined) throw badRequest('metadata.managedFields must be nil');
	const set = fieldsOf(ownable(config), schema);
	const owners = live ? ownersOf(live, schema, writer) : [];
	const own = owners.find(owner => isOwn(owner, 'Apply', writer));
	const others = owners.filter(owner => owner !== own);

	let merged = live ? (merge(ownable(live), ownable(config), schema) as KubeObject) : (ownable(config) as KubeObject);
	if (own) {
		const kept = others.reduce((all, owner) => union(all, owner.set), set);
		merged = without(merged, difference(own.set, set), kept, schema) as KubeObject;
	}
	const changes = live
		? compare(ownable(live), merged, schema)
		: {added: emptySet(), modified: emptySet(), removed: emptySet()};
	const touched = union(changes.added, changes.modified);
	const conflicts = others
		.map(owner => ({owner, set: intersection(owner.set, touched)}))
		.filter(({set}) => !isEmpty(set));
	if (conflicts.length > 0 && !force) throw applyConflict(conflicts);

	const remaining = others.map(owner => ({...owner, set: difference(difference(owner.set, touched), changes.removed)}));
	const {manager, subresource, apiVersion, now} = writer;
	const mine: Ownership =
		own && equalSets(own.set, set)
			? own
			: {manager, operation: 'Apply', apiVersion, time: timestamp(now), ...(subresource && {subresource}), set};
	const base = live ?? config;
	const result = structuredClone({
		...merged,
		apiVersion: config.apiVersion,
		kind: config.kind,
		metadata: {
			...serverMetadata(base),
			// A version in the configuration is a precondition.
			...(config.metadata.resourceVersion && {resourceVersion: config.metadata.resourceVersion}),
			...merged.metadata,
		},
	}) as KubeObject;
	writeOwnership(result, [...remaining, mine]);
	return result;
}

/** The parts of the metadata that nobody owns and that a write must carry along. */
const serverFields = [
	'name',
	'namespace',
	'uid',
	'resourceVersion',
	'creationTimestamp',
	'generation',
	'deletionTimestamp',
	'deletionGracePeriodSeconds',
] as const;

const serverMetadata = ({metadata}: KubeObject) =>
	Object.fromEntries(serverFields.map(field => [field, metadata[field]]).filter(([, value]) => value !== undefined));

/** An object that nobody ever tracked belongs to a manager of its own from before the first apply. */
function ownersOf(live: KubeObject, schema: FieldSchema | undefined, {apiVersion, now}: Writer): Ownership[] {
	const owners = readOwnership(live);
	if (owners.length > 0) return owners;
	const set = fieldsOf(ownable(live), schema);
	return [{manager: 'before-first-apply', operation: 'Update', apiVersion, time: timestamp(now), set}];
}

function applyConflict(conflicts: {owner: Ownership; set: FieldSet}[]): StatusError {
	const named = conflicts.flatMap(({owner, set}) => pathTexts(set).map(path => ({path, who: ownerText(owner)})));
	const causes: Cause[] = named.map(({path, who}) => ({
		reason: 'FieldManagerConflict',
		message: `conflict with ${who}`,
		field: path,
	}));
	let message: string;
	if (named.length === 1) {
		message = `Apply failed with 1 conflict: conflict with ${named[0]!.who}: ${named[0]!.path}`;
	} else {
		const lines = [...new Set(named.map(({who}) => who))]
			.sort()
			.flatMap(who => [
				`conflicts with ${who}:`,
				...named.filter(conflict => conflict.who === who).map(({path}) => `- ${path}`),
			]);
		message = `Apply failed with ${named.length} conflicts: ${lines.join('\n')}`;
	}
	return new StatusError(409, 'Conflict', message, {causes});
}

function ownerText({manager, operation, apiVersion, subresource}: Ownership): string {
	const name = `${JSON.stringify(manager)}${subresource ? ` with subresource ${JSON.stringify(subresource)}` : ''}`;
	return operation === 'Update' ? `${name} using ${apiVersion}` : name;
}

/** Checks the parameters that belong to apply, or do not. Throws StatusError 422. */
export function checkApplyParameters(query: URLSearchParams, isApply: boolean): void {
	const causes: Cause[] = [];
	if (isApply && !query.get('fieldManager'))
		causes.push({
			reason: 'FieldValueRequired',
			message: 'Required value: is required for apply patch',
			field: 'fieldManager',
		});
	if (!isApply && query.has('force'))
		causes.push({
			reason: 'FieldValueForbidden',
			message: 'Forbidden: may not be specified for non-apply patch',
			field: 'force',
		});
	if (causes.length > 0)
		throw invalid({group: 'meta.k8s.io', plural: 'patchoptions', kind: 'PatchOptions'}, '', causes);
}
