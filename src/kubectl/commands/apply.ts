import {patchTypes} from '../client.ts';
import {pathOf, resourceName} from '../discovery.ts';
import {isNotFound, KubectlError, lacks, StatusFailure, throwAll} from '../errors.ts';
import {asList, getObject} from '../fetch.ts';
import {lastApplied, withLastApplied} from '../last-applied.ts';
import {type Placed, place, readManifests} from '../manifests.ts';
import {dryRunOf, fileFlags, mutationFlags, report, writeQuery} from '../mutation.ts';
import type {JsonObject, KubeObject} from '../objects.ts';
import {patchSchemaOf} from '../patch-schema.ts';
import {compactJson} from '../printers/json.ts';
import {objectPrinter} from '../printers/output.ts';
import type {Command, Session} from '../session.ts';
import {threeWayPatch} from '../three-way-merge.ts';

/** What was done to an object. */
type Applied = {object: KubeObject; operation: string};

const manager = 'kubectl-client-side-apply';

async function create(session: Session, {object, resource, namespace, source}: Placed): Promise<Applied> {
	const annotated = withLastApplied(object);
	if (dryRunOf(session) === 'client') return {object: annotated, operation: 'created'};
	try {
		const path = pathOf(resource, namespace);
		const created = await session.client.json({
			method: 'POST',
			path,
			query: writeQuery(session, manager),
			body: annotated,
		});
		return {object: created, operation: 'created'};
	} catch (error) {
		throw error instanceof StatusFailure ? error.while('creating', source) : error;
	}
}

function missingAnnotation(session: Session, {resource, name}: Placed): void {
	session.client.warn(
		`resource ${resourceName(resource).split('.')[0]}/${name} is missing the kubectl.kubernetes.io/last-applied-configuration annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.`,
	);
}

/** How often a patch is made anew when somebody else was faster. */
const attempts = 5;

async function update(session: Session, placed: Placed, first: KubeObject): Promise<Applied> {
	const {resource, namespace, name, object, source} = placed;
	const {client} = session;
	let current = first;
	const original = lastApplied(current);
	if (!original) missingAnnotation(session, placed);
	const schema = patchSchemaOf(resource.group, resource.kind);
	const modified = withLastApplied(object) as unknown as JsonObject;
	for (let attempt = 1; ; attempt++) {
		const patch = threeWayPatch(lastApplied(current) ?? {}, modified, current as unknown as JsonObject, schema ?? {});
		// kubectl compares nothing in a client's dry run.
		if (dryRunOf(session) === 'client') return {object: current, operation: 'configured'};
		if (Object.keys(patch).length === 0) return {object: current, operation: 'unchanged'};
		try {
			const patched = await client.json({
				method: 'PATCH',
				path: pathOf(resource, namespace, name),
				query: writeQuery(session, manager),
				body: patch,
				contentType: schema ? patchTypes.strategic : patchTypes.merge,
			});
			return {object: patched, operation: 'configured'};
		} catch (error) {
			if (!(error instanceof StatusFailure)) throw error;
			if (error.status.code === 409 && attempt < attempts) {
				current = await getObject(client, resource, namespace, name);
				continue;
			}
			throw new StatusFailure(
				error.status,
				`error when applying patch:\n${compactJson(patch)}\nto:\nResource: ${JSON.stringify(`${resource.group ? `${resource.group}/` : ''}${resource.version}, Resource=${resource.plural}`)}, GroupVersionKind: ${JSON.stringify(`${resource.group ? `${resource.group}/` : ''}${resource.version}, Kind=${resource.kind}`)}\nName: ${JSON.stringify(name)}, Namespace: ${JSON.stringify(namespace ?? '')}\nfor: ${JSON.stringify(source)}: error when patching ${JSON.stringify(source)}: `,
			);
		}
	}
}

/** What kubectl says below the conflicts of a server-side apply. */
const conflictAdvice = `Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`;

async function applyOnServer(session: Session, {resource, namespace, name, object}: Placed): Promise<Applied> {
	try {
		const applied = await session.client.json({
			method: 'PATCH',
			path: pathOf(resource, namespace, name),
			query: {...writeQuery(session, 'kubectl'), force: session.flags.on('force-conflicts')},
			body: object,
			contentType: patchTypes.apply,
		});
		return {object: applied, operation: 'serverside-applied'};
	} catch (error) {
		if (error instanceof StatusFailure && error.status.code === 409)
			throw new KubectlError(`${error.message}\n${conflictAdvice}`);
		throw error;
	}
}

async function applyOne(session: Session, placed: Placed): Promise<Applied> {
	if (placed.name === '')
		throw new KubectlError(
			`error when retrieving current configuration of ${placed.source}: resource name may not be empty`,
		);
	if (session.flags.on('server-side')) return applyOnServer(session, placed);
	let current: KubeObject;
	try {
		current = await getObject(session.client, placed.resource, placed.namespace, placed.name);
	} catch (error) {
		if (isNotFound(error)) return create(session, placed);
		throw error;
	}
	return update(session, placed, current);
}

/** `kubectl apply`. */
export const command: Command = {
	summary: 'Apply a configuration to a resource by file name or stdin',
	usage: 'kubectl apply -f FILENAME [options]',
	flags: {
		...mutationFlags,
		...fileFlags,
		'server-side': {type: 'boolean'},
		'force-conflicts': {type: 'boolean'},
	},
	async run(session) {
		const {flags} = session;
		if (/^(view|edit|set)-last-applied$/.test(session.arguments[0] ?? '')) throw lacks(`apply ${session.arguments[0]}`);
		if (session.arguments.length > 0) {
			throw new KubectlError(
				`Unexpected args: [${session.arguments.join(' ')}]\nSee 'kubectl apply -h' for help and examples`,
			);
		}
		const files = flags.list('filename');
		if (files.length === 0) throw new KubectlError('must specify one of -f and -k');
		const manifests = await readManifests(files, {...session.io, recursive: flags.on('recursive'), verb: 'apply'});
		const discovery = await session.discovery();
		const {placed, failures} = place(manifests, discovery, {
			namespace: session.namespace,
			forced: flags.given('namespace'),
		});
		const print = objectPrinter(session);
		const shown: KubeObject[] = [];
		for (const one of placed) {
			try {
				const {object, operation} = await applyOne(session, one);
				if (print && flags.text('output') !== 'name') shown.push(object);
				else report(session, object, operation);
			} catch (error) {
				failures.push(error as KubectlError);
			}
		}
		if (print && shown.length > 0)
			session.write(print(shown.length === 1 ? shown[0]! : {...asList(shown), metadata: {}}));
		throwAll(failures);
		return 0;
	},
};
