import {StatusError} from '../errors.ts';
import type {Namespace} from '../types.ts';
import {columnsOf} from './columns.ts';
import type {ResourceDefinition} from './definition.ts';
import {age} from './duration.ts';
import {dnsLabelErrors} from './names.ts';
import {validateMeta} from './object-meta.ts';
import {standardVerbs} from './shared.ts';

const permanent = ['default', 'kube-public', 'kube-system'];

/** core/v1 Namespace (pkg/registry/core/namespace, and the NamespaceLifecycle admission plugin). */
export const namespaces: ResourceDefinition<Namespace> = {
	group: '',
	version: 'v1',
	kind: 'Namespace',
	plural: 'namespaces',
	singular: 'namespace',
	shortNames: ['ns'],
	namespaced: false,
	verbs: standardVerbs.filter(verb => verb !== 'deletecollection'),
	hasStatus: true,
	deleteReturnsObject: true,
	selectableFields: {'status.phase': ({status}) => status?.phase ?? '', name: ({metadata}) => metadata.name},
	applyDefaults({metadata}) {
		if (metadata.name) metadata.labels = {...metadata.labels, 'kubernetes.io/metadata.name': metadata.name};
	},
	prepareForCreate(draft) {
		const finalizers = draft.spec?.finalizers ?? [];
		draft.spec = {
			...draft.spec,
			finalizers: finalizers.includes('kubernetes') ? finalizers : [...finalizers, 'kubernetes'],
		};
		draft.status = {phase: 'Active'};
	},
	prepareForUpdate(draft, old, _context, subresource) {
		// Only the finalize subresource takes the namespace controller's finalizer away.
		if (subresource !== 'finalize') draft.spec = {...draft.spec, finalizers: old.spec?.finalizers};
	},
	validate: (namespace, old) => validateMeta(namespace, old, dnsLabelErrors),
	remainingFinalizers: ({spec}) => spec?.finalizers ?? [],
	beforeDelete({metadata: {name}}) {
		if (!permanent.includes(name)) return;
		throw new StatusError(403, 'Forbidden', `namespaces "${name}" is forbidden: this namespace may not be deleted`, {
			name,
			kind: 'namespaces',
		});
	},
	markDeleted: namespace => ({...namespace, status: {...namespace.status, phase: 'Terminating'}}),
	columns: columnsOf('namespaces'),
	cells: ({metadata, status}, now) => [metadata.name, status?.phase ?? '', age(metadata.creationTimestamp, now)],
};
