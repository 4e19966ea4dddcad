import type {Client} from './client.ts';
import {tableAccept} from './client.ts';
import {apiVersionOf, pathOf, type Resource} from './discovery.ts';
import {StatusFailure} from './errors.ts';
import type {KubeList, KubeObject, Table} from './objects.ts';

/** Which objects of a type are wanted. */
export type Selection = {labelSelector?: string; fieldSelector?: string};

/** As many objects as kubectl asks for at once. */
const chunk = 500;

/** A list that was refused for its selectors, told with them (cli-runtime/pkg/resource EnhanceListError). */
async function listing<T>(
	resource: Resource,
	{labelSelector = '', fieldSelector = ''}: Selection,
	list: Promise<T>,
): Promise<T> {
	try {
		return await list;
	} catch (error) {
		if (!(error instanceof StatusFailure) || error.status.code !== 400 || (!labelSelector && !fieldSelector))
			throw error;
		const name = `${resource.group}/${resource.version}, Resource=${resource.plural}`;
		const during = `Unable to find ${JSON.stringify(name)} that match label selector ${JSON.stringify(labelSelector)}, field selector ${JSON.stringify(fieldSelector)}: `;
		throw new StatusFailure(error.status, during);
	}
}

/** One object as the server has it. */
export const getObject = (client: Client, resource: Resource, namespace: string | undefined, name: string) =>
	client.json<KubeObject>({path: pathOf(resource, namespace, name)});

/** All objects of a type, chunk by chunk, each with its apiVersion and kind, which lists leave out. */
export async function listObjects(
	client: Client,
	resource: Resource,
	namespace: string | undefined,
	{labelSelector, fieldSelector}: Selection = {},
): Promise<KubeObject[]> {
	const items: KubeObject[] = [];
	let next: string | undefined;
	do {
		const request = client.json<KubeList>({
			path: pathOf(resource, namespace),
			query: {labelSelector, fieldSelector, limit: chunk, continue: next},
		});
		const list: KubeList = await listing(resource, {labelSelector, fieldSelector}, request);
		for (const item of list.items ?? []) items.push({...item, apiVersion: apiVersionOf(resource), kind: resource.kind});
		next = list.metadata.continue;
	} while (next);
	return items;
}

/** The server's table of one object, or of a type. */
export async function fetchTable(
	client: Client,
	resource: Resource,
	namespace: string | undefined,
	{name, labelSelector, fieldSelector, wholeObjects}: Selection & {name?: string; wholeObjects?: boolean},
): Promise<Table> {
	const includeObject = wholeObjects ? 'Object' : undefined;
	if (name) {
		return client.json<Table>({path: pathOf(resource, namespace, name), query: {includeObject}, accept: tableAccept});
	}
	let whole: Table | undefined;
	let next: string | undefined;
	do {
		const request = client.json<Table>({
			path: pathOf(resource, namespace),
			query: {labelSelector, fieldSelector, limit: chunk, continue: next, includeObject},
			accept: tableAccept,
		});
		const table: Table = await listing(resource, {labelSelector, fieldSelector}, request);
		whole = whole ? {...whole, metadata: table.metadata, rows: [...whole.rows, ...(table.rows ?? [])]} : table;
		next = table.metadata.continue;
	} while (next);
	return whole!;
}

/** Objects together as `kubectl get` shows more than one. */
export const asList = (items: KubeObject[]): KubeObject => ({
	apiVersion: 'v1',
	kind: 'List',
	metadata: {resourceVersion: ''},
	items,
});
