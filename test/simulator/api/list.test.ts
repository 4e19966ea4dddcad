import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {type Cluster, configMap, type Json, pick, startCluster} from './harness.ts';

const base = '/api/v1/namespaces/default/configmaps';
let cluster: Cluster;
beforeAll(async () => {
	cluster = await startCluster();
	for (const name of ['c', 'a', 'e', 'b', 'd'])
		await cluster.send(base, {method: 'POST', body: configMap(name, {}, {even: String(name === 'b' || name === 'd')})});
	await cluster.send('/api/v1/namespaces/other/configmaps', {method: 'POST', body: configMap('z')});
});
afterAll(() => cluster.close());

const names = (body: Json) => (body.items as Json[]).map(item => pick(item, 'metadata.name'));

describe('a list', () => {
	test('is sorted by key, and its items carry no kind', async () => {
		const {body} = await cluster.send(base);
		expect(body).toMatchObject({kind: 'ConfigMapList', apiVersion: 'v1'});
		expect(names(body)).toEqual(['a', 'b', 'c', 'd', 'e']);
		expect(Object.keys((body.items as Json[])[0]!)).toEqual(['metadata']);
		expect(pick(body, 'metadata.resourceVersion')).toBe(String(cluster.simulation.store.revision));
	});

	test('of all namespaces is sorted by namespace first', async () => {
		expect(names((await cluster.send('/api/v1/configmaps')).body)).toEqual(['a', 'b', 'c', 'd', 'e', 'z']);
	});

	test('of Endpoints warns that they are deprecated', async () => {
		const {body, headers} = await cluster.send('/api/v1/namespaces/default/endpoints');
		expect(body.kind).toBe('EndpointsList');
		expect(headers.warning).toBe('299 - "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"');
	});

	test.each([
		['labelSelector=even%3Dtrue', ['b', 'd']],
		['labelSelector=even!%3Dtrue', ['a', 'c', 'e']],
		['labelSelector=even+in+(true,false)', ['a', 'b', 'c', 'd', 'e']],
		['labelSelector=even+notin+(true)', ['a', 'c', 'e']],
		['labelSelector=!even', []],
		['labelSelector=even,even!%3Dfalse', ['b', 'd']],
		['fieldSelector=metadata.name%3Dc', ['c']],
		['fieldSelector=metadata.name!%3Dc,metadata.namespace%3D%3Ddefault', ['a', 'b', 'd', 'e']],
	])('?%s selects', async (query, expected) => {
		expect(names((await cluster.send(`${base}?${query}`)).body)).toEqual(expected);
	});

	test.each([
		['labelSelector=a%3D%3D%3Db', "unable to parse requirement: found '=', expected: identifier"],
		['labelSelector=a+in+b', "unable to parse requirement: found 'b' expected: '('"],
		[
			'fieldSelector=spec.foo%3Dbar',
			'"spec.foo" is not a known field selector: only "metadata.name", "metadata.namespace"',
		],
		['limit=many', 'strconv.ParseInt: parsing "many": invalid syntax'],
	])('?%s is a bad request', async (query, message) => {
		expect((await cluster.send(`${base}?${query}`)).body).toMatchObject({code: 400, reason: 'BadRequest', message});
	});

	test('of Pods refuses fields that Pods do not select by', async () => {
		const {body} = await cluster.send('/api/v1/pods?fieldSelector=spec.foo%3Dbar');
		expect(body).toMatchObject({code: 400, message: 'field label not supported: spec.foo'});
	});
});

