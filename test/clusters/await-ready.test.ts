import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {awaitReady, type Missing} from '../../src/clusters/kind/await-ready.ts';
import {missingText, waitingText} from '../../src/clusters/kind/make-kind.ts';
import {textIn} from '../../src/text/text.ts';
import {type RunningCluster, startRunningCluster} from '../simulator/running-cluster.ts';
import {until} from '../until.ts';

vi.setConfig({testTimeout: 120_000, hookTimeout: 60_000});

let cluster: RunningCluster;

beforeEach(async () => {
	cluster = await startRunningCluster();
	// It is all there before anything is taken away.
	expect(await awaitReady(cluster.kubeconfig, 3, {signal, limitMs: 60_000})).toBeUndefined();
});

afterEach(() => cluster.close());

const {signal} = new AbortController();

/** What is still missing when no time is given. */
const lacking = (nodes: number) => awaitReady(cluster.kubeconfig, nodes, {signal, limitMs: -1});

const wordsOf = (missing: Missing | undefined) =>
	missing && [missingText(missing), waitingText(missing, textIn('en')), waitingText(missing, textIn('zh-CN'))];

type Node = {
	metadata: {name: string};
	spec: {unschedulable?: boolean};
	status: {conditions: {type: string; status: string}[]};
};

async function put(path: string, body: object): Promise<void> {
	expect(await cluster.ask(path, {method: 'PUT', body: JSON.stringify(body)})).toMatchObject({status: 200});
}

test('a node that is not ready, and one that has not joined', async () => {
	const path = '/api/v1/nodes/lab-worker2';
	const node = await cluster.get<Node>(path);
	const ready = node.status.conditions.find(({type}) => type === 'Ready')!;
	ready.status = 'False';
	await put(`${path}/status`, node);
	expect(wordsOf(await lacking(3))).toEqual(['lab-worker2', '1 node', '1 个节点']);
	expect(wordsOf(await lacking(4))).toEqual(['lab-worker2, nodes (1)', '2 nodes', '2 个节点']);
});

test('CoreDNS that finds no node to run on', async () => {
	const {items} = await cluster.get<{items: Node[]}>('/api/v1/nodes');
	for (const {metadata} of items) {
		const path = `/api/v1/nodes/${metadata.name}`;
		const node = await cluster.get<Node>(path);
		await put(path, {...node, spec: {...node.spec, unschedulable: true}});
	}
	await cluster.ask('/api/v1/namespaces/kube-system/pods?labelSelector=k8s-app%3Dkube-dns', {method: 'DELETE'});
	await until(async () => (await lacking(3)) !== undefined);
	expect(wordsOf(await lacking(3))).toEqual(['deployment/coredns', 'CoreDNS', 'CoreDNS']);
});

test('the API server itself', async () => {
	const file = join(cluster.folder, 'elsewhere');
	// Where nobody listens.
	writeFileSync(file, readFileSync(cluster.kubeconfig, 'utf8').replace(/(https:\/\/127\.0\.0\.1):\d+/, '$1:1'));
	const missing = await awaitReady(file, 3, {signal, limitMs: -1});
	expect(missing?.server).toContain('ECONNREFUSED');
	expect(wordsOf(missing)).toEqual([missing?.server, 'the API server', 'API 服务器']);
});

test('what is missing is told again and again until the time is up, which says it for the last time', async () => {
	const told: Missing[] = [];
	const missing = await awaitReady(cluster.kubeconfig, 5, {signal, limitMs: 500, onTick: each => told.push(each)});
	expect(missing).toEqual({absent: 2});
	expect(told.length).toBeGreaterThan(0);
	expect(textIn('en').clusters.kind.notReady(missingText(missing!))).toBe(
		'the cluster does not become ready; still missing: nodes (2)',
	);
});
