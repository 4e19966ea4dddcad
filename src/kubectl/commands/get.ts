import {type Client, tableAccept} from '../client.ts';
import {pathOf, type Resource, typeName} from '../discovery.ts';
import {isNotFound, KubectlError, throwAll, usageError} from '../errors.ts';
import {asList, fetchTable, getObject, listObjects} from '../fetch.ts';
import {place, readManifests} from '../manifests.ts';
import type {KubeObject, Table} from '../objects.ts';
import {objectPrinter, outputFlags} from '../printers/output.ts';
import {TablePrinter} from '../printers/table.ts';
import {readTargets} from '../resource-arguments.ts';
import type {Command, Session} from '../session.ts';
import {sorter} from '../sorting.ts';

/** One thing to fetch: an object by name, or all of a type. */
type Target = {resource: Resource; namespace: string | undefined; name?: string};

const help = "See 'kubectl get -h' for help and examples";

async function targetsOf(session: Session): Promise<{targets: Target[]; single: boolean}> {
	const {flags} = session;
	const all = flags.on('all-namespaces');
	const files = flags.list('filename');
	const discovery = await session.discovery();
	if (files.length > 0) {
		const manifests = await readManifests(files, {
			...session.io,
			recursive: flags.on('recursive'),
			args: session.arguments,
		});
		const {placed, failures} = place(manifests, discovery, {
			namespace: session.namespace,
			forced: flags.given('namespace'),
		});
		throwAll(failures);
		return {
			targets: placed.map(({resource, namespace, name}) => ({resource, namespace, name})),
			single: placed.length === 1,
		};
	}
	const read = readTargets(discovery, session.arguments, 'kubectl get');
	const selected = flags.text('selector') !== '' || flags.text('field-selector') !== '';
	if (read.named) {
		if (all) throw new KubectlError('a resource cannot be retrieved by name across all namespaces');
		if (selected) throw new KubectlError('name cannot be provided when a selector is specified');
		const targets = read.targets.map(({resource, name}) => ({resource, name, namespace: session.namespace}));
		return {targets, single: !read.many};
	}
	return {
		targets: read.resources.map(resource => ({resource, namespace: all ? undefined : session.namespace})),
		single: false,
	};
}

const selectionOf = ({flags}: Session) => ({
	labelSelector: flags.text('selector') || undefined,
	fieldSelector: flags.text('field-selector') || undefined,
});

/** The results in order; failures apart, 404s left out where --ignore-not-found says so. */
async function settle<T>(
	session: Session,
	fetches: Promise<T>[],
): Promise<{results: (T | undefined)[]; failures: unknown[]}> {
	const failures: unknown[] = [];
	const results = (await Promise.allSettled(fetches)).map(outcome => {
		if (outcome.status === 'fulfilled') return outcome.value;
		if (!(session.flags.on('ignore-not-found') && isNotFound(outcome.reason))) failures.push(outcome.reason);
		return undefined;
	});
	return {results, failures};
}

function nothingFound(session: Session, targets: Target[]): void {
	if (session.flags.on('ignore-not-found')) return;
	const everywhere = session.flags.on('all-namespaces') || !targets.some(({resource}) => resource.namespaced);
	session.error(everywhere ? 'No resources found' : `No resources found in ${session.namespace} namespace.`);
}

async function printTables(session: Session, targets: Target[]): Promise<void> {
	const {flags, client} = session;
	const sortBy = flags.text('sort-by');
	const {results, failures} = await settle(
		session,
		targets.map(async ({resource, namespace, name}) => {
			const table = await fetchTable(client, resource, namespace, {
				...selectionOf(session),
				name,
				wholeObjects: sortBy !== '',
			});
			return sortBy ? sorter(sortBy)(table) : table;
		}),
	);
	const answered = targets.filter((_, index) => results[index] !== undefined);
	const withKind = flags.on('show-kind') || new Set(answered.map(({resource}) => resource)).size > 1;
	let printer: TablePrinter | undefined;
	let last: Resource | undefined;
	let printed = false;
	for (const [index, table] of results.entries()) {
		const {resource} = targets[index]!;
		if (!table || table.rows.length === 0) continue;
		if (resource !== last) {
			if (printed && !flags.on('no-headers')) session.print('');
			printer = tablePrinter(session, resource, withKind);
			last = resource;
		}
		session.write(printer!.print(table));
		printed = true;
	}
	if (!printed && failures.length === 0) nothingFound(session, targets);
	throwAll(failures);
}

function tablePrinter(session: Session, resource: Resource, withKind: boolean): TablePrinter {
	const {flags} = session;
	return new TablePrinter({
		wide: flags.text('output') === 'wide',
		showLabels: flags.on('show-labels'),
		labelColumns: flags.list('label-columns').flatMap(text => text.split(',')),
		withNamespace: flags.on('all-namespaces') && resource.namespaced,
		kind: withKind ? typeName(resource) : '',
		headers: !flags.on('no-headers'),
	});
}

