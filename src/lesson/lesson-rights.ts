import {existsSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {parseAllDocuments} from 'yaml';
import type {Right} from '../clusters/context/rights.ts';
import type {Lesson} from './lesson.ts';
import {shellCommands} from './shell-words.ts';

type Resource = Pick<Right, 'group' | 'resource' | 'clusterWide'>;

/** The resources that lessons use: kind, plural, and what else they are called on a command line. */
const resources: [group: string, kind: string, plural: string, ...shortNames: string[]][] = [
	['', 'Pod', 'pods', 'po'],
	['', 'Service', 'services', 'svc'],
	['', 'Endpoints', 'endpoints', 'ep'],
	['', 'ConfigMap', 'configmaps', 'cm'],
	['', 'Secret', 'secrets'],
	['', 'Event', 'events', 'ev'],
	['', 'Node', 'nodes', 'no'],
	['', 'Namespace', 'namespaces', 'ns'],
	['apps', 'Deployment', 'deployments', 'deploy'],
	['apps', 'ReplicaSet', 'replicasets', 'rs'],
	['apps', 'DaemonSet', 'daemonsets', 'ds'],
	['apps', 'StatefulSet', 'statefulsets', 'sts'],
	['discovery.k8s.io', 'EndpointSlice', 'endpointslices'],
];
const clusterWide = new Set(['nodes', 'namespaces']);

const byName = new Map<string, Resource>(
	resources.flatMap(([group, kind, plural, ...shortNames]) => {
		const resource: Resource = {group, resource: plural, ...(clusterWide.has(plural) && {clusterWide: true as const})};
		return [kind, kind.toLowerCase(), plural, ...shortNames].map(name => [name, resource] as const);
	}),
);
const named = (name: string): Resource => byName.get(name)!;

/** What the lab itself watches in every lesson. */
const watched = ['pods', 'services', 'endpoints', 'endpointslices', 'deployments'].flatMap(name =>
	rights(named(name), 'list', 'watch'),
);
/** What the gateway does for `curl`. */
const gateway = [
	...rights(named('pods'), 'get', 'list', 'create', 'delete'),
	// A WebSocket begins with GET, and since Kubernetes 1.35 needs the right to create too.
	...rights({...named('pods'), subresource: 'portforward'}, 'get', 'create'),
];

/**
 * The rights that a user needs for a lesson, as its own steps and clean-up use the API: read from its manifests and the words of
 * its commands. A command that is meant to fail needs none, nor one for another namespace.
 */
export function lessonRights(lesson: Pick<Lesson, 'folder' | 'manifests' | 'drill' | 'steps' | 'cleanup'>): Right[] {
	const lines = [
		...lesson.steps.flatMap(({commands}) => commands.filter(({fails}) => !fails).map(({line}) => line.source)),
		...lesson.cleanup,
	];
	// A place counts as one word, whatever is in it.
	const commands = lines.flatMap(line => shellCommands(line.replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '1')));
	const needed = [...watched, ...commands.flatMap(words => rightsOf(words, file => kindsIn(lesson, file)))];
	return [...new Map(needed.map(right => [JSON.stringify(right), right])).values()];
}

function rights(resource: Resource & {subresource?: string}, ...verbs: string[]): Right[] {
	return verbs.map(verb => ({verb, ...resource}));
}

/** What one command needs; `kinds` tells the resources that a manifest holds. */
function rightsOf([program, ...words]: string[], kinds: (file: string) => Resource[]): Right[] {
	if (program === 'curl') return gateway;
	if (program !== 'kubectl' || words.some(word => /^(-n|--namespace|-A|--all-namespaces|--raw)/.test(word))) return [];
	const files = words.flatMap((word, index) =>
		word === '-f' || word === '--filename'
			? [words[index + 1] ?? '']
			: (/^(-f|--filename)=(.*)/.exec(word)?.slice(2) ?? []),
	);
	const inFiles = files.flatMap(kinds);
	const plain = words.filter(word => !word.startsWith('-'));
	const [verb = '', ...rest] = plain;
	const all = (...verbs: string[]) => [...inFiles, ...targets(rest)].flatMap(resource => rights(resource, ...verbs));
	const pods = named('pods');
	switch (verb) {
		case 'get':
			return all('get', 'list', ...(words.some(word => /^(-w|--watch)/.test(word)) ? ['watch'] : []));
		case 'describe':
			return [...all('get', 'list'), ...rights(named('events'), 'list')];
		case 'wait':
			return all('get', 'list', 'watch');
		case 'apply':
			return all('get', 'create', 'patch');
		case 'delete':
			return all('get', 'list', 'watch', 'delete');
		case 'create':
			return files.length > 0 ? all('create') : targets(rest.slice(0, 1)).flatMap(kind => rights(kind, 'create'));
		case 'run':
			return rights(pods, 'create');
		case 'expose':
			return [...all('get'), ...rights(named('services'), 'create')];
		case 'scale':
			return [...inFiles, ...targets(rest)].flatMap(resource => [
				...rights(resource, 'get'),
				...rights({...resource, subresource: 'scale'}, 'get', 'patch'),
			]);
		case 'patch':
		case 'label':
		case 'annotate':
		case 'edit':
			return all('get', 'patch');
		case 'set':
			return targets(rest.slice(1)).flatMap(resource => rights(resource, 'get', 'patch'));
		case 'rollout': {
			const changes = rest[0] === 'status' || rest[0] === 'history' ? [] : ['patch'];
			const sets = rest[0] === 'undo' || rest[0] === 'history' ? rights(named('replicasets'), 'list') : [];
			const found = targets(rest.slice(1)).flatMap(resource => rights(resource, 'get', 'list', 'watch', ...changes));
			return [...found, ...sets];
		}
		case 'exec':
			return [...rights(pods, 'get'), ...rights({...pods, subresource: 'exec'}, 'create')];
		case 'logs':
			return [...rights(pods, 'get', 'list'), ...rights({...pods, subresource: 'log'}, 'get')];
		default:
			return [];
	}
}

/** The resources that the words after a verb name: `pods,svc`, `deploy/web`, or a type before a name. */
function targets(words: string[]): Resource[] {
	const typed = words.filter(word => word.includes('/')).map(word => word.split('/')[0]!);
	const names = typed.length > 0 ? typed : (words[0] ?? '').split(',');
	return names.flatMap(name => byName.get(name.replace(/\..*$/, '')) ?? []);
}

function kindsIn({folder, drill}: Pick<Lesson, 'folder' | 'drill'>, file: string): Resource[] {
	const path = join(folder, file);
	const text = drill?.files[file] ?? (existsSync(path) ? readFileSync(path, 'utf8') : '');
	return parseAllDocuments(text).flatMap(document => {
		const {kind} = (document.toJS() ?? {}) as {kind?: unknown};
		return byName.get(String(kind)) ?? [];
	});
}
