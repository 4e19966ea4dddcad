import type {Snapshot} from '../observe/snapshot.ts';

const split = (words: string) => words.split(' ');

const verbs = split(
	'annotate api-resources apply attach cluster-info cp create debug delete describe diff edit events exec explain expose get label logs patch port-forward replace rollout run scale set version wait',
);

const types = split(
	'configmaps deployments endpoints endpointslices events namespaces nodes pods replicasets services deployment pod service',
);

/** Verbs whose next word is a resource type. */
const onTypes = new Set(split('annotate delete describe edit explain expose get label patch scale wait'));

/** Verbs whose next word is the name of a Pod, or of something that leads to one. */
const onPods = new Set(split('attach debug exec logs port-forward'));

/** Verbs with verbs of their own. */
const below: Record<string, readonly string[]> = {
	rollout: split('history pause restart resume status undo'),
	set: split('env image resources selector serviceaccount'),
	create: split('configmap deployment job namespace secret service serviceaccount'),
};

/** Options whose value is the next word. */
const withValue =
	/^(-[nlocf]|--(namespace|selector|output|container|filename|field-selector|sort-by|image|port|replicas))$/;

const options = split(
	'--all --all-namespaces --container --dry-run=client --field-selector --filename --follow --force --grace-period= --image= --labels= --namespace --no-headers --output --overwrite --patch --port= --previous --replicas= --selector --show-labels --sort-by= --tail= --target-port= --timeout= --watch',
);

const outputs = split('custom-columns= go-template= json jsonpath= name wide yaml');

/**
 * What may stand where `last` is begun, after the words between `kubectl` and it: verbs, types, the names of what there is
 * (also as `pod/NAME`), options and their values, files.
 */
export function kubectlWords(
	before: readonly string[],
	last: string,
	snapshot: Snapshot,
	files: () => string[],
): string[] {
	// What stands behind -- is another program's.
	if (before.includes('--')) return [];
	const previous = before.at(-1) ?? '';
	if (/^(-f|--filename)$/.test(previous)) return files();
	if (/^(-o|--output)$/.test(previous)) return outputs;
	if (/^(-l|--selector)$/.test(previous)) return labels(snapshot);
	if (withValue.test(previous)) return [];
	if (last.startsWith('-')) return options;
	const plain = before.filter((word, index) => !word.startsWith('-') && !withValue.test(before[index - 1] ?? ''));
	const [verb, ...rest] = plain;
	if (verb === undefined) return verbs;
	const own = below[verb];
	if (own && rest.length === 0) return [...own];
	// What is to be created has no name yet.
	if (verb === 'create') return [];
	const words = own ? rest.slice(1) : rest;
	if (words.length === 0) {
		if (onPods.has(verb)) return [...namesOf('pod', snapshot), ...slashed(last, snapshot)];
		if (onTypes.has(verb) || own) return last.includes('/') ? slashed(last, snapshot) : listed(last);
		return [];
	}
	return last.includes('/') ? slashed(last, snapshot) : namesOf(words[0]!, snapshot);
}

/** The types, where several may be joined by commas. */
function listed(last: string): string[] {
	const start = last.slice(0, last.lastIndexOf(',') + 1);
	return types.map(type => start + type);
}

/** `pod/NAME` for what is begun like that; before the slash there are the types. */
function slashed(last: string, snapshot: Snapshot): string[] {
	const [type = ''] = last.split('/');
	if (!last.includes('/')) return ['deployment/', 'pod/', 'service/'];
	return namesOf(type, snapshot).map(name => `${type}/${name}`);
}

function labels({pods}: Snapshot): string[] {
	return pods.flatMap(({labels}) => Object.entries(labels).map(([key, value]) => `${key}=${value}`));
}

/** The names of what there is of a type, in any form of its name. */
function namesOf(type: string, snapshot: Snapshot): string[] {
	const {pods, services, endpoints, slices, deployments} = snapshot;
	const lists: [RegExp, readonly string[]][] = [
		[/^(po|pods?)$/, pods.map(({name}) => name)],
		[/^(svc|services?)$/, services.map(({name}) => name)],
		[/^(ep|endpoints)$/, endpoints.map(({name}) => name)],
		[/^endpointslices?$/, slices.map(({name}) => name)],
		[/^(deploy|deployments?)(\.apps)?$/, deployments.map(({name}) => name)],
		[/^(rs|replicasets?)$/, pods.flatMap(({owner}) => owner ?? [])],
		[/^(no|nodes?)$/, pods.map(({node}) => node).filter(Boolean)],
	];
	return lists.filter(([pattern]) => pattern.test(type)).flatMap(([, names]) => names);
}
