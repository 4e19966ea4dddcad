import {beforeEach, describe, expect, it} from 'vitest';
import type {Condition, Deployment, ReplicaSet} from '../../../src/simulator/types.ts';
import {createLab, deployment, type Lab} from './lab.ts';

let lab: Lab;
beforeEach(() => {
	lab = createLab();
});

const setImage = (image: string) =>
	lab.edit<Deployment>('deployments', 'web', ({spec}) => {
		spec.template.spec.containers[0]!.image = image;
	});
const setSpec = (change: (spec: Deployment['spec']) => void) =>
	lab.edit<Deployment>('deployments', 'web', ({spec}) => change(spec));
const scale = (replicas: number) =>
	setSpec(spec => {
		spec.replicas = replicas;
	});

const messages = (name: string) => lab.events(name).map(({message}) => message);
const revision = 'deployment.kubernetes.io/revision';
const setSizes = () => lab.sets().map(({spec}) => spec.replicas);
const condition = (type: string): Condition | undefined =>
	lab.deployment('web').status.conditions?.find(condition => condition.type === type);

/** Lets Pods run and deleted ones go until nothing changes any more. */
function rollOut() {
	for (let i = 0; i < 12; i++) {
		lab.settle();
		lab.runAll();
		for (const {metadata} of lab.pods()) if (metadata.deletionTimestamp) lab.finish(metadata.name);
		lab.settle();
	}
}

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
			[revision]: '1',
		});
		expect(set!.spec.selector).toEqual({matchLabels: {app: 'web', 'pod-template-hash': hash}});
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

	it('says at once that it made a ReplicaSet, and then how far it is', () => {
		const seen: string[] = [];
		lab.store.subscribe<Deployment>('deployments', ({object: {status}}) => {
			const progressing = status.conditions?.find(({type}) => type === 'Progressing');
			seen.push(`${status.updatedReplicas ?? 0}/${status.availableReplicas ?? 0} ${progressing?.reason}`);
		});
		lab.create('deployments', deployment('web', 3));
		lab.settle();
		lab.runAll();
		expect([...new Set(seen)]).toEqual([
			'0/0 undefined',
			'0/0 NewReplicaSetCreated',
			'3/0 ReplicaSetUpdated',
			'3/3 NewReplicaSetAvailable',
		]);
	});

	it('reports counts and conditions as the real one', () => {
		lab.create('deployments', deployment('web', 3));
		lab.settle();
		expect(lab.deployment('web').status).toMatchObject({
			replicas: 3,
			unavailableReplicas: 3,
			conditions: [
				{type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable'},
				{type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated'},
			],
		});
		lab.runAll();
		const {status, metadata} = lab.deployment('web');
		const name = lab.sets()[0]!.metadata.name;
		const time = expect.stringMatching(/^2026-11-21T22:00:0\dZ$/);
		expect(status).toEqual({
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
					lastUpdateTime: time,
					lastTransitionTime: time,
				},
				{
					type: 'Progressing',
					status: 'True',
					reason: 'NewReplicaSetAvailable',
					message: `ReplicaSet "${name}" has successfully progressed.`,
					lastUpdateTime: time,
					lastTransitionTime: time,
				},
			],
		});
		expect(metadata.annotations).toEqual({[revision]: '1'});
		expect(metadata.generation).toBe(1);
		expect(messages('web')).toEqual([`Scaled up replica set ${name} from 0 to 3`]);
		expect(messages(name)).toEqual(lab.pods().map(pod => `Created pod: ${pod.metadata.name}`));
		expect(lab.events('web')[0]).toMatchObject({
			type: 'Normal',
			reason: 'ScalingReplicaSet',
			source: {component: 'deployment-controller'},
			reportingComponent: 'deployment-controller',
			count: 1,
		});
	});

	it('copies its annotations to the ReplicaSet, but not what kubectl applied', () => {
		const own = deployment('web', 1);
		const annotations = {note: 'x', 'kubectl.kubernetes.io/last-applied-configuration': '{}'};
		lab.create('deployments', {...own, metadata: {...own.metadata, annotations}});
		lab.settle();
		expect(lab.sets()[0]!.metadata.annotations).toMatchObject({note: 'x'});
		expect(Object.keys(lab.sets()[0]!.metadata.annotations!)).not.toContain(
			'kubectl.kubernetes.io/last-applied-configuration',
		);
	});
});

