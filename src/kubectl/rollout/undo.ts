import {isDeepStrictEqual} from 'node:util';
import {KubectlError, lacks, throwAll} from '../errors.ts';
import {lastAppliedAnnotation} from '../last-applied.ts';
import {findObjects, patchObject, report} from '../mutation.ts';
import {revisionOf, templateOf, withoutHash} from '../replica-sets.ts';
import type {Session} from '../session.ts';
import {revisionsOf} from './history.ts';

/** `kubectl rollout undo` (polymorphichelpers/rollback.go DeploymentRollbacker). */
export async function undo(session: Session, args: string[]): Promise<void> {
	const wanted = session.flags.integer('to-revision') ?? 0;
	if (wanted < 0) throw new KubectlError(`revision must be a positive integer: ${wanted}`);
	const {found, failures} = await findObjects(session, args, 'kubectl rollout undo', {typeIsAll: true});
	throwAll(failures);
	for (const target of found) {
		const {object, resource} = target;
		const {name, annotations} = object.metadata;
		const revisions = await revisionsOf(session, target);
		const numbers = [...revisions.keys()].sort((a, b) => b - a);
		if ((object.spec as {paused?: boolean}).paused) {
			throw new KubectlError(
				`you cannot rollback a paused deployment; resume it first with 'kubectl rollout resume' and try again`,
			);
		}
		const number =
			wanted || numbers.find(revision => revision !== (numbers.length > 0 ? numbers[0] : revisionOf(object)));
		if (number === undefined) throw new KubectlError(`no rollout history found for deployment "${name}"`);
		const set = revisions.get(number);
		if (!set) throw new KubectlError(`unable to find specified revision ${number} in history`);
		if (annotations?.[lastAppliedAnnotation]) {
			session.client.warn(
				`resource ${resource.plural}/${name} was previously managed with 'kubectl apply'. Rolling back will not update the kubectl.kubernetes.io/last-applied-configuration annotation, which may cause unexpected behavior on future 'kubectl apply' operations. Consider using 'kubectl apply' with your previous configuration file instead.`,
			);
		}
		const template = withoutHash(templateOf(set));
		if (isDeepStrictEqual(template, withoutHash(templateOf(object)))) {
			report(session, object, `skipped rollback (current template already matches revision ${number})`);
			continue;
		}
		if (session.flags.text('dry-run') === 'client') throw lacks('rollout undo --dry-run=client');
		const kept = Object.fromEntries(
			Object.entries(set.metadata.annotations ?? {}).filter(([key]) => !notRolledBack.has(key)),
		);
		const own = Object.fromEntries(Object.entries(annotations ?? {}).filter(([key]) => notRolledBack.has(key)));
		await patchObject(session, target, {
			type: 'json',
			manager: 'kubectl-rollout',
			patch: [
				{op: 'replace', path: '/spec/template', value: template},
				{op: 'replace', path: '/metadata/annotations', value: {...own, ...kept}},
			],
		});
		report(session, object, 'rolled back');
	}
}

/** Annotations that belong to the Deployment and not to a revision (rollback.go annotationsToSkip). */
const notRolledBack = new Set([
	lastAppliedAnnotation,
	'deployment.kubernetes.io/revision',
	'deployment.kubernetes.io/revision-history',
	'deployment.kubernetes.io/desired-replicas',
	'deployment.kubernetes.io/max-replicas',
	'deprecated.deployment.rollback.to',
]);
