import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type Cluster, configMap, deployment, type Json, pick, startCluster} from './harness.ts';

const base = '/api/v1/namespaces/default/configmaps';
const deployments = '/apis/apps/v1/namespaces/default/deployments';
let cluster: Cluster;
beforeAll(async () => {
	cluster = await startCluster();
});
afterAll(() => cluster.close());

const apply = (path: string, manager: string, body: unknown, query = '') =>
	cluster.send(`${path}?fieldManager=${manager}${query}`, {
		method: 'PATCH',
		type: 'application/apply-patch+yaml',
		body,
	});
const map = (name: string, data: Record<string, string>) => ({
	apiVersion: 'v1',
	kind: 'ConfigMap',
	metadata: {name},
	data,
});
const owners = (body: Json) =>
	(pick(body, 'metadata.managedFields') as Json[]).map(({manager, operation}) => `${manager} ${operation}`);
const fields = (body: Json, manager: string) =>
	(pick(body, 'metadata.managedFields') as Json[]).find(entry => entry.manager === manager)?.fieldsV1;

describe('server-side apply', () => {
	test('creates what is not there, and changes nothing the second time', async () => {
		const first = await apply(`${base}/one`, 'alice', map('one', {a: '1'}));
		expect(first.status).toBe(201);
		expect(fields(first.body, 'alice')).toEqual({'f:data': {'f:a': {}}});
		const second = await apply(`${base}/one`, 'alice', map('one', {a: '1'}));
		expect(second.status).toBe(200);
		expect(second.body).toEqual(first.body);
	});

	test('removes fields that its manager no longer applies, unless another owns them', async () => {
		await apply(`${base}/two`, 'alice', map('two', {a: '1', b: '2'}));
		const shared = await apply(`${base}/two`, 'bob', map('two', {b: '2', c: '3'}));
		expect(shared.body.data).toEqual({a: '1', b: '2', c: '3'});
		const left = await apply(`${base}/two`, 'alice', map('two', {d: '4'}));
		expect(left.body.data).toEqual({b: '2', c: '3', d: '4'});
		expect(fields(left.body, 'bob')).toEqual({'f:data': {'f:b': {}, 'f:c': {}}});
	});

	test('refuses to take a field of another manager, in the real words', async () => {
		await apply(`${base}/three`, 'alice', map('three', {a: '1', b: '1'}));
		const one = await apply(`${base}/three`, 'bob', map('three', {a: '2'}));
		expect(one.body).toEqual({
			kind: 'Status',
			apiVersion: 'v1',
			metadata: {},
			status: 'Failure',
			message: 'Apply failed with 1 conflict: conflict with "alice": .data.a',
			reason: 'Conflict',
			details: {causes: [{reason: 'FieldManagerConflict', message: 'conflict with "alice"', field: '.data.a'}]},
			code: 409,
		});
		const two = await apply(`${base}/three`, 'bob', map('three', {a: '2', b: '2'}));
		expect(two.body.message).toBe('Apply failed with 2 conflicts: conflicts with "alice":\n- .data.a\n- .data.b');
	});

	test('takes it with force, and the other one loses it', async () => {
		const {body} = await apply(`${base}/three`, 'bob', map('three', {a: '2'}), '&force=true');
		expect(body.data).toEqual({a: '2', b: '1'});
		expect(fields(body, 'alice')).toEqual({'f:data': {'f:b': {}}});
		expect(fields(body, 'bob')).toEqual({'f:data': {'f:a': {}}});
	});

	test('sees who changed a field by other means', async () => {
		await apply(`${deployments}/scaled`, 'alice', deployment('scaled', 2));
		await cluster.send(`${deployments}/scaled/scale?fieldManager=kubectl`, {
			method: 'PATCH',
			type: 'application/merge-patch+json',
			body: {spec: {replicas: 5}},
		});
		const refused = await apply(`${deployments}/scaled`, 'alice', deployment('scaled', 2));
		expect(refused.body.message).toBe(
			'Apply failed with 1 conflict: conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas',
		);
		// The value that is there is no conflict: it is owned together.
		const shared = await apply(`${deployments}/scaled`, 'alice', deployment('scaled', 5));
		expect(shared.status).toBe(200);
		expect(owners(shared.body)).toEqual(['alice Apply', 'kubectl Update']);
	});

	test('merges lists by their keys and removes items that are no longer applied', async () => {
		const two = deployment('lists');
		two.spec.template.spec.containers.push({name: 'side', image: 'busybox', ports: [{containerPort: 81}]});
		await apply(`${deployments}/lists`, 'alice', two);
		const container = {name: 'extra', image: 'curl'};
		await cluster.send(`${deployments}/lists?fieldManager=bob`, {
			method: 'PATCH',
			type: 'application/strategic-merge-patch+json',
			body: {spec: {template: {spec: {containers: [container]}}}},
		});
		const {body} = await apply(`${deployments}/lists`, 'alice', deployment('lists'));
		expect((pick(body, 'spec.template.spec.containers') as Json[]).map(({name}) => name)).toEqual(['nginx', 'extra']);
		const containers = pick(fields(body, 'alice'), 'f:spec.f:template.f:spec.f:containers') as Json;
		expect(Object.keys(containers)).toEqual(['k:{"name":"nginx"}']);
		expect(pick(containers['k:{"name":"nginx"}'], 'f:ports')).toEqual({
			'k:{"containerPort":80,"protocol":"TCP"}': {'.': {}, 'f:containerPort': {}},
		});
	});

	test('needs a fieldManager, and takes no managedFields', async () => {
		const unnamed = await cluster.send(`${base}/x`, {
			method: 'PATCH',
			type: 'application/apply-patch+yaml',
			body: map('x', {}),
		});
		expect(unnamed.body).toMatchObject({
			code: 422,
			message: 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
		});
		const owned = await apply(`${base}/x`, 'alice', {
			...map('x', {}),
			metadata: {name: 'x', managedFields: [{manager: 'y'}]},
		});
		expect(owned.body).toMatchObject({code: 400, message: 'metadata.managedFields must be nil'});
		const forced = await cluster.send(`${base}/one?force=true`, {
			method: 'PATCH',
			type: 'application/merge-patch+json',
			body: {},
		});
		expect(forced.body).toMatchObject({
			code: 422,
			message: expect.stringContaining('force: Forbidden: may not be specified for non-apply patch'),
		});
	});

	test('of an object that nobody tracked respects what is there', async () => {
		cluster.simulation.registry.create('configmaps', {
			...configMap('old', {a: '1'}),
			metadata: {name: 'old', namespace: 'default'},
		} as never);
		expect((await apply(`${base}/old`, 'alice', map('old', {a: '2'}))).body.message).toBe(
			'Apply failed with 1 conflict: conflict with "before-first-apply" using v1: .data.a',
		);
	});
});