describe('scaling', () => {
	beforeEach(() => {
		lab.create('deployments', deployment('web', 3));
		rollOut();
	});

	it('makes and deletes Pods of the one ReplicaSet, and moves Available to the end when it changes', () => {
		scale(5);
		lab.settle();
		expect(lab.pods()).toHaveLength(5);
		expect(lab.deployment('web').status.conditions!.map(({type, status}) => `${type} ${status}`)).toEqual([
			'Progressing True',
			'Available False',
		]);
		expect(condition('Progressing')!.reason).toBe('NewReplicaSetAvailable');
		rollOut();
		scale(3);
		rollOut();
		expect(lab.pods()).toHaveLength(3);
		const name = lab.sets()[0]!.metadata.name;
		expect(messages('web').slice(1)).toEqual([
			`Scaled up replica set ${name} from 3 to 5`,
			`Scaled down replica set ${name} from 5 to 3`,
		]);
		expect(lab.sets()[0]!.metadata.annotations).toMatchObject({
			'deployment.kubernetes.io/desired-replicas': '3',
			'deployment.kubernetes.io/max-replicas': '4',
		});
	});

	it('goes to zero and leaves counts out', () => {
		scale(0);
		rollOut();
		expect(lab.pods()).toEqual([]);
		const {conditions, ...status} = lab.deployment('web').status;
		expect(status).toEqual({observedGeneration: 2, terminatingReplicas: 0});
		expect(lab.sets()[0]!.status).toEqual({observedGeneration: 2, replicas: 0, terminatingReplicas: 0});
	});

	it('counts terminating Pods apart', () => {
		lab.remove('pods', lab.pods()[0]!.metadata.name);
		lab.settle();
		expect(lab.deployment('web').status).toMatchObject({replicas: 3, readyReplicas: 2, terminatingReplicas: 1});
	});

	it('spreads over both ReplicaSets in the middle of a rollout', () => {
		scale(10);
		rollOut();
		setImage('nginx:broken');
		lab.settle();
		// 25 % of ten: three more, two fewer.
		expect(setSizes()).toEqual([8, 5]);
		scale(20);
		lab.settle();
		expect(setSizes()).toEqual([15, 10]);
	});
});

describe('a rolling update', () => {
	it('replaces Pods one by one with 25 % of three', () => {
		lab.create('deployments', deployment('web', 3));
		rollOut();
		setImage('nginx:1.16.1');
		const sizes: string[] = [];
		lab.store.subscribe('replicasets', () => {
			sizes.push(setSizes().join(' '));
		});
		rollOut();
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
		expect(lab.deployment('web').metadata.annotations![revision]).toBe('2');
		expect(condition('Progressing')!.message).toBe(`ReplicaSet "${fresh}" has successfully progressed.`);
	});

	it.each([
		// replicas, maxSurge, maxUnavailable: sizes of old and new set right after the change
		[4, '25%', '25%', [3, 2]],
		[10, '25%', '25%', [8, 5]],
		[3, 0, 1, [2, 1]],
		[3, 1, 0, [3, 1]],
		[3, '100%', 0, [3, 3]],
		[3, 0, 0.0, 'refused'],
		[5, '1%', '1%', [5, 1]],
		[5, 0, '1%', [4, 1]],
	] as const)(
		'of %i with maxSurge %s and maxUnavailable %s starts as in a real cluster',
		(replicas, surge, unavailable, expected) => {
			const make = () =>
				lab.create(
					'deployments',
					deployment('web', replicas, {
						strategy: {type: 'RollingUpdate', rollingUpdate: {maxSurge: surge, maxUnavailable: unavailable}},
					}),
				);
			if (expected === 'refused') {
				expect(make).toThrow(/may not be 0 when `maxSurge` is 0/);
				return;
			}
			make();
			rollOut();
			setImage('nginx:1.16.1');
			lab.settle();
			expect(setSizes()).toEqual(expected);
		},
	);

	it('takes unhealthy old Pods first', () => {
		lab.create('deployments', deployment('web', 4));
		rollOut();
		setImage('nginx:broken');
		lab.settle();
		expect(setSizes()).toEqual([3, 2]);
		setImage('nginx:1.16.1');
		lab.settle();
		// The broken set goes before any healthy Pod is touched.
		expect(setSizes()).toEqual([3, 0, 2]);
	});

	it('returns to an old ReplicaSet, which keeps its history', () => {
		lab.create('deployments', deployment('web', 2));
		rollOut();
		setImage('nginx:1.16.1');
		rollOut();
		setImage('nginx:1.14.2');
		rollOut();
		expect(lab.sets()).toHaveLength(2);
		expect(setSizes()).toEqual([2, 0]);
		expect(lab.sets()[0]!.metadata.annotations).toMatchObject({
			[revision]: '3',
			'deployment.kubernetes.io/revision-history': '1',
		});
		expect(lab.deployment('web').metadata.annotations![revision]).toBe('3');
	});

	it('keeps revisionHistoryLimit old ReplicaSets', () => {
		lab.create('deployments', deployment('web', 1, {revisionHistoryLimit: 2}));
		rollOut();
		for (let i = 0; i < 5; i++) {
			setImage(`nginx:1.1${i}`);
			rollOut();
		}
		expect(lab.sets().map(({metadata}) => metadata.annotations![revision])).toEqual(['4', '5', '6']);
	});

	it('waits minReadySeconds', () => {
		lab.create('deployments', deployment('web', 1, {minReadySeconds: 20}));
		lab.settle();
		lab.runAll();
		lab.settle(10_000);
		expect(lab.deployment('web').status).toMatchObject({readyReplicas: 1, unavailableReplicas: 1});
		lab.settle(11_000);
		expect(lab.deployment('web').status).toMatchObject({availableReplicas: 1});
	});
});

