import type {CoreV1Event} from '@kubernetes/client-node';
import type {Client} from '../client.ts';
import type {Resource} from '../discovery.ts';
import type {KubeList, KubeObject, Wire} from '../objects.ts';

/** What a describer needs beside its object. */
type Surroundings = {
	client: Client;
	resource: Resource;
	/** Ms since 1970. */
	now: number;
	/** The object's Events; undefined when they are not wanted. */
	events: Wire<CoreV1Event>[] | undefined;
};

/** Writes the description of one object of its kind. */
export type Describer = (object: KubeObject, surroundings: Surroundings) => Promise<string>;

/** The Events about an object (describe.searchEvents); none when they cannot be had. */
export async function eventsOf(
	client: Client,
	{kind, metadata}: KubeObject,
	kindToo: boolean,
): Promise<Wire<CoreV1Event>[]> {
	const {name, namespace, uid} = metadata;
	const fieldSelector = [
		`involvedObject.name=${name}`,
		...(namespace ? [`involvedObject.namespace=${namespace}`] : []),
		...(kindToo ? [`involvedObject.kind=${kind}`] : []),
		...(uid ? [`involvedObject.uid=${uid}`] : []),
	].join(',');
	const path = namespace ? `/api/v1/namespaces/${namespace}/events` : '/api/v1/events';
	try {
		const {items} = await client.json<KubeList<Wire<CoreV1Event>>>({path, query: {fieldSelector, limit: 500}});
		return items ?? [];
	} catch {
		return [];
	}
}

/** The items of a list of objects of another type, by path. */
export async function itemsAt<T>(
	client: Client,
	path: string,
	query: {labelSelector?: string; fieldSelector?: string},
): Promise<T[]> {
	const {items} = await client.json<KubeList<T>>({path, query: {...query, limit: 500}});
	return items ?? [];
}
