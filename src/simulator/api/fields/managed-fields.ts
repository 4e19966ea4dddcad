import {timestamp} from '../../clock.ts';
import type {FieldSchema} from '../../schema/field-schema.ts';
import type {KubeObject} from '../../types.ts';
import {difference, emptySet, equalSets, type FieldSet, fromFieldsV1, isEmpty, toFieldsV1, union} from './field-set.ts';
import {type Comparison, compare} from './typed.ts';

type Entry = {
	manager: string;
	operation: 'Apply' | 'Update';
	apiVersion: string;
	time?: string;
	fieldsType?: string;
	fieldsV1?: unknown;
	subresource?: string;
};

/** Who owns which fields: one entry of metadata.managedFields with its set read. */
export type Ownership = Omit<Entry, 'fieldsType' | 'fieldsV1'> & {set: FieldSet};

/** Who writes. */
export type Writer = {manager: string; subresource: string | undefined; apiVersion: string; now: number};

/** Fields that nobody owns (fieldmanager's stripSet). */
const unowned = new Set(['apiVersion', 'kind']);
const unownedMeta = new Set([
	'name',
	'namespace',
	'creationTimestamp',
	'selfLink',
	'uid',
	'generation',
	'managedFields',
	'resourceVersion',
	'deletionTimestamp',
	'deletionGracePeriodSeconds',
]);

/** An object without the fields that nobody owns. */
export function ownable({metadata, ...rest}: KubeObject): {[field: string]: unknown} {
	const pick = (object: object, dropped: Set<string>) =>
		Object.fromEntries(Object.entries(object).filter(([key]) => !dropped.has(key)));
	const owned = pick(metadata, unownedMeta);
	return {...pick(rest, unowned), ...(Object.keys(owned).length > 0 && {metadata: owned})};
}

/** Reads metadata.managedFields; entries that make no sense are left out. */
export function readOwnership(object: KubeObject | undefined): Ownership[] {
	const entries = (object?.metadata.managedFields ?? []) as (Entry | null)[];
	return entries.flatMap(entry => {
		if (typeof entry !== 'object' || entry === null || typeof entry.manager !== 'string') return [];
		const {manager, operation, apiVersion, time, subresource, fieldsV1} = entry;
		return [
			{
				manager,
				operation,
				apiVersion,
				...(time && {time}),
				...(subresource && {subresource}),
				set: fromFieldsV1(fieldsV1),
			},
		];
	});
}

/** Writes owners as metadata.managedFields, in the real server's order: applies first, then by time and name. */
export function writeOwnership(object: KubeObject, owners: Ownership[]): void {
	const rank = ({operation}: Ownership) => (operation === 'Apply' ? 0 : 1);
	const entries = owners
		.filter(({set}) => !isEmpty(set))
		.sort((a, b) => rank(a) - rank(b) || compareText(a.time ?? '', b.time ?? '') || compareText(a.manager, b.manager))
		.map(({manager, operation, apiVersion, time, subresource, set}) => ({
			manager,
			operation,
			apiVersion,
			...(time && {time}),
			fieldsType: 'FieldsV1',
			fieldsV1: toFieldsV1(set),
			...(subresource && {subresource}),
		}));
	if (entries.length > 0) object.metadata.managedFields = entries;
	else delete object.metadata.managedFields;
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Whether an entry is the writer's own, for this operation. */
export const isOwn = (
	owner: Ownership,
	operation: Entry['operation'],
	{manager, subresource, apiVersion}: Writer,
): boolean =>
	owner.manager === manager &&
	owner.operation === operation &&
	owner.apiVersion === apiVersion &&
	(owner.subresource ?? '') === (subresource ?? '');

/**
 * Records in `draft` that `writer` changed it from `old`: what it added or changed is its own now, and what is gone is
 * nobody's. An object that was never tracked stays so, as those which controllers make.
 */
export function trackUpdate(
	old: KubeObject | undefined,
	draft: KubeObject,
	schema: FieldSchema | undefined,
	writer: Writer,
): void {
	if (!schema) return;
	const sent = draft.metadata.managedFields;
	if (old && Array.isArray(sent) && sent.length === 1 && isEmptyEntry(sent[0])) {
		delete draft.metadata.managedFields;
		return;
	}
	// A client may edit the owners themselves; without any in its object the present ones stand.
	const sentOwners = old ? readOwnership(draft) : [];
	const owners = sentOwners.length > 0 ? sentOwners : readOwnership(old);
	if (old && owners.length === 0) {
		delete draft.metadata.managedFields;
		return;
	}
	const changes = compare(old ? ownable(old) : {}, ownable(draft), schema);
	writeOwnership(draft, updatedOwners(owners, changes, writer));
}

const isEmptyEntry = (entry: unknown) => typeof entry === 'object' && entry !== null && Object.keys(entry).length === 0;

function updatedOwners(owners: Ownership[], {added, modified, removed}: Comparison, writer: Writer): Ownership[] {
	const changed = union(added, modified);
	const own = owners.find(owner => isOwn(owner, 'Update', writer));
	const mine = difference(union(own?.set ?? emptySet(), changed), removed);
	const lost = union(modified, removed);
	const others = owners.filter(owner => owner !== own).map(owner => ({...owner, set: difference(owner.set, lost)}));
	if (own && equalSets(own.set, mine)) return [...others, own];
	const {manager, subresource, apiVersion, now} = writer;
	return [
		...others,
		{manager, operation: 'Update', apiVersion, time: timestamp(now), ...(subresource && {subresource}), set: mine},
	];
}
