import type {V1Service} from '@kubernetes/client-node';
import type {ServiceView} from './snapshot.ts';

/** A Service object as the lab shows it. An empty selector means none, as for the controllers. */
export function serviceView({metadata, spec}: V1Service): ServiceView {
	const selector = spec?.selector;
	return {
		name: metadata?.name ?? '',
		namespace: metadata?.namespace ?? '',
		type: spec?.type ?? 'ClusterIP',
		clusterIP: spec?.clusterIP ?? '',
		selector: selector && Object.keys(selector).length > 0 ? selector : undefined,
		ports: (spec?.ports ?? []).map(({name = '', port, targetPort, protocol = 'TCP'}) => ({
			name,
			port,
			targetPort: String(targetPort ?? port),
			protocol,
		})),
		sessionAffinity: spec?.sessionAffinity ?? 'None',
		publishNotReadyAddresses: spec?.publishNotReadyAddresses ?? false,
	};
}
