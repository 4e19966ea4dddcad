import {afterAll, beforeAll, expect, test} from 'vitest';
import {until} from '../until.ts';
import {startTestCluster, type TestCluster} from './cluster.ts';

let cluster: TestCluster;

beforeAll(async () => {
	cluster = await startTestCluster();
});

afterAll(() => cluster.close());

test('ages in describe are those of the cluster, also when its time is far ahead of ours', async () => {
	await cluster.run(['create', 'deployment', 'early', '--image=nginx']);
	// Ten times as fast as ours: twenty seconds are over soon.
	await until(async () => /^early.* [2-9]\ds\s*$/m.test((await cluster.run(['get', 'pods'])).stdout));
	await cluster.run(['create', 'deployment', 'late', '--image=nginx']);
	await cluster.run(['wait', '--for=condition=Available', 'deployment/late']);
	const {stdout} = await cluster.run(['describe', 'deployment', 'late']);
	expect(stdout).toMatch(/ScalingReplicaSet +\d+s? /);
	expect(stdout).not.toContain('<invalid>');
});
