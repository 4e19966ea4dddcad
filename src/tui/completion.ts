import type {Snapshot} from '../observe/snapshot.ts';

/** What there is to complete from. */
export type CompletionSources = {
	snapshot: Snapshot;
	/** The step's own commands; their words are worth offering. */
	commands: readonly string[];
	/** Names in a folder, relative to where the next line runs; folders end in `/`. Empty when there is none. */
	files: (folder: string) => readonly string[];
};

/** The line after Tab, and, where several words would fit, all of them. */
export type Completion = {text: string; candidates: readonly string[]};

const verbs =
	'annotate api-resources apply attach cluster-info cp create debug delete describe edit events exec explain expose get label logs patch port-forward replace rollout run scale set version wait'.split(
		' ',
	);

const resources =
	'configmaps deployments endpoints endpointslices events namespaces nodes pods replicasets services deployment pod service'.split(
		' ',
	);

/** Verbs whose next word is a resource type. */
const onResources = new Set(
	'annotate delete describe edit explain expose get label patch rollout scale wait'.split(' '),
);

/**
 * Completes the last word of a line: commands, kubectl's verbs and resource types, the names of live objects, files.
 * undefined when nothing fits.
 */
export function completion(line: string, sources: CompletionSources): Completion | undefined {
	const part = line.split(/[|;&(\n]/).at(-1) ?? '';
	const words = part.trimStart().split(/\s+/);
	const last = words.at(-1) ?? '';
	const fitting = [...new Set(wordsFor(words, last, sources))].filter(word => word.startsWith(last)).sort();
	const [first] = fitting;
	if (first === undefined) return undefined;
	const start = line.slice(0, line.length - last.length);
	if (fitting.length === 1) return {text: start + first + (first.endsWith('/') ? '' : ' '), candidates: []};
	return {text: start + commonStart(fitting), candidates: fitting};
}

function wordsFor(words: readonly string[], last: string, {snapshot, commands, files}: CompletionSources): string[] {
	if (words.length <= 1) return ['kubectl', 'curl', ...commands.map(command => command.split(' ')[0] ?? '')];
	const plain = words.slice(1, -1).filter(word => !word.startsWith('-'));
	const previous = words.at(-2) ?? '';
	const folder = last.slice(0, last.lastIndexOf('/') + 1);
	const inFolder = () => files(folder).map(name => folder + name);
	if (words[0] !== 'kubectl' && words[0] !== 'k') return [...inFolder(), ...serviceNames(snapshot)];
	if (/^(-f|--filename)$/.test(previous)) return inFolder();
	if (plain.length === 0) return verbs;
	const [verb = '', type = ''] = plain;
	if (onResources.has(verb) && plain.length === 1) return resources;
	if (verb === 'exec' || verb === 'logs' || verb === 'port-forward') return snapshot.pods.map(({name}) => name);
	return namesOf(type, snapshot);
}

function serviceNames({services}: Snapshot): string[] {
	return services.map(({name}) => name);
}

function namesOf(type: string, snapshot: Snapshot): string[] {
	const lists: [RegExp, readonly {name: string}[]][] = [
		[/^(po|pods?)$/, snapshot.pods],
		[/^(svc|services?)$/, snapshot.services],
		[/^(ep|endpoints)$/, snapshot.endpoints],
		[/^endpointslices?$/, snapshot.slices],
		[/^(deploy|deployments?)$/, snapshot.deployments],
	];
	return lists.filter(([pattern]) => pattern.test(type)).flatMap(([, list]) => list.map(({name}) => name));
}

function commonStart(words: readonly string[]): string {
	const [first = ''] = words;
	let length = first.length;
	for (const word of words) while (!word.startsWith(first.slice(0, length))) length--;
	return first.slice(0, length);
}
