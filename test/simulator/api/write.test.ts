import {request as httpsRequest} from 'node:https';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type Cluster, configMap, deployment, type Json, pick, runningPod, startCluster} from './harness.ts';

const base = '/api/v1/namespaces/default/configmaps';
const deployments = '/apis/apps/v1/namespaces/default/deployments';
let cluster: Cluster;
beforeAll(async () => {
	cluster = await startCluster();
});
afterAll(() => cluster.close());

const post = (path: string, body: unknown, query = '') => cluster.send(path + query, {method: 'POST', body});
const put = (path: string, body: unknown) => cluster.send(path, {method: 'PUT', body});
const patch = (path: string, body: unknown, kind = 'merge-patch+json') =>
	cluster.send(path, {method: 'PATCH', body, type: `application/${kind}`});

describe('credentials', () => {
	test('without any, only health and version are open', async () => {
		expect((await cluster.send('/api/v1/pods', {token: ''})).body).toEqual({
			kind: 'Status',
			apiVersion: 'v1',
			metadata: {},
			status: 'Failure',
			message: 'Unauthorized',
			reason: 'Unauthorized',
			code: 401,
		});
		expect((await cluster.send('/healthz', {token: ''})).status).toBe(200);
	});

	test('that are wrong are refused everywhere', async () => {
		expect((await cluster.send('/api/v1/pods', {token: 'guess'})).status).toBe(401);
		expect((await cluster.send('/healthz', {token: 'guess'})).status).toBe(401);
	});

	test('the certificate is good for 127.0.0.1 and localhost, and for nothing else', async () => {
		const ask = (servername: string) =>
			new Promise((resolve, reject) => {
				const request = httpsRequest(
					{
						host: '127.0.0.1',
						port: cluster.server.port,
						path: '/healthz',
						servername,
						ca: cluster.credentials.caCertificate,
						agent: false,
					},
					response => {
						response.resume();
						resolve(response.statusCode);
					},
				);
				request.on('error', reject);
				request.end();
			});
		expect(await ask('localhost')).toBe(200);
		await expect(ask('example.com')).rejects.toThrow(/altnames/);
	});
});

