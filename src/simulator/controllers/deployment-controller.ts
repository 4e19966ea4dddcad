import {matchesSelector} from '../selectors.ts';
import type {Part, Simulation} from '../simulation.ts';
import type {Deployment, Pod, ReplicaSet} from '../types.ts';
import {controllerQueue, keyOf, splitKey} from './controller-queue.ts';
import {
	activeOrLatest,
	activeSets,
	annotation,
	byCreation,
	isSaturated,
	maxUnavailable,
	newSetReplicas,
	proportionalSizes,
	revisionOf,
	sum,
	wantedReplicas,
} from './deployment-arithmetic.ts';
import {deploymentSets} from './deployment-sets.ts';
import {deploymentStatus, getCondition, hasDeadline, isComplete, rolloutStatus} from './deployment-status.ts';
import type {Recorder} from './events.ts';
import {controllerOf, dependentsIn} from './owners.ts';
import {isTerminal} from './pod-state.ts';

/**
 * Rolls Deployments out through their ReplicaSets (pkg/controller/deployment: deployment_controller.go, sync.go,
 * rolling.go, recreate.go, progress.go).
 */
export function startDeploymentController(simulation: Simulation, events: Recorder): Part {
	const {clock, store, registry} = simulation;
	const dependents = dependentsIn(store);
	const {claimSets, resolveSets, scaleSet, setProgressing, writeStatus} = deploymentSets(simulation, events);
	const queue = controllerQueue(simulation, reconcile);

	const stops = [
		store.subscribe<Deployment>('deployments', ({object}) => queue.add(keyOf(object.metadata))),
		store.subscribe<ReplicaSet>('replicasets', ({type, object, previous}) => {
			const owner = ownerKey(object);
			const before = previous && ownerKey(previous);
			if (before && before !== owner) queue.add(before);
			if (owner) queue.add(owner);
			else if (type !== 'DELETED') {
				for (const deployment of store.list<Deployment>('deployments', object.metadata.namespace))
					if (matchesSelector(deployment.spec.selector, object.metadata.labels)) queue.add(keyOf(deployment.metadata));
			}
		}),
		// Recreate waits for the last old Pod to go, which no ReplicaSet tells.
		store.subscribe<Pod>('pods', ({type, object}) => {
			if (type !== 'DELETED' && !isTerminal(object)) return;
			const owner = controllerOf(object.metadata);
			if (owner?.kind !== 'ReplicaSet') return;
			const set = store.get<ReplicaSet>('replicasets', object.metadata.namespace, owner.name);
			const key = set && ownerKey(set);
			const deployment = key && store.get<Deployment>('deployments', ...splitKey(key));
			if (deployment && deployment.spec.strategy.type === 'Recreate') queue.add(key);
		}),
	];
	for (const deployment of store.list<Deployment>('deployments')) queue.add(keyOf(deployment.metadata));

	function reconcile(key: string): number {
		const stored = store.get<Deployment>('deployments', ...splitKey(key));
		if (!stored) return 0;
		const deployment: Deployment = {...stored, status: stored.status ?? {}};
		const {selector, replicas} = deployment.spec;
		if (!Object.keys(selector.matchLabels ?? {}).length && !selector.matchExpressions?.length) {
			const why = 'This deployment is selecting all pods. A non-empty selector is required.';
			events.event(deployment, 'Warning', 'SelectingAll', why);
			writeStatus(deployment, {...deployment.status, observedGeneration: deployment.metadata.generation});
			return 1;
		}
		const sets = claimSets(deployment);
		if (deployment.metadata.deletionTimestamp) {
			const {newSet, all} = resolveSets(deployment, sets, false);
			writeStatus(deployment, deploymentStatus(deployment, all, newSet, clock.now()));
			return all.length + 1;
		}
		notePause(deployment);
		if (deployment.spec.paused) return scaleOnly(deployment, sets);
		const {all} = resolveSets(deployment, sets, false);
		const scaled = activeSets(all).some(({metadata}) => {
			const desired = metadata.annotations?.[annotation.desiredReplicas];
			return desired !== undefined && Number(desired) !== replicas;
		});
		// The sets may just have been written, so they are read again.
		const fresh = claimSets(deployment);
		if (scaled) return scaleOnly(deployment, fresh);
		if (deployment.spec.strategy.type === 'Recreate') recreate(deployment, fresh);
		else roll(deployment, fresh);
		return fresh.length + 1;
	}

	/** Notes in the conditions that a rollout was paused or resumed, so that the pause does not count as a delay. */
	function notePause(deployment: Deployment) {
		if (!hasDeadline(deployment)) return;
		const reason = getCondition(deployment.status, 'Progressing')?.reason;
		if (reason === 'ProgressDeadlineExceeded') return;
		const noted = reason === 'DeploymentPaused';
		if (deployment.spec.paused && !noted) {
			setProgressing(deployment, 'Unknown', 'DeploymentPaused', 'Deployment is paused');
			writeStatus(deployment, deployment.status);
		} else if (!deployment.spec.paused && noted) {
			setProgressing(deployment, 'Unknown', 'DeploymentResumed', 'Deployment is resumed');
			writeStatus(deployment, deployment.status);
		}
	}

	/** Spreads a new size over the sets without rolling on: after `scale`, and while paused (sync in sync.go). */
	function scaleOnly(deployment: Deployment, sets: ReplicaSet[]): number {
		const {newSet, oldSets, all} = resolveSets(deployment, sets, false);
		const {replicas} = deployment.spec;
		const only = activeOrLatest(newSet, oldSets);
		const result = new Map(all.map(set => [set, set]));
		const resize = (set: ReplicaSet, size: number) => result.set(set, scaleSet(deployment, set, size).set);
		if (only) {
			if (only.spec.replicas !== replicas) resize(only, replicas);
		} else if (isSaturated(deployment, newSet)) {
			for (const set of activeSets(oldSets)) resize(set, 0);
		} else if (deployment.spec.strategy.type === 'RollingUpdate') {
			for (const [set, size] of proportionalSizes(deployment, activeSets(all))) resize(set, size);
		}
		if (deployment.spec.paused) cleanUp(deployment, oldSets);
		const now = [...result.values()];
		const status = deploymentStatus(deployment, now, newSet && result.get(newSet), clock.now());
		writeStatus(deployment, status);
		return all.length + 1;
	}

	function roll(deployment: Deployment, sets: ReplicaSet[]) {
		const {newSet, oldSets, all} = resolveSets(deployment, sets, true);
		const {replicas} = deployment.spec;
		const wanted = newSet!.spec.replicas > replicas ? replicas : newSetReplicas(deployment, all, newSet!);
		if (newSet!.spec.replicas !== replicas) {
			const grown = scaleSet(deployment, newSet!, wanted);
			if (grown.scaled) return finish(deployment, [...oldSets, grown.set], grown.set);
		}
		const shrunk = shrinkOldSets(deployment, oldSets, newSet!);
		if (shrunk) return finish(deployment, [...shrunk, newSet!], newSet);
		if (isComplete(deployment, deployment.status)) cleanUp(deployment, oldSets);
		return finish(deployment, all, newSet);
	}

	/** Takes from the old sets what availability allows, unhealthy Pods first; undefined when nothing changed. */
	function shrinkOldSets(deployment: Deployment, oldSets: ReplicaSet[], newSet: ReplicaSet): ReplicaSet[] | undefined {
		const old = activeSets(oldSets);
		if (old.length === 0) return undefined;
		const minAvailable = deployment.spec.replicas - maxUnavailable(deployment);
		const newUnavailable = newSet.spec.replicas - (newSet.status.availableReplicas ?? 0);
		const removable = wantedReplicas([...oldSets, newSet]) - minAvailable - newUnavailable;
		if (removable <= 0) return undefined;
		const current = new Map(oldSets.map(set => [set.metadata.name, set]));
		let removed = 0;
		for (const {metadata} of old.toSorted(byCreation)) {
			const set = current.get(metadata.name)!;
			const unhealthy = set.spec.replicas - (set.status.availableReplicas ?? 0);
			const count = Math.min(removable - removed, unhealthy);
			if (count <= 0) continue;
			current.set(metadata.name, scaleSet(deployment, set, set.spec.replicas - count).set);
			removed += count;
		}
		let spare = sum([...current.values(), newSet], ({status}) => status.availableReplicas) - minAvailable;
		for (const {metadata} of old.toSorted(byCreation)) {
			const set = current.get(metadata.name)!;
			const count = Math.min(set.spec.replicas, spare);
			if (count <= 0) continue;
			current.set(metadata.name, scaleSet(deployment, set, set.spec.replicas - count).set);
			spare -= count;
			removed += count;
		}
		return removed > 0 ? [...current.values()] : undefined;
	}

	function recreate(deployment: Deployment, sets: ReplicaSet[]) {
		const {newSet, oldSets, all} = resolveSets(deployment, sets, false);
		const active = activeSets(oldSets);
		if (active.length > 0) {
			const result = oldSets.map(set => (active.includes(set) ? scaleSet(deployment, set, 0).set : set));
			return finish(deployment, newSet ? [...result, newSet] : result, newSet);
		}
		if (oldSets.some(hasPods)) return finish(deployment, all, newSet);
		const resolved = newSet ? {newSet, oldSets} : resolveSets(deployment, sets, true);
		const {set} = scaleSet(deployment, resolved.newSet!, deployment.spec.replicas);
		if (isComplete(deployment, deployment.status)) cleanUp(deployment, oldSets);
		return finish(deployment, [...oldSets, set], set);
	}

	/** True while a set counts Pods or some of its Pods, deleted or not, still run. */
	const hasPods = ({metadata, status}: ReplicaSet) =>
		status.replicas > 0 || dependents.managedBy<Pod>(metadata.uid!, 'pods').some(pod => !isTerminal(pod));

	/** Writes the status of a rollout, and comes back when its deadline passes. */
	function finish(deployment: Deployment, all: ReplicaSet[], newSet: ReplicaSet | undefined) {
		const status = rolloutStatus(deployment, all, newSet, clock.now());
		if (writeStatus(deployment, status)) return;
		const current = getCondition(status, 'Progressing');
		if (!hasDeadline(deployment) || !current) return;
		if (isComplete(deployment, status) || current.reason === 'ProgressDeadlineExceeded') return;
		const deadline = Date.parse(current.lastUpdateTime ?? '') + deployment.spec.progressDeadlineSeconds! * 1000;
		queue.addAfter(keyOf(deployment.metadata), Math.max(0, deadline - clock.now()) + 1000);
	}

	/** Deletes the oldest empty sets beyond revisionHistoryLimit. */
	function cleanUp({spec}: Deployment, oldSets: ReplicaSet[]) {
		const {revisionHistoryLimit: limit} = spec;
		if (limit === undefined || limit === 2 ** 31 - 1) return;
		const alive = oldSets.filter(({metadata}) => !metadata.deletionTimestamp);
		const surplus = alive.toSorted((a, b) => revisionOf(a) - revisionOf(b)).slice(0, Math.max(0, alive.length - limit));
		for (const {metadata, spec, status} of surplus) {
			if (status.replicas !== 0 || spec.replicas !== 0) continue;
			if ((metadata.generation ?? 0) > (status.observedGeneration ?? 0)) continue;
			registry.delete('replicasets', metadata.namespace, metadata.name, {propagationPolicy: 'Background'});
		}
	}

	return {
		stop() {
			queue.stop();
			for (const stop of stops) stop();
		},
	};
}

function ownerKey({metadata}: ReplicaSet): string | undefined {
	const owner = controllerOf(metadata);
	return owner?.kind === 'Deployment' ? keyOf({namespace: metadata.namespace, name: owner.name}) : undefined;
}
