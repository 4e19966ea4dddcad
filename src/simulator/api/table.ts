import type {ResourceDefinition} from '../resources/definition.ts';
import type {KubeObject} from '../types.ts';

/** What a row of a table carries besides its cells. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

type ListMeta = Record<string, unknown>;

/**
 * Objects as a meta.k8s.io Table. `now` (ms) is the cluster's time, for ages. Later events of a watch leave the columns
 * out (null).
 */
export function tableOf(
	definition: ResourceDefinition,
	objects: KubeObject[],
	{
		now,
		version,
		includeObject,
		metadata,
		columns = true,
	}: {now: number; version: string; includeObject: IncludeObject; metadata: ListMeta; columns?: boolean},
) {
	return {
		kind: 'Table',
		apiVersion: `meta.k8s.io/${version}`,
		metadata,
		columnDefinitions: columns ? definition.columns : null,
		rows: objects.map(object => {
			const conditions = definition.rowConditions?.(object) ?? [];
			return {
				cells: definition.cells(object, now),
				...(conditions.length > 0 && {conditions}),
				...(includeObject === 'None'
					? {object: null}
					: {object: includeObject === 'Object' ? object : partialMetadata(object, version)}),
			};
		}),
	};
}

/** Only an object's metadata, as meta.k8s.io PartialObjectMetadata. */
export const partialMetadata = (object: KubeObject, version: string) => ({
	kind: 'PartialObjectMetadata',
	apiVersion: `meta.k8s.io/${version}`,
	metadata: object.metadata,
});
