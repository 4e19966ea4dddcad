import {configmaps} from './configmaps.ts';
import {daemonsets} from './daemonsets.ts';
import type {ResourceDefinition} from './definition.ts';
import {deployments} from './deployments.ts';
import {endpoints} from './endpoints.ts';
import {endpointslices} from './endpointslices.ts';
import {events} from './events.ts';
import {leases} from './leases.ts';
import {namespaces} from './namespaces.ts';
import {nodes} from './nodes.ts';
import {pods} from './pods.ts';
import {replicasets} from './replicasets.ts';
import {secrets} from './secrets.ts';
import {serviceaccounts} from './serviceaccounts.ts';
import {services} from './services.ts';
import {unsupported} from './unsupported.ts';

// A definition handles only objects of its own kind, which the registry sees to.
const known = [
	configmaps,
	daemonsets,
	deployments,
	endpoints,
	endpointslices,
	events,
	leases,
	namespaces,
	nodes,
	pods,
	replicasets,
	secrets,
	serviceaccounts,
	services,
] as unknown as ResourceDefinition[];

/** Every resource of the embedded cluster, sorted by group and name as discovery lists them. */
export const definitions: ResourceDefinition[] = [...known, ...unsupported].sort((a, b) =>
	a.group === b.group ? (a.plural < b.plural ? -1 : 1) : a.group < b.group ? -1 : 1,
);
