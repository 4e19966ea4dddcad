import {readFileSync} from 'node:fs';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {definitions} from '../../../src/simulator/resources/index.ts';
import {type Cluster, type Json, pick, startCluster} from './harness.ts';

const golden = (name: string) =>
	JSON.parse(readFileSync(new URL(`../../fixtures/golden/${name}`, import.meta.url), 'utf8')) as Json;
const aggregated =
	'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json';

/** What a real server has and this one does not: nothing here changes containers in place, issues tokens or speaks to kubelets. */
const notServed = new Set([
	'pods/ephemeralcontainers',
	'pods/resize',
	'nodes/proxy',
	'serviceaccounts/token',
	'replicationcontrollers/scale',
	'statefulsets/scale',
]);

type Resource = {resource: string; verbs: string[]; subresources?: {subresource: string; verbs: string[]}[]};
type Version = {version: string; resources: Resource[]};
type Group = {metadata: {name?: string}; versions: Version[]};

let cluster: Cluster;
beforeAll(async () => {
	cluster = await startCluster();
});
afterAll(() => cluster.close());

const groupsOf = (list: Json) => list.items as Group[];

describe('aggregated discovery', () => {
	test('says in its Content-Type that it is aggregated', async () => {
		const {headers} = await cluster.send('/apis', {headers: {Accept: aggregated}});
		expect(headers['content-type']).toBe('application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
		const older = await cluster.send('/api', {headers: {Accept: aggregated.slice(aggregated.indexOf(',') + 1)}});
		expect(older.headers['content-type']).toBe(
			'application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList',
		);
		expect(older.body.apiVersion).toBe('apidiscovery.k8s.io/v2beta1');
	});

	test.each(['/api', '/apis'])('%s describes every resource as a real v1.36 server does', async path => {
		const {body} = await cluster.send(path, {headers: {Accept: aggregated}});
		const real = groupsOf(golden(path === '/api' ? 'discovery-api.json' : 'discovery-apis.json'));
		expect({...body, items: []}).toEqual({
			kind: 'APIGroupDiscoveryList',
			apiVersion: 'apidiscovery.k8s.io/v2',
			metadata: {},
			items: [],
		});
		let compared = 0;
		for (const group of groupsOf(body)) {
			const realGroup = real.find(({metadata}) => metadata.name === group.metadata.name);
			for (const version of group.versions) {
				const realVersion = realGroup?.versions.find(each => each.version === version.version);
				for (const resource of version.resources) {
					const expected = realVersion?.resources.find(each => each.resource === resource.resource);
					expect(resource).toEqual(withoutNotServed(expected));
					compared++;
				}
			}
		}
		const served = definitions.filter(({group}) => (group === '') === (path === '/api')).length;
		expect(compared).toBeGreaterThanOrEqual(served);
	});

	test('lists the groups in the real order', async () => {
		const {body} = await cluster.send('/apis', {headers: {Accept: aggregated}});
		const names = groupsOf(body).map(({metadata}) => metadata.name);
		const real = groupsOf(golden('discovery-apis.json')).map(({metadata}) => metadata.name);
		expect(names).toEqual(real.filter(name => names.includes(name)));
	});
});

function withoutNotServed(resource: Resource | undefined): Resource | undefined {
	if (!resource?.subresources) return resource;
	const {subresources, ...rest} = resource;
	const left = subresources.filter(({subresource}) => !notServed.has(`${resource.resource}/${subresource}`));
	return left.length > 0 ? {...rest, subresources: left} : rest;
}

describe('legacy discovery', () => {
	test('/api and /apis name versions and groups', async () => {
		expect((await cluster.send('/api')).body).toMatchObject({kind: 'APIVersions', versions: ['v1']});
		const {body} = await cluster.send('/apis');
		expect(body.kind).toBe('APIGroupList');
		expect(body.groups).toContainEqual({
			name: 'apps',
			versions: [{groupVersion: 'apps/v1', version: 'v1'}],
			preferredVersion: {groupVersion: 'apps/v1', version: 'v1'},
		});
		expect((await cluster.send('/apis/apps')).body).toMatchObject({kind: 'APIGroup', name: 'apps'});
	});

	test('a group version lists resources and subresources', async () => {
		const {body} = await cluster.send('/api/v1');
		expect(body).toMatchObject({kind: 'APIResourceList', groupVersion: 'v1'});
		expect(body.resources).toContainEqual({
			name: 'endpoints',
			singularName: 'endpoints',
			namespaced: true,
			kind: 'Endpoints',
			verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
			shortNames: ['ep'],
		});
		const apps = (await cluster.send('/apis/apps/v1')).body;
		expect(apps.resources).toContainEqual({
			name: 'deployments/scale',
			singularName: '',
			namespaced: true,
			group: 'autoscaling',
			version: 'v1',
			kind: 'Scale',
			verbs: ['get', 'patch', 'update'],
		});
	});
});

test('/version is the version that the embedded cluster behaves as', async () => {
	const {body} = await cluster.send('/version');
	expect(body).toMatchObject({major: '1', minor: '36', gitVersion: 'v1.36.2'});
	expect((await cluster.kubectl('version')).stdout).toContain('Server Version: v1.36.2');
});

test.each(['/healthz', '/readyz', '/livez', '/livez/ping'])('%s answers ok', async path => {
	const {status, text} = await cluster.send(path);
	expect([status, text]).toEqual([200, 'ok']);
});

describe('OpenAPI', () => {
	test('kubectl explain prints a field', async () => {
		const {stdout} = await cluster.kubectl('explain', 'endpoints.subsets.addresses.ip');
		expect(stdout).toContain('FIELD: ip <string>');
		expect(stdout).toContain('The IP of this endpoint.');
	});

	test('the index gives addresses with the hash of what they hold, which may be kept for good', async () => {
		const {body} = await cluster.send('/openapi/v3');
		const url = (body.paths as Json)['api/v1'] as {serverRelativeURL: string};
		const {status, headers, body: document} = await cluster.send(url.serverRelativeURL);
		expect(status).toBe(200);
		expect(headers['cache-control']).toBe('public, immutable');
		expect(Object.keys(pick(document, 'components.schemas') as Json)).toContain('io.k8s.api.core.v1.Endpoints');
	});

	test('a kind that does not exist is named by kubectl', async () => {
		const {stderr} = await cluster.kubectl('apply', '-f', '-', {
			input: 'apiVersion: v1\nkind: Endpoint\nmetadata: {name: bad}\n',
		});
		expect(stderr).toBe(
			'error: resource mapping not found for name: "bad" namespace: "" from "STDIN": no matches for kind "Endpoint" in version "v1"\nensure CRDs are installed first',
		);
	});
});
