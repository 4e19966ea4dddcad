import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {duplicateFields} from '../../../src/simulator/api/duplicate-fields.ts';
import {type Cluster, startCluster} from './harness.ts';

let cluster: Cluster;
beforeAll(async () => {
	cluster = await startCluster();
});
afterAll(() => cluster.close());

const twice = (name: string) => `{"metadata":{"name":"${name}"},"data":{"a":"1","b":"{\\"x\\":1,\\"x\\":2}","a":"2"}}`;
const post = (name: string, mode: string) =>
	cluster.send(`/api/v1/namespaces/default/configmaps?fieldValidation=${mode}`, {method: 'POST', body: twice(name)});

describe('a key that a JSON object has twice', () => {
	test('is refused by strict validation', async () => {
		const {status, body} = await post('strict', 'Strict');
		expect(status).toBe(400);
		expect(body.message).toBe(
			'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: duplicate field "data.a"',
		);
	});

	test('is warned of, or passed over; the last one counts', async () => {
		const warned = await post('warn', 'Warn');
		expect(warned.headers.warning).toBe('299 - "duplicate field \\"data.a\\""');
		expect(warned.body.data).toMatchObject({a: '2'});
		const ignored = await post('ignore', 'Ignore');
		expect([ignored.status, ignored.headers.warning]).toEqual([201, undefined]);
	});

	test('is named with its path, once, in objects, lists and odd texts', () => {
		expect(
			duplicateFields(
				' {"a":[{"b":1,"c":{"b":2}},{"b":1, "b" : [], "b":null}], "\\u0061":1, "e":{}, "f":[ ], "g":"}\\\\"} ',
			),
		).toEqual(['duplicate field "a[1].b"', 'duplicate field "a"']);
		expect(duplicateFields('[]')).toEqual([]);
		expect(duplicateFields('3')).toEqual([]);
		expect(duplicateFields('{"x":-1.5e3,"y":true}')).toEqual([]);
	});
});