describe('managedFields', () => {
	test('of a created Deployment are those of a real server', async () => {
		await cluster.kubectl('create', 'deploy', 'tracked', '--image=nginx:1.14.2');
		const {body} = await cluster.send(`${deployments}/tracked`);
		expect(pick(body, 'metadata.managedFields')).toEqual([
			{
				manager: 'kubectl-create',
				operation: 'Update',
				apiVersion: 'apps/v1',
				time: '2026-11-22T00:00:00Z',
				fieldsType: 'FieldsV1',
				fieldsV1: {
					'f:metadata': {'f:labels': {'.': {}, 'f:app': {}}},
					'f:spec': {
						'f:progressDeadlineSeconds': {},
						'f:replicas': {},
						'f:revisionHistoryLimit': {},
						'f:selector': {},
						'f:strategy': {'f:rollingUpdate': {'.': {}, 'f:maxSurge': {}, 'f:maxUnavailable': {}}, 'f:type': {}},
						'f:template': {
							'f:metadata': {'f:labels': {'.': {}, 'f:app': {}}},
							'f:spec': {
								'f:containers': {
									'k:{"name":"nginx"}': {
										'.': {},
										'f:image': {},
										'f:imagePullPolicy': {},
										'f:name': {},
										'f:resources': {},
										'f:terminationMessagePath': {},
										'f:terminationMessagePolicy': {},
									},
								},
								'f:dnsPolicy': {},
								'f:restartPolicy': {},
								'f:schedulerName': {},
								'f:securityContext': {},
								'f:terminationGracePeriodSeconds': {},
							},
						},
					},
				},
			},
		]);
	});

	test('move with a change, and an unchanged write keeps them', async () => {
		await cluster.send(`${base}?fieldManager=maker`, {method: 'POST', body: map('moves', {a: '1', b: '1'})});
		const changed = await cluster.send(`${base}/moves?fieldManager=changer`, {
			method: 'PATCH',
			type: 'application/merge-patch+json',
			body: {data: {a: '2', b: null}},
		});
		expect(fields(changed.body, 'maker')).toEqual({'f:data': {}});
		expect(fields(changed.body, 'changer')).toEqual({'f:data': {'f:a': {}}});
		const same = await cluster.send(`${base}/moves?fieldManager=third`, {
			method: 'PATCH',
			type: 'application/merge-patch+json',
			body: {data: {a: '2'}},
		});
		expect(same.body).toEqual(changed.body);
	});

	test('can be cleared', async () => {
		const {body} = await cluster.send(`${base}/moves`, {
			method: 'PATCH',
			type: 'application/merge-patch+json',
			body: {metadata: {managedFields: [{}]}},
		});
		expect(pick(body, 'metadata.managedFields')).toBeUndefined();
	});
});

