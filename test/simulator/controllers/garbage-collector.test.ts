import {beforeEach, describe, expect, it} from 'vitest';
import type {Deployment, KubeObject, Pod} from '../../../src/simulator/types.ts';
import {createLab, deployment, type Lab, pod} from './lab.ts';

let lab: Lab;
beforeEach(() => {
	lab = createLab();
});

const finishAll = () => {
	for (const {metadata} of lab.pods()) if (metadata.deletionTimestamp) lab.finish(metadata.name);
	lab.settle();
};
const counts = () => [lab.list('deployments').length, lab.sets().length, lab.pods().length];

describe('deleting a Deployment', () => {
	beforeEach(() => {
		lab.create('deployments', deployment('web', 2));
		lab.settle();
		lab.runAll();
	});

	it('in the background removes it at once and the rest soon after', () => {
		lab.remove('deployments', 'web', {propagationPolicy: 'Background'});
		expect(counts()).toEqual([0, 1, 2]);
		lab.settle();
		expect(counts()).toEqual([0, 0, 2]);
		expect(lab.pods().every(({metadata}) => metadata.deletionTimestamp)).toBe(true);
		finishAll();
		expect(counts()).toEqual([0, 0, 0]);
	});

	it('in the foreground removes the Pods first', () => {
		lab.remove('deployments', 'web', {propagationPolicy: 'Foreground'});
		lab.settle();
		expect(counts()).toEqual([1, 1, 2]);
		expect(lab.deployment('web').metadata).toMatchObject({
			finalizers: ['foregroundDeletion'],
			deletionTimestamp: expect.any(String),
		});
		expect(lab.pods().every(({metadata}) => metadata.deletionTimestamp)).toBe(true);
		finishAll();
		expect(counts()).toEqual([0, 0, 0]);
	});

	it('in the foreground also ends when what it waits for is let go', () => {
		lab.remove('deployments', 'web', {propagationPolicy: 'Foreground'});
		lab.settle();
		const {name} = lab.sets()[0]!.metadata;
		lab.edit<KubeObject>('replicasets', name, ({metadata}) => {
			metadata.ownerReferences![0]!.blockOwnerDeletion = false;
		});
		lab.settle();
		expect(lab.deployment('web')).toBeUndefined();
	});

	it('as an orphan-maker leaves the ReplicaSet', () => {
		lab.remove('deployments', 'web', {propagationPolicy: 'Orphan'});
		lab.settle();
		expect(counts()).toEqual([0, 1, 2]);
		expect(lab.sets()[0]!.metadata).not.toHaveProperty('ownerReferences');
		expect(lab.pods().every(({metadata}) => !metadata.deletionTimestamp)).toBe(true);
	});
});

describe('owners', () => {
	const owned = (name: string, ...owners: KubeObject[]) => {
		const own = pod(name, {});
		const ownerReferences = owners.map(({apiVersion, kind, metadata}) => ({
			apiVersion,
			kind,
			name: metadata.name,
			uid: metadata.uid!,
		}));
		return lab.create<Pod>('pods', {...own, metadata: {...own.metadata, ownerReferences}});
	};
	const config = (name: string) => lab.create('configmaps', {metadata: {name, namespace: 'default'}});

	it('that never existed take their dependents with them', () => {
		const a = config('a');
		owned('p', {...a, metadata: {...a.metadata, uid: '00000000-0000-4000-8000-000000000000'}});
		lab.settle();
		expect(lab.get('pods', 'p')).toBeUndefined();
	});

	it('of a kind that is not known are left alone', () => {
		owned('p', {apiVersion: 'example.com/v1', kind: 'Gadget', metadata: {name: 'g', uid: 'u'}});
		lab.settle();
		expect(lab.get('pods', 'p')).toBeDefined();
	});

	it('keep an object until the last of them goes, and lose their references', () => {
		const [a, b] = [config('a'), config('b')];
		owned('p', a, b);
		lab.remove('configmaps', 'a');
		lab.settle();
		expect(lab.get('pods', 'p')!.metadata.ownerReferences!.map(({name}) => name)).toEqual(['b']);
		lab.remove('configmaps', 'b');
		lab.settle();
		expect(lab.get('pods', 'p')).toBeUndefined();
	});
});

it('takes up what was left undone before a restart', async () => {
	lab.create('deployments', deployment('web', 2));
	lab.settle();
	lab.controllers.stop();
	lab.remove('deployments', 'web');
	lab.settle();
	expect(counts()).toEqual([0, 1, 2]);
	const {startControllers} = await import('../../../src/simulator/controllers/index.ts');
	startControllers(lab);
	lab.settle();
	expect(counts()).toEqual([0, 0, 0]);
});

it('stops when told', () => {
	lab.create('deployments', deployment('web', 2));
	lab.controllers.stop();
	lab.settle(5000);
	expect(lab.list<Deployment>('deployments')[0]!.status).not.toHaveProperty('observedGeneration');
	expect(lab.clock.next).toBeUndefined();
});
