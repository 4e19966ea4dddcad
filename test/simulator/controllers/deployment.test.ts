import {beforeEach, describe, expect, it} from 'vitest';
import type {Deployment} from '../../../src/simulator/types.ts';
import {createLab, deployment, type Lab} from './lab.ts';

let lab: Lab;
beforeEach(() => {
	lab = createLab();
});

const setImage = (name: string, image: string) =>
	lab.edit<Deployment>('deployments', name, ({spec}) => {
		spec.template.spec.containers[0]!.image = image;
	});

const messages = (name: string) => lab.events(name).map(({message}) => message);

describe('a new Deployment', () => {
	it('makes a ReplicaSet named after the template hash, and its Pods', () => {
		lab.create('deployments', deployment('web', 3));
		lab.settle();
		const [set] = lab.sets();
		const hash = set!.metadata.labels!['pod-template-hash']!;
		expect(hash).toMatch(/^[456789bcdf]{6,10}$/);
		expect(set!.metadata.name).toBe(`web-${hash}`);
		expect(set!.metadata.annotations).toEqual({
			'deployment.kubernetes.io/desired-replicas': '3',
			'deployment.kubernetes.io/max-replicas': '4',
			'deployment.kubernetes.io/revision': '1',
		});
		expect(lab.pods().map(({metadata}) => metadata.name)).toEqual(
			Array.from({length: 3}, () =>
				expect.stringMatching(new RegExp(`^web-${hash}-[bcdfghjklmnpqrstvwxz2456789]{5}$`)),
			),
		);
		expect(lab.pods()[0]!.metadata.ownerReferences).toEqual([
			{
				apiVersion: 'apps/v1',
				kind: 'ReplicaSet',
				name: set!.metadata.name,
				uid: set!.metadata.uid,
				controller: true,
				blockOwnerDeletion: true,
			},
		]);
	});

	it('reports its conditions in the order of the real one', () => {
		lab.create('deployments', deployment('web', 3));
		lab.settle();
		expect(lab.deployment('web').status.conditions).toMatchObject([
			{type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable'},
			{type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated'},
		]);
		lab.runAll();
		const {status, metadata} = lab.deployment('web');
		const name = lab.sets()[0]!.metadata.name;
		expect(status).toMatchObject({
			observedGeneration: 1,
			replicas: 3,
			updatedReplicas: 3,
			readyReplicas: 3,
			availableReplicas: 3,
			terminatingReplicas: 0,
			conditions: [
				{
					type: 'Available',
					status: 'True',
					reason: 'MinimumReplicasAvailable',
					message: 'Deployment has minimum availability.',
				},
				{
					type: 'Progressing',
					status: 'True',
					reason: 'NewReplicaSetAvailable',
					message: `ReplicaSet "${name}" has successfully progressed.`,
				},
			],
		});
		expect(status.unavailableReplicas).toBeUndefined();
		expect(metadata.annotations).toEqual({'deployment.kubernetes.io/revision': '1'});
		expect(messages('web')).toEqual([`Scaled up replica set ${name} from 0 to 3`]);
		expect(messages(name)).toEqual(lab.pods().map(pod => `Created pod: ${pod.metadata.name}`));
	});
});

describe('a rolling update', () => {
	it('replaces Pods one by one with 25 % of three', () => {
		lab.create('deployments', deployment('web', 3));
		lab.settle();
		lab.runAll();
		setImage('web', 'nginx:1.16.1');
		const sizes: string[] = [];
		lab.store.subscribe('replicasets', () => {
			sizes.push(
				lab
					.sets()
					.map(({spec}) => spec.replicas)
					.join(' '),
			);
		});
		for (let i = 0; i < 6; i++) {
			lab.settle();
			lab.runAll();
			for (const {metadata} of lab.pods()) if (metadata.deletionTimestamp) lab.finish(metadata.name);
			lab.settle();
		}
		expect([...new Set(sizes)]).toEqual(['3 1', '2 1', '2 2', '1 2', '1 3', '0 3']);
		const [old, fresh] = lab.sets().map(({metadata}) => metadata.name);
		expect(messages('web').slice(1)).toEqual([
			`Scaled up replica set ${fresh} from 0 to 1`,
			`Scaled down replica set ${old} from 3 to 2`,
			`Scaled up replica set ${fresh} from 1 to 2`,
			`Scaled down replica set ${old} from 2 to 1`,
			`Scaled up replica set ${fresh} from 2 to 3`,
			`Scaled down replica set ${old} from 1 to 0`,
		]);
		expect(lab.deployment('web').metadata.annotations!['deployment.kubernetes.io/revision']).toBe('2');
	});
});
