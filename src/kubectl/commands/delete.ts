import {apiVersionOf, pathOf} from '../discovery.ts';
import {isNotFound, KubectlError, StatusFailure, throwAll} from '../errors.ts';
import {place, readManifests} from '../manifests.ts';
import {dryRunOf, type Found, fileFlags, findObjects, nothingGiven, selectionFlags} from '../mutation.ts';
import type {KubeObject, Status} from '../objects.ts';
import {nameOf} from '../printers/output.ts';
import {readTargets} from '../resource-arguments.ts';
import type {Command, Session} from '../session.ts';
import {watchUntil} from '../watch-until.ts';

/** Seconds of grace that are asked for; undefined leaves them to the object. */
function graceOf({flags}: Session): number | undefined {
	const grace = flags.integer('grace-period');
	const given = grace !== undefined && grace >= 0;
	const now = flags.on('now');
	if (now && given) throw new KubectlError('--now and --grace-period cannot be specified together');
	if (flags.on('force')) {
		if (given && grace > 0)
			throw new KubectlError('--force and --grace-period greater than 0 cannot be specified together');
		return 0;
	}
	if (given && grace === 0) return 1;
	return now ? 1 : given ? grace : undefined;
}

const propagation: Record<string, string> = {
	true: 'Background',
	background: 'Background',
	false: 'Orphan',
	orphan: 'Orphan',
	foreground: 'Foreground',
};

async function deleteOne(
	session: Session,
	{resource, namespace, object}: Found,
	grace: number | undefined,
): Promise<string | undefined> {
	const {client, flags} = session;
	const dryRun = dryRunOf(session);
	let uid = object.metadata.uid;
	if (dryRun !== 'client') {
		const cascade = propagation[flags.text('cascade')];
		if (!cascade)
			throw new KubectlError(
				`invalid cascade value (${flags.text('cascade')}). Must be "background", "foreground", or "orphan"`,
			);
		const answer = await client.json<KubeObject & Status>({
			method: 'DELETE',
			path: pathOf(resource, namespace, object.metadata.name),
			body: {
				propagationPolicy: cascade,
				...(grace !== undefined && {gracePeriodSeconds: grace}),
				...(dryRun === 'server' && {dryRun: ['All']}),
			},
		});
		uid = answer.details?.uid ?? answer.metadata?.uid ?? uid;
	}
	if (flags.text('output') === 'name') session.print(nameOf(object));
	else {
		const type = nameOf(object).split('/')[0];
		const where = namespace ? ` from ${namespace} namespace` : '';
		const tried = {none: '', client: ' (dry run)', server: ' (server dry run)'}[dryRun];
		session.print(`${type} "${object.metadata.name}" ${flags.on('force') ? 'force ' : ''}deleted${where}${tried}`);
	}
	return dryRun === 'none' ? uid : undefined;
}

const immediately =
	'Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.';

/** The objects to delete; a name is deleted without being read first, as kubectl does. */
async function targetsOf(session: Session): Promise<{found: Found[]; failures: unknown[]; selecting: boolean}> {
	const {flags, io} = session;
	const discovery = await session.discovery();
	const files = flags.list('filename');
	if (files.length > 0) {
		const manifests = await readManifests(files, {
			...io,
			recursive: flags.on('recursive'),
			verb: 'delete',
			args: session.arguments,
		});
		const {placed, failures} = place(manifests, discovery, {
			namespace: session.namespace,
			forced: flags.given('namespace'),
		});
		return {found: placed, failures, selecting: false};
	}
	const read = readTargets(discovery, session.arguments, 'kubectl delete');
	if (!read.named) return {...(await findObjects(session, session.arguments, 'kubectl delete')), selecting: true};
	if (flags.on('all') || flags.text('selector'))
		throw new KubectlError('name cannot be provided when a selector is specified');
	const found = read.targets.map(({resource, name}) => ({
		resource,
		namespace: resource.namespaced ? session.namespace : undefined,
		source: '',
		object: {apiVersion: apiVersionOf(resource), kind: resource.kind, metadata: {name}},
	}));
	return {found, failures: [], selecting: false};
}

/** `kubectl delete`. */
export const command: Command = {
	summary: 'Delete resources by file names, stdin, resources and names, or by resources and label selector',
	usage: 'kubectl delete ([-f FILENAME] | TYPE [(NAME | -l label | --all)]) [options]',
	flags: {
		...fileFlags,
		...selectionFlags,
		output: {type: 'text', short: 'o'},
		'dry-run': {type: 'text', bare: 'client', initial: 'none'},
		'grace-period': {type: 'text', is: 'integer', initial: '-1'},
		force: {type: 'boolean'},
		now: {type: 'boolean'},
		wait: {type: 'boolean', initial: 'true'},
		timeout: {type: 'text', is: 'duration'},
		cascade: {type: 'text', bare: 'background', initial: 'background'},
		'ignore-not-found': {type: 'boolean'},
	},
	async run(session) {
		const {flags, client} = session;
		if (flags.on('all') && flags.text('selector'))
			throw new KubectlError("setting 'all' parameter but found a non empty selector.");
		const grace = graceOf(session);
		if (flags.list('filename').length === 0 && session.arguments.length === 0) {
			throw new KubectlError(nothingGiven);
		}
		const {found, failures, selecting} = await targetsOf(session);
		if (grace === 0) client.warn(immediately);
		const waits: {target: Found; uid: string | undefined}[] = [];
		let deleted = 0;
		for (const target of found) {
			try {
				const uid = await deleteOne(session, target, grace);
				deleted++;
				if (uid !== undefined) waits.push({target, uid});
			} catch (error) {
				failures.push(error instanceof StatusFailure && target.source ? error.while('deleting', target.source) : error);
			}
		}
		const lenient = flags.on('ignore-not-found') || (flags.on('all') && !flags.given('ignore-not-found'));
		const left = failures.filter(error => !(lenient && isNotFound(error)));
		if (deleted === 0 && left.length === 0 && selecting) session.print('No resources found');
		if (flags.on('wait') && left.length === 0) {
			const limit = flags.duration('timeout') || undefined;
			for (const {target, uid} of waits) {
				const {resource, namespace, object} = target;
				const name = object.metadata.name!;
				const gone = (now: KubeObject | undefined) => now === undefined || now.metadata.uid !== uid;
				if ((await watchUntil(client, {resource, namespace, name}, gone, {timeout: limit})) === 'timeout') {
					left.push(new KubectlError(`timed out waiting for the condition on ${resource.plural}/${name}`));
				}
			}
		}
		throwAll(left);
		return 0;
	},
};
