import {StatusError} from '../errors.ts';
import {controlPlaneAddress} from '../network/control-plane.ts';
import {deepEqual} from '../registry.ts';
import type {Part, Simulation} from '../simulation.ts';
import type {EndpointPort, EndpointSlice, Endpoints, KubeObject, Service} from '../types.ts';
import {controllerQueue} from './controller-queue.ts';

/** How often the real API server looks after its own Service, in ms. */
const period = 10_000;

type Draft = Record<string, unknown> & Pick<KubeObject, 'metadata'>;

/** Creates an object of a resource; undefined when there is one already. */
export type Create = (resource: string, object: Draft) => KubeObject | undefined;

/** Creates an object, which must be valid, unless there is one of that name. */
export function createIfAbsent(simulation: Simulation, resource: string, object: Draft): KubeObject | undefined {
	try {
		return simulation.registry.create(resource, object as unknown as KubeObject, {valid: true});
	} catch (error) {
		if (error instanceof StatusError && error.code === 409) return undefined;
		throw error;
	}
}

const namespace = 'default';
const name = 'kubernetes';
const endpointPorts = (): EndpointPort[] => [{name: 'https', port: 6443, protocol: 'TCP'}];

/** What the three objects are meant to be: a Service without a selector that leads to the control plane. */
const wanted = (): {
	services: Partial<Service> & Draft;
	endpoints: Partial<Endpoints> & Draft;
	endpointslices: Partial<EndpointSlice> & Draft;
} => ({
	services: {
		metadata: {name, namespace, labels: {component: 'apiserver', provider: 'kubernetes'}},
		spec: {
			type: 'ClusterIP',
			clusterIP: '10.96.0.1',
			clusterIPs: ['10.96.0.1'],
			ports: [{name: 'https', port: 443, protocol: 'TCP', targetPort: 6443}],
		},
	},
	endpoints: {
		metadata: {name, namespace, labels: {'endpointslice.kubernetes.io/skip-mirror': 'true'}},
		subsets: [{addresses: [{ip: controlPlaneAddress}], ports: endpointPorts()}],
	},
	endpointslices: {
		metadata: {name, namespace, labels: {'kubernetes.io/service-name': name}},
		addressType: 'IPv4',
		endpoints: [{addresses: [controlPlaneAddress], conditions: {ready: true}}],
		ports: endpointPorts(),
	},
});

/** Makes the Service `kubernetes`, its Endpoints and its slice what the API server wants them to be. */
export function ensureKubernetesService(simulation: Simulation): void {
	const {store, registry} = simulation;
	const {services, endpoints, endpointslices} = wanted();
	const service = store.get<Service>('services', namespace, name);
	if (!service) createIfAbsent(simulation, 'services', services);
	else if (service.spec.type !== 'ClusterIP' || !deepEqual(service.spec.ports, services.spec!.ports))
		registry.update('services', {...service, spec: {...service.spec, type: 'ClusterIP', ports: services.spec!.ports!}});
	const addresses = store.get<Endpoints>('endpoints', namespace, name);
	if (!addresses) createIfAbsent(simulation, 'endpoints', endpoints);
	else if (!deepEqual(addresses.subsets, endpoints.subsets))
		registry.update('endpoints', {...addresses, subsets: endpoints.subsets!});
	const slice = store.get<EndpointSlice>('endpointslices', namespace, name);
	if (!slice) createIfAbsent(simulation, 'endpointslices', endpointslices);
	else if (!deepEqual([slice.endpoints, slice.ports], [endpointslices.endpoints, endpointslices.ports]))
		registry.update('endpointslices', {...slice, endpoints: endpointslices.endpoints!, ports: endpointslices.ports!});
}

/**
 * Brings the Service `kubernetes` back when somebody deletes or changes it, as the API server does every ten seconds
 * (pkg/controlplane/controller/kubernetesservice/controller.go).
 */
export function startKubernetesServiceController(simulation: Simulation): Part {
	const {clock, store} = simulation;
	const queue = controllerQueue(simulation, () => {
		ensureKubernetesService(simulation);
		return 1;
	});
	const look = ({type, object}: {type: string; object: KubeObject}) => {
		if (type === 'ADDED') return;
		if (object.metadata.namespace === namespace && object.metadata.name === name)
			queue.addAfter('default/kubernetes', period - (clock.now() % period));
	};
	const stops = ['services', 'endpoints', 'endpointslices'].map(resource => store.subscribe(resource, look));
	return {
		stop() {
			queue.stop();
			for (const stop of stops) stop();
		},
	};
}