describe('kubectl', () => {
	const yaml = (image: string, replicas: number) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: k, labels: {app: k}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: k}}
  template:
    metadata: {labels: {app: k}}
    spec:
      containers:
      - {name: nginx, image: '${image}', ports: [{containerPort: 80}]}
`;

	test('apply creates, configures and leaves unchanged', async () => {
		const run = async (text: string) => (await cluster.kubectl('apply', '-f', '-', {input: text})).stdout;
		expect(await run(yaml('nginx:1.14.2', 3))).toBe('deployment.apps/k created');
		expect(await run(yaml('nginx:1.14.2', 3))).toBe('deployment.apps/k unchanged');
		expect(await run(yaml('nginx:1.16.1', 2))).toBe('deployment.apps/k configured');
		const {stdout} = await cluster.kubectl(
			'get',
			'deploy',
			'k',
			'-o',
			'jsonpath={.spec.replicas} {.spec.template.spec.containers[*].image}',
		);
		expect(stdout).toBe('2 nginx:1.16.1');
	});

	test('apply --server-side takes an applied object over', async () => {
		const clash = await cluster.kubectl('apply', '--server-side', '-f', '-', {input: yaml('nginx:1.16.1', 4)});
		expect(clash.stderr).toContain('conflict with "kubectl-client-side-apply" using apps/v1: .spec.replicas');
		const taken = await cluster.kubectl('apply', '--server-side', '-f', '-', {input: yaml('nginx:1.16.1', 2)});
		expect(taken).toMatchObject({exitCode: 0, stdout: 'deployment.apps/k serverside-applied'});
		await cluster.kubectl('scale', 'deploy/k', '--replicas=1');
		const refused = await cluster.kubectl('apply', '--server-side', '-f', '-', {input: yaml('nginx:1.16.1', 4)});
		expect(refused.exitCode).toBe(1);
		expect(refused.stderr).toContain(
			'Apply failed with 1 conflict: conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas',
		);
		const forced = await cluster.kubectl('apply', '--server-side', '--force-conflicts', '-f', '-', {
			input: yaml('nginx:1.16.1', 4),
		});
		expect(forced.exitCode).toBe(0);
	});

	test.each([
		[['set', 'image', 'deploy/k', 'nginx=nginx:2'], 'deployment.apps/k image updated'],
		[['label', 'deploy/k', 'tier=web'], 'deployment.apps/k labeled'],
		[['annotate', 'deploy/k', 'a=b'], 'deployment.apps/k annotated'],
		[['rollout', 'restart', 'deploy/k'], 'deployment.apps/k restarted'],
		[['rollout', 'pause', 'deploy/k'], 'deployment.apps/k paused'],
		[['patch', 'deploy/k', '-p', '{"spec":{"minReadySeconds":3}}'], 'deployment.apps/k patched'],
		[
			['patch', 'deploy/k', '--type=json', '-p', '[{"op":"remove","path":"/spec/minReadySeconds"}]'],
			'deployment.apps/k patched',
		],
		[['scale', 'deploy/k', '--replicas=2'], 'deployment.apps/k scaled'],
		[['expose', 'deploy/k', '--port=80'], 'service/k exposed'],
		[['delete', 'deploy/k'], 'deployment.apps "k" deleted'],
	])('%s', async (args, said) => {
		const {exitCode, stdout, stderr} = await cluster.kubectl(...args);
		expect({exitCode, stderr}).toEqual({exitCode: 0, stderr: ''});
		expect(stdout).toContain(said);
	});
});
