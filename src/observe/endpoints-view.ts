import type {CoreV1EndpointPort, V1EndpointAddress, V1Endpoints} from '@kubernetes/client-node';
import {timeOf} from './object-time.ts';
import type {AddressView, EndpointsView} from './snapshot.ts';
import {endpointsCells} from './table-cells.ts';

/** An Endpoints object as the lab shows it: one entry for each address and port, in the object's order. */
export function endpointsView(object: V1Endpoints): EndpointsView {
	const {metadata, subsets} = object;
	return {
		name: metadata?.name ?? '',
		namespace: metadata?.namespace ?? '',
		managedBy: metadata?.labels?.['endpoints.kubernetes.io/managed-by'] ?? '',
		addresses: (subsets ?? []).flatMap(({addresses = [], notReadyAddresses = [], ports}) => [
			...addresses.flatMap(address => withPorts(address, ports, true)),
			...notReadyAddresses.flatMap(address => withPorts(address, ports, false)),
		]),
		createdAt: timeOf(metadata?.creationTimestamp),
		cells: endpointsCells(object),
	};
}

function withPorts(address: V1EndpointAddress, ports: CoreV1EndpointPort[] | undefined, ready: boolean): AddressView[] {
	const {ip, targetRef, nodeName} = address;
	const pod = targetRef?.kind === 'Pod' ? targetRef.name : undefined;
	const known: {name?: string; port?: number}[] = ports?.length ? ports : [{}];
	return known.map(({name = '', port}) => ({ip, port, portName: name, ready, pod, node: nodeName}));
}