describe('Recreate', () => {
	it('waits until the last old Pod is gone', () => {
		lab.create('deployments', deployment('web', 2, {strategy: {type: 'Recreate'}}));
		rollOut();
		setImage('nginx:1.16.1');
		lab.settle();
		expect(lab.sets()).toHaveLength(1);
		const [first, second] = lab.pods().map(({metadata}) => metadata.name);
		lab.finish(first!);
		lab.settle();
		expect(lab.sets()).toHaveLength(1);
		lab.finish(second!);
		lab.settle();
		expect(setSizes()).toEqual([0, 2]);
		rollOut();
		expect(condition('Progressing')!.reason).toBe('NewReplicaSetAvailable');
	});
});

describe('a paused Deployment', () => {
	it('does not roll on, but scales, and goes on when resumed', () => {
		lab.create('deployments', deployment('web', 2));
		rollOut();
		setSpec(spec => {
			spec.paused = true;
		});
		setImage('nginx:1.16.1');
		lab.settle();
		expect(lab.sets()).toHaveLength(1);
		expect(condition('Progressing')).toMatchObject({
			status: 'Unknown',
			reason: 'DeploymentPaused',
			message: 'Deployment is paused',
		});
		scale(3);
		lab.settle();
		expect(setSizes()).toEqual([3]);
		setSpec(spec => {
			delete spec.paused;
		});
		lab.settle();
		expect(lab.sets()).toHaveLength(2);
		rollOut();
		expect(setSizes()).toEqual([0, 3]);
	});
});

describe('the progress deadline', () => {
	it('passes when nothing gets ready, and is forgotten when it does', () => {
		lab.create('deployments', deployment('web', 1, {progressDeadlineSeconds: 60}));
		lab.settle(59_000);
		expect(condition('Progressing')!.reason).toBe('ReplicaSetUpdated');
		lab.settle(5000);
		const name = lab.sets()[0]!.metadata.name;
		expect(condition('Progressing')).toMatchObject({
			status: 'False',
			reason: 'ProgressDeadlineExceeded',
			message: `ReplicaSet "${name}" has timed out progressing.`,
		});
		lab.runAll();
		expect(condition('Progressing')).toMatchObject({status: 'True', reason: 'NewReplicaSetAvailable'});
	});
});

describe('ReplicaSets', () => {
	it('are adopted when they match and have no owner', () => {
		lab.create('deployments', deployment('web', 1));
		rollOut();
		const {uid} = lab.deployment('web').metadata;
		lab.remove('deployments', 'web', {propagationPolicy: 'Orphan'});
		lab.settle();
		expect(lab.deployment('web')).toBeUndefined();
		expect(lab.sets()[0]!.metadata.ownerReferences).toBeUndefined();
		expect(lab.pods()).toHaveLength(1);
		lab.create('deployments', deployment('web', 1));
		rollOut();
		expect(lab.sets()).toHaveLength(1);
		expect(lab.sets()[0]!.metadata.ownerReferences![0]!.uid).not.toBe(uid);
		expect(lab.pods()).toHaveLength(1);
	});

	it('of a taken name make the Deployment try another hash', () => {
		lab.create('deployments', deployment('web', 1));
		rollOut();
		const {name} = lab.sets()[0]!.metadata;
		lab.remove('deployments', 'web');
		rollOut();
		expect(lab.sets()).toEqual([]);
		const foreign = {
			metadata: {name, namespace: 'default'},
			spec: {
				replicas: 0,
				selector: {matchLabels: {app: 'foreign'}},
				template: {metadata: {labels: {app: 'foreign'}}, spec: {containers: [{name: 'c', image: 'nginx'}]}},
			},
		};
		lab.create<ReplicaSet>('replicasets', foreign);
		lab.create('deployments', deployment('web', 1));
		rollOut();
		expect(lab.deployment('web').status.collisionCount).toBe(1);
		expect(lab.sets().map(({metadata}) => metadata.name)).toEqual([name, expect.not.stringMatching(name)]);
		expect(lab.pods()).toHaveLength(1);
	});
});
