import type {Cause} from '../errors.ts';
import type {KubeObject} from '../types.ts';
import {columnsOf} from './columns.ts';
import type {ResourceDefinition} from './definition.ts';
import {age} from './duration.ts';
import {invalidValue} from './field-error.ts';
import {validateMeta} from './object-meta.ts';
import {standardVerbs} from './shared.ts';

type Lease = KubeObject & {
	spec?: {
		holderIdentity?: string;
		leaseDurationSeconds?: number;
		leaseTransitions?: number;
		acquireTime?: string;
		renewTime?: string;
	};
};

function validate(lease: Lease, old: Lease | undefined): Cause[] {
	const {leaseDurationSeconds: seconds, leaseTransitions: transitions} = lease.spec ?? {};
	return [
		...validateMeta(lease, old),
		...(seconds !== undefined && seconds <= 0
			? [invalidValue('spec.leaseDurationSeconds', seconds, 'must be greater than 0')]
			: []),
		...(transitions !== undefined && transitions < 0
			? [invalidValue('spec.leaseTransitions', transitions, 'must be greater than or equal to 0')]
			: []),
	];
}

/** coordination.k8s.io/v1 Lease: the heartbeat of a node, which `kubectl describe node` shows. */
export const leases: ResourceDefinition<Lease> = {
	group: 'coordination.k8s.io',
	version: 'v1',
	kind: 'Lease',
	plural: 'leases',
	singular: 'lease',
	namespaced: true,
	verbs: standardVerbs,
	applyDefaults(draft) {
		draft.spec ??= {};
	},
	validate,
	columns: columnsOf('leases'),
	cells: ({metadata, spec}, now) => [metadata.name, spec?.holderIdentity ?? '', age(metadata.creationTimestamp, now)],
};
