import {CoreV1Api, KubeConfig, makeInformer, type V1ConfigMap} from '@kubernetes/client-node';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {seededRandom} from '../../../src/simulator/random.ts';
import {type Cluster, configMap, type Json, pick, startCluster} from './harness.ts';

const base = '/api/v1/namespaces/default/configmaps';
let cluster: Cluster;
beforeAll(async () => {
	cluster = await startCluster();
});
afterAll(() => cluster.close());

const brief = (lines: Json[]) => lines.map(line => `${line.type} ${pick(line, 'object.metadata.name') ?? ''}`.trim());
const create = (name: string, labels: Record<string, string> = {}) =>
	cluster.send(base, {method: 'POST', body: configMap(name, {}, labels)});
const label = (name: string, labels: Record<string, string | null>) =>
	cluster.send(`${base}/${name}`, {method: 'PATCH', type: 'application/merge-patch+json', body: {metadata: {labels}}});
const remove = (name: string) => cluster.send(`${base}/${name}`, {method: 'DELETE'});

describe('a watch', () => {
	test('from a resourceVersion shows what came since, then what comes', async () => {
		const from = cluster.simulation.store.revision;
		await create('one');
		const lines = cluster.stream(`${base}?watch=true&resourceVersion=${from}`, seen => seen.length === 4);
		await create('two');
		await label('two', {a: 'b'});
		await remove('one');
		const seen = await lines;
		expect(brief(seen)).toEqual(['ADDED one', 'ADDED two', 'MODIFIED two', 'DELETED one']);
		expect(seen[0]).toMatchObject({object: {kind: 'ConfigMap', apiVersion: 'v1'}});
		expect(Number(pick(seen[3], 'object.metadata.resourceVersion'))).toBeGreaterThan(
			Number(pick(seen[2], 'object.metadata.resourceVersion')),
		);
		await remove('two');
	});

	test('without a resourceVersion begins with what is there', async () => {
		await create('here');
		expect(
			brief(await cluster.stream(`${base}?watch=1&fieldSelector=metadata.name%3Dhere`, seen => seen.length === 1)),
		).toEqual(['ADDED here']);
		await remove('here');
	});

	test('with a selector shows objects that enter and leave it as ADDED and DELETED', async () => {
		const from = cluster.simulation.store.revision;
		const lines = cluster.stream(
			`${base}?watch=true&labelSelector=show%3Dyes&resourceVersion=${from}`,
			seen => seen.length === 4,
		);
		await create('s', {show: 'no'});
		await label('s', {show: 'yes'});
		await label('s', {more: 'x'});
		await label('s', {show: null});
		await create('t', {show: 'yes'});
		const seen = await lines;
		expect(brief(seen)).toEqual(['ADDED s', 'MODIFIED s', 'DELETED s', 'ADDED t']);
		// The state that the client knew, under the version of the change.
		expect(pick(seen[2], 'object.metadata.labels')).toEqual({show: 'yes', more: 'x'});
		await remove('s');
		await remove('t');
	});

	test('WatchList sends the state, then the bookmark that ends it', async () => {
		await create('w');
		const query = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
		const seen = await cluster.stream(`${base}?${query}`, lines => lines.length === 2);
		expect(brief(seen)).toEqual(['ADDED w', 'BOOKMARK']);
		expect(seen[1]).toMatchObject({
			object: {
				kind: 'ConfigMap',
				apiVersion: 'v1',
				metadata: {
					resourceVersion: String(cluster.simulation.store.revision),
					annotations: {'k8s.io/initial-events-end': 'true'},
				},
			},
		});
		await remove('w');
	});

	test('ends after timeoutSeconds with a last bookmark', async () => {
		const seen = await cluster.stream(
			`${base}?watch=true&timeoutSeconds=1&allowWatchBookmarks=true&resourceVersion=${cluster.simulation.store.revision}`,
			() => false,
		);
		expect(seen).toEqual([
			{
				type: 'BOOKMARK',
				object: {
					kind: 'ConfigMap',
					apiVersion: 'v1',
					metadata: {resourceVersion: String(cluster.simulation.store.revision)},
				},
			},
		]);
	});

	test('from a forgotten version gets 410 inside the stream, and ends', async () => {
		const from = cluster.simulation.store.revision;
		await create('gone');
		await remove('gone');
		cluster.simulation.store.compact();
		const seen = await cluster.stream(`${base}?watch=true&resourceVersion=${from}`, () => false);
		expect(seen).toEqual([
			{
				type: 'ERROR',
				object: {
					kind: 'Status',
					apiVersion: 'v1',
					metadata: {},
					status: 'Failure',
					message: `too old resource version: ${from} (${cluster.simulation.store.revision})`,
					reason: 'Expired',
					code: 410,
				},
			},
		]);
	});

	test('from a version that is still to come is told so', async () => {
		expect((await cluster.send(`${base}?watch=true&resourceVersion=99999999`)).body).toMatchObject({
			code: 504,
			message: `Timeout: Too large resource version: 99999999, current: ${cluster.simulation.store.revision}`,
		});
	});

	test('that is up to date outlives a compaction', async () => {
		const lines = cluster.stream(`${base}?watch=true&labelSelector=k`, seen => seen.length === 2);
		await create('k1', {k: '1'});
		await cluster.send('/api/v1/namespaces', {method: 'POST', body: {metadata: {name: 'meanwhile'}}});
		cluster.simulation.store.compact();
		await create('k2', {k: '1'});
		expect(brief(await lines)).toEqual(['ADDED k1', 'ADDED k2']);
	});

	test('as Table has the columns only in its first event', async () => {
		const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
		const lines = cluster.stream(
			`${base}?watch=true&resourceVersion=${cluster.simulation.store.revision}`,
			seen => seen.length === 2,
			{headers: {Accept: accept}},
		);
		await create('t1');
		await create('t2');
		const seen = await lines;
		expect(pick(seen[0], 'object.columnDefinitions')).toHaveLength(3);
		expect(pick(seen[1], 'object.columnDefinitions')).toBeNull();
		expect(pick(seen[1], 'object.rows.0.cells.0')).toBe('t2');
	});

	test('loses and repeats nothing when its client reads slowly', async () => {
		const from = cluster.simulation.store.revision;
		const count = 3000;
		const text = 'x'.repeat(2000);
		const names: string[] = [];
		const {request} = await import('node:https');
		const done = new Promise<void>((resolve, reject) => {
			const asked = request(`${cluster.server.url}${base}?watch=true&resourceVersion=${from}&labelSelector=slow`, {
				ca: cluster.credentials.caCertificate,
				headers: {Authorization: `Bearer ${cluster.credentials.token}`},
				agent: false,
			});
			asked.on('error', reject);
			asked.on('response', response => {
				let rest = '';
				response.pause();
				// Nothing is read until everything has been written.
				for (let i = 0; i < count; i++) {
					cluster.simulation.registry.create('configmaps', {
						...configMap(`slow-${i}`, {text}, {slow: 'y'}),
						metadata: {name: `slow-${i}`, namespace: 'default', labels: {slow: 'y'}},
					} as never);
				}
				response.on('data', (chunk: Buffer) => {
					const parts = (rest + chunk).split('\n');
					rest = parts.pop() ?? '';
					for (const part of parts) names.push(String(pick(JSON.parse(part), 'object.metadata.name')));
					if (names.length >= count) {
						resolve();
						asked.destroy();
					}
				});
				response.resume();
			});
			asked.end();
		});
		await done;
		expect(names).toEqual(Array.from({length: count}, (_, i) => `slow-${i}`));
		await cluster.send(`${base}?labelSelector=slow`, {method: 'DELETE'});
	});
});

