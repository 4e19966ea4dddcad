import {KubectlError, lacks, StatusFailure, throwAll, usageError} from '../errors.ts';
import {commandHelp} from '../help.ts';
import {
	dryRunOf,
	type Found,
	fileFlags,
	findObjects,
	mutationFlags,
	nothingGiven,
	patchObject,
	report,
	selectionFlags,
} from '../mutation.ts';
import type {Command, Session} from '../session.ts';

type Container = {name: string; image?: string};
type PodSpec = {containers?: Container[]; initContainers?: Container[]};

function podSpecOf({object, resource}: Found): PodSpec {
	const spec = object.spec as (PodSpec & {template?: {spec?: PodSpec}}) | undefined;
	const found = resource.kind === 'Pod' ? spec : spec?.template?.spec;
	if (!found)
		throw new KubectlError(`${resource.plural}/${object.metadata.name}: the object does not contain a Pod template`);
	return found;
}

/** The containers whose image changes, by the list they stand in. Throws when a name is none of a container. */
function changesOf(target: Found, images: [string, string][]): Record<'containers' | 'initContainers', Container[]> {
	const spec = podSpecOf(target);
	const changes: Record<'containers' | 'initContainers', Container[]> = {containers: [], initContainers: []};
	for (const [name, image] of images) {
		let known = false;
		for (const list of ['containers', 'initContainers'] as const) {
			for (const container of spec[list] ?? []) {
				if (name !== '*' && container.name !== name) continue;
				known = true;
				if (container.image !== image) changes[list].push({name: container.name, image});
			}
		}
		if (!known) throw new KubectlError(`unable to find container named ${JSON.stringify(name)}`);
	}
	return changes;
}

async function setImage(session: Session, args: string[]): Promise<void> {
	const pairs = args.filter(text => text.includes('='));
	const targets = args.filter(text => !text.includes('='));
	const {flags} = session;
	if (targets.length === 0 && flags.list('filename').length === 0) {
		throw new KubectlError(nothingGiven);
	}
	if (pairs.length === 0) throw new KubectlError('at least one image update is required');
	const images = pairs.map((text): [string, string] => {
		const at = text.indexOf('=');
		return [text.slice(0, at), text.slice(at + 1)];
	});
	const {found, failures} = await findObjects(session, targets, 'kubectl set image');
	for (const target of found) {
		try {
			const changes = changesOf(target, images);
			const spec = Object.fromEntries(Object.entries(changes).filter(([, containers]) => containers.length > 0));
			if (Object.keys(spec).length === 0) continue;
			const patch = {spec: target.resource.kind === 'Pod' ? spec : {template: {spec}}};
			const object =
				dryRunOf(session) === 'client'
					? target.object
					: await patchObject(session, target, {patch, type: 'strategic', manager: 'kubectl-set'});
			report(session, object, 'image updated');
		} catch (error) {
			const refused = error instanceof StatusFailure;
			failures.push(
				refused ? new KubectlError(`failed to patch image update to pod template: ${error.message}`) : error,
			);
		}
	}
	throwAll(failures);
}

async function setSelector(session: Session, args: string[]): Promise<void> {
	const [expressions = '', ...more] = args.filter(text => text.includes('='));
	const targets = args.filter(text => !text.includes('='));
	if (expressions === '' || more.length > 0)
		throw new KubectlError('resource(s) were provided, but no name was specified');
	const pairs = expressions.split(',').map(text => text.split(/==?/));
	if (pairs.some(pair => pair.length !== 2)) throw new KubectlError(`invalid selector: ${JSON.stringify(expressions)}`);
	const selector = Object.fromEntries(pairs as [string, string][]);
	const {found, failures} = await findObjects(session, targets, 'kubectl set selector');
	for (const target of found) {
		if (target.resource.kind !== 'Service') {
			failures.push(new KubectlError('setting a selector is only supported for Services'));
			continue;
		}
		// A merge alone would leave the keys that are not named.
		const old = (target.object.spec as {selector?: Record<string, string>} | undefined)?.selector ?? {};
		const gone = Object.fromEntries(Object.keys(old).map(key => [key, null]));
		const patch = {spec: {selector: {...gone, ...selector}}};
		const object =
			dryRunOf(session) === 'client'
				? target.object
				: await patchObject(session, target, {patch, type: 'strategic', manager: 'kubectl-set'});
		report(session, object, 'selector updated');
	}
	throwAll(failures);
}

/** Subcommands of stock kubectl that are not here. */
const others = new Set(['env', 'resources', 'serviceaccount', 'subject']);

/** `kubectl set image` and `kubectl set selector`. */
export const command: Command = {
	summary: 'Set specific features on objects',
	usage:
		'kubectl set image (-f FILENAME | TYPE NAME) CONTAINER_NAME_1=CONTAINER_IMAGE_1 ... CONTAINER_NAME_N=CONTAINER_IMAGE_N',
	flags: {...mutationFlags, ...fileFlags, ...selectionFlags},
	async run(session) {
		const [name, ...args] = session.arguments;
		if (name === undefined) {
			session.write(commandHelp(command));
			return 1;
		}
		if (others.has(name)) throw lacks(`set ${name}`);
		if (name === 'selector') {
			await setSelector(session, args);
			return 0;
		}
		if (name !== 'image') throw usageError('set', `unknown command ${JSON.stringify(name)}`);
		await setImage(session, args);
		return 0;
	},
};
