import {cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, describe, expect, test} from 'vitest';
import {kubeLines} from '../../src/clusters/kube-request.ts';
import {parseState, type SavedState} from '../../src/simulator/saved-state.ts';
import {until} from '../until.ts';
import {kubectl, type RunningCluster, startRunningCluster} from './running-cluster.ts';

const ends: (() => Promise<unknown> | unknown)[] = [];

afterEach(async () => {
	for (const end of ends.splice(0).reverse()) await end();
});

async function start(options: Parameters<typeof startRunningCluster>[0] = {}): Promise<RunningCluster> {
	const cluster = await startRunningCluster(options);
	ends.push(() => cluster.close());
	return cluster;
}

function temporary(name: string, content?: string): string {
	const folder = mkdtempSync(join(tmpdir(), 'endpoint-lab-saved-'));
	ends.push(() => rmSync(folder, {recursive: true, force: true}));
	const file = join(folder, name);
	if (content !== undefined) writeFileSync(file, content);
	return file;
}

/** Everything that a client can read, by resource. */
const objectsOf = ({store}: SavedState) =>
	Object.fromEntries(
		Object.entries(store.objects)
			.filter(([, objects]) => objects.length > 0)
			.map(([resource, objects]) => [resource, [...objects].sort((a, b) => (key(a) < key(b) ? -1 : 1))]),
	);
const key = ({metadata}: {metadata: {name: string; namespace?: string}}) => `${metadata.namespace}/${metadata.name}`;

/** Lets time pass until nothing is under way. */
async function settle(cluster: RunningCluster): Promise<void> {
	while ((await cluster.post('/simulator/clock/step')).body.changed);
}

/** The Pods in a saved state that are not Kubernetes' own. */
const webPods = (text: string) =>
	parseState(text).store.objects.pods!.filter(({metadata}) => metadata.namespace !== 'kube-system');

test('a state of before kube-system had Pods is restored: its Service answers, and the control plane gets its Pods', async () => {
	const from = join(import.meta.dirname, '../fixtures/simulator/state-without-kube-system.json');
	const cluster = await start({from, speed: 10});
	await cluster.ready(2);
	await until(async () => {
		const {items} = await cluster.get<{items: {metadata: {name: string}; status: {phase: string}}[]}>(
			'/api/v1/namespaces/kube-system/pods',
		);
		const running = items.filter(({status}) => status.phase === 'Running').map(({metadata}) => metadata.name);
		return running.sort().join(' ') === staticPods;
	});
	expect(await cluster.curl('http://web.default')).toContain('Welcome to nginx!');
});
const staticPods = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler']
	.map(name => `${name}-lab-control-plane`)
	.join(' ');

const node = {metadata: {name: 'n'}};
const write = (text: string) => [
	'sh',
	'-c',
	`echo ${text} > /usr/share/nginx/html/index.html; echo ${text} > /data/note`,
];
const volumes = {
	container: {volumeMounts: [{name: 'data', mountPath: '/data'}]},
	pod: {volumes: [{name: 'data', emptyDir: {}}]},
};