test('what any watcher has pieced together equals a fresh list, after any changes', async () => {
	const random = seededRandom(300);
	const selectors = [
		'',
		'labelSelector=team%3Da',
		'labelSelector=team!%3Db',
		'labelSelector=team+in+(a,c)',
		'fieldSelector=metadata.name!%3Dp-3',
	];
	const existing = ((await cluster.send(base)).body.items as Json[]).map(item => String(pick(item, 'metadata.name')));
	const from = cluster.simulation.store.revision;
	// The last object matches every selector.
	const isLast = (line: Json) => pick(line, 'object.metadata.name') === 'last';
	const watched = selectors.map(selector =>
		cluster.stream(`${base}?watch=true&resourceVersion=${from}&${selector}`, lines => lines.some(isLast)),
	);
	for (let step = 0; step < 200; step++) {
		const name = `p-${random.below(8)}`;
		const team = ['a', 'b', 'c', 'd'][random.below(4)]!;
		if (!cluster.simulation.store.get('configmaps', 'default', name)) await create(name, {team});
		else if (random.below(3) === 0) await remove(name);
		else await label(name, {team, step: String(step)});
	}
	await create('last', {team: 'a'});
	for (const [i, selector] of selectors.entries()) {
		const view = new Map<string, unknown>();
		for (const {type, object} of (await watched[i]) ?? []) {
			const {name, resourceVersion} = (object as {metadata: {name: string; resourceVersion: string}}).metadata;
			// An object is added once, and changes or goes only while it is there.
			expect([name, view.has(name)]).toEqual([name, type !== 'ADDED']);
			if (type === 'DELETED') view.delete(name);
			else view.set(name, resourceVersion);
		}
		const {body} = await cluster.send(`${base}?${selector}`);
		const fresh = (body.items as Json[]).map(item => [
			pick(item, 'metadata.name'),
			pick(item, 'metadata.resourceVersion'),
		]);
		expect([...view].sort()).toEqual(fresh.filter(([name]) => !existing.includes(String(name))));
	}
});

