import {beforeEach, describe, expect, it} from 'vitest';
import {StatusError} from '../../src/simulator/errors.ts';
import {deepEqual} from '../../src/simulator/registry.ts';
import type {ResourceDefinition} from '../../src/simulator/resources/definition.ts';
import {createSimulation, type Simulation} from '../../src/simulator/simulation.ts';
import type {KubeObject} from '../../src/simulator/types.ts';

type Widget = KubeObject & {spec?: {size?: number; color?: string}; status?: {seen?: number}};

const table = {columns: [], cells: () => []};
const namespaces: ResourceDefinition = {
	...table,
	group: '',
	version: 'v1',
	kind: 'Namespace',
	plural: 'namespaces',
	singular: 'namespace',
	namespaced: false,
	verbs: [],
};
const widgets: ResourceDefinition<Widget> = {
	...table,
	group: 'example.com',
	version: 'v1',
	kind: 'Widget',
	plural: 'widgets',
	singular: 'widget',
	namespaced: true,
	verbs: [],
	hasStatus: true,
	applyDefaults(draft) {
		draft.spec = {size: 1, ...draft.spec};
	},
	validate: ({spec}) =>
		(spec?.size ?? 0) < 0
			? [{reason: 'FieldValueInvalid', message: 'Invalid value: -1: must be positive', field: 'spec.size'}]
			: [],
	gracePeriod: (_, asked) => asked ?? 30,
};

let simulation: Simulation;
const draft = (name: string, spec: Widget['spec'] = {}): Widget => ({
	apiVersion: '',
	kind: '',
	metadata: {name, namespace: 'default'},
	spec,
});
const failure = (run: () => unknown): StatusError => {
	try {
		run();
	} catch (error) {
		if (error instanceof StatusError) return error;
		throw error;
	}
	throw new Error('did not fail');
};

beforeEach(() => {
	simulation = createSimulation([namespaces, widgets as unknown as ResourceDefinition], {
		start: Date.UTC(2026, 10, 21),
		seed: 1,
	});
	simulation.registry.create('namespaces', {apiVersion: '', kind: '', metadata: {name: 'default'}});
});

describe('create', () => {
	it('fills in what the server owns, and the defaults', () => {
		const {metadata, spec, apiVersion} = simulation.registry.create('widgets', draft('a'));
		expect(apiVersion).toBe('example.com/v1');
		expect(metadata).toMatchObject({creationTimestamp: '2026-11-21T00:00:00Z', resourceVersion: '2'});
		expect(metadata.uid).toMatch(/^[0-9a-f-]{36}$/);
		expect(spec).toEqual({size: 1});
	});

	it('makes names from generateName out of the real alphabet', () => {
		const made = simulation.registry.create('widgets', {
			...draft(''),
			metadata: {name: '', generateName: 'w-', namespace: 'default'},
		});
		expect(made.metadata.name).toMatch(/^w-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
	});

	it('answers 409 for a name that is taken, 404 for a namespace that is not there, 422 for a bad value', () => {
		simulation.registry.create('widgets', draft('a'));
		expect(failure(() => simulation.registry.create('widgets', draft('a'))).message).toBe(
			'widgets.example.com "a" already exists',
		);
		const stray = {...draft('a'), metadata: {name: 'a', namespace: 'nowhere'}};
		expect(failure(() => simulation.registry.create('widgets', stray)).message).toBe('namespaces "nowhere" not found');
		const bad = failure(() => simulation.registry.create('widgets', draft('b', {size: -1})));
		expect(bad.code).toBe(422);
		expect(bad.message).toBe('Widget.example.com "b" is invalid: spec.size: Invalid value: -1: must be positive');
	});

	it('stores nothing in a dry run', () => {
		simulation.registry.create('widgets', draft('a'), {dryRun: true});
		expect(simulation.store.count('widgets')).toBe(0);
	});
});

describe('update', () => {
	it('keeps the resourceVersion of an object that does not change', () => {
		const a = simulation.registry.create('widgets', draft('a', {size: 3}));
		expect(simulation.registry.update('widgets', structuredClone(a))).toBe(a);
	});

	it('refuses a stale resourceVersion with the text kubectl users know', () => {
		const a = structuredClone(simulation.registry.create('widgets', draft('a')));
		simulation.registry.update('widgets', {...a, spec: {size: 2}});
		expect(failure(() => simulation.registry.update('widgets', {...a, spec: {size: 3}})).message).toBe(
			'Operation cannot be fulfilled on widgets.example.com "a": the object has been modified; please apply your changes to the latest version and try again',
		);
	});

	it('splits spec and status', () => {
		const a = simulation.registry.create('widgets', draft('a'));
		const both = {...a, spec: {size: 2}, status: {seen: 1}};
		expect(simulation.registry.update('widgets', structuredClone(both))).toMatchObject({spec: {size: 2}});
		expect(simulation.store.get<Widget>('widgets', 'default', 'a')?.status).toBeUndefined();
		const stale = {...structuredClone(both), metadata: {name: 'a', namespace: 'default'}, spec: {size: 9}};
		expect(simulation.registry.update('widgets', stale, {subresource: 'status'})).toMatchObject({
			spec: {size: 2},
			status: {seen: 1},
		});
	});
});

describe('delete', () => {
	it('marks first and removes when the grace is taken back to zero', () => {
		simulation.registry.create('widgets', draft('a'));
		const marked = simulation.registry.delete('widgets', 'default', 'a');
		expect(marked.removed).toBe(false);
		expect(marked.object.metadata).toMatchObject({
			deletionTimestamp: '2026-11-21T00:00:30Z',
			deletionGracePeriodSeconds: 30,
		});
		const types: string[] = [];
		simulation.store.subscribe('widgets', ({type, object}) =>
			types.push(`${type} ${object.metadata.deletionGracePeriodSeconds}`),
		);
		expect(simulation.registry.delete('widgets', 'default', 'a', {gracePeriodSeconds: 0}).removed).toBe(true);
		expect(types).toEqual(['MODIFIED 0', 'DELETED 0']);
	});

	it('waits for finalizers, and goes when the last one is taken off', () => {
		const a = draft('a');
		a.metadata.finalizers = ['example.com/wait'];
		simulation.registry.create('widgets', a);
		expect(simulation.registry.delete('widgets', 'default', 'a', {gracePeriodSeconds: 0}).removed).toBe(false);
		simulation.registry.modify<Widget>('widgets', 'default', 'a', object => ({
			...object,
			metadata: {...object.metadata, finalizers: []},
		}));
		expect(simulation.store.count('widgets')).toBe(0);
	});

	it('keeps its preconditions', () => {
		simulation.registry.create('widgets', draft('a'));
		const options = {preconditions: {uid: 'another'}};
		expect(failure(() => simulation.registry.delete('widgets', 'default', 'a', options)).code).toBe(409);
		expect(simulation.store.count('widgets')).toBe(1);
	});
});

describe('deepEqual', () => {
	it('takes an undefined member for an absent one, and nothing else', () => {
		expect(deepEqual({a: 1, b: undefined}, {a: 1})).toBe(true);
		expect(deepEqual({a: [1, {b: 2}]}, {a: [1, {b: 2}]})).toBe(true);
		expect(deepEqual({a: null}, {})).toBe(false);
		expect(deepEqual([], {})).toBe(false);
		expect(deepEqual({a: 0}, {a: '0'})).toBe(false);
	});
});