describe.skipIf(!kubectl)('a saved cluster (needs kubectl and curl)', () => {
	test('has what a command changed in a container, also when it was killed the next moment', async () => {
		const first = await start();
		await first.web(1);
		const [pod] = (await first.pods()).map(({metadata}) => metadata.name);
		let told = 0;
		first.subscribe(() => told++);
		await first.speed(0);
		first.save();
		const before = told;
		expect((await first.kubectl('exec', pod!, '--', 'sh', '-c', 'echo mine > /tmp/note')).exitCode).toBe(0);
		expect(told).toBeGreaterThan(before);
		first.save();

		const folder = join(temporary('.'), 'copy');
		cpSync(first.folder, folder, {recursive: true});
		const second = await start({folder, speed: 1});
		expect((await second.kubectl('exec', pod!, '--', 'cat', '/tmp/note')).stdout).toBe('mine');
	});

	test('is the same in another folder: objects to the last version, files, volumes, logs, affinity, next address', async () => {
		const first = await start({speed: 10});
		await first.web(3, volumes.container, volumes.pod);
		await settle(first);
		await first.speed(10);
		const [pod, ...others] = (await first.pods()).map(({metadata}) => metadata.name);
		expect((await first.kubectl('exec', pod!, '--', ...write('mine'))).exitCode).toBe(0);
		// Each Pod says who it is, so that what one curl after another gets tells which one was chosen for it.
		for (const name of others) await first.kubectl('exec', name, '--', ...write(name));
		const chosen = await first.curl('http://web/');
		await first.speed(0);
		const saved = await first.state();
		const log = (await first.kubectl('logs', pod!)).stdout;

		const second = await start({from: temporary('saved.json', JSON.stringify(saved)), seed: 99, speed: 10});
		await settle(second);
		await second.speed(10);
		const restored = await second.state();
		const {configmaps: before, ...objects} = objectsOf(saved);
		const {configmaps: after, ...same} = objectsOf(restored);
		expect(same).toEqual(objects);
		// Only the root certificate is the other cluster's own.
		expect(after!.map(key)).toEqual(before!.map(key));
		for (const [page, file] of [['mine', pod!], ...others.map(name => [name, name])] as [string, string][]) {
			const {stdout} = await second.kubectl(
				'exec',
				file,
				'--',
				'cat',
				'/usr/share/nginx/html/index.html',
				'/data/note',
			);
			expect(stdout).toBe(`${page}\n${page}`);
		}
		expect((await second.kubectl('logs', pod!)).stdout).toBe(log);
		for (let again = 0; again < 8; again++) expect(await second.curl('http://web/')).toBe(chosen);

		const addressOfNext = async (cluster: RunningCluster) => {
			await cluster.speed(10);
			await cluster.kubectl('scale', 'deployment/web', '--replicas=4');
			await cluster.ready(4);
			const known = new Set([pod, ...others]);
			const fresh = (await cluster.pods()).find(({metadata}) => !known.has(metadata.name))!;
			return (fresh as unknown as {status: {podIP: string}}).status.podIP;
		};
		expect(await addressOfNext(second)).toBe(await addressOfNext(first));
	});

	test('put back in place undoes what came after it, as often as one likes', async () => {
		const cluster = await start({speed: 10});
		await cluster.web(2, volumes.container, volumes.pod);
		const [pod] = (await cluster.pods()).map(({metadata}) => metadata.name);
		await cluster.kubectl('exec', pod!, '--', ...write('before'));
		await settle(cluster);
		const saved = await cluster.state();
		for (let again = 0; again < 2; again++) {
			await cluster.speed(10);
			await cluster.kubectl('exec', pod!, '--', ...write('after'));
			await cluster.kubectl('delete', 'pod', pod!);
			await cluster.kubectl('scale', 'deployment/web', '--replicas=3');
			await cluster.kubectl('create', 'configmap', 'extra');
			await cluster.ready(3);
			expect((await cluster.post('/simulator/state', saved)).status).toBe(200);
			await settle(cluster);
			expect(objectsOf(await cluster.state())).toEqual(objectsOf(saved));
			expect((await cluster.kubectl('exec', pod!, '--', 'cat', '/data/note')).stdout).toBe('before');
			expect(await cluster.curl('http://web/')).toBeTruthy();
		}
		// Controllers, kubelets and allocators are at work as before.
		await cluster.speed(10);
		await cluster.kubectl('delete', 'pod', pod!);
		await cluster.kubectl('scale', 'deployment/web', '--replicas=5');
		await cluster.ready(5);
		const addresses = (await cluster.pods()).map(one => (one as unknown as {status: {podIP: string}}).status.podIP);
		expect(new Set(addresses).size).toBe(5);
		const {stdout} = await cluster.kubectl(
			'expose',
			'deployment/web',
			'--name=again',
			'--port=80',
			'-ojsonpath={.spec.clusterIP}',
		);
		const {items} = await cluster.get<{items: {spec: {clusterIP: string}}[]}>('/api/v1/services');
		expect(items.filter(({spec}) => spec.clusterIP === stdout)).toHaveLength(1);
	});
});

test('watchers of a cluster that is put back get 410 and find the old state with a newer version', async () => {
	const cluster = await start({speed: 10});
	const saved = await cluster.state();
	await cluster.web(1);
	const seen: {type: string; object: {code?: number}}[] = [];
	const {metadata} = await cluster.get<{metadata: {resourceVersion: string}}>('/api/v1/pods');
	const path = `/api/v1/pods?watch=true&resourceVersion=${metadata.resourceVersion}`;
	const watching = (async () => {
		for await (const line of kubeLines(cluster.kubeconfig, path, AbortSignal.timeout(60_000)))
			seen.push(JSON.parse(line));
	})();
	// The watch is established once it has told of a change.
	await cluster.post('/api/v1/namespaces/default/pods', {
		apiVersion: 'v1',
		kind: 'Pod',
		metadata: {name: 'new'},
		spec: {containers: [{name: 'main', image: 'nginx'}]},
	});
	await until(() => seen.some(({type}) => type === 'ADDED'));
	await cluster.post('/simulator/state', saved);
	await watching;
	expect(seen.at(-1)).toMatchObject({type: 'ERROR', object: {code: 410}});
	const list = await cluster.get<{items: unknown[]; metadata: {resourceVersion: string}}>(
		'/api/v1/namespaces/default/pods',
	);
	expect(list.items).toEqual([]);
	expect(Number(list.metadata.resourceVersion)).toBeGreaterThanOrEqual(Number(metadata.resourceVersion));
	// Nobody who knows a version from before can take up a watch as if nothing had been.
	const late: {type: string; object: {code?: number}}[] = [];
	for await (const line of kubeLines(cluster.kubeconfig, path, AbortSignal.timeout(60_000)))
		late.push(JSON.parse(line));
	expect(late).toMatchObject([{type: 'ERROR', object: {code: 410}}]);
});

