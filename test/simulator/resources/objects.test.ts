import {describe, expect, it} from 'vitest';
import {definitions} from '../../../src/simulator/resources/index.ts';
import {unsupported} from '../../../src/simulator/resources/unsupported.ts';
import type {KubeObject, Namespace} from '../../../src/simulator/types.ts';
import {causesOf, emptyCluster, refusal} from './lab.ts';

const map = (metadata: object) => () => emptyCluster().create('configmaps', {metadata});
const subdomain = (name: string) =>
	`metadata.name: Invalid value: "${name}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`;
const label =
	"name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

describe('metadata that the API server refuses', () => {
	it.each([
		['no name', {name: ''}, ['metadata.name: Required value: name or generateName is required']],
		['capitals in a name', {name: 'MyMap'}, [subdomain('MyMap')]],
		['an underscore in a name', {name: 'my_map'}, [subdomain('my_map')]],
		['a label key with a blank', {labels: {'my key': 'v'}}, [`metadata.labels: Invalid value: "my key": ${label}`]],
		[
			'a label value that is too long',
			{labels: {a: 'x'.repeat(64)}},
			[`metadata.labels: Invalid value: "${'x'.repeat(64)}": must be no more than 63 bytes`],
		],
		[
			'a label with an empty prefix',
			{labels: {'/a': 'v'}},
			['metadata.labels: Invalid value: "/a": prefix part must be non-empty'],
		],
		[
			'a finalizer without a domain',
			{finalizers: ['mine']},
			[
				'metadata.finalizers: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified',
			],
		],
		[
			'an owner without a uid',
			{ownerReferences: [{apiVersion: 'v1', kind: 'Pod', name: 'p', uid: ''}]},
			['metadata.ownerReferences[0].uid: Invalid value: "": must not be empty'],
		],
	])('%s', (_, metadata, expected) => {
		expect(causesOf(map(metadata))).toEqual(expected);
	});

	it('a label value that is no text at all of the right kind names the value', () => {
		expect(causesOf(map({labels: {app: 'my app'}}))[0]).toContain(
			'metadata.labels: Invalid value: "my app": a valid label',
		);
	});

	it('a generated name takes five letters from the alphabet of names', () => {
		const {create} = emptyCluster();
		expect(create('configmaps', {metadata: {name: undefined, generateName: 'map-'}}).metadata.name).toMatch(
			/^map-[bcdfghjklmnpqrstvwxz2456789]{5}$/,
		);
	});
});

describe('ConfigMaps and Secrets', () => {
	it('a key that is no file name', () => {
		const {create} = emptyCluster();
		expect(causesOf(() => create('configmaps', {data: {'bad key': 'v'}}))).toEqual([
			`data[bad key]: Invalid value: "bad key": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`,
		]);
	});

	it('more than a mebibyte', () => {
		const {create} = emptyCluster();
		expect(causesOf(() => create('configmaps', {data: {a: 'x'.repeat(1024 * 1024 + 1)}}))).toEqual([
			'[]: Too long: may not be more than 1048576 bytes',
		]);
	});

	it('an immutable one stays as it is', () => {
		const {create, edit} = emptyCluster();
		create('configmaps', {immutable: true, data: {a: '1'}});
		expect(causesOf(() => edit('configmaps', draft => Object.assign(draft, {data: {a: '2'}})))).toEqual([
			'data: Forbidden: field is immutable when `immutable` is set',
		]);
		expect(causesOf(() => edit('configmaps', draft => Object.assign(draft, {immutable: false})))).toEqual([
			'immutable: Forbidden: field is immutable when `immutable` is set',
		]);
	});

	it('a Secret of a type has that type for good, and what the type needs', () => {
		const {create, edit} = emptyCluster();
		expect(causesOf(() => create('secrets', {type: 'kubernetes.io/tls'}))).toEqual([
			'data[tls.crt]: Required value',
			'data[tls.key]: Required value',
		]);
		create('secrets', {});
		expect(causesOf(() => edit('secrets', draft => Object.assign(draft, {type: 'mine'})))).toEqual([
			'type: Invalid value: "mine": field is immutable',
		]);
	});
});

