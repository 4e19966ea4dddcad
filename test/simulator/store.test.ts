import {describe, expect, it} from 'vitest';
import {type Change, Store} from '../../src/simulator/store.ts';
import type {KubeObject} from '../../src/simulator/types.ts';

const object = (name: string, namespace = 'default'): KubeObject => ({
	apiVersion: 'v1',
	kind: 'ConfigMap',
	metadata: {name, namespace},
});
const names = (objects: Iterable<KubeObject>) => [...objects].map(({metadata}) => metadata.name);

describe('the store', () => {
	it('gives every change the next revision, deletions included', () => {
		const store = new Store();
		expect(store.put('configmaps', object('a')).metadata.resourceVersion).toBe('1');
		expect(store.put('configmaps', object('a')).metadata.resourceVersion).toBe('2');
		expect(store.remove('configmaps', 'default', 'a')?.metadata.resourceVersion).toBe('3');
		expect(store.revision).toBe(3);
		expect(store.remove('configmaps', 'default', 'a')).toBeUndefined();
		expect(store.revision).toBe(3);
	});

	it('lists one namespace or all', () => {
		const store = new Store();
		store.put('configmaps', object('a'));
		store.put('configmaps', object('b', 'other'));
		store.put('configmaps', object('b'));
		expect(names(store.list('configmaps', 'default')).sort()).toEqual(['a', 'b']);
		expect(names(store.list('configmaps', 'nowhere'))).toEqual([]);
		expect(store.count('configmaps')).toBe(3);
	});

	it('tells listeners what was before', () => {
		const store = new Store();
		const seen: string[] = [];
		const stop = store.subscribe(
			'configmaps',
			({type, previous}: Change) => void seen.push(`${type} ${previous?.metadata.resourceVersion ?? '-'}`),
		);
		store.put('configmaps', object('a'));
		store.put('configmaps', object('a'));
		store.remove('configmaps', 'default', 'a');
		stop();
		store.put('configmaps', object('b'));
		expect(seen).toEqual(['ADDED -', 'MODIFIED 1', 'DELETED 2']);
	});

	it('replays changes since a revision, until they are forgotten', () => {
		const store = new Store();
		store.put('configmaps', object('a'));
		store.put('secrets', object('s'));
		store.put('configmaps', object('b'));
		const since = store.changesSince('configmaps', 1);
		expect(since === 'expired' ? since : since.map(change => change.object.metadata.name)).toEqual(['b']);
		store.compact();
		expect(store.changesSince('configmaps', 1)).toBe('expired');
		expect(store.changesSince('configmaps', store.revision)).toEqual([]);
	});

	it('counts how often a key was written since it was created, over a snapshot too', () => {
		const store = new Store();
		store.put('configmaps', object('other'));
		store.put('configmaps', object('a'));
		expect(store.writes('configmaps', object('other'))).toMatchObject({version: 1});
		store.put('configmaps', object('a'));
		const last = store.put('configmaps', object('a'));
		expect(store.writes('configmaps', last)).toEqual({created: 2, version: 3});
		const restored = new Store(JSON.parse(JSON.stringify(store.snapshot())));
		expect(restored.writes('configmaps', last)).toEqual({created: 2, version: 3});
		restored.remove('configmaps', last.metadata.namespace, 'a');
		const again = restored.put('configmaps', object('a'));
		expect(restored.writes('configmaps', again)).toEqual({created: 6, version: 1});
	});

	it('is the same store again from its snapshot', () => {
		const store = new Store();
		store.put('configmaps', object('a'));
		store.put('configmaps', object('b'));
		const restored = new Store(JSON.parse(JSON.stringify(store.snapshot())));
		expect(restored.revision).toBe(2);
		expect(names(restored.list('configmaps'))).toEqual(['a', 'b']);
		expect(restored.changesSince('configmaps', 1)).toBe('expired');
		expect(restored.put('configmaps', object('c')).metadata.resourceVersion).toBe('3');
	});
});
