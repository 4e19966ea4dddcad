import {describe, expect, it} from 'vitest';
import {typedError} from '../../../src/simulator/schema/typed-errors.ts';

describe('what server-side apply says about an object that does not fit', () => {
	it.each([
		['apps/v1', 'Deployment', {spec: {replica: 2}}, '.spec.replica: field not declared in schema'],
		['apps/v1', 'Deployment', {spec: {replicas: '2'}}, '.spec.replicas: expected numeric (int or float), got string'],
		[
			'v1',
			'Pod',
			{spec: {containers: [{name: 'nginx', env: [{name: 'A', value: 8080}]}]}},
			'.spec.containers[name="nginx"].env[name="A"].value: expected string, got &value.valueUnstructured{Value:8080}',
		],
		[
			'v1',
			'Service',
			{spec: {ports: [{port: 80, foo: 1}]}},
			'.spec.ports[port=80,protocol="TCP"].foo: field not declared in schema',
		],
		['v1', 'Service', {spec: {ports: {port: 80}}}, '.spec.ports: expected list, got &{map[port:80]}'],
		['v1', 'Service', {spec: 'x'}, '.spec: expected map, got &{x}'],
		['v1', 'Pod', {spec: {hostNetwork: 'yes'}}, '.spec.hostNetwork: expected boolean, got &{yes}'],
		['v1', 'Endpoints', {subsets: [{port: 80}]}, '.subsets[0].port: field not declared in schema'],
	])('%s %s %j', (apiVersion, kind, value, text) => {
		expect(typedError(apiVersion, kind, value)).toBe(text);
	});

	it('several faults stand under each other', () => {
		expect(typedError('apps/v1', 'Deployment', {spec: {a: 1, replicas: true}})).toBe(
			'errors:\n  .spec.a: field not declared in schema\n  .spec.replicas: expected numeric (int or float), got bool',
		);
	});

	it('nothing, about one that fits', () => {
		const value = {
			metadata: {name: 'x', labels: {a: 'b'}, creationTimestamp: null},
			spec: {ports: [{port: 80, targetPort: 'web'}]},
		};
		expect(typedError('v1', 'Service', value)).toBeUndefined();
		const pod = {spec: {containers: [{name: 'c', resources: {limits: {cpu: 1, memory: '1Gi'}}}], volumes: []}};
		expect(typedError('v1', 'Pod', pod)).toBeUndefined();
		expect(typedError('example.com/v1', 'Widget', {anything: 1})).toBeUndefined();
	});
});
