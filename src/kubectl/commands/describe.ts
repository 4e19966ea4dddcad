import {type Describer, eventsOf} from '../describe/describer.ts';
import type {Resource} from '../discovery.ts';
import {isNotFound, KubectlError, StatusFailure, throwAll} from '../errors.ts';
import {getObject, listObjects} from '../fetch.ts';
import {place, readManifests} from '../manifests.ts';
import type {KubeObject} from '../objects.ts';
import {readTargets} from '../resource-arguments.ts';
import type {Command, Session} from '../session.ts';

const describers: Record<string, () => Promise<{describe: Describer}>> = {
	services: () => import('../describe/service.ts'),
	pods: () => import('../describe/pod.ts'),
	endpoints: () => import('../describe/endpoints.ts'),
	'endpointslices.discovery.k8s.io': () => import('../describe/endpointslice.ts'),
	'deployments.apps': () => import('../describe/deployment.ts'),
	'replicasets.apps': () => import('../describe/replicaset.ts'),
	'daemonsets.apps': () => import('../describe/daemonset.ts'),
	nodes: () => import('../describe/node.ts'),
	namespaces: () => import('../describe/namespace.ts'),
	configmaps: () => import('../describe/configmap.ts'),
	serviceaccounts: () => import('../describe/serviceaccount.ts'),
};

const noEvents = new Set(['namespaces']);

async function describeOne(session: Session, resource: Resource, object: KubeObject): Promise<string> {
	const key = `${resource.plural}${resource.group ? `.${resource.group}` : ''}`;
	const {describe} = await (describers[key] ?? (() => import('../describe/generic.ts')))();
	const {client, flags} = session;
	const wanted = flags.on('show-events') && !noEvents.has(key);
	const events = wanted ? await eventsOf(client, object, key !== 'pods') : undefined;
	return describe(object, {client, resource, now: client.now(), events});
}

/** The objects that the arguments mean. A name that is none of an object stands for all names that begin with it. */
async function objectsOf(session: Session): Promise<{
	found: {resource: Resource; object: KubeObject}[];
	failures: unknown[];
	how: 'named' | 'similar' | 'selected';
}> {
	const {flags, client} = session;
	const discovery = await session.discovery();
	const found: {resource: Resource; object: KubeObject}[] = [];
	const failures: unknown[] = [];
	const files = flags.list('filename');
	if (files.length > 0) {
		const manifests = await readManifests(files, {
			...session.io,
			recursive: flags.on('recursive'),
			args: session.arguments,
		});
		const placement = place(manifests, discovery, {namespace: session.namespace, forced: flags.given('namespace')});
		failures.push(...placement.failures);
		for (const {resource, namespace, name} of placement.placed) {
			await getObject(client, resource, namespace, name).then(
				object => found.push({resource, object}),
				error => failures.push(error),
			);
		}
		return {found, failures, how: 'named'};
	}
	const read = readTargets(discovery, session.arguments, 'kubectl describe');
	const namespace = flags.on('all-namespaces') ? undefined : session.namespace;
	if (read.named) {
		let similar = false;
		for (const {resource, name} of read.targets) {
			try {
				found.push({resource, object: await getObject(client, resource, namespace, name)});
			} catch (error) {
				if (!isNotFound(error)) throw error;
				// Only a single name may be the beginning of others.
				if (session.arguments.length !== 2) {
					failures.push(error);
					continue;
				}
				const alike = (await listObjects(client, resource, namespace)).filter(object =>
					object.metadata.name?.startsWith(name),
				);
				if (alike.length === 0) failures.push(error);
				similar = true;
				found.push(...alike.map(object => ({resource, object})));
			}
		}
		return {found, failures, how: similar ? 'similar' : 'named'};
	}
	const selection = {labelSelector: flags.text('selector') || undefined};
	for (const resource of read.resources) {
		const objects = await listObjects(client, resource, namespace, selection);
		found.push(...objects.map(object => ({resource, object})));
	}
	return {found, failures, how: 'selected'};
}

/** `kubectl describe`. */
export const command: Command = {
	summary: 'Show details of a specific resource or group of resources',
	usage: 'kubectl describe (-f FILENAME | TYPE [NAME_PREFIX | -l label] | TYPE/NAME) [options]',
	flags: {
		selector: {type: 'text', short: 'l'},
		'all-namespaces': {type: 'boolean', short: 'A'},
		'show-events': {type: 'boolean', initial: 'true'},
		'chunk-size': {type: 'text'},
		filename: {type: 'list', short: 'f'},
		recursive: {type: 'boolean', short: 'R'},
	},
	async run(session) {
		if (session.arguments.length === 0 && session.flags.list('filename').length === 0) {
			throw new KubectlError(
				'You must specify the type of resource to describe. Use "kubectl api-resources" for a complete list of supported resources.',
			);
		}
		const {found, failures, how} = await objectsOf(session);
		const texts: string[] = [];
		for (const {resource, object} of found) {
			try {
				texts.push(await describeOne(session, resource, object));
			} catch (error) {
				if (!(error instanceof StatusFailure)) throw error;
				failures.push(error);
			}
		}
		session.write(how === 'similar' ? texts.map(text => `${text}\n`).join('') : texts.join('\n\n'));
		if (texts.length === 0 && failures.length === 0 && how === 'selected') {
			session.error(
				session.flags.on('all-namespaces')
					? 'No resources found'
					: `No resources found in ${session.namespace} namespace.`,
			);
		}
		throwAll(failures);
		return 0;
	},
};
