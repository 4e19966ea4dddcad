import {timestamp} from '../clock.ts';
import type {Part, Simulation} from '../simulation.ts';
import type {Condition, KubeObject, Namespace} from '../types.ts';
import {controllerQueue} from './controller-queue.ts';

/**
 * Empties namespaces that are deleted, and lets them go when nothing is left in them
 * (pkg/controller/namespace/deletion/namespaced_resources_deleter.go).
 */
export function startNamespaceController(simulation: Simulation): Part {
	const {clock, store, registry} = simulation;
	const queue = controllerQueue(simulation, reconcile);
	const namespaced = [...registry.definitions.values()].filter(definition => definition.namespaced);

	const stops = [
		store.subscribe<Namespace>('namespaces', ({object}) => {
			if (object.metadata.deletionTimestamp) queue.add(object.metadata.name);
		}),
		store.subscribeAll(({type, object}) => {
			const {namespace} = object.metadata;
			if (type !== 'DELETED' || !namespace) return;
			if (store.get('namespaces', undefined, namespace)?.metadata.deletionTimestamp) queue.add(namespace);
		}),
	];
	for (const {metadata} of store.list<Namespace>('namespaces'))
		if (metadata.deletionTimestamp) queue.add(metadata.name);

	function reconcile(name: string): number {
		const namespace = store.get<Namespace>('namespaces', undefined, name);
		if (!namespace?.metadata.deletionTimestamp) return 1;
		const left: [resource: string, objects: KubeObject[]][] = [];
		let seen = 0;
		for (const {plural, group} of namespaced) {
			const before = [...store.list(plural, name)];
			seen += before.length;
			for (const {metadata} of before)
				if (!metadata.deletionTimestamp)
					registry.delete(plural, name, metadata.name, {propagationPolicy: 'Background'});
			const after = [...store.list(plural, name)];
			if (after.length > 0) left.push([group ? `${plural}.${group}` : `${plural}.`, after]);
		}
		const current = store.get<Namespace>('namespaces', undefined, name);
		if (!current) return seen;
		const status = {phase: 'Terminating' as const, conditions: conditions(current, left)};
		const told = registry.update<Namespace>('namespaces', {...current, status}, {subresource: 'status'});
		if (left.length === 0) {
			const finalizers = told.spec?.finalizers?.filter(finalizer => finalizer !== 'kubernetes') ?? [];
			registry.update<Namespace>('namespaces', {...told, spec: {finalizers}}, {subresource: 'finalize'});
		}
		return seen + 1;
	}

	function conditions(namespace: Namespace, left: [string, KubeObject[]][]): Condition[] {
		const known = (namespace.status as {conditions?: Condition[]} | undefined)?.conditions ?? [];
		const finalizers = new Map<string, number>();
		for (const [, objects] of left)
			for (const {metadata} of objects)
				for (const finalizer of metadata.finalizers ?? [])
					finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1);
		const counts = left.map(([resource, objects]) => `${resource} has ${objects.length} resource instances`);
		const held = [...finalizers].map(([finalizer, count]) => `${finalizer} in ${count} resource instances`);
		const wanted: [type: string, status: Condition['status'], reason: string, message: string][] = [
			['NamespaceDeletionDiscoveryFailure', 'False', 'ResourcesDiscovered', 'All resources successfully discovered'],
			[
				'NamespaceDeletionGroupVersionParsingFailure',
				'False',
				'ParsedGroupVersions',
				'All legacy kube types successfully parsed',
			],
			[
				'NamespaceDeletionContentFailure',
				'False',
				'ContentDeleted',
				'All content successfully deleted, may be waiting on finalization',
			],
			counts.length > 0
				? [
						'NamespaceContentRemaining',
						'True',
						'SomeResourcesRemain',
						`Some resources are remaining: ${counts.join(', ')}`,
					]
				: ['NamespaceContentRemaining', 'False', 'ContentRemoved', 'All content successfully removed'],
			held.length > 0
				? [
						'NamespaceFinalizersRemaining',
						'True',
						'SomeFinalizersRemain',
						`Some content in the namespace has finalizers remaining: ${held.join(', ')}`,
					]
				: [
						'NamespaceFinalizersRemaining',
						'False',
						'ContentHasNoFinalizers',
						'All content-preserving finalizers finished',
					],
		];
		return wanted.map(([type, status, reason, message]) => {
			const old = known.find(condition => condition.type === type);
			const lastTransitionTime = old?.status === status ? old.lastTransitionTime : timestamp(clock.now());
			return {type, status, lastTransitionTime, reason, message};
		});
	}

	return {
		stop() {
			queue.stop();
			for (const stop of stops) stop();
		},
	};
}
