import {pathOf, type Resource} from '../discovery.ts';
import {KubectlError, lacks, StatusFailure, throwAll, usageError} from '../errors.ts';
import type {FlagSet} from '../flags.ts';
import {type Generated, generators} from '../generators.ts';
import {withLastApplied} from '../last-applied.ts';
import {place, readManifests} from '../manifests.ts';
import {dryRunOf, fileFlags, mutationFlags, report, writeQuery} from '../mutation.ts';
import type {KubeObject} from '../objects.ts';
import type {Command, Session} from '../session.ts';

/** Creates one object, or shows it where --dry-run=client asks for that. */
export async function createObject(
	session: Session,
	{resource, namespace, object}: {resource: Resource; namespace: string | undefined; object: KubeObject},
	manager: string,
): Promise<KubeObject> {
	const body = session.flags.on('save-config') ? withLastApplied(object) : object;
	if (dryRunOf(session) === 'client') return body;
	return session.client.json({
		method: 'POST',
		path: pathOf(resource, namespace),
		query: writeQuery(session, manager),
		body,
	});
}

async function createFromFiles(session: Session): Promise<void> {
	const {flags} = session;
	const manifests = await readManifests(flags.list('filename'), {
		...session.io,
		recursive: flags.on('recursive'),
		verb: 'create',
	});
	const discovery = await session.discovery();
	const {placed, failures} = place(manifests, discovery, {
		namespace: session.namespace,
		forced: flags.given('namespace'),
	});
	const all: unknown[] = [...failures];
	for (const one of placed) {
		try {
			report(session, await createObject(session, one, 'kubectl-create'), 'created');
		} catch (error) {
			all.push(error instanceof StatusFailure ? error.while('creating', one.source) : error);
		}
	}
	throwAll(all);
}

/** Without a server a --dry-run=client has no discovery to ask, and needs none: the object is made here. */
async function createGenerated(session: Session, {object, namespaced, called}: Generated): Promise<void> {
	const forced = session.flags.given('namespace');
	const namespace = namespaced ? session.namespace : undefined;
	if (dryRunOf(session) === 'client') {
		report(session, namespaced && forced ? {...object, metadata: {...object.metadata, namespace}} : object, 'created');
		return;
	}
	const resource = (await session.discovery()).ofKind(object.apiVersion, object.kind);
	if (!resource)
		throw new KubectlError(
			`no matches for kind ${JSON.stringify(object.kind)} in version ${JSON.stringify(object.apiVersion)}`,
		);
	const placed = namespaced ? {...object, metadata: {...object.metadata, namespace}} : object;
	try {
		report(session, await createObject(session, {resource, namespace, object: placed}, 'kubectl-create'), 'created');
	} catch (error) {
		if (!(error instanceof StatusFailure) || !called) throw error;
		throw new KubectlError(`failed to create ${called}: ${error.message}`);
	}
}

/** Subcommands of stock kubectl that are not here. */
const others = new Set([
	'clusterrole',
	'clusterrolebinding',
	'cronjob',
	'ingress',
	'job',
	'poddisruptionbudget',
	'priorityclass',
	'quota',
	'role',
	'rolebinding',
	'secret',
	'token',
]);

/** Flags of the generators, which come after their name on the command line. */
const generatorFlags: FlagSet = {
	image: {type: 'list'},
	replicas: {type: 'text', is: 'integer', short: 'r', initial: '1'},
	port: {type: 'text', is: 'integer', initial: '-1'},
	tcp: {type: 'list'},
	clusterip: {type: 'text'},
	'node-port': {type: 'text', is: 'integer', initial: '0'},
	'external-name': {type: 'text'},
	'from-literal': {type: 'list'},
	'from-file': {type: 'list'},
	'from-env-file': {type: 'list'},
	'save-config': {type: 'boolean'},
};

/** `kubectl create`. */
export const command: Command = {
	summary: 'Create a resource from a file or from stdin',
	usage:
		'kubectl create (-f FILENAME | deployment NAME --image=image -- [COMMAND] [args...] | service TYPE NAME | configmap NAME | namespace NAME) [options]',
	flags: {...mutationFlags, ...fileFlags, ...generatorFlags},
	async run(session) {
		const [what, ...args] = session.arguments;
		if (what === undefined) {
			if (session.flags.list('filename').length === 0) throw new KubectlError('must specify one of -f and -k');
			await createFromFiles(session);
			return 0;
		}
		const generate = generators[what];
		if (others.has(what)) throw lacks(`create ${what}`);
		if (!generate) throw usageError('create', `Unexpected args: [${session.arguments.join(' ')}]`);
		await createGenerated(session, generate(session, args));
		return 0;
	},
};