describe('pages', () => {
	test('tell how much is left, and go on with the state of the first one', async () => {
		const first = (await cluster.send(`${base}?limit=2`)).body;
		expect(names(first)).toEqual(['a', 'b']);
		expect(pick(first, 'metadata.remainingItemCount')).toBe(3);
		await cluster.send(`${base}/c`, {method: 'DELETE'});
		await cluster.send(base, {method: 'POST', body: configMap('bb')});
		const token = encodeURIComponent(String(pick(first, 'metadata.continue')));
		const second = (await cluster.send(`${base}?limit=2&continue=${token}`)).body;
		expect(names(second)).toEqual(['c', 'd']);
		expect(pick(second, 'metadata.resourceVersion')).toBe(pick(first, 'metadata.resourceVersion'));
		const last = (
			await cluster.send(`${base}?limit=2&continue=${encodeURIComponent(String(pick(second, 'metadata.continue')))}`)
		).body;
		expect(names(last)).toEqual(['e']);
		expect(pick(last, 'metadata.continue')).toBeUndefined();
		await cluster.send(`${base}/bb`, {method: 'DELETE'});
		await cluster.send(base, {method: 'POST', body: configMap('c', {}, {even: 'false'})});
	});

	test('with a selector do not count what is left', async () => {
		const {body} = await cluster.send(`${base}?limit=1&labelSelector=even%3Dfalse`);
		expect(pick(body, 'metadata.continue')).toBeTypeOf('string');
		expect(pick(body, 'metadata.remainingItemCount')).toBeUndefined();
	});

	test('of a forgotten state answer 410 with a token that goes on from there', async () => {
		const first = (await cluster.send(`${base}?limit=2`)).body;
		await cluster.send(base, {method: 'POST', body: configMap('f')});
		await cluster.send(`${base}/f`, {method: 'DELETE'});
		cluster.simulation.store.compact();
		const {status, body} = await cluster.send(
			`${base}?limit=2&continue=${encodeURIComponent(String(pick(first, 'metadata.continue')))}`,
		);
		expect(status).toBe(410);
		expect(body.reason).toBe('Expired');
		expect(body.message).toMatch(
			/^The provided continue parameter is too old to display a consistent list result\. You can start a new list/,
		);
		const rest = await cluster.send(
			`${base}?limit=9&continue=${encodeURIComponent(String(pick(body, 'metadata.continue')))}`,
		);
		expect(names(rest.body)).toEqual(['c', 'd', 'e']);
	});

	test('refuse a token of somebody else', async () => {
		expect((await cluster.send(`${base}?continue=eyJ4IjoxfQ`)).body).toMatchObject({
			code: 400,
			message: 'continue key is not valid: it was not given by this server',
		});
	});
});

describe('resourceVersion', () => {
	test('Exact shows the past', async () => {
		const before = cluster.simulation.store.revision;
		await cluster.send(base, {method: 'POST', body: configMap('later')});
		const past = await cluster.send(`${base}?resourceVersion=${before}&resourceVersionMatch=Exact`);
		expect(names(past.body)).toEqual(['a', 'b', 'c', 'd', 'e']);
		expect(pick(past.body, 'metadata.resourceVersion')).toBe(String(before));
		await cluster.send(`${base}/later`, {method: 'DELETE'});
	});

	test('Exact of a forgotten state is 410', async () => {
		const before = cluster.simulation.store.revision;
		await cluster.send(base, {method: 'POST', body: configMap('x')});
		await cluster.send(`${base}/x`, {method: 'DELETE'});
		cluster.simulation.store.compact();
		expect((await cluster.send(`${base}?resourceVersion=${before}&resourceVersionMatch=Exact`)).body).toMatchObject({
			code: 410,
			reason: 'Expired',
			message: 'The resourceVersion for the provided list is too old.',
		});
	});

	test('of the future is 504', async () => {
		const {body, headers} = await cluster.send(`${base}?resourceVersion=99999999`);
		expect(body).toMatchObject({
			code: 504,
			reason: 'Timeout',
			message: `Timeout: Too large resource version: 99999999, current: ${cluster.simulation.store.revision}`,
			details: {
				causes: [{reason: 'ResourceVersionTooLarge', message: 'Too large resource version'}],
				retryAfterSeconds: 1,
			},
		});
		expect(headers['retry-after']).toBe('1');
	});

	test.each([
		[
			'resourceVersionMatch=Exact',
			'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided',
		],
		[
			'resourceVersion=1&resourceVersionMatch=Maybe',
			'resourceVersionMatch: Unsupported value: "Maybe": supported values: "Exact", "NotOlderThan", ""',
		],
		['sendInitialEvents=true', 'sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list'],
		[
			'watch=true&sendInitialEvents=true',
			'resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
		],
	])('?%s is invalid', async (query, why) => {
		expect((await cluster.send(`${base}?${query}`)).body).toMatchObject({
			code: 422,
			reason: 'Invalid',
			message: `ListOptions.meta.k8s.io "" is invalid: ${why}`,
		});
	});
});

