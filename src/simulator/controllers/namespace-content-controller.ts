import type {Part, Simulation} from '../simulation.ts';
import type {ConfigMap, KubeObject, Namespace} from '../types.ts';
import {controllerQueue} from './controller-queue.ts';

const rootCertificateName = 'kube-root-ca.crt';
const description =
	'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.';

/**
 * Gives each namespace the ServiceAccount `default` (pkg/controller/serviceaccount) and, when the cluster has a root
 * certificate, the ConfigMap that holds it (pkg/controller/certificates/rootcacertpublisher).
 */
export function startNamespaceContentController(
	simulation: Simulation,
	rootCertificate: (() => string) | undefined,
): Part {
	const {store, registry} = simulation;
	const queue = controllerQueue(simulation, reconcile);

	const stops = [
		store.subscribe<Namespace>('namespaces', ({type, object}) => {
			if (type !== 'DELETED') queue.add(object.metadata.name);
		}),
		store.subscribe('serviceaccounts', ({type, object}) => {
			if (type === 'DELETED') queue.add(object.metadata.namespace!);
		}),
		store.subscribe('configmaps', ({object}) => {
			if (object.metadata.name === rootCertificateName) queue.add(object.metadata.namespace!);
		}),
	];
	for (const {metadata} of store.list<Namespace>('namespaces')) queue.add(metadata.name);

	function reconcile(namespace: string): number {
		const owner = store.get<Namespace>('namespaces', undefined, namespace);
		if (!owner || owner.metadata.deletionTimestamp) return 1;
		if (!store.get('serviceaccounts', namespace, 'default')) {
			registry.create<KubeObject>('serviceaccounts', {
				apiVersion: 'v1',
				kind: 'ServiceAccount',
				metadata: {name: 'default', namespace},
			});
		}
		if (rootCertificate === undefined) return 1;
		const data = {'ca.crt': rootCertificate()};
		const current = store.get<ConfigMap>('configmaps', namespace, rootCertificateName);
		if (current) registry.update<ConfigMap>('configmaps', {...current, data});
		else {
			registry.create<ConfigMap>('configmaps', {
				apiVersion: 'v1',
				kind: 'ConfigMap',
				metadata: {
					name: rootCertificateName,
					namespace,
					annotations: {'kubernetes.io/description': description},
				},
				data,
			});
		}
		return 1;
	}

	return {
		stop() {
			queue.stop();
			for (const stop of stops) stop();
		},
	};
}
