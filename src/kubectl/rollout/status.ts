import {KubectlError, throwAll} from '../errors.ts';
import {findObjects} from '../mutation.ts';
import type {KubeObject} from '../objects.ts';
import {revisionOf} from '../replica-sets.ts';
import type {Session} from '../session.ts';
import {watchUntil} from '../watch-until.ts';

type Deployment = {
	metadata: {name: string; generation?: number};
	spec: {replicas?: number};
	status?: {
		observedGeneration?: number;
		replicas?: number;
		updatedReplicas?: number;
		availableReplicas?: number;
		conditions?: {type: string; reason?: string}[];
	};
};

/** How far a Deployment's rollout is (polymorphichelpers/rollout_status.go). Throws when it has missed its deadline. */
export function deploymentStatus(object: KubeObject): {text: string; done: boolean} {
	const {metadata, spec, status = {}} = object as unknown as Deployment;
	const {name, generation = 0} = metadata;
	const {observedGeneration = 0, replicas = 0, updatedReplicas = 0, availableReplicas = 0, conditions = []} = status;
	if (generation > observedGeneration)
		return {text: 'Waiting for deployment spec update to be observed...', done: false};
	if (conditions.some(({type, reason}) => type === 'Progressing' && reason === 'ProgressDeadlineExceeded')) {
		throw new KubectlError(`deployment "${name}" exceeded its progress deadline`);
	}
	const waiting = (what: string) => ({
		text: `Waiting for deployment "${name}" rollout to finish: ${what}...`,
		done: false,
	});
	const wanted = spec.replicas ?? 1;
	if (updatedReplicas < wanted) return waiting(`${updatedReplicas} out of ${wanted} new replicas have been updated`);
	if (replicas > updatedReplicas) return waiting(`${replicas - updatedReplicas} old replicas are pending termination`);
	if (availableReplicas < updatedReplicas)
		return waiting(`${availableReplicas} of ${updatedReplicas} updated replicas are available`);
	return {text: `deployment "${name}" successfully rolled out`, done: true};
}

type DaemonSet = {
	metadata: {name: string; generation?: number};
	spec: {updateStrategy?: {type?: string}};
	status?: {
		observedGeneration?: number;
		desiredNumberScheduled?: number;
		updatedNumberScheduled?: number;
		numberAvailable?: number;
	};
};

/** How far a DaemonSet's rollout is. Throws for one that is not rolled out by itself. */
function daemonSetStatus(object: KubeObject): {text: string; done: boolean} {
	const {metadata, spec, status = {}} = object as unknown as DaemonSet;
	const {name, generation = 0} = metadata;
	if (spec.updateStrategy?.type !== 'RollingUpdate')
		throw new KubectlError('rollout status is only available for RollingUpdate strategy type');
	const {observedGeneration = 0, desiredNumberScheduled: desired = 0} = status;
	const {updatedNumberScheduled: updated = 0, numberAvailable: available = 0} = status;
	if (generation > observedGeneration)
		return {text: 'Waiting for daemon set spec update to be observed...', done: false};
	const waiting = (what: string) => ({
		text: `Waiting for daemon set "${name}" rollout to finish: ${what}...`,
		done: false,
	});
	if (updated < desired) return waiting(`${updated} out of ${desired} new pods have been updated`);
	if (available < desired) return waiting(`${available} of ${desired} updated pods are available`);
	return {text: `daemon set "${name}" successfully rolled out`, done: true};
}

const viewers: Record<string, (object: KubeObject) => {text: string; done: boolean}> = {
	Deployment: deploymentStatus,
	DaemonSet: daemonSetStatus,
};

/** `kubectl rollout status`. */
export async function status(session: Session, args: string[]): Promise<void> {
	const {flags, client} = session;
	const timeout = flags.duration('timeout');
	const revision = flags.integer('revision') ?? 0;
	if (revision < 0) throw new KubectlError(`revision must be a positive integer: ${revision}`);
	const {found, failures} = await findObjects(session, args, 'kubectl rollout status', {typeIsAll: true});
	throwAll(failures);
	for (const {resource, namespace, object} of found) {
		const viewer = viewers[resource.kind];
		if (!viewer) throw new KubectlError(`no status viewer has been implemented for ${resource.kind}`);
		const name = object.metadata.name!;
		let failure: KubectlError | undefined;
		const look = (now: KubeObject | undefined) => {
			if (!now) {
				failure = new KubectlError('object has been deleted');
				return true;
			}
			if (revision > 0 && resource.kind === 'Deployment' && revisionOf(now) !== revision) {
				failure = new KubectlError(
					`desired revision (${revision}) is different from the running revision (${revisionOf(now)})`,
				);
				return true;
			}
			try {
				const {text, done} = viewer(now);
				session.print(text);
				return done || !flags.on('watch');
			} catch (error) {
				failure = error as KubectlError;
				return true;
			}
		};
		const outcome = await watchUntil(client, {resource, namespace, name}, look, {timeout: timeout || undefined});
		if (failure) throw failure;
		if (outcome === 'timeout') throw new KubectlError('timed out waiting for the condition');
	}
}
