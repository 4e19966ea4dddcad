import {request} from 'node:https';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {kubeLines} from '../../../src/clusters/kube-request.ts';
import {until} from '../../until.ts';
import {kubectl, type RunningCluster, startRunningCluster} from '../running-cluster.ts';

let cluster: RunningCluster;

beforeEach(async () => {
	cluster = await startRunningCluster({speed: 0});
});

afterEach(() => cluster.close());

type Clock = {now: string; speed: number | 'max'; next: string | null; changed?: boolean};
const clock = () => cluster.get<Clock>('/simulator/clock');
const step = async () => (await cluster.post('/simulator/clock/step')).body as Clock;

describe('the pace', () => {
	test('is told, and is what was asked for', async () => {
		for (const speed of [0.25, 0.5, 1, 2, 5, 10, 25, 50, 100, 'max', 0]) {
			expect(await cluster.speed(speed)).toMatchObject({status: 200, body: {speed}});
			expect(await clock()).toMatchObject({speed});
		}
	});

	test('of a paused cluster lets no time pass and nothing happen, however often one looks', async () => {
		const before = await clock();
		await cluster.post('/api/v1/namespaces/default/pods', pod('still'));
		for (let look = 0; look < 30; look++) {
			expect(await clock()).toMatchObject({now: before.now, speed: 0});
			expect((await cluster.pods())[0]).not.toHaveProperty('spec.nodeName');
		}
	});

	test('can be so fast that a minute is over while one waits', async () => {
		const before = await clock();
		await cluster.speed(100);
		await until(async () => Date.parse((await clock()).now) - Date.parse(before.now) > 60_000);
		await cluster.speed(0);
		expect(Date.parse((await clock()).now)).toBeGreaterThan(Date.now());
	});

	test('"as fast as it goes" is over in a moment, and does not run on when nothing is under way', async () => {
		await cluster.speed('max');
		await cluster.web(3);
		await until(async () => {
			const [one, other] = [await clock(), await clock()];
			return Date.parse(other.now) - Date.parse(one.now) < 1000;
		});
		const {now} = await clock();
		// Three Pods take seconds; with nothing that repeats, time has not gone far beyond that.
		expect(Date.parse(now) - Date.now()).toBeLessThan(60_000);
		await cluster.post('/api/v1/namespaces/default/pods', pod('later'));
		await until(async () =>
			(await cluster.pods()).some(({metadata, ...rest}) => metadata.name === 'later' && isReady(rest)),
		);
	});

	test.each([[{speed: -1}], [{speed: 0.1}], [{speed: 101}], [{speed: '10'}], [{speed: null}], [{}], [[]], ['max']])(
		'cannot be %j',
		async body => {
			const answer = await cluster.ask('/simulator/clock', {method: 'PUT', body: JSON.stringify(body)});
			expect(answer).toMatchObject({
				status: 400,
				body: {
					kind: 'Status',
					reason: 'BadRequest',
					message: 'speed must be 0 (paused), a number from 0.25 to 100, or "max"',
				},
			});
			expect(await clock()).toMatchObject({speed: 0});
		},
	);

	test('cannot be read from broken JSON', async () => {
		const answer = await cluster.ask('/simulator/clock', {method: 'PUT', body: '{"speed": '});
		expect(answer).toMatchObject({status: 400, body: {kind: 'Status'}});
	});
});

describe('a step', () => {
	test('is one change at a time, until nothing is under way', async () => {
		await cluster.post('/api/v1/namespaces/default/pods', pod('one'));
		const seen: string[] = [];
		for (;;) {
			const before = await cluster.state();
			const {changed, speed} = await step();
			expect(speed).toBe(0);
			if (!changed) break;
			const after = await cluster.state();
			expect(after.clock).toBeGreaterThanOrEqual(before.clock);
			const [found] = await cluster.pods();
			const shown = found as unknown as {spec: {nodeName?: string}; status: {phase: string; podIP?: string}};
			const line = [
				shown.spec.nodeName ? 'on a node' : '',
				shown.status.podIP ? 'with an address' : '',
				shown.status.phase,
			]
				.filter(Boolean)
				.join(', ');
			if (seen.at(-1) !== line) seen.push(line);
		}
		expect(seen.filter((line, index) => index === 0 || line !== seen[index - 1])).toEqual([
			...(seen[0] === 'Pending' ? ['Pending'] : []),
			'on a node, Pending',
			'on a node, with an address, Running',
		]);
	});

	test('pauses a cluster that runs', async () => {
		await cluster.speed(10);
		await step();
		expect(await clock()).toMatchObject({speed: 0});
	});

	test('of a cluster where nothing is under way does not move its time', async () => {
		while ((await step()).changed);
		const {now} = await clock();
		expect(await step()).toMatchObject({changed: false, now});
	});
});

describe('whoever watches the clock', () => {
	test('hears of each change of the pace, whoever makes it', async () => {
		const stop = new AbortController();
		const heard: Clock[] = [];
		const listening = (async () => {
			for await (const line of kubeLines(cluster.kubeconfig, '/simulator/clock?watch=true', stop.signal))
				heard.push(JSON.parse(line));
		})().catch(() => {});
		await until(() => heard.length === 1);
		await cluster.speed(5);
		await until(() => heard.length === 2);
		await step();
		await until(() => heard.length >= 3);
		stop.abort();
		await listening;
		expect(heard.map(({speed}) => speed)).toEqual([0, 5, 0]);
	});
});

describe('the paths', () => {
	test('are only for those who hold the kubeconfig', async () => {
		for (const path of ['/simulator/clock', '/simulator/state']) {
			const response = await unauthorised(cluster.url + path);
			expect(response).toBe(401);
		}
	});

	test.each([
		['DELETE', '/simulator/clock', 405],
		['GET', '/simulator/clock/step', 405],
		['PUT', '/simulator/state', 405],
		['GET', '/simulator/nothing', 404],
	])('%s %s is %i', async (method, path, status) => {
		expect(await cluster.ask(path, {method})).toMatchObject({status});
	});
});

describe.skipIf(!kubectl)('ages (needs kubectl)', () => {
	test('in every table are those of the cluster, not of the machine', async () => {
		await cluster.post('/api/v1/namespaces/default/pods', pod('old'));
		await cluster.speed(100);
		await until(async () => (await cluster.kubectl('get', 'pod', 'old')).stdout.includes('Running'));
		const {now} = await clock();
		await until(async () => Date.parse((await clock()).now) - Date.parse(now) > 130_000);
		await cluster.speed(0);
		expect((await cluster.kubectl('get', 'pod', 'old')).stdout).toMatch(/ [2-9]m\d*s?\n?$/m);
		expect((await cluster.kubectl('get', 'events')).stdout).toMatch(/^[2-9]m\d*s? +Normal +Scheduled/m);
	});
});

function pod(name: string) {
	return {
		apiVersion: 'v1',
		kind: 'Pod',
		metadata: {name, namespace: 'default'},
		spec: {containers: [{name: 'main', image: 'nginx:1.14.2'}]},
	};
}

function isReady(object: object): boolean {
	const {status} = object as {status?: {conditions?: {type: string; status: string}[]}};
	return status?.conditions?.some(condition => condition.type === 'Ready' && condition.status === 'True') ?? false;
}

async function unauthorised(url: string): Promise<number | undefined> {
	return await new Promise((resolve, reject) => {
		request(url, {rejectUnauthorized: false, agent: false}, response => {
			response.resume();
			resolve(response.statusCode);
		})
			.on('error', reject)
			.end();
	});
}
