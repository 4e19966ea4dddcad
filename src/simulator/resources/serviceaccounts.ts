import type {KubeObject, ObjectReference} from '../types.ts';
import {columnsOf} from './columns.ts';
import type {ResourceDefinition} from './definition.ts';
import {age} from './duration.ts';
import {validateMeta} from './object-meta.ts';
import {standardVerbs} from './shared.ts';

type ServiceAccount = KubeObject & {secrets?: ObjectReference[]; automountServiceAccountToken?: boolean};

/** core/v1 ServiceAccount; the accounts have names only, since rights are not simulated. */
export const serviceaccounts: ResourceDefinition<ServiceAccount> = {
	group: '',
	version: 'v1',
	kind: 'ServiceAccount',
	plural: 'serviceaccounts',
	singular: 'serviceaccount',
	shortNames: ['sa'],
	namespaced: true,
	verbs: standardVerbs,
	deleteReturnsObject: true,
	validate: (account, old) => validateMeta(account, old),
	columns: columnsOf('serviceaccounts'),
	cells: ({metadata, secrets}, now) => [metadata.name, secrets?.length ?? 0, age(metadata.creationTimestamp, now)],
};
