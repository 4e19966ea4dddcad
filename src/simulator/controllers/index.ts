import type {Part, Simulation} from '../simulation.ts';
import {startDaemonSetController} from './daemonset-controller.ts';
import {startDeploymentController} from './deployment-controller.ts';
import {startEndpointsController} from './endpoints-controller.ts';
import {startEndpointSliceController} from './endpointslice-controller.ts';
import {startEndpointSliceMirroringController} from './endpointslice-mirroring-controller.ts';
import {startEventExpiry} from './event-expiry.ts';
import {createRecorder} from './events.ts';
import {startGarbageCollector} from './garbage-collector.ts';
import {startKubernetesServiceController} from './kubernetes-service.ts';
import {startNamespaceContentController} from './namespace-content-controller.ts';
import {startNamespaceController} from './namespace-controller.ts';
import {startNodeIpamController} from './node-ipam-controller.ts';
import {startNodeLifecycleController} from './node-lifecycle-controller.ts';
import {startPodGarbageCollector} from './pod-garbage-collector.ts';
import {startReplicaSetController} from './replicaset-controller.ts';
import {startTaintEvictionController} from './taint-eviction-controller.ts';

/**
 * Starts what kube-controller-manager runs in a real cluster. `rootCertificate` is the PEM text of the API server's
 * certificate authority, which every namespace gets as a ConfigMap.
 */
export function startControllers(
	simulation: Simulation,
	{rootCertificate}: {rootCertificate?: () => string} = {},
): Part {
	const recorder = (component: string) => createRecorder(simulation, {component});
	const parts = [
		startGarbageCollector(simulation),
		startNamespaceController(simulation),
		startNamespaceContentController(simulation, rootCertificate),
		startKubernetesServiceController(simulation),
		startNodeIpamController(simulation, recorder('cidrAllocator')),
		startNodeLifecycleController(simulation, recorder('node-controller')),
		startTaintEvictionController(simulation, recorder('taint-eviction-controller')),
		startPodGarbageCollector(simulation),
		startEventExpiry(simulation),
		startDeploymentController(simulation, recorder('deployment-controller')),
		startReplicaSetController(simulation, recorder('replicaset-controller')),
		startDaemonSetController(simulation, recorder('daemonset-controller')),
		startEndpointsController(simulation, recorder('endpoint-controller')),
		startEndpointSliceController(simulation, recorder('endpoint-slice-controller')),
		startEndpointSliceMirroringController(simulation, recorder('endpoint-slice-mirroring-controller')),
	];
	return {
		stop() {
			for (const part of parts) part.stop();
		},
	};
}
