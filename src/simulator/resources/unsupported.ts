import {invalid} from '../errors.ts';
import type {KubeObject} from '../types.ts';
import {columnsOf} from './columns.ts';
import type {Cell, ResourceDefinition} from './definition.ts';
import {standardVerbs} from './shared.ts';

type Entry = {
	group: string;
	version?: string;
	kind: string;
	plural: string;
	singular?: string;
	shortNames?: string[];
	categories?: string[];
	hasStatus?: boolean;
	instead: string;
};

const workloads = {hasStatus: true, categories: ['all']};

// Kinds that kubectl asks for on its own (`get all`, `describe namespace`) or that a learner may look for. They list
// as empty, as in a new cluster, and say on creation that nothing here would act on them.
const entries: Entry[] = [
	{
		...workloads,
		group: '',
		kind: 'ReplicationController',
		plural: 'replicationcontrollers',
		shortNames: ['rc'],
		instead: 'a Deployment',
	},
	{
		...workloads,
		group: 'apps',
		kind: 'StatefulSet',
		plural: 'statefulsets',
		shortNames: ['sts'],
		instead: 'a Deployment',
	},
	{...workloads, group: 'batch', kind: 'Job', plural: 'jobs', instead: 'a Pod with restartPolicy Never'},
	{
		...workloads,
		group: 'batch',
		kind: 'CronJob',
		plural: 'cronjobs',
		shortNames: ['cj'],
		instead: 'a Pod with restartPolicy Never',
	},
	{
		...workloads,
		group: 'autoscaling',
		version: 'v2',
		kind: 'HorizontalPodAutoscaler',
		plural: 'horizontalpodautoscalers',
		shortNames: ['hpa'],
		instead: 'kubectl scale',
	},
	{group: '', kind: 'LimitRange', plural: 'limitranges', shortNames: ['limits'], instead: 'limits in the Pods'},
	{
		group: '',
		kind: 'ResourceQuota',
		plural: 'resourcequotas',
		shortNames: ['quota'],
		hasStatus: true,
		instead: 'limits in the Pods',
	},
	{
		group: '',
		kind: 'PersistentVolumeClaim',
		plural: 'persistentvolumeclaims',
		shortNames: ['pvc'],
		hasStatus: true,
		instead: 'an emptyDir volume',
	},
	{
		group: 'networking.k8s.io',
		kind: 'Ingress',
		plural: 'ingresses',
		singular: 'ingress',
		shortNames: ['ing'],
		hasStatus: true,
		instead: 'a Service',
	},
	{
		group: 'networking.k8s.io',
		kind: 'NetworkPolicy',
		plural: 'networkpolicies',
		singular: 'networkpolicy',
		shortNames: ['netpol'],
		instead: 'a Service with a selector',
	},
];

const nobody = (plural: string): Cell[] => {
	throw new Error(`${plural} are never stored`);
};

function refusing({
	group,
	version = 'v1',
	kind,
	plural,
	instead,
	singular = kind.toLowerCase(),
	...rest
}: Entry): ResourceDefinition {
	return {
		group,
		version,
		kind,
		plural,
		singular,
		namespaced: true,
		verbs: standardVerbs,
		...rest,
		prepareForCreate(draft: KubeObject) {
			const message = `Unsupported value: "${kind}": the embedded cluster does not simulate ${plural}; use ${instead}, or a kind cluster (endpoint-lab --cluster kind)`;
			throw invalid({group, plural, kind}, draft.metadata.name ?? '', [
				{reason: 'FieldValueNotSupported', message, field: 'kind'},
			]);
		},
		columns: columnsOf(plural),
		cells: () => nobody(plural),
	};
}

/** The kinds that exist by name only: lists are empty, creation is refused with 422 and a way out. */
export const unsupported: ResourceDefinition[] = entries.map(refusing);
