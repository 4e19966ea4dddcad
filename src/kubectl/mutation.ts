import {patchTypes} from './client.ts';
import {pathOf, type Resource} from './discovery.ts';
import {KubectlError} from './errors.ts';
import {getObject, listObjects} from './fetch.ts';
import type {FlagSet} from './flags.ts';
import {place, readManifests} from './manifests.ts';
import type {KubeObject} from './objects.ts';
import {nameOf, objectPrinter, outputFlags} from './printers/output.ts';
import {readTargets} from './resource-arguments.ts';
import type {Session} from './session.ts';

/** Flags of the commands that change objects. */
export const mutationFlags = {
	...outputFlags,
	'dry-run': {type: 'text', bare: 'client', initial: 'none'},
	'field-manager': {type: 'text'},
	validate: {type: 'text', bare: 'strict'},
} as const satisfies FlagSet;

/** Flags that name files. */
export const fileFlags = {
	filename: {type: 'list', short: 'f'},
	recursive: {type: 'boolean', short: 'R'},
} as const satisfies FlagSet;

/** Flags that choose among the objects of a type. */
export const selectionFlags = {
	selector: {type: 'text', short: 'l'},
	'field-selector': {type: 'text'},
	all: {type: 'boolean'},
	'all-namespaces': {type: 'boolean', short: 'A'},
} as const satisfies FlagSet;

/** Whether and where the change is only tried. */
export type DryRun = 'none' | 'client' | 'server';

/** Reads --dry-run. Throws on another value. */
export function dryRunOf({flags}: Session): DryRun {
	const text = flags.text('dry-run');
	if (text === 'none' || text === 'client' || text === 'server') return text;
	if (text === 'false') return 'none';
	throw new KubectlError(`Invalid dry-run value (${text}). Must be "none", "server", or "client".`);
}

/** The query of a change: who changes, how strictly fields are checked, whether it is only tried. */
export function writeQuery(session: Session, manager: string): Record<string, string | undefined> {
	const validate = session.flags.text('validate');
	const fieldValidation = (
		{true: 'Strict', strict: 'Strict', '': 'Strict', warn: 'Warn', false: 'Ignore', ignore: 'Ignore'} as Record<
			string,
			string
		>
	)[validate];
	return {
		fieldManager: session.flags.text('field-manager') || manager,
		fieldValidation,
		dryRun: dryRunOf(session) === 'server' ? 'All' : undefined,
	};
}

/** Tells what was done to an object, or prints the object where -o asks for it. */
export function report(session: Session, object: KubeObject, operation: string): void {
	const print = objectPrinter(session);
	if (print) {
		session.write(print(object));
		return;
	}
	const dryRun = dryRunOf(session);
	const suffix = dryRun === 'none' ? '' : dryRun === 'client' ? ' (dry run)' : ' (server dry run)';
	session.print(`${nameOf(object)} ${operation}${suffix}`);
}

/** The sentence for a command line that names nothing. */
export const nothingGiven = `You must provide one or more resources by argument or filename.
Example resource specifications include:
   '-f rsrc.yaml'
   '--filename=rsrc.json'
   '<resource> <name>'
   '<resource>'`;

/** An object that a command means, as the server has it. */
export type Found = {resource: Resource; namespace: string | undefined; object: KubeObject; source: string};

/**
 * The objects that files, names or a selector mean, in their order; what could not be had comes back as failures.
 * `command` is for sentences, such as `kubectl label`; `typeIsAll` lets a bare type mean all of its
 * objects; `selects` is off where --selector means something else.
 */
export async function findObjects(
	session: Session,
	args: string[],
	command: string,
	{typeIsAll = false, selects = true}: {typeIsAll?: boolean; selects?: boolean} = {},
): Promise<{found: Found[]; failures: unknown[]}> {
	const {flags, client} = session;
	const discovery = await session.discovery();
	const found: Found[] = [];
	const failures: unknown[] = [];
	const fetch = async (resource: Resource, namespace: string | undefined, name: string, source: string) => {
		try {
			found.push({resource, namespace, source, object: await getObject(client, resource, namespace, name)});
		} catch (error) {
			failures.push(error);
		}
	};
	const files = flags.list('filename');
	if (files.length > 0) {
		const manifests = await readManifests(files, {...session.io, recursive: flags.on('recursive'), args});
		const placement = place(manifests, discovery, {namespace: session.namespace, forced: flags.given('namespace')});
		failures.push(...placement.failures);
		for (const {resource, namespace, name, source} of placement.placed) await fetch(resource, namespace, name, source);
		return {found, failures};
	}
	if (args.length === 0) {
		throw new KubectlError(nothingGiven);
	}
	const read = readTargets(discovery, args, command);
	const labelSelector = (selects && flags.text('selector')) || undefined;
	const fieldSelector = flags.text('field-selector') || undefined;
	if (read.named) {
		if (labelSelector || fieldSelector) throw new KubectlError('name cannot be provided when a selector is specified');
		for (const {resource, name} of read.targets) {
			await fetch(resource, resource.namespaced ? session.namespace : undefined, name, '');
		}
		return {found, failures};
	}
	if (!labelSelector && !fieldSelector && !flags.on('all') && !typeIsAll) {
		throw new KubectlError('resource(s) were provided, but no name was specified');
	}
	const namespace = flags.on('all-namespaces') ? undefined : session.namespace;
	for (const resource of read.resources) {
		for (const object of await listObjects(client, resource, namespace, {labelSelector, fieldSelector})) {
			found.push({resource, namespace: object.metadata.namespace, object, source: ''});
		}
	}
	return {found, failures};
}

/** Patches one object and returns what the server made of it. */
export const patchObject = (
	session: Session,
	{resource, namespace, object}: Pick<Found, 'resource' | 'namespace' | 'object'>,
	{
		patch,
		type,
		manager,
		subresource,
	}: {patch: unknown; type: keyof typeof patchTypes; manager: string; subresource?: string},
): Promise<KubeObject> =>
	session.client.json({
		method: 'PATCH',
		path: pathOf(resource, namespace, object.metadata.name, subresource),
		query: {...writeQuery(session, manager), fieldValidation: undefined},
		body: patch,
		contentType: patchTypes[type],
	});
