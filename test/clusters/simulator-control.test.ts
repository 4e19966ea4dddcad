import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {simulatorClock, simulatorState} from '../../src/clusters/simulator-control.ts';
import {observeCluster} from '../../src/observe/observe-cluster.ts';
import {realTime} from '../../src/observe/time.ts';
import {textIn} from '../../src/text/text.ts';
import {UserError} from '../../src/text/user-error.ts';
import {type RunningCluster, startRunningCluster} from '../simulator/running-cluster.ts';
import {until} from '../until.ts';

const text = textIn('en');
let cluster: RunningCluster;
let stop: AbortController;

beforeEach(async () => {
	cluster = await startRunningCluster();
	stop = new AbortController();
});

afterEach(async () => {
	stop.abort();
	await cluster.close();
});

/** Lets the cluster's time run ahead of ours, and pass as ours does from then on. */
async function runAhead(ms: number) {
	const clock = simulatorClock(cluster.kubeconfig, text);
	await clock.setSpeed(100);
	await until(async () => (await clock.get()).now > Date.now() + ms);
	await clock.setSpeed(1);
	return clock;
}

test('a followed clock tells the cluster’s time between what the cluster says', async () => {
	const clock = await runAhead(60_000);
	const followed = await clock.follow(stop.signal);
	const before = await clock.get();
	const between = followed.now();
	const after = await clock.get();
	// Reckoned from whole milliseconds, over a connection that takes some.
	expect(between).toBeGreaterThan(before.now - 1000);
	expect(between).toBeLessThan(after.now + 1000);
	await clock.setSpeed(0);
	await until(() => followed.speed() === 0);
	const still = followed.now();
	expect((await clock.get()).now).toBe(still);
	expect(followed.now()).toBe(still);
});

test('the timeline and the snapshots of an observer go by the cluster’s time', async () => {
	const clock = await (await runAhead(60_000)).follow(stop.signal);
	const observer = observeCluster({
		cluster: {kubeconfig: cluster.kubeconfig, namespace: 'default'},
		text,
		time: realTime,
		clock,
		signal: stop.signal,
	});
	await until(() => observer.status().state === 'live');
	await cluster.web(1);
	await until(() => observer.timeline().some(({what}) => what === 'endpoint-in'));
	const ahead = Date.now() + 30_000;
	expect(observer.timeline().every(({at}) => at > ahead)).toBe(true);
	expect(observer.snapshot().at).toBeGreaterThan(ahead);
	// What the API dates and what the lab dates are one time.
	const [pod] = observer.snapshot().pods;
	const created = observer.timeline().find(({what}) => what === 'pod-created')!;
	expect(Math.abs(created.at - pod!.createdAt)).toBeLessThan(10_000);
	await observer.close();
});

describe('what goes wrong is a sentence', () => {
	test('when the cluster refuses', async () => {
		const restoring = simulatorState(cluster.kubeconfig, text).restore('{"version":1}');
		await expect(restoring).rejects.toThrow(UserError);
		await expect(restoring).rejects.toThrow('the cluster refuses: the saved state is damaged: parts of it are missing');
	});

	test('when nobody answers', async () => {
		const {kubeconfig} = cluster;
		await cluster.close(true);
		const asking = simulatorClock(kubeconfig, text).get();
		await expect(asking).rejects.toThrow(UserError);
		await expect(asking).rejects.toThrow(
			/^the cluster does not answer \(.*ECONNREFUSED.*\)\. See what runs with: endpoint-lab status$/,
		);
		cluster = await startRunningCluster({folder: cluster.folder});
	});
});
