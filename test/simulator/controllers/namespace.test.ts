import {beforeEach, describe, expect, it} from 'vitest';
import type {ConfigMap, KubeObject, Namespace, Pod} from '../../../src/simulator/types.ts';
import {createLab, deployment, type Lab} from './lab.ts';

let lab: Lab;
beforeEach(() => {
	lab = createLab();
});

const team = () => lab.store.get<Namespace & {status: {conditions?: unknown}}>('namespaces', undefined, 'team');
const content = (resource: string) => [...lab.store.list<KubeObject>(resource, 'team')];

describe('a new namespace', () => {
	it('gets a ServiceAccount and the root certificate, again when they are deleted or changed', () => {
		lab.create('namespaces', {metadata: {name: 'team'}});
		lab.settle();
		expect(content('serviceaccounts').map(({metadata}) => metadata.name)).toEqual(['default']);
		expect(content('configmaps')).toMatchObject([{metadata: {name: 'kube-root-ca.crt'}, data: {'ca.crt': 'PEM'}}]);
		lab.registry.delete('serviceaccounts', 'team', 'default');
		lab.registry.modify<ConfigMap>('configmaps', 'team', 'kube-root-ca.crt', map => ({...map, data: {}}));
		lab.settle();
		expect(content('serviceaccounts')).toHaveLength(1);
		expect(content('configmaps')).toMatchObject([{data: {'ca.crt': 'PEM'}}]);
	});
});

describe('a deleted namespace', () => {
	it('goes when everything in it is gone', () => {
		lab.create('namespaces', {metadata: {name: 'team'}});
		const own = deployment('web', 2);
		lab.create('deployments', {...own, metadata: {...own.metadata, namespace: 'team'}});
		lab.create('services', {
			metadata: {name: 'web', namespace: 'team'},
			spec: {selector: {app: 'web'}, ports: [{port: 80}]},
		});
		lab.settle();
		const pods = content('pods') as Pod[];
		for (const {metadata} of pods) {
			lab.registry.modify<Pod>('pods', 'team', metadata.name, pod => ({
				...pod,
				metadata: {...pod.metadata, finalizers: ['example.com/hold']},
			}));
		}
		lab.registry.delete('namespaces', undefined, 'team');
		expect(team()!.status.phase).toBe('Terminating');
		lab.settle(2000);
		expect(team()!.status.conditions).toMatchObject([
			{type: 'NamespaceDeletionDiscoveryFailure', status: 'False'},
			{type: 'NamespaceDeletionGroupVersionParsingFailure', status: 'False'},
			{type: 'NamespaceDeletionContentFailure', status: 'False'},
			{
				type: 'NamespaceContentRemaining',
				status: 'True',
				reason: 'SomeResourcesRemain',
				message: 'Some resources are remaining: pods. has 2 resource instances',
			},
			{
				type: 'NamespaceFinalizersRemaining',
				status: 'True',
				message: 'Some content in the namespace has finalizers remaining: example.com/hold in 2 resource instances',
			},
		]);
		for (const resource of ['deployments', 'replicasets', 'services', 'endpoints', 'endpointslices', 'configmaps'])
			expect(content(resource)).toEqual([]);
		for (const {metadata} of pods) {
			lab.registry.modify<Pod>('pods', 'team', metadata.name, ({metadata: {finalizers: _, ...rest}, ...pod}) => ({
				...pod,
				metadata: rest,
			}));
		}
		lab.settle(2000);
		expect(content('pods')).toEqual([]);
		expect(team()).toBeUndefined();
	});
});