async function printObjects(
	session: Session,
	targets: Target[],
	single: boolean,
	print: (object: KubeObject) => string,
) {
	const {client, flags} = session;
	const {results, failures} = await settle(
		session,
		targets.map(async ({resource, namespace, name}) =>
			name
				? [await getObject(client, resource, namespace, name)]
				: listObjects(client, resource, namespace, selectionOf(session)),
		),
	);
	const objects = results.flatMap(found => found ?? []);
	if (single || (objects.length === 0 && failures.length > 0)) {
		throwAll(failures);
		if (objects[0]) session.write(print(objects[0]));
		return;
	}
	const sortBy = flags.text('sort-by');
	const rows = objects.map(object => ({cells: [], object}));
	const sorted = sortBy
		? sorter(sortBy)({kind: 'Table', metadata: {}, columnDefinitions: [], rows}).rows.map(({object}) => object!)
		: objects;
	session.write(print(asList(sorted)));
	throwAll(failures);
}

const rowsAsTable = (event: {type: string; object: KubeObject}) => event.object as unknown as Table;

/** Prints the state, then every change until the server or the user ends it. */
async function watch(
	session: Session,
	{resource, namespace, name}: Target,
	print: ((object: KubeObject) => string) | undefined,
) {
	const {client, flags} = session;
	const events = flags.on('output-watch-events');
	const fieldSelector = name ? `metadata.name=${name}` : flags.text('field-selector') || undefined;
	const labelSelector = flags.text('selector') || undefined;
	const selection = {labelSelector, fieldSelector};
	const table = tablePrinter(session, resource, flags.on('show-kind'));
	const lead = (cell: string) => (events ? {header: 'EVENT'.padEnd(8), cell: cell.padEnd(8)} : undefined);
	const first = await fetchTable(client, resource, namespace, {...selection, name});
	if (!flags.on('watch-only')) {
		if (!print) session.write(table.print(first, lead('ADDED')));
		else await printFirst(session, client, {resource, namespace, name}, print);
	}
	const changes = client.watch({
		path: pathOf(resource, namespace),
		query: {labelSelector, fieldSelector, resourceVersion: name ? '0' : first.metadata.resourceVersion},
		...(!print && {accept: tableAccept}),
	});
	let suppressed = name === undefined;
	for await (const event of changes) {
		if (event.type === 'BOOKMARK') continue;
		if (!suppressed) {
			suppressed = true;
			continue;
		}
		if (print) {
			session.write(
				events
					? print({apiVersion: 'meta.k8s.io/v1', kind: 'WatchEvent', metadata: {}, ...event})
					: print(event.object),
			);
		} else session.write(table.print(rowsAsTable(event), lead(event.type)));
	}
}

async function printFirst(
	session: Session,
	client: Client,
	{resource, namespace, name}: Target,
	print: (object: KubeObject) => string,
) {
	const objects = name
		? [await getObject(client, resource, namespace, name)]
		: await listObjects(client, resource, namespace, selectionOf(session));
	for (const object of objects) session.write(print(object));
}

/** `kubectl get`. */
export const command: Command = {
	summary: 'Display one or many resources',
	usage:
		'kubectl get [(-o|--output=)json|yaml|name|go-template|jsonpath|custom-columns|wide] (TYPE[.VERSION][.GROUP] [NAME | -l label] | TYPE[.VERSION][.GROUP]/NAME ...) [flags]',
	flags: {
		...outputFlags,
		selector: {type: 'text', short: 'l'},
		'field-selector': {type: 'text'},
		'all-namespaces': {type: 'boolean', short: 'A'},
		watch: {type: 'boolean', short: 'w'},
		'watch-only': {type: 'boolean'},
		'output-watch-events': {type: 'boolean'},
		'show-labels': {type: 'boolean'},
		'show-kind': {type: 'boolean'},
		'label-columns': {type: 'list', short: 'L'},
		'no-headers': {type: 'boolean'},
		'sort-by': {type: 'text'},
		'ignore-not-found': {type: 'boolean'},
		'chunk-size': {type: 'text'},
		filename: {type: 'list', short: 'f'},
		recursive: {type: 'boolean', short: 'R'},
		raw: {type: 'text'},
	},
	async run(session) {
		const {flags} = session;
		if (flags.given('raw')) {
			if (session.arguments.length > 0) throw usageError('get', 'arguments may not be passed when --raw is specified');
			const [path = '', query] = flags.text('raw').split('?');
			session.write(await session.client.text({path, query: Object.fromEntries(new URLSearchParams(query))}));
			return 0;
		}
		if (session.arguments.length === 0 && flags.list('filename').length === 0) {
			throw new KubectlError(
				`You must specify the type of resource to get. Use "kubectl api-resources" for a complete list of supported resources.\n\nerror: Required resource not specified.\nUse "kubectl explain <resource>" for a detailed description of that resource (e.g. kubectl explain pods).\n${help}`,
				{prefix: ''},
			);
		}
		const print = objectPrinter(session);
		const {targets, single} = await targetsOf(session);
		if (flags.on('watch') || flags.on('watch-only')) {
			if (new Set(targets.map(({resource}) => resource)).size > 1 || targets.length > 1) {
				throw new KubectlError('you may only specify a single resource type');
			}
			await watch(session, targets[0]!, print);
		} else if (print) await printObjects(session, targets, single, print);
		else await printTables(session, targets);
		return 0;
	},
};
