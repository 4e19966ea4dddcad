import {describe, expect, it} from 'vitest';
import {lastApplied, withLastApplied} from '../../src/kubectl/last-applied.ts';
import type {JsonObject} from '../../src/kubectl/objects.ts';
import {patchSchemaOf} from '../../src/kubectl/patch-schema.ts';
import {threeWayPatch, twoWayPatch} from '../../src/kubectl/three-way-merge.ts';

const schema = patchSchemaOf('apps', 'Deployment')!;
const deployment = (containers: JsonObject[], more: JsonObject = {}): JsonObject => ({
	metadata: {name: 'web'},
	spec: {template: {spec: {containers}}, ...more},
});
const nginx = {name: 'nginx', image: 'nginx:1.14.2', ports: [{containerPort: 80}]};

describe('the patch of kubectl apply', () => {
	it('is empty when only the server and others added something', () => {
		const current = deployment([{...nginx, ports: [{containerPort: 80, protocol: 'TCP'}], imagePullPolicy: 'Always'}], {
			replicas: 5,
		});
		expect(threeWayPatch(deployment([nginx]), deployment([nginx]), current, schema)).toEqual({});
	});

	it('names the container whose image changed, and the order of the list', () => {
		const current = deployment([{...nginx, imagePullPolicy: 'Always'}]);
		const modified = deployment([{...nginx, image: 'nginx:1.16.1'}]);
		expect(threeWayPatch(deployment([nginx]), modified, current, schema)).toEqual({
			spec: {
				template: {
					spec: {
						'$setElementOrder/containers': [{name: 'nginx'}],
						containers: [{name: 'nginx', image: 'nginx:1.16.1'}],
					},
				},
			},
		});
	});

	it('deletes what the last applied manifest had, and leaves what others added', () => {
		const original = deployment([nginx, {name: 'old', image: 'busybox'}], {paused: true});
		const current = deployment([nginx, {name: 'old', image: 'busybox'}, {name: 'sidecar', image: 'envoy'}], {
			paused: true,
			replicas: 3,
		});
		expect(threeWayPatch(original, deployment([nginx]), current, schema)).toEqual({
			spec: {
				paused: null,
				template: {
					spec: {
						'$setElementOrder/containers': [{name: 'nginx'}],
						containers: [{$patch: 'delete', name: 'old'}],
					},
				},
			},
		});
	});

	it('keeps only the keys of a strategy that the manifest names', () => {
		const current = deployment([nginx], {strategy: {type: 'RollingUpdate', rollingUpdate: {maxSurge: '25%'}}});
		const modified = deployment([nginx], {strategy: {type: 'Recreate'}});
		expect(threeWayPatch(deployment([nginx]), modified, current, schema)).toEqual({
			spec: {strategy: {$retainKeys: ['type'], type: 'Recreate'}},
		});
	});

	it('merges lists of plain values by value', () => {
		const object = (finalizers: string[]): JsonObject => ({metadata: {finalizers}});
		expect(threeWayPatch(object(['a', 'b']), object(['b', 'c']), object(['a', 'b', 'x']), schema)).toEqual({
			metadata: {
				'$deleteFromPrimitiveList/finalizers': ['a'],
				'$setElementOrder/finalizers': ['b', 'c'],
				finalizers: ['c'],
			},
		});
	});

	it('replaces lists as a whole where the type is not built in', () => {
		expect(patchSchemaOf('example.com', 'Widget')).toBeUndefined();
		expect(threeWayPatch({a: [1, 2], b: 1}, {a: [2]}, {a: [1, 2], b: 1})).toEqual({a: [2], b: null});
	});

	it('removes a Service port by its number in kubectl edit', () => {
		const ports = (numbers: number[]): JsonObject => ({spec: {ports: numbers.map(port => ({port}))}});
		expect(twoWayPatch(ports([80, 443]), ports([80]), patchSchemaOf('', 'Service'))).toEqual({
			spec: {'$setElementOrder/ports': [{port: 80}], ports: [{$patch: 'delete', port: 443}]},
		});
	});
});

describe('the last applied configuration', () => {
	it('is the manifest on one line, with an empty map of annotations, and is found again', () => {
		const object = {
			apiVersion: 'v1',
			kind: 'Service',
			metadata: {name: 'web', namespace: 'default'},
			spec: {b: 1, a: '<'},
		};
		const annotated = withLastApplied(object);
		expect(Object.values(annotated.metadata.annotations ?? {})).toEqual([
			'{"apiVersion":"v1","kind":"Service","metadata":{"annotations":{},"name":"web","namespace":"default"},"spec":{"a":"\\u003c","b":1}}\n',
		]);
		expect(lastApplied(withLastApplied(annotated))).toEqual({
			...object,
			metadata: {...object.metadata, annotations: {}},
		});
	});
});