test('nothing stays behind of watches whose clients have gone', async () => {
	const {store} = cluster.simulation;
	const subscribe = store.subscribe.bind(store);
	let open = 0;
	store.subscribe = (resource, listener) => {
		const stop = subscribe(resource, listener);
		open++;
		return () => {
			open--;
			stop();
		};
	};
	try {
		await create('leak');
		await Promise.all(Array.from({length: 30}, () => cluster.stream(`${base}?watch=true`, lines => lines.length > 0)));
		await expect.poll(() => open, {timeout: 5000}).toBe(0);
	} finally {
		Reflect.deleteProperty(store, 'subscribe');
	}
});

test('kubectl get -w prints changes as rows', async () => {
	const {spawn} = await import('node:child_process');
	const child = spawn('kubectl', ['get', 'configmaps', '-w', '-l', 'rows'], {
		env: {...process.env, KUBECONFIG: cluster.kubeconfig},
	});
	let out = '';
	child.stdout.on('data', chunk => (out += chunk));
	try {
		await create('row-0', {rows: ''});
		await expect.poll(() => out, {timeout: 5000}).toContain('row-0');
		await create('row-1', {rows: ''});
		await expect.poll(() => out, {timeout: 5000}).toContain('row-1');
		expect(out.match(/NAME/g)).toHaveLength(1);
	} finally {
		child.kill();
	}
});

test('kubectl wait sees a deletion', async () => {
	await create('doomed');
	const waiting = cluster.kubectl('wait', '--for=delete', 'configmap/doomed', '--timeout=10s');
	await remove('doomed');
	expect(await waiting).toMatchObject({exitCode: 0});
});

test('the informer of @kubernetes/client-node follows along', async () => {
	const config = new KubeConfig();
	config.loadFromFile(cluster.kubeconfig);
	const api = config.makeApiClient(CoreV1Api);
	await create('i-1');
	const events: string[] = [];
	const informer = makeInformer<V1ConfigMap>(config, base, () => api.listNamespacedConfigMap({namespace: 'default'}));
	for (const event of ['add', 'update', 'delete'] as const)
		informer.on(
			event,
			({metadata}) => void (metadata?.name?.startsWith('i-') && events.push(`${event} ${metadata.name}`)),
		);
	await informer.start();
	try {
		await expect.poll(() => events, {timeout: 5000}).toEqual(['add i-1']);
		await create('i-2');
		await label('i-2', {a: 'b'});
		await remove('i-1');
		await expect.poll(() => events, {timeout: 5000}).toEqual(['add i-1', 'add i-2', 'update i-2', 'delete i-1']);
	} finally {
		await informer.stop();
	}
});