describe('namespaces', () => {
	it.each([['default'], ['kube-system'], ['kube-public']])('%s may not be deleted', name => {
		const {registry, store} = emptyCluster();
		if (!store.get('namespaces', undefined, name))
			registry.create('namespaces', {apiVersion: 'v1', kind: 'Namespace', metadata: {name}});
		const error = refusal(() => registry.delete('namespaces', undefined, name));
		expect([error.code, error.message]).toEqual([
			403,
			`namespaces "${name}" is forbidden: this namespace may not be deleted`,
		]);
	});

	it('a deleted one terminates until its finalizer is taken away', () => {
		const {registry, store} = emptyCluster();
		registry.create('namespaces', {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'lab'}});
		const {object, removed} = registry.delete('namespaces', undefined, 'lab');
		expect(removed).toBe(false);
		expect(object).toMatchObject({
			status: {phase: 'Terminating'},
			metadata: {deletionTimestamp: '2026-11-22T00:00:00Z'},
		});
		const error = refusal(() =>
			registry.create('configmaps', {apiVersion: 'v1', kind: 'ConfigMap', metadata: {name: 'a', namespace: 'lab'}}),
		);
		expect(error.message).toBe(
			'configmaps "a" is forbidden: unable to create new content in namespace lab because it is being terminated',
		);
		const without = (namespace: Namespace): Namespace => ({...namespace, spec: {finalizers: []}});
		registry.modify<Namespace>('namespaces', undefined, 'lab', without);
		expect(store.get('namespaces', undefined, 'lab')).toBeDefined();
		registry.update('namespaces', without(registry.get('namespaces', undefined, 'lab')), {subresource: 'finalize'});
		expect(store.get('namespaces', undefined, 'lab')).toBeUndefined();
	});

	it('the name is a label, without dots', () => {
		const {registry} = emptyCluster();
		const create = () => registry.create('namespaces', {apiVersion: 'v1', kind: 'Namespace', metadata: {name: 'a.b'}});
		expect(causesOf(create)[0]).toContain('metadata.name: Invalid value: "a.b": a lowercase RFC 1123 label');
	});
});

describe('kinds that the embedded cluster only knows by name', () => {
	it.each(unsupported.map(definition => [definition.plural, definition] as const))(
		'creating %s is refused with what to use instead',
		(plural, {kind, group}) => {
			const error = refusal(() => emptyCluster().create(plural, {spec: {}}));
			expect(error.code).toBe(422);
			expect(error.details).toMatchObject({kind, name: 'x', ...(group && {group})});
			const [{message = '', field = ''} = {}] = error.details!.causes!;
			expect(field).toBe('kind');
			expect(message).toContain(`the embedded cluster does not simulate ${plural}; use `);
			expect(message).toContain('--cluster kind');
		},
	);

	it('lists them all under `all`, as `kubectl get all` asks for them', () => {
		const all = definitions.filter(({categories}) => categories?.includes('all')).map(({plural}) => plural);
		expect(all.sort()).toEqual([
			'cronjobs',
			'daemonsets',
			'deployments',
			'horizontalpodautoscalers',
			'jobs',
			'pods',
			'replicasets',
			'replicationcontrollers',
			'services',
			'statefulsets',
		]);
	});
});

describe('every resource', () => {
	it('has names of its own', () => {
		const names = definitions.flatMap(({plural, singular, shortNames = []}) => [
			...new Set([plural, singular, ...shortNames]),
		]);
		expect(new Set(names).size).toBe(names.length);
	});

	it.each([
		['configmaps', {}],
		['endpoints', {}],
		['leases', {}],
		['secrets', {}],
		['serviceaccounts', {}],
		['events', {involvedObject: {kind: 'Pod', name: 'p', namespace: 'default'}}],
	])('an empty object of %s is a row of its table', (plural, manifest) => {
		const {create, registry, clock} = emptyCluster();
		const object = create<KubeObject>(plural, manifest);
		const {columns, cells} = registry.definition(plural);
		expect(cells(object, clock.now())).toHaveLength(columns.length);
	});

	it('an event must be in the namespace of what it is about', () => {
		const {create} = emptyCluster();
		expect(causesOf(() => create('events', {involvedObject: {kind: 'Pod', name: 'p', namespace: 'other'}}))).toEqual([
			'involvedObject.namespace: Invalid value: "other": does not match event.namespace',
		]);
	});

	it('a taint must have an effect that exists', () => {
		const {registry} = emptyCluster();
		const node = {apiVersion: 'v1', kind: 'Node', metadata: {name: 'n'}, spec: {taints: [{key: 'a', effect: 'Never'}]}};
		expect(causesOf(() => registry.create('nodes', node))).toEqual([
			'spec.taints[0].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
		]);
	});
});
