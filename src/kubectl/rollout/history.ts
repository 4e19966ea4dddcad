import {formatSelector} from '../describe/common.ts';
import {describePodTemplate} from '../describe/pod-template.ts';
import {DescriptionWriter} from '../describe/writer.ts';
import {KubectlError, throwAll} from '../errors.ts';
import {listObjects} from '../fetch.ts';
import {type Found, findObjects} from '../mutation.ts';
import type {KubeObject} from '../objects.ts';
import {nameOf, objectPrinter} from '../printers/output.ts';
import {revisionOf, splitReplicaSets, templateOf} from '../replica-sets.ts';
import type {Session} from '../session.ts';
import {describeTabs, TabWriter} from '../tabwriter.ts';

/** The ReplicaSets of a Deployment by their revision. Throws for other kinds. */
export async function revisionsOf(
	session: Session,
	{resource, namespace, object}: Found,
): Promise<Map<number, KubeObject>> {
	if (resource.kind !== 'Deployment') {
		throw new KubectlError(
			`error retrieving history for ${JSON.stringify(resource.kind)}, no visitor method exists for {${resource.group} ${resource.kind}}`,
		);
	}
	const sets = (await session.discovery()).get('replicasets.apps');
	const selector = (object.spec as {selector?: Parameters<typeof formatSelector>[0]}).selector;
	const {old, current} = splitReplicaSets(
		object,
		await listObjects(session.client, sets, namespace, {labelSelector: formatSelector(selector, '')}),
	);
	return new Map([...old, ...(current ? [current] : [])].map(set => [revisionOf(set), set]));
}

const changeCause = ({metadata}: KubeObject) => metadata.annotations?.['kubernetes.io/change-cause'] || '<none>';

function table(revisions: Map<number, KubeObject>): string {
	const lines = [...revisions].sort(([a], [b]) => a - b).map(([revision, set]) => `${revision}\t${changeCause(set)}`);
	return new TabWriter(describeTabs).format(`${['REVISION\tCHANGE-CAUSE', ...lines].join('\n')}\n`);
}

/** `kubectl rollout history`. */
export async function history(session: Session, args: string[]): Promise<void> {
	const revision = session.flags.integer('revision') ?? 0;
	if (revision < 0) throw new KubectlError(`revision must be a positive integer: ${revision}`);
	const {found, failures} = await findObjects(session, args, 'kubectl rollout history', {typeIsAll: true});
	throwAll(failures);
	for (const target of found) {
		const revisions = await revisionsOf(session, target);
		const name = nameOf(target.object);
		if (revision === 0) {
			session.print(`${name} \n${table(revisions)}`);
			continue;
		}
		const set = revisions.get(revision);
		if (!set) throw new KubectlError('unable to find the specified revision');
		const print = objectPrinter(session);
		if (print) {
			session.write(print(set));
			continue;
		}
		const out = new DescriptionWriter();
		const template = templateOf(set)! as Parameters<typeof describePodTemplate>[1];
		const cause = set.metadata.annotations?.['kubernetes.io/change-cause'];
		const annotations = {...template.metadata?.annotations, ...(cause && {'kubernetes.io/change-cause': cause})};
		describePodTemplate(out, {...template, metadata: {...template.metadata, annotations}});
		// kubectl prints this one without laying it out.
		session.print(`${name} with revision #${revision}\n${out.raw()}`);
	}
}