describe('other forms', () => {
	const table =
		'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json';

	test('a Table has columns, cells and the metadata of each object', async () => {
		const {body} = await cluster.send(`${base}?limit=1`, {headers: {Accept: table}});
		expect(body).toMatchObject({kind: 'Table', apiVersion: 'meta.k8s.io/v1', metadata: {remainingItemCount: 4}});
		expect((body.columnDefinitions as Json[]).map(column => column.name)).toEqual(['Name', 'Data', 'Age']);
		expect(body.rows).toMatchObject([
			{
				cells: ['a', 0, expect.any(String)],
				object: {kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: {name: 'a'}},
			},
		]);
	});

	test.each([
		['None', null],
		['Object', {kind: 'ConfigMap', apiVersion: 'v1', metadata: {name: 'a'}}],
	])('a Table with includeObject=%s', async (include, object) => {
		const {body} = await cluster.send(`${base}/a?includeObject=${include}`, {headers: {Accept: table}});
		const found = pick(body, 'rows.0.object');
		if (object === null) expect(found).toBeNull();
		else expect(found).toMatchObject(object);
	});

	test('an empty Table has no rows', async () => {
		const {body} = await cluster.send('/api/v1/namespaces/nowhere/configmaps', {headers: {Accept: table}});
		expect(body.rows).toEqual([]);
		expect((await cluster.kubectl('get', 'cm', '-n', 'nowhere')).stderr).toBe(
			'No resources found in nowhere namespace.',
		);
	});

	test('PartialObjectMetadata holds only metadata', async () => {
		const accept = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
		const {body} = await cluster.send(base, {headers: {Accept: accept}});
		expect(body).toMatchObject({kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1'});
		expect(Object.keys((body.items as Json[])[0]!)).toEqual(['metadata']);
	});

	test('YAML', async () => {
		const {text, headers} = await cluster.send(`${base}/a`, {headers: {Accept: 'application/yaml'}});
		expect(headers['content-type']).toBe('application/yaml');
		expect(text).toMatch(/^kind: ConfigMap\napiVersion: v1\nmetadata:\n {2}name: a\n/);
	});

	test('what cannot be written is 406, and an error is always a Status', async () => {
		const {status, body} = await cluster.send(base, {headers: {Accept: 'application/vnd.kubernetes.protobuf'}});
		expect(status).toBe(406);
		expect(body).toMatchObject({
			kind: 'Status',
			reason: 'NotAcceptable',
			message: expect.stringContaining('only the following media types are accepted: application/json'),
		});
		const missing = await cluster.send(`${base}/nope`, {headers: {Accept: table}});
		expect(missing.body).toMatchObject({kind: 'Status', code: 404});
	});

	test('a client that prefers protobuf and takes JSON gets JSON', async () => {
		const {status, headers} = await cluster.send(base, {
			headers: {Accept: 'application/vnd.kubernetes.protobuf,application/json'},
		});
		expect([status, headers['content-type']]).toEqual([200, 'application/json']);
	});
});

test('JSON is in lines for curl, wget and browsers, or as the parameter says', async () => {
	const path = '/api/v1/namespaces/default';
	const as = async (agent: string, query = '') => {
		const {text, body} = await cluster.send(`${path}${query}`, {headers: {'User-Agent': agent}});
		expect(body).toMatchObject({kind: 'Namespace'});
		return text.startsWith('{\n  "kind": "Namespace",\n  "apiVersion": "v1",\n') ? 'lines' : 'one line';
	};
	expect(await as('curl/8.14.1')).toBe('lines');
	expect(await as('Mozilla/5.0 (X11)')).toBe('lines');
	expect(await as('kubectl/v1.36.2')).toBe('one line');
	expect(await as('kubectl/v1.36.2', '?pretty=true')).toBe('lines');
	expect(await as('curl/8.14.1', '?pretty=false')).toBe('one line');
});
