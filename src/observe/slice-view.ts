import type {V1EndpointSlice} from '@kubernetes/client-node';
import type {SliceView} from './snapshot.ts';

/** An EndpointSlice as the lab shows it. An absent `ready` means ready, and an absent `serving` follows it. */
export function sliceView({metadata, endpoints, ports}: V1EndpointSlice): SliceView {
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
	};
}
