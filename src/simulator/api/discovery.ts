import type {ResourceDefinition} from '../resources/definition.ts';
import type {parseAccept} from './negotiate.ts';

type Clause = ReturnType<typeof parseAccept>[number];
type Subresource = {name: string; kind: string; group?: string; version?: string; verbs: string[]};

const readWrite = ['get', 'patch', 'update'];

/** The subresources of a resource that this server answers. */
function subresourcesOf(definition: ResourceDefinition): Subresource[] {
	const found: Subresource[] = [];
	if (definition.hasStatus) found.push({name: 'status', kind: definition.kind, verbs: readWrite});
	const add = (name: string, kind: string, verbs: string[], group?: string, version?: string) =>
		found.push({name, kind, verbs, ...(group && {group, version})});
	const proxy = ['create', 'delete', 'get', 'patch', 'update'];
	switch (definition.plural) {
		case 'deployments':
		case 'replicasets':
			add('scale', 'Scale', readWrite, 'autoscaling', 'v1');
			break;
		case 'namespaces':
			add('finalize', 'Namespace', ['update']);
			break;
		case 'pods':
			add('attach', 'PodAttachOptions', ['create', 'get']);
			add('binding', 'Binding', ['create']);
			add('eviction', 'Eviction', ['create'], 'policy', 'v1');
			add('exec', 'PodExecOptions', ['create', 'get']);
			add('log', 'Pod', ['get']);
			add('portforward', 'PodPortForwardOptions', ['create', 'get']);
			add('proxy', 'PodProxyOptions', proxy);
			break;
		case 'services':
			add('proxy', 'ServiceProxyOptions', proxy);
			break;
	}
	return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A resource that can only be created, to ask a question. */
export const reviews = [
	{group: 'authorization.k8s.io', version: 'v1', plural: 'selfsubjectaccessreviews', kind: 'SelfSubjectAccessReview'},
	{group: 'authorization.k8s.io', version: 'v1', plural: 'selfsubjectrulesreviews', kind: 'SelfSubjectRulesReview'},
	{group: 'authentication.k8s.io', version: 'v1', plural: 'selfsubjectreviews', kind: 'SelfSubjectReview'},
] as const;

type Entry = {
	group: string;
	version: string;
	plural: string;
	singular: string;
	kind: string;
	namespaced: boolean;
	verbs: string[];
	shortNames?: string[];
	categories?: string[];
	subresources: Subresource[];
};

function entries(definitions: Iterable<ResourceDefinition>): Entry[] {
	const all: Entry[] = [];
	for (const definition of definitions) {
		const {group, version, plural, singular, kind, namespaced, verbs, shortNames, categories} = definition;
		all.push({
			group,
			version,
			plural,
			singular,
			kind,
			namespaced,
			verbs: [...verbs].sort(),
			shortNames,
			categories,
			subresources: subresourcesOf(definition),
		});
	}
	for (const {group, version, plural, kind} of reviews) {
		all.push({
			group,
			version,
			plural,
			singular: kind.toLowerCase(),
			kind,
			namespaced: false,
			verbs: ['create'],
			subresources: [],
		});
	}
	return all.sort((a, b) => (a.plural < b.plural ? -1 : a.plural > b.plural ? 1 : 0));
}

/** Groups in the real server's order of priority; others follow by name. */
const priority = [
	'',
	'apiregistration.k8s.io',
	'apps',
	'events.k8s.io',
	'authentication.k8s.io',
	'authorization.k8s.io',
	'autoscaling',
	'batch',
	'networking.k8s.io',
	'policy',
	'rbac.authorization.k8s.io',
	'storage.k8s.io',
	'apiextensions.k8s.io',
	'scheduling.k8s.io',
	'coordination.k8s.io',
	'node.k8s.io',
	'discovery.k8s.io',
];

function groupVersions(all: Entry[]): Map<string, string[]> {
	const groups = new Map<string, string[]>();
	const rank = (group: string) => (priority.includes(group) ? priority.indexOf(group) : priority.length);
	for (const {group, version} of [...all].sort(
		(a, b) => rank(a.group) - rank(b.group) || (a.group < b.group ? -1 : 1),
	)) {
		const versions = groups.get(group) ?? [];
		if (!versions.includes(version)) versions.push(version);
		groups.set(group, versions);
	}
	return groups;
}

/** The answer to a discovery path, with its Content-Type; undefined for other paths. */
export function discovery(
	path: string,
	definitions: Iterable<ResourceDefinition>,
	accept: Clause[],
): {contentType: string; body: unknown} | undefined {
	const parts = path.replace(/\/$/, '').split('/').slice(1);
	const all = entries(definitions);
	const json = 'application/json';
	if (parts.length === 1 && (parts[0] === 'api' || parts[0] === 'apis')) {
		const legacy = parts[0] === 'api';
		const aggregated = accept.find(
			({type, parameters: {g, v, as}}) =>
				type === json &&
				g === 'apidiscovery.k8s.io' &&
				(v === 'v2' || v === 'v2beta1') &&
				as === 'APIGroupDiscoveryList',
		);
		const first = accept.find(({type}) => type === json || type === '*/*' || type === 'application/*');
		if (aggregated && (!first || accept.indexOf(aggregated) <= accept.indexOf(first))) {
			const {v} = aggregated.parameters;
			return {
				contentType: `${json};g=apidiscovery.k8s.io;v=${v};as=APIGroupDiscoveryList`,
				body: aggregatedList(
					all.filter(({group}) => (group === '') === legacy),
					v!,
				),
			};
		}
		return {contentType: json, body: legacy ? apiVersions : groupList(all)};
	}
	if (parts[0] === 'apis' && parts.length === 2) {
		const versions = groupVersions(all).get(parts[1]!);
		return versions && parts[1]
			? {contentType: json, body: {kind: 'APIGroup', apiVersion: 'v1', ...groupOf(parts[1], versions)}}
			: undefined;
	}
	const [group, version] =
		parts[0] === 'api' && parts.length === 2
			? ['', parts[1]]
			: parts[0] === 'apis' && parts.length === 3
				? [parts[1], parts[2]]
				: [];
	if (group === undefined || version === undefined) return undefined;
	const members = all.filter(entry => entry.group === group && entry.version === version);
	return members.length > 0 ? {contentType: json, body: resourceList(members, group, version)} : undefined;
}

const apiVersions = {
	kind: 'APIVersions',
	versions: ['v1'],
	serverAddressByClientCIDRs: [{clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1'}],
};

const groupVersion = (group: string, version: string) => (group ? `${group}/${version}` : version);

function groupOf(name: string, versions: string[]) {
	const list = versions.map(version => ({groupVersion: groupVersion(name, version), version}));
	return {name, versions: list, preferredVersion: list[0]};
}

function groupList(all: Entry[]) {
	const groups = [...groupVersions(all)].filter(([name]) => name !== '');
	return {kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(([name, versions]) => groupOf(name, versions))};
}

function resourceList(members: Entry[], group: string, version: string) {
	const resources = members.flatMap(entry => [
		{
			name: entry.plural,
			singularName: entry.singular,
			namespaced: entry.namespaced,
			kind: entry.kind,
			verbs: entry.verbs,
			...(entry.shortNames && {shortNames: entry.shortNames}),
			...(entry.categories && {categories: entry.categories}),
		},
		...entry.subresources.map(({name, kind, group, version, verbs}) => ({
			name: `${entry.plural}/${name}`,
			singularName: '',
			namespaced: entry.namespaced,
			...(group && {group, version}),
			kind,
			verbs,
		})),
	]);
	return {
		kind: 'APIResourceList',
		...(group && {apiVersion: 'v1'}),
		groupVersion: groupVersion(group, version),
		resources,
	};
}

function aggregatedList(all: Entry[], v: string) {
	const items = [...groupVersions(all)].map(([group, versions]) => ({
		metadata: group ? {name: group} : {},
		versions: versions.map(version => ({
			version,
			resources: all
				.filter(entry => entry.group === group && entry.version === version)
				.map(({plural, singular, kind, namespaced, verbs, shortNames, categories, subresources}) => ({
					resource: plural,
					responseKind: {group: '', version: '', kind},
					scope: namespaced ? 'Namespaced' : 'Cluster',
					singularResource: singular,
					verbs,
					...(shortNames && {shortNames}),
					...(categories && {categories}),
					...(subresources.length > 0 && {
						subresources: subresources.map(({name, kind, group = '', version = '', verbs}) => ({
							subresource: name,
							responseKind: {group, version, kind},
							verbs,
						})),
					}),
				})),
			freshness: 'Current',
		})),
	}));
	return {kind: 'APIGroupDiscoveryList', apiVersion: `apidiscovery.k8s.io/${v}`, metadata: {}, items};
}
