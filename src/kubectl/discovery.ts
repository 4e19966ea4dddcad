import type {Client} from './client.ts';
import {KubectlError} from './errors.ts';

/** One resource type that the server serves, in its preferred version unless it was looked for in another. */
export type Resource = {
	group: string;
	version: string;
	plural: string;
	singular: string;
	kind: string;
	shortNames: string[];
	categories: string[];
	namespaced: boolean;
	verbs: string[];
	subresources: string[];
};

/** apiVersion of a resource: `v1`, `apps/v1`. */
export const apiVersionOf = ({group, version}: Resource) => (group ? `${group}/${version}` : version);

/** The type with its group, as kubectl names it: `pod`, `deployment.apps`. */
export const typeName = ({group, singular, kind}: Resource) =>
	`${singular || kind.toLowerCase()}${group ? `.${group}` : ''}`;

/** The resource with its group, as the server names it: `pods`, `deployments.apps`. */
export const resourceName = ({group, plural}: Resource) => `${plural}${group ? `.${group}` : ''}`;

/** The URL path of a collection, an object or its subresource. */
export function pathOf(resource: Resource, namespace: string | undefined, name = '', subresource = ''): string {
	const {group, version, plural, namespaced} = resource;
	return [
		group ? `/apis/${group}/${version}` : `/api/${version}`,
		...(namespaced && namespace ? ['namespaces', encodeURIComponent(namespace)] : []),
		plural,
		...(name ? [encodeURIComponent(name)] : []),
		...(subresource ? [subresource] : []),
	].join('/');
}

type AggregatedDiscovery = {
	kind: 'APIGroupDiscoveryList';
	items: {
		metadata?: {name?: string};
		versions?: {
			version: string;
			resources?: {
				resource: string;
				responseKind?: {group?: string; version?: string; kind?: string};
				scope: 'Namespaced' | 'Cluster';
				singularResource?: string;
				verbs?: string[];
				shortNames?: string[];
				categories?: string[];
				subresources?: {subresource: string}[];
			}[];
		}[];
	}[];
};
type GroupVersions = {groupVersion: string; version: string}[];
type LegacyDiscovery = {versions?: string[]; groups?: {name: string; versions: GroupVersions}[]};
type ResourceList = {
	groupVersion: string;
	resources: {
		name: string;
		singularName?: string;
		namespaced: boolean;
		kind: string;
		verbs: string[];
		shortNames?: string[];
		categories?: string[];
	}[];
};

const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

/** The resource types in the order that the server tells them, every version of a group after its preferred one. */
function resourcesOf({items}: AggregatedDiscovery): Resource[] {
	return items.flatMap(({metadata, versions = []}) =>
		versions.flatMap(({version, resources = []}) =>
			resources.map(item => ({
				group: metadata?.name ?? '',
				version,
				plural: item.resource,
				singular: item.singularResource ?? '',
				kind: item.responseKind?.kind ?? '',
				shortNames: item.shortNames ?? [],
				categories: item.categories ?? [],
				namespaced: item.scope === 'Namespaced',
				verbs: item.verbs ?? [],
				subresources: (item.subresources ?? []).map(({subresource}) => subresource),
			})),
		),
	);
}

function legacyResources({groupVersion, resources}: ResourceList): Resource[] {
	const [group, version] = groupVersion.includes('/') ? groupVersion.split('/') : ['', groupVersion];
	return resources
		.filter(({name}) => !name.includes('/'))
		.map(item => ({
			group: group!,
			version: version!,
			plural: item.name,
			singular: item.singularName ?? '',
			kind: item.kind,
			shortNames: item.shortNames ?? [],
			categories: item.categories ?? [],
			namespaced: item.namespaced,
			verbs: item.verbs,
			subresources: resources.flatMap(({name}) => (name.startsWith(`${item.name}/`) ? [name.split('/')[1]!] : [])),
		}));
}

async function discover(client: Client, path: '/api' | '/apis'): Promise<Resource[]> {
	const answer = await client.json<AggregatedDiscovery | ({kind: string} & LegacyDiscovery)>({path, accept});
	if ('items' in answer) return resourcesOf(answer);
	const paths =
		answer.versions?.map(version => `/api/${version}`) ??
		answer.groups?.flatMap(({versions}) => versions.map(({groupVersion}) => `/apis/${groupVersion}`)) ??
		[];
	const lists = await Promise.all(paths.map(path => client.json<ResourceList>({path})));
	return lists.flatMap(legacyResources);
}

/** What the server serves, asked once and looked up by the many names a resource has. */
export class Discovery {
	readonly all: Resource[];

	constructor(all: Resource[]) {
		this.all = all;
	}

	/** Asks the server. */
	static async of(client: Client): Promise<Discovery> {
		const [core, groups] = await Promise.all([discover(client, '/api'), discover(client, '/apis')]);
		return new Discovery([...core, ...groups]);
	}

	/** The types of one version a group, the preferred one. */
	preferred(): Resource[] {
		const seen = new Set<string>();
		return this.all.filter(resource => {
			const key = resourceName(resource);
			if (seen.has(key)) return false;
			seen.add(key);
			return true;
		});
	}

	/** By plural, singular, short name or kind, bare or with `.group` or `.version.group`. */
	find(text: string): Resource | undefined {
		const wanted = text.toLowerCase();
		const [name, ...rest] = wanted.split('.');
		const named = (candidates: Resource[]) =>
			candidates.find(({plural}) => plural === name) ??
			candidates.find(({singular, kind}) => singular === name || kind.toLowerCase() === name) ??
			candidates.find(({shortNames}) => shortNames.includes(name!));
		if (rest.length === 0) return named(this.all);
		const group = rest.join('.');
		const groupless = rest.slice(1).join('.');
		return (
			named(this.all.filter(({group: own, version}) => version === rest[0] && own === groupless)) ??
			named(this.all.filter(({group: own}) => own === group || (group !== '' && own.startsWith(`${group}.`))))
		);
	}

	/** The same, or kubectl's sentence that there is no such type. */
	get(text: string): Resource {
		const found = this.find(text);
		if (found) return found;
		throw new KubectlError(`the server doesn't have a resource type "${text.split('.')[0]}"`);
	}

	/** The types of a category such as `all`; empty when there is no such category. */
	category(name: string): Resource[] {
		return this.preferred().filter(({categories}) => categories.includes(name.toLowerCase()));
	}

	/** By what a manifest says. */
	ofKind(apiVersion: string, kind: string): Resource | undefined {
		return this.all.find(resource => resource.kind === kind && apiVersionOf(resource) === apiVersion);
	}
}