test('a cluster that was put back is what the folder holds, though nothing has changed since', async () => {
	const cluster = await start({speed: 10});
	const empty = await cluster.state();
	await cluster.web(1);
	await cluster.speed(0);
	cluster.save();
	const kept = () => webPods(readFileSync(join(cluster.folder, 'state.json'), 'utf8'));
	expect(kept()).toHaveLength(1);
	await cluster.post('/simulator/state', empty);
	cluster.save();
	expect(kept()).toEqual([]);
});

test.skipIf(!kubectl)('what streams from a container ends when the cluster is put back (needs kubectl)', async () => {
	const cluster = await start({speed: 10});
	await cluster.web(1);
	const saved = await cluster.state();
	const [pod] = (await cluster.pods()).map(({metadata}) => metadata.name);
	await cluster.speed(1);
	const streams = [cluster.kubectl('logs', '-f', pod!), cluster.kubectl('exec', pod!, '--', 'sleep', '1000')];
	await until(async () => (await cluster.kubectl('exec', pod!, '--', 'ps')).stdout.includes('sleep 1000'));
	await cluster.post('/simulator/state', saved);
	await Promise.all(streams);
	expect((await cluster.kubectl('get', 'pods')).stdout).toContain('1/1');
});

describe('what is no state', () => {
	test.each([
		['nothing', '', 'not whole'],
		['half of one', '{"version":1,"clock":5,"seed":1,"store":{"revi', 'not whole'],
		['a file of another kind', 'PK\u0003\u0004\n\u0000', 'the saved state is not whole: it is no valid JSON'],
		['another file', '[1,2]', 'not a saved state'],
		['one without its objects', '{"version":1,"clock":5,"seed":1,"store":{"revision":7}}', 'parts of it are missing'],
		['one with a nameless object', state({pods: [{metadata: {}}]}), 'parts of it are missing'],
		['one with a resource that there is not', state({widgets: [{metadata: {name: 'a'}}]}), 'holds widgets'],
		[
			'one whose Pods are no Pods',
			state({pods: [{metadata: {name: 'a', namespace: 'b'}}], nodes: [node]}),
			'is damaged',
		],
		['one of a later version', '{"version":2}', 'is of version 2'],
	])('is refused, and the cluster goes on as it was: %s', async (_what, body, reason) => {
		const cluster = await start({speed: 0});
		const before = await cluster.state();
		const answer = await cluster.ask('/simulator/state', {method: 'POST', body});
		expect(answer).toMatchObject({status: 422, body: {kind: 'Status', message: expect.stringContaining(reason)}});
		expect(await cluster.state()).toEqual(before);
		await cluster.speed(10);
		await cluster.web(1);
	});

	test('does not start a cluster, and leaves the folder as it is', async () => {
		const first = await startRunningCluster({speed: 10});
		ends.push(() => rmSync(first.folder, {recursive: true, force: true}));
		await first.web(1);
		await first.close(true);
		const listing = () => readdirSync(first.folder).map(name => [name, readFileSync(join(first.folder, name), 'utf8')]);
		const before = listing();
		const from = temporary('broken.json', state({pods: [{metadata: {name: 'a', namespace: 'b'}}], nodes: [node]}));
		await expect(startRunningCluster({folder: first.folder, from})).rejects.toThrow('is damaged');
		expect(listing()).toEqual(before);
	});
});

test('a restored file takes the place of the state before, which is kept aside', async () => {
	const first = await startRunningCluster({speed: 10});
	ends.push(() => rmSync(first.folder, {recursive: true, force: true}));
	const empty = await first.state();
	await first.web(1);
	await first.close(true);
	const second = await startRunningCluster({
		folder: first.folder,
		from: temporary('empty.json', JSON.stringify(empty)),
	});
	expect(await second.pods()).toEqual([]);
	expect(second.url).toBe(first.url);
	await second.close(true);
	expect(webPods(readFileSync(second.before!, 'utf8'))).toHaveLength(1);
});

describe('after a restart', () => {
	async function restarted(speed: number | 'max', options: {speed?: number} = {}) {
		const first = await startRunningCluster();
		ends.push(() => rmSync(first.folder, {recursive: true, force: true}));
		await first.speed(speed);
		await first.close(true);
		const second = await startRunningCluster({folder: first.folder, ...options});
		ends.push(() => second.close(true));
		return await second.get('/simulator/clock');
	}

	test('a paused cluster is paused still', async () => {
		expect(await restarted(0)).toMatchObject({speed: 0});
	});

	test.each([[5], [0.25], ['max' as const]])('one at speed %s passes as time does outside', async speed => {
		expect(await restarted(speed)).toMatchObject({speed: 1});
	});

	test('its time never goes back', async () => {
		const first = await startRunningCluster();
		ends.push(() => rmSync(first.folder, {recursive: true, force: true}));
		await first.speed(100);
		await until(async () => (await first.state()).clock > Date.now() + 60_000);
		await first.speed(0);
		const {clock} = await first.state();
		await first.close(true);
		const second = await startRunningCluster({folder: first.folder});
		ends.push(() => second.close(true));
		expect((await second.state()).clock).toBeGreaterThanOrEqual(clock);
	});
});

function state(objects: Record<string, unknown[]>): string {
	return JSON.stringify({version: 1, clock: 5, seed: 1, store: {revision: 7, objects}});
}