describe('create', () => {
	test('answers 201 with the object, kind first', async () => {
		const {status, body, text} = await post(base, configMap('made', {a: '1'}));
		expect(status).toBe(201);
		expect(text).toMatch(/^\{"kind":"ConfigMap","apiVersion":"v1","metadata":\{/);
		expect(body).toMatchObject({
			data: {a: '1'},
			metadata: {name: 'made', namespace: 'default', uid: expect.any(String)},
		});
	});

	test.each([
		['an existing name', configMap('made'), 409, 'AlreadyExists', 'configmaps "made" already exists'],
		[
			'another kind',
			{apiVersion: 'v1', kind: 'Service', metadata: {name: 'x'}},
			400,
			'BadRequest',
			'Service in version "v1" cannot be handled as a ConfigMap: converting (v1.Service) to (v1.ConfigMap): unknown conversion',
		],
		[
			'another version',
			{apiVersion: 'v2', kind: 'ConfigMap', metadata: {name: 'x'}},
			400,
			'BadRequest',
			'the API version in the data (v2) does not match the expected API version (v1)',
		],
		[
			'another namespace',
			{metadata: {name: 'x', namespace: 'other'}},
			400,
			'BadRequest',
			'the namespace of the provided object does not match the namespace sent on the request',
		],
		[
			'a wrong type',
			{metadata: {name: 'x'}, data: {a: 1}},
			400,
			'BadRequest',
			'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
		],
	])('with %s is refused', async (_what, body, code, reason, message) => {
		expect((await post(base, body)).body).toMatchObject({kind: 'Status', status: 'Failure', code, reason, message});
	});

	test('generateName makes a name', async () => {
		const {body} = await post(base, {metadata: {generateName: 'gen-'}});
		expect(pick(body, 'metadata.name')).toMatch(/^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
	});

	test('in a namespace that does not exist names the namespace', async () => {
		expect((await post('/api/v1/namespaces/nope/configmaps', configMap('x'))).body).toMatchObject({
			code: 404,
			message: 'namespaces "nope" not found',
			details: {name: 'nope', kind: 'namespaces'},
		});
	});

	test('with dryRun=All changes nothing', async () => {
		const {revision} = cluster.simulation.store;
		expect((await post(base, configMap('dry'), '?dryRun=All')).status).toBe(201);
		expect(cluster.simulation.store.revision).toBe(revision);
		expect((await post(base, configMap('dry'), '?dryRun=Some')).status).toBe(422);
	});

	test.each([
		['Strict', 400, undefined],
		['Warn', 201, '299 - "unknown field \\"data2\\""'],
		['Ignore', 201, undefined],
	])('fieldValidation=%s for an unknown field', async (mode, status, warning) => {
		const reply = await post(
			base,
			{...configMap(`validated-${mode.toLowerCase()}`), data2: 1},
			`?fieldValidation=${mode}`,
		);
		expect(reply.status).toBe(status);
		expect(reply.headers.warning).toBe(warning);
		if (status === 400)
			expect(reply.body.message).toBe(
				'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "data2"',
			);
		else expect(reply.body).not.toHaveProperty('data2');
	});

	test('takes YAML', async () => {
		const {status} = await cluster.send(base, {
			method: 'POST',
			body: 'metadata:\n  name: from-yaml\ndata:\n  a: "1"\n',
			type: 'application/yaml',
		});
		expect(status).toBe(201);
	});

	test('refuses other media types and too much', async () => {
		expect((await cluster.send(base, {method: 'POST', body: 'x', type: 'text/plain'})).body).toMatchObject({
			code: 415,
			reason: 'UnsupportedMediaType',
			message: expect.stringMatching(
				/^the body of the request was in an unknown format - accepted media types include: application\/json, application\/yaml, application\/vnd\.kubernetes\.protobuf$/,
			),
		});
		expect((await post(base, configMap('big', {a: 'x'.repeat(3 * 1024 * 1024)}))).body).toMatchObject({
			code: 413,
			message: 'Request entity too large: limit is 3145728',
		});
	});
});

describe('replace', () => {
	test('needs the current resourceVersion, if it gives one', async () => {
		const {body} = await post(base, configMap('versioned'));
		expect((await put(`${base}/versioned`, {...body, data: {a: '1'}})).status).toBe(200);
		expect((await put(`${base}/versioned`, {...body, data: {a: '2'}})).body).toMatchObject({
			code: 409,
			reason: 'Conflict',
			message:
				'Operation cannot be fulfilled on configmaps "versioned": the object has been modified; please apply your changes to the latest version and try again',
			details: {name: 'versioned', kind: 'configmaps'},
		});
		expect((await put(`${base}/versioned`, configMap('versioned', {a: '3'}))).status).toBe(200);
	});

	test('that changes nothing keeps the resourceVersion', async () => {
		const {body} = await cluster.send(`${base}/versioned`);
		expect(pick((await put(`${base}/versioned`, body)).body, 'metadata.resourceVersion')).toBe(
			pick(body, 'metadata.resourceVersion'),
		);
	});

	test('with another name is refused', async () => {
		expect((await put(`${base}/versioned`, configMap('x'))).body).toMatchObject({
			code: 400,
			message: 'the name of the object (x) does not match the name on the URL (versioned)',
		});
	});

	test('of a missing object is 404, but creates Endpoints', async () => {
		expect((await put(`${base}/nope`, configMap('nope'))).body).toMatchObject({
			code: 404,
			message: 'configmaps "nope" not found',
		});
		const endpoints = {metadata: {name: 'ext'}, subsets: [{addresses: [{ip: '10.0.0.250'}], ports: [{port: 80}]}]};
		expect((await put('/api/v1/namespaces/default/endpoints/ext', endpoints)).status).toBe(201);
	});
});

describe('JSON patch', () => {
	test('adds, replaces, removes and tests', async () => {
		await post(base, configMap('jp', {a: '1', b: '2'}));
		const {body} = await patch(
			`${base}/jp`,
			[
				{op: 'test', path: '/data/a', value: '1'},
				{op: 'replace', path: '/data/a', value: '9'},
				{op: 'remove', path: '/data/b'},
				{op: 'add', path: '/data/c', value: '3'},
			],
			'json-patch+json',
		);
		expect(body.data).toEqual({a: '9', c: '3'});
	});

	test('that does not fit changes nothing', async () => {
		const reply = await patch(
			`${base}/jp`,
			[
				{op: 'replace', path: '/data/a', value: 'x'},
				{op: 'test', path: '/data/c', value: 'no'},
			],
			'json-patch+json',
		);
		expect(reply.status).toBe(422);
		expect(pick((await cluster.send(`${base}/jp`)).body, 'data.a')).toBe('9');
		expect((await patch(`${base}/jp`, [{op: 'remove', path: '/data/zz'}], 'json-patch+json')).status).toBe(422);
		expect((await patch(`${base}/jp`, {op: 'remove'}, 'json-patch+json')).status).toBe(400);
	});
});

describe('merge patch', () => {
	test('merges objects, removes with null and replaces lists', async () => {
		await post(deployments, deployment('mp'));
		const {body} = await patch(`${deployments}/mp`, {
			metadata: {labels: {app: null, tier: 'web'}},
			spec: {template: {spec: {containers: [{name: 'other', image: 'busybox'}]}}},
		});
		expect(pick(body, 'metadata.labels')).toEqual({tier: 'web'});
		expect((pick(body, 'spec.template.spec.containers') as Json[]).map(({name}) => name)).toEqual(['other']);
	});
});

describe('strategic merge patch', () => {
	const smp = (name: string, body: unknown) => patch(`${deployments}/${name}`, body, 'strategic-merge-patch+json');
	const containers = (body: Json) =>
		(pick(body, 'spec.template.spec.containers') as Json[]).map(({name, image}) => `${name}=${image}`);
	const template = (spec: unknown) => ({spec: {template: {spec}}});

	test('merges lists by their key', async () => {
		await post(deployments, deployment('sm'));
		expect(containers((await smp('sm', template({containers: [{name: 'nginx', image: 'nginx:2'}]}))).body)).toEqual([
			'nginx=nginx:2',
		]);
		expect(containers((await smp('sm', template({containers: [{name: 'side', image: 'busybox'}]}))).body)).toEqual([
			'nginx=nginx:2',
			'side=busybox',
		]);
	});

	test('$setElementOrder orders, $patch: delete removes', async () => {
		const ordered = await smp(
			'sm',
			template({
				'$setElementOrder/containers': [{name: 'side'}, {name: 'nginx'}],
				containers: [{name: 'side', image: 'busybox:1'}],
			}),
		);
		expect(containers(ordered.body)).toEqual(['side=busybox:1', 'nginx=nginx:2']);
		expect(containers((await smp('sm', template({containers: [{name: 'side', $patch: 'delete'}]}))).body)).toEqual([
			'nginx=nginx:2',
		]);
	});

	test('$patch: replace replaces a list or a map', async () => {
		const list = await smp('sm', template({containers: [{$patch: 'replace'}, {name: 'only', image: 'x'}]}));
		expect(containers(list.body)).toEqual(['only=x']);
		const map = await smp('sm', {metadata: {labels: {$patch: 'replace', fresh: 'yes'}}});
		expect(pick(map.body, 'metadata.labels')).toEqual({fresh: 'yes'});
	});

	test('$retainKeys drops the rest of a union', async () => {
		const {body} = await smp('sm', {spec: {strategy: {$retainKeys: ['type'], type: 'Recreate'}}});
		expect(pick(body, 'spec.strategy')).toEqual({type: 'Recreate'});
	});

	test('$deleteFromPrimitiveList removes from a set', async () => {
		await smp('sm', {metadata: {finalizers: ['x.io/a', 'x.io/b']}});
		const {body} = await smp('sm', {metadata: {'$deleteFromPrimitiveList/finalizers': ['x.io/a']}});
		expect(pick(body, 'metadata.finalizers')).toEqual(['x.io/b']);
		await smp('sm', {metadata: {finalizers: null}});
	});

	test('ports of a Service merge by port, and lists without a key are replaced', async () => {
		const services = '/api/v1/namespaces/default/services';
		await post(services, {
			metadata: {name: 'sv'},
			spec: {
				selector: {a: 'b'},
				ports: [
					{name: 'a', port: 80},
					{name: 'b', port: 81},
				],
				externalIPs: ['1.2.3.4'],
			},
		});
		const {body} = await patch(
			`${services}/sv`,
			{spec: {ports: [{port: 81, targetPort: 8081}], externalIPs: ['5.6.7.8']}},
			'strategic-merge-patch+json',
		);
		expect(body).toMatchObject({
			spec: {ports: [{port: 80}, {name: 'b', port: 81, targetPort: 8081}], externalIPs: ['5.6.7.8']},
		});
	});

	test('an item without its key is refused', async () => {
		expect((await smp('sm', template({containers: [{image: 'x'}]}))).body).toMatchObject({
			code: 400,
			message: expect.stringContaining('does not contain declared merge key: name'),
		});
	});
});

test('patches that do not say a version never lose a race', async () => {
	await post(base, configMap('race'));
	const replies = await Promise.all(
		Array.from({length: 20}, (_, i) => {
			const type = i % 2 ? 'strategic-merge-patch+json' : 'merge-patch+json';
			return patch(`${base}/race`, {data: {[`k${i}`]: String(i)}}, type);
		}),
	);
	expect(new Set(replies.map(({status}) => status))).toEqual(new Set([200]));
	expect(Object.keys((await cluster.send(`${base}/race`)).body.data as Json)).toHaveLength(20);
	const stale = {metadata: {resourceVersion: '1'}, data: {a: 'b'}};
	expect((await patch(`${base}/race`, stale)).body).toMatchObject({code: 409, reason: 'Conflict'});
});

test.each([
	['{bad', "invalid character 'b' looking for beginning of object key string"],
	['{"a" 1}', "invalid character '1' after object key"],
	['{"a":1 "b"}', "invalid character '\"' after object key:value pair"],
	['{"a":tru}', "invalid character '}' in literal true (expecting 'e')"],
	['{"a":[1,2', 'unexpected end of JSON input'],
	['[1 2]', "invalid character '2' after array element"],
	['{} x', "invalid character 'x' after top-level value"],
	['{"a":"\\x"}', "invalid character 'x' in string escape code"],
	['-', 'unexpected end of JSON input'],
	['', 'unexpected end of JSON input'],
])("a patch that is not JSON, %s, is explained in Go's words", async (body, message) => {
	const refused = {code: 400, reason: 'BadRequest'};
	const strategic = await patch(`${base}/jp`, body, 'strategic-merge-patch+json');
	expect(strategic.body).toMatchObject({...refused, message});
	// Of other patches the real server says first that it was decoding one.
	expect((await patch(`${base}/jp`, body)).body).toMatchObject({
		...refused,
		message: `error decoding patch: ${message}`,
	});
});

test.each([
	['strategic-merge-patch+json', 'nope', 'json: cannot unmarshal string into Go value of type map[string]interface {}'],
	[
		'merge-patch+json',
		[1],
		'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
	],
	[
		'json-patch+json',
		{op: 'remove'},
		'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
	],
])('a %s that is JSON of another kind is refused', async (kind, body, message) => {
	expect((await patch(`${base}/jp`, JSON.stringify(body), kind)).body).toMatchObject({code: 400, message});
});

test('an object that is not JSON is quoted', async () => {
	expect((await post(base, '{"kind": nonsense, "and": "more of it"}')).body.message).toBe(
		`the object provided is unrecognized (must be of type ConfigMap): couldn't get version/kind; json parse error: invalid character 'o' in literal null (expecting 'u') ({"kind": nonsense, "and": "mor ...)`,
	);
});

test('an unknown patch type is 415', async () => {
	expect((await patch(`${base}/jp`, {}, 'what')).body).toMatchObject({
		code: 415,
		message: expect.stringContaining(
			'accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml',
		),
	});
});

describe('delete', () => {
	test('of most kinds answers with a Status', async () => {
		const {body: created} = await post(deployments, deployment('del'));
		expect(
			(await cluster.send(`${deployments}/del`, {method: 'DELETE', body: {propagationPolicy: 'Background'}})).body,
		).toEqual({
			kind: 'Status',
			apiVersion: 'v1',
			metadata: {},
			status: 'Success',
			details: {name: 'del', group: 'apps', kind: 'deployments', uid: pick(created, 'metadata.uid')},
		});
	});

	test('of a Service answers with the Service, and of a Pod with the terminating Pod', async () => {
		const services = '/api/v1/namespaces/default/services';
		await post(services, {metadata: {name: 'gone'}, spec: {ports: [{port: 80}]}});
		expect((await cluster.send(`${services}/gone`, {method: 'DELETE'})).body.kind).toBe('Service');
		runningPod(cluster.simulation, 'going');
		const {body} = await cluster.send('/api/v1/namespaces/default/pods/going', {method: 'DELETE'});
		expect(body).toMatchObject({
			kind: 'Pod',
			metadata: {deletionGracePeriodSeconds: 30, deletionTimestamp: '2026-11-22T00:00:30Z'},
		});
		expect((await cluster.send('/api/v1/namespaces/default/pods/going')).status).toBe(200);
		await cluster.send('/api/v1/namespaces/default/pods/going?gracePeriodSeconds=0', {method: 'DELETE'});
		expect((await cluster.send('/api/v1/namespaces/default/pods/going')).status).toBe(404);
	});

	test('checks preconditions', async () => {
		await post(base, configMap('pre'));
		const {body} = await cluster.send(`${base}/pre`, {method: 'DELETE', body: {preconditions: {uid: 'x'}}});
		expect(body).toMatchObject({
			code: 409,
			message: expect.stringContaining('Precondition failed: UID in precondition: x'),
		});
		expect((await cluster.send(`${base}/pre`, {method: 'DELETE', body: {propagationPolicy: 'Sideways'}})).status).toBe(
			400,
		);
	});

	test('of a collection answers with what was deleted', async () => {
		for (const name of ['dc-1', 'dc-2']) await post(base, configMap(name, {}, {dc: 'y'}));
		const {body} = await cluster.send(`${base}?labelSelector=dc%3Dy`, {method: 'DELETE'});
		expect(body.kind).toBe('ConfigMapList');
		expect((body.items as Json[]).map(item => pick(item, 'metadata.name')).sort()).toEqual(['dc-1', 'dc-2']);
		expect((await cluster.send(`${base}/made`)).status).toBe(200);
		expect((await cluster.send(`${base}/dc-1`)).body).toMatchObject({
			code: 404,
			details: {name: 'dc-1', kind: 'configmaps'},
		});
	});
});

describe('subresources', () => {
	test('scale reads and changes the replicas only', async () => {
		await post(deployments, deployment('sc', 2));
		expect((await cluster.send(`${deployments}/sc/scale`)).body).toMatchObject({
			kind: 'Scale',
			apiVersion: 'autoscaling/v1',
			metadata: {name: 'sc', namespace: 'default'},
			spec: {replicas: 2},
			status: {replicas: 0, selector: 'app=sc'},
		});
		expect((await patch(`${deployments}/sc/scale`, {spec: {replicas: 5}})).body).toMatchObject({
			kind: 'Scale',
			spec: {replicas: 5},
		});
		expect((await cluster.send(`${deployments}/sc`)).body).toMatchObject({
			spec: {replicas: 5},
			metadata: {generation: 2},
		});
		expect((await patch(`${deployments}/sc/scale`, {spec: {replicas: -1}})).body).toMatchObject({code: 422});
	});

	test('scale has a table of its own', async () => {
		const {stdout} = await cluster.kubectl('get', 'deploy', 'sc', '--subresource=scale');
		expect(stdout).toMatch(/^NAME +DESIRED +AVAILABLE +AGE\nsc +5 +0 +\S+$/);
	});

	test('status changes the status only, and a plain write leaves it', async () => {
		await patch(`${deployments}/sc/status`, {spec: {replicas: 9}, status: {replicas: 4}});
		expect((await cluster.send(`${deployments}/sc`)).body).toMatchObject({spec: {replicas: 5}, status: {replicas: 4}});
		await patch(`${deployments}/sc`, {status: {replicas: 7}});
		expect((await cluster.send(`${deployments}/sc`)).body).toMatchObject({status: {replicas: 4}});
	});

	test('binding assigns a node once', async () => {
		const pods = '/api/v1/namespaces/default/pods';
		await post(pods, {metadata: {name: 'bind'}, spec: {containers: [{name: 'c', image: 'x'}]}});
		const binding = {apiVersion: 'v1', kind: 'Binding', metadata: {name: 'bind'}, target: {kind: 'Node', name: 'n1'}};
		expect((await post(`${pods}/bind/binding`, binding)).status).toBe(201);
		expect((await cluster.send(`${pods}/bind`)).body).toMatchObject({spec: {nodeName: 'n1'}});
		expect((await post(`${pods}/bind/binding`, binding)).status).toBe(409);
	});

	test('eviction deletes a Pod', async () => {
		runningPod(cluster.simulation, 'evicted');
		const reply = await post('/api/v1/namespaces/default/pods/evicted/eviction', {
			apiVersion: 'policy/v1',
			kind: 'Eviction',
			metadata: {name: 'evicted'},
		});
		expect(reply.body).toMatchObject({status: 'Success', code: 201});
		expect((await cluster.send('/api/v1/namespaces/default/pods/evicted')).body).toMatchObject({
			metadata: {deletionGracePeriodSeconds: 30},
		});
	});

	test('kubectl auth can-i: everything is allowed, and the answer says why', async () => {
		expect((await cluster.kubectl('auth', 'whoami')).stdout).toContain('endpoint-lab');
		expect(await cluster.kubectl('auth', 'can-i', 'delete', 'nodes')).toMatchObject({exitCode: 0, stdout: 'yes'});
		const {body} = await post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
			spec: {resourceAttributes: {verb: 'get'}},
		});
		expect(body).toMatchObject({status: {allowed: true, reason: expect.stringContaining('does not simulate RBAC')}});
	});
});

describe('what is not served', () => {
	const missing = {
		kind: 'Status',
		apiVersion: 'v1',
		metadata: {},
		status: 'Failure',
		message: 'the server could not find the requested resource',
		reason: 'NotFound',
		details: {},
		code: 404,
	};
	test.each([
		'/api/v1/foos',
		'/apis/apps/v1/namespaces/default/foos/x',
		'/apis/nothing.io/v1/things',
		'/api/v1/pods/x',
		'/api/v1/namespaces/default/configmaps/made/what',
		'/api/v2',
	])('%s', async path => {
		expect((await cluster.send(path)).body).toEqual(missing);
	});

	test.each([
		['/apis/rbac.authorization.k8s.io/v1/roles', 'roles of rbac.authorization.k8s.io'],
		['/api/v1/namespaces/default/serviceaccounts/default/token', 'serviceaccounts/token'],
		['/api/v1/persistentvolumes', 'persistentvolumes'],
	])('%s, which a real cluster has, is named', async (path, name) => {
		expect((await cluster.send(path)).body).toEqual({
			...missing,
			message: `the server could not find the requested resource: the embedded cluster does not have ${name}`,
		});
	});

	test('another path is a plain 404', async () => {
		const {status, text} = await cluster.send('/metrics');
		expect([status, text]).toEqual([404, '404 page not found\n']);
	});

	test('another method is 405', async () => {
		expect((await cluster.send(`${base}/made`, {method: 'POST', body: {}})).body).toMatchObject({
			code: 405,
			reason: 'MethodNotAllowed',
			message: 'the server does not allow this method on the requested resource',
		});
	});
});

test('the Endpoints warning comes with every verb, also with errors', async () => {
	const endpoints = '/api/v1/namespaces/default/endpoints';
	const warned = '299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"';
	const replies = [
		await cluster.send(endpoints),
		await cluster.send(`${endpoints}/nope`),
		await post(endpoints, {metadata: {name: 'bad'}, subsets: [{addresses: [{ip: '127.0.0.1'}]}]}),
		await patch(`${endpoints}/nope`, {}),
		await cluster.send(`${endpoints}/nope`, {method: 'DELETE'}),
	];
	expect(replies.map(({status}) => status)).toEqual([200, 404, 422, 404, 404]);
	for (const {headers} of replies) expect(headers.warning).toBe(warned);
});
