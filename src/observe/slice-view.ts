import type {V1EndpointSlice} from '@kubernetes/client-node';
import {timeOf} from './object-time.ts';
import type {SliceView} from './snapshot.ts';
import {sliceCells} from './table-cells.ts';

/** An EndpointSlice as the lab shows it. An absent `ready` means ready, and an absent `serving` follows it. */
export function sliceView(object: V1EndpointSlice): SliceView {
	const {metadata, endpoints, ports} = object;
	const labels = metadata?.labels ?? {};
	const known: {name?: string; port?: number}[] = ports?.length ? ports : [{}];
	return {
		name: metadata?.name ?? '',
		namespace: metadata?.namespace ?? '',
		service: labels['kubernetes.io/service-name'] ?? '',
		managedBy: labels['endpointslice.kubernetes.io/managed-by'] ?? '',
		addresses: (endpoints ?? []).flatMap(({addresses, conditions, targetRef, nodeName, hostname}) => {
			const ready = conditions?.ready ?? true;
			return addresses.flatMap(ip =>
				known.map(({name = '', port}) => ({
					ip,
					port,
					portName: name,
					ready,
					serving: conditions?.serving ?? ready,
					terminating: conditions?.terminating ?? false,
					pod: targetRef?.kind === 'Pod' ? targetRef.name : undefined,
					node: nodeName,
					hostname,
				})),
			);
		}),
		createdAt: timeOf(metadata?.creationTimestamp),
		cells: sliceCells(object),
	};
}
